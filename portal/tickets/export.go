package tickets

import (
	"iter"
	"net/http"
	"time"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
)

// Export serves the filtered list as CSV: GET /a/{account}/tickets.csv.
func (p *Pages) Export(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	head := []string{
		c.T("tickets.column.number"), c.T("tickets.column.subject"), c.T("tickets.column.turn"), c.T("tickets.column.status"),
		c.T("tickets.column.person"), c.T("tickets.column.created"), c.T("tickets.column.updated"), c.T("tickets.column.due"),
		c.T("fresh.source"), c.T("fresh.value"), c.T("fresh.at"),
	}
	return ui.WriteCSV(w, "requests.csv", head, p.exported(r, s, c, f.first()))
}

// exported are the rows of the whole filtered list, as text.
func (p *Pages) exported(r *http.Request, s access.Scope, c *ui.Chrome, f filter) iter.Seq2[[]string, error] {
	list := func(q record.Query) (record.Page, error) { return p.o.Records.List(r.Context(), s, s.Account(), q) }
	return func(yield func([]string, error) bool) {
		for row, err := range ui.EachRow(list, f.query()) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(cells(c, row), nil) {
				return
			}
		}
	}
}

func cells(c *ui.Chrome, row record.Row) []string {
	return []string{
		row.Number, row.Title, c.Turn(row.Turn), row.Label, row.Person,
		stampCell(row.Created), stampCell(row.Updated), stampCell(row.Due),
		row.Stamp.System, row.Stamp.Raw, stampCell(row.Stamp.ReadAt),
	}
}

// stampCell writes a moment that every program reads the same way (RFC 3339, UTC).
func stampCell(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
