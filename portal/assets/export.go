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

// exported are the rows of the whole filtered list, as text.
func (p *Pages) exported(r *http.Request, s access.Scope, f filter) iter.Seq2[[]string, error] {
	list := func(q record.Query) (record.Page, error) { return p.o.Records.List(r.Context(), s, s.Account(), q) }
	return func(yield func([]string, error) bool) {
		for row, err := range ui.EachRow(list, f.query()) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(cells(row), nil) {
				return
			}
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
