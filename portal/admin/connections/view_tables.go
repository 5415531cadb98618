package connections

import (
	"slices"
	"strings"

	"portico/portal/ui"
	"portico/sync/remote"
)

// fieldRow is one field of a table as the form shows it.
type fieldRow struct {
	remote.TableField

	Column remote.LayoutColumn
	Wrong  string
	Unsure string
}

// fieldRows parts the fields: what is needed or has a column already, and the rest.
func fieldRows(v tableView) (chosen, rest []fieldRow) {
	for _, f := range v.Fields {
		row := fieldRow{TableField: f, Column: v.Layout.Columns[f.Name], Wrong: v.Wrong[f.Name], Unsure: v.Unsure[f.Name]}
		if f.Required || row.Column != (remote.LayoutColumn{}) || row.Wrong != "" {
			chosen = append(chosen, row)
		} else {
			rest = append(rest, row)
		}
	}
	return chosen, rest
}

// columnOptions are the columns of the file, each with what stands first in it.
func columnOptions(v tableView, chosen string) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.Chrome.T("tables.column.none")}}
	for i, h := range v.Headers {
		label := h
		for _, cells := range v.Rows {
			if i < len(cells) && strings.TrimSpace(cells[i]) != "" {
				label += " (" + short(cells[i], 24) + ")"
				break
			}
		}
		out = append(out, ui.Option{Value: h, Label: label})
	}
	if chosen != "" && !slices.Contains(v.Headers, chosen) {
		out = append(out, ui.Option{Value: chosen, Label: v.Chrome.T("tables.column.gone", chosen)})
	}
	return out
}

// short is the beginning of a text, on one line.
func short(text string, most int) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(runes)
}

func formatOptions(v tableView, f remote.TableField) []ui.Option {
	return append([]ui.Option{{Value: "", Label: v.Chrome.T("tables.format.choose")}}, listed(f.Formats)...)
}

func listed(list []remote.TableFormat) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, f := range list {
		out[i] = ui.Option{Value: f.Name, Label: f.Label}
	}
	return out
}

func separatorOptions(v tableView) []ui.Option {
	out := listed(v.Separators)
	if v.Layout.Separator == "" {
		out = append([]ui.Option{{Value: "", Label: v.Chrome.T("connections.form.choose")}}, out...)
	}
	return out
}

func readingOptions(c *ui.Chrome) []ui.Option {
	return []ui.Option{{Value: "whole", Label: c.T("tables.reading.whole")}, {Value: "increment", Label: c.T("tables.reading.increment")}}
}

func readingOf(l remote.Layout) string {
	if l.Increment {
		return "increment"
	}
	return "whole"
}

func fieldLabel(c *ui.Chrome, f remote.TableField) string {
	if f.Required {
		return c.T("tables.needed", f.Label)
	}
	return f.Label
}

func tableColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("tables.kind")}, {Label: c.T("tables.files")}, {Label: c.T("connections.column.state")}, {Label: c.T("connections.column.change"), End: true}}
}

// tableState says how a table does, in words and a tone.
func tableState(v tablesView, t remote.Table) (string, ui.Tone) {
	c := v.Chrome
	switch {
	case t.Problem != "":
		return t.Problem, ui.Bad
	case t.Layout == nil && t.Suggested != "":
		return c.T("tables.state.suggested"), ui.Attn
	case t.Layout == nil:
		return c.T("tables.state.unused"), ui.Neutral
	case len(t.Files) > 0 && t.Files[len(t.Files)-1].Waits != "":
		return t.Files[len(t.Files)-1].Waits, ui.Live
	}
	for _, s := range v.Detail.Streams {
		switch {
		case s.Stream != t.Name:
		case s.Failures > 0:
			return s.Problem, ui.Bad
		case s.Completed.IsZero():
			return c.T("tables.state.unread"), ui.Live
		default:
			return c.T("tables.state.read", c.Exact(s.Completed)), ui.Good
		}
	}
	return c.T("tables.state.unread"), ui.Live
}

// filesOf names the newest file of a table, and how many more there are.
func filesOf(c *ui.Chrome, t remote.Table) (name, more string) {
	switch n := len(t.Files); {
	case t.Layout == nil:
		return t.Suggested, ""
	case n == 0:
		return t.Layout.Pattern, c.T("tables.files.none")
	case n == 1:
		return t.Files[0].Name, fileWords(c, t.Files[0])
	default:
		newest := t.Files[n-1]
		return newest.Name, fileWords(c, newest) + ", " + c.N("tables.files.more", n-1)
	}
}

func fileWords(c *ui.Chrome, f remote.TableFile) string {
	return c.T("tables.file.words", c.Size(f.Size), c.Exact(f.Written))
}

// nobodys are files of which nobody has said what they are, the newest first.
func nobodys(v tablesView) []remote.TableFile {
	var out []remote.TableFile
	for _, f := range slices.Backward(v.Other) {
		if !slices.ContainsFunc(v.Known, func(t remote.Table) bool { return t.Suggested == f.Name }) && len(out) < 20 {
			out = append(out, f)
		}
	}
	return out
}

// sampleNames has no names: companies are called by their keys here.
var sampleNames map[string]string
