package ui

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"portico/sync/record"
)

// Markup is HTML put together by hand. What stands in every row of a list is
// written so: the frame that the generator puts around a template costs more
// there than what is written. Text escapes; Raw is for markup of our own.
type Markup struct{ html []byte }

// Rows draws a part for each element of a list.
func Rows[T any](list []T, draw func(m *Markup, one *T)) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		m := Markup{make([]byte, 0, 2048)}
		for i := range list {
			m.html = m.html[:0]
			draw(&m, &list[i])
			if _, err := w.Write(m.html); err != nil {
				return err
			}
		}
		return nil
	})
}

// part is a component of one piece of markup.
func part(draw func(m *Markup)) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		m := Markup{make([]byte, 0, 192)}
		draw(&m)
		_, err := w.Write(m.html)
		return err
	})
}

// Raw writes markup of our own.
func (m *Markup) Raw(html string) { m.html = append(m.html, html...) }

// Text writes a text, escaped for an element or a quoted attribute.
func (m *Markup) Text(text string) {
	from := 0
	for i := range len(text) {
		var escaped string
		switch text[i] {
		case '&':
			escaped = "&amp;"
		case '<':
			escaped = "&lt;"
		case '>':
			escaped = "&gt;"
		case '"':
			escaped = "&#34;"
		case '\'':
			escaped = "&#39;"
		default:
			continue
		}
		m.html = append(append(m.html, text[from:i]...), escaped...)
		from = i + 1
	}
	m.html = append(m.html, text[from:]...)
}

// Moment writes a date and time; the exact moment is there for the pointer and
// for whoever listens. The zero time is nothing.
func (m *Markup) Moment(c *Chrome, t time.Time) {
	if t.IsZero() {
		return
	}
	m.time(c, t, "")
	m.Text(c.Moment(t))
	m.Raw("</time>")
}

// Span writes how long ago a moment was, in words of the caller's, with the exact moment.
func (m *Markup) Span(c *Chrome, t time.Time, words string) {
	m.time(c, t, "")
	m.Text(words)
	m.Raw("</time>")
}

// Ago writes an age, which the script keeps fresh.
func (m *Markup) Ago(c *Chrome, t time.Time) {
	m.time(c, t, " data-ago")
	m.Text(c.Ago(t))
	m.Raw("</time>")
}

func (m *Markup) time(c *Chrome, t time.Time, more string) {
	m.Raw(`<time datetime="`)
	m.html = t.UTC().AppendFormat(m.html, time.RFC3339)
	m.Raw(`" title="`)
	m.Text(c.Exact(t))
	m.Raw(`"` + more + `>`)
}

// Turn says in a list who has to do the next thing.
func (m *Markup) Turn(c *Chrome, row *record.Row) {
	m.Raw(`<span class="po-turn" data-turn="`)
	m.Text(string(row.Turn))
	m.Raw(`">`)
	m.Text(turnWords(c, row))
	m.Raw("</span>")
}

// Moment is Markup.Moment as a component.
func Moment(c *Chrome, t time.Time) templ.Component {
	return part(func(m *Markup) { m.Moment(c, t) })
}

// TurnWord is Markup.Turn as a component.
func TurnWord(c *Chrome, row record.Row) templ.Component {
	return part(func(m *Markup) { m.Turn(c, &row) })
}
