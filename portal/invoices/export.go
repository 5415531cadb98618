package invoices

import (
	"iter"
	"net/http"
	"time"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
)

// Export serves the filtered list as CSV: GET /a/{account}/invoices.csv. Amounts
// are exact, with a point, and stand beside their currency.
func (p *Pages) Export(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	all, err := p.shelf(r.Context(), s, c.Today())
	if err != nil {
		return err
	}
	return ui.WriteCSV(w, "invoices.csv", heads(c), exported(c, chosen(all.bills, f, c.Today())))
}

// heads name the columns of cells.
func heads(c *ui.Chrome) []string {
	var head []string
	for _, key := range []string{"column.number", "detail.about", "column.issued", "column.due", "column.status", "column.currency", "column.net", "column.tax",
		"column.total", "column.open", "detail.reference"} {
		head = append(head, c.T("invoices."+key))
	}
	return append(head, c.T("fresh.source"), c.T("fresh.value"), c.T("fresh.at"))
}

func exported(c *ui.Chrome, bills []bill) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, b := range bills {
			if !yield(cells(c, b), nil) {
				return
			}
		}
	}
}

func cells(c *ui.Chrome, b bill) []string {
	word, _ := status(c, b)
	return []string{
		b.Number, called(b.Invoice), dateText(b.Issued), dateText(b.Invoice.Due), word, b.Currency, string(b.Net), string(b.Tax),
		string(b.Invoice.Total), string(b.Left), b.Reference, b.Stamp.System, b.Stamp.Raw, momentText(b.Stamp.ReadAt),
	}
}

// dateText writes a date that every program reads the same way.
func dateText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func momentText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
