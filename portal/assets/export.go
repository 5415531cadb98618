package assets

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

// Export serves the filtered inventory as CSV: GET /a/{account}/assets.csv.
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
		c.T("assets.column.tag"), c.T("assets.column.name"), c.T("assets.column.status"), c.T("assets.column.person"),
		c.T("assets.column.warranty"), c.T("fresh.source"), c.T("fresh.value"), c.T("fresh.at"),
	}
	return ui.WriteCSV(w, "assets.csv", head, p.exported(r, s, f.first()))
}

// exported walks the list page by page, so that a large one is never in memory whole.
func (p *Pages) exported(r *http.Request, s access.Scope, f filter) iter.Seq2[[]string, error] {
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
				if !yield(cells(row), nil) {
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

func cells(row record.Row) []string {
	out := []string{row.Number, row.Title, row.Label, row.Person, "", row.Stamp.System, row.Stamp.Raw, ""}
	if !row.Due.IsZero() {
		out[4] = row.Due.UTC().Format(time.DateOnly)
	}
	if !row.Stamp.ReadAt.IsZero() {
		out[7] = row.Stamp.ReadAt.UTC().Format(time.RFC3339)
	}
	return out
}
