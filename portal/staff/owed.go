package staff

import (
	"context"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
)

// mostOpen is how many open invoices, and how many quotes, are looked at for the page
// of an account; its own pages look at more.
const mostOpen = 200

// owed is what an account owes and is offered.
type owed struct {
	Fed    bool // some connection brings invoices or quotes
	Sums   []record.Sum
	Offers int  // that can be decided
	More   bool // there is more than was looked at
	Stamp  record.Stamp
}

// owed reads what is open. Currencies are never added together.
func (p *Pages) owed(ctx context.Context, s access.Scope, c *ui.Chrome) (owed, error) {
	var out owed
	open := true
	read := func(kind record.Kind) ([]record.Detail, error) {
		if !c.Shows(s, kind) {
			return nil, nil
		}
		page, err := p.o.Records.Whole(ctx, s, s.Account(), record.Query{Kind: kind, Open: &open, Limit: mostOpen})
		out.Fed, out.More = true, out.More || page.Next != ""
		if kind == record.KindInvoice {
			out.Stamp = ui.StampOf(ui.Feeding(page.Fresh, kind))
		}
		return page.Details, err
	}
	bills, err := read(record.KindInvoice)
	if err != nil {
		return out, err
	}
	offers, err := read(record.KindQuote)
	if err != nil {
		return out, err
	}
	out.Sums = record.Sums(record.Bills(bills), c.Today())
	for _, d := range offers {
		if q, ok := d.Body.(record.Quote); ok && !q.Expired(c.Now) {
			out.Offers++
		}
	}
	return out, nil
}
