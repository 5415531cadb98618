package csvfolder

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"portico/sync/remote"
)

// fold writes a name as words compare: small letters and digits, without accents.
func fold(name string) string {
	var out strings.Builder
	for _, r := range norm.NFD.String(strings.ReplaceAll(strings.ToLower(name), "ß", "ss")) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// suggested proposes a column for each field by what columns are called. Each column
// is proposed once, the best fit first; nothing that is proposed counts before a
// person has saved it.
func suggested(k *kind, heads []string) map[string]remote.LayoutColumn {
	out := map[string]remote.LayoutColumn{}
	taken := map[string]bool{}
	folded := make([]string, len(heads))
	for i, h := range heads {
		folded[i] = fold(h)
	}
	own := strings.TrimSuffix(k.name, "s")
	try := func(f field, fits func(head, word string) bool) {
		if _, ok := out[f.Name]; ok {
			return
		}
		for _, word := range f.words {
			for i, head := range heads {
				if !taken[head] && fits(folded[i], word) {
					out[f.Name], taken[head] = remote.LayoutColumn{Header: head}, true
					return
				}
			}
		}
	}
	same := func(head, word string) bool { return head == word || head == own+word }
	around := func(head, word string) bool { return len(word) > 4 && strings.Contains(head, word) }
	for _, fits := range []func(string, string) bool{same, around} {
		for _, needed := range []bool{true, false} { // what is needed chooses first
			for _, f := range k.fields {
				if f.Required == needed {
					try(f, fits)
				}
			}
		}
	}
	return out
}

// formats says how the values of a column are written: the formats of a field in which
// all of them can be read.
func formats(f remote.TableField, values []string) []string {
	var out []string
	for _, format := range f.Formats {
		fits := false
		for _, v := range values {
			if v == "" {
				continue
			}
			if fits = reads(f, v, format.Name); !fits {
				break
			}
		}
		if fits {
			out = append(out, format.Name)
		}
	}
	return out
}

func reads(f remote.TableField, value, format string) bool {
	if isNumber(f) {
		_, err := number(value, format)
		return err == nil
	}
	if format == "serial" && strings.ContainsAny(value, ".,") && len(value) < 5 {
		return false
	}
	_, _, err := moment(value, format, time.UTC)
	return err == nil
}

func isNumber(f remote.TableField) bool { return named(f.Formats, "point") }

// guess fills in how columns are written where the values leave one way only, or where
// another column of the file, written by the same program, has left one way only. Of
// the others it says what is unsure.
func guess(k *kind, l *remote.Layout, values func(header string) []string) map[string]string {
	unsure := map[string]string{}
	fits := map[string][]string{}
	var days, numbers string
	for _, f := range k.fields {
		c, ok := l.Columns[f.Name]
		if !ok || c.Header == "" || len(f.Formats) == 0 {
			continue
		}
		list := formats(f.TableField, values(c.Header))
		fits[f.Name] = list
		if len(list) == 1 && isNumber(f.TableField) {
			numbers = list[0]
		} else if len(list) == 1 {
			days = list[0]
		}
	}
	for name, list := range fits {
		c := l.Columns[name]
		if c.Format != "" {
			continue
		}
		f, _ := k.field(name)
		hint := days
		if isNumber(f.TableField) {
			hint = numbers
		}
		switch {
		case len(list) == 1:
			c.Format = list[0]
		case len(list) > 1 && slices.Contains(list, hint):
			c.Format = hint
		case len(list) == 0:
			unsure[name] = "Some of the first rows can be read in none of these ways, or the column is empty."
		default:
			unsure[name] = "The first rows can be read in several ways. Say which is right: " + example(values(c.Header))
		}
		l.Columns[name] = c
	}
	return unsure
}

// example is a value that a person can look at.
func example(values []string) string {
	for _, v := range values {
		if v != "" {
			return "“" + clip(v, 40) + "”."
		}
	}
	return ""
}

func (k *kind) field(name string) (field, bool) {
	for _, f := range k.fields {
		if f.Name == name {
			return f, true
		}
	}
	return field{}, false
}
