package quotes

import (
	"strings"

	"portico/portal/ui"
	"portico/sync/action"
)

// mostSaw is how much of the lines a form carries for the difference, in bytes.
const mostSaw = 4000

// status says where a quote is, by a word and a shape.
func status(c *ui.Chrome, q quote) (string, ui.Tone) {
	switch {
	case !q.Decision.ID.IsZero() && q.Decision.Kind == action.QuoteDecline:
		return c.T("quotes.status.declining"), ui.Live
	case !q.Decision.ID.IsZero():
		return c.T("quotes.status.accepting"), ui.Live
	case q.State.Open() && q.Expired(c.Now):
		return c.T("quotes.status.expired"), ui.Neutral
	case q.State.Open():
		return q.Label, ui.Attn
	default:
		return q.Label, ui.StateTone(q.State)
	}
}

func statusWord(c *ui.Chrome, q quote) string {
	word, _ := status(c, q)
	return word
}

// decided says who decided what is on its way, and when it counts.
func decided(c *ui.Chrome, q quote) string {
	key := "quotes.way.accept"
	if q.Decision.Kind == action.QuoteDecline {
		key = "quotes.way.decline"
	}
	return c.T(key, q.Decision.Actor.Name, c.Moment(q.Decision.Recorded), q.Stamp.System)
}

func total(c *ui.Chrome, q quote) string { return c.Money(string(q.Total), q.Currency) }

func valid(c *ui.Chrome, q quote) string {
	if q.ValidUntil.IsZero() {
		return ""
	}
	return c.Calendar(q.ValidUntil)
}

// called is what a quote is about.
func called(q quote) string {
	if q.Quote.Title == "" && len(q.Lines) > 0 {
		return q.Lines[0].Text
	}
	return q.Quote.Title
}

// saw is what a form carries of what its reader has before them.
func (v detailView) saw() saw {
	c, q := v.Chrome, v.Quote
	var lines strings.Builder
	for _, l := range q.Lines {
		lines.WriteString(strings.TrimSpace(string(l.Quantity) + " " + strings.ReplaceAll(l.Text, "\n", " ")))
		if l.Net != "" {
			lines.WriteString(", " + c.Money(string(l.Net), q.Currency))
		}
		lines.WriteString("\n")
	}
	text := strings.TrimSpace(lines.String())
	if len(text) > mostSaw {
		text = strings.ToValidUTF8(text[:mostSaw], "")
	}
	return saw{Title: q.Quote.Title, Total: total(c, q), Valid: valid(c, q), Status: statusWord(c, q), Lines: text}
}

// versionOf is the source's own mark of a version, see record.Detail.Base.
func versionOf(base string) string {
	_, version, _ := strings.Cut(base, "@")
	return version
}

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{
		{Label: c.T("quotes.column.quote")}, {Label: c.T("invoices.column.issued")}, {Label: c.T("quotes.valid")},
		{Label: c.T("quotes.column.status")}, {Label: c.T("money.total"), End: true},
	}
}
