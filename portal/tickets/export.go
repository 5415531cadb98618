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

// maxExport is how many rows one download holds; more is for the API.
const maxExport = 10_000

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

// exported walks the list page by page, so that a large one is never in memory whole.
func (p *Pages) exported(r *http.Request, s access.Scope, c *ui.Chrome, f filter) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		q := f.query()
		q.Limit = 200
		for sent := 0; sent < maxExport; {
			page, err := p.o.Records.List(r.Context(), s, s.Account(), q)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range page.Rows {
				if !yield(cells(c, row), nil) {
					return
				}
			}
			if sent += len(page.Rows); page.Next == "" || len(page.Rows) == 0 {
				return
			}
			q.After = page.Next
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
