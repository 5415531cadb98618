package ui

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"portico/sync/record"
)

// What stands in every row of a list is written by hand: the frame that the
// generator puts around a template costs more there than what is written.

// Moment writes a date and time; the exact moment is there for the pointer and
// for whoever listens.
func Moment(c *Chrome, t time.Time) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		if t.IsZero() {
			return nil
		}
		b := append(make([]byte, 0, 160), `<time datetime="`...)
		b = t.UTC().AppendFormat(b, time.RFC3339)
		b = append(b, `" title="`...)
		b = append(b, templ.EscapeString(c.Exact(t))...)
		b = append(b, `">`...)
		b = append(b, templ.EscapeString(c.Moment(t))...)
		_, err := w.Write(append(b, "</time>"...))
		return err
	})
}

// TurnWord says in a list who has to do the next thing.
func TurnWord(c *Chrome, row record.Row) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		b := append(make([]byte, 0, 160), `<span class="po-turn" data-turn="`...)
		b = append(b, templ.EscapeString(string(row.Turn))...)
		b = append(b, `">`...)
		b = append(b, templ.EscapeString(turnWords(c, row))...)
		_, err := w.Write(append(b, "</span>"...))
		return err
	})
}
