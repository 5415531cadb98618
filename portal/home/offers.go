package home

import (
	"context"
	"slices"
	"time"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
)

// mostOffers is how many quotes stand among what needs the reader; the page of
// quotes has them all.
const mostOffers = 3

// offered puts the quotes that can be decided among what needs the reader, those
// that end first before others. One whose decision is on its way waits for the source.
func (p *Pages) offered(ctx context.Context, s access.Scope, v *homeView) error {
	if !v.Chrome.Shows(s, record.KindQuote) || !v.Staff && !s.Acts(record.KindQuote) {
		return nil
	}
	open := true
	page, err := p.o.Owing.Whole(ctx, s, s.Account(), record.Query{Kind: record.KindQuote, Open: &open, Limit: mostBills})
	if err != nil || len(page.Details) == 0 {
		return err
	}
	asked, err := p.o.Owing.RecentActions(ctx, s, s.Account())
	if err != nil {
		return err
	}
	var out []need
	for _, d := range page.Details {
		q, ok := d.Body.(record.Quote)
		deciding := slices.ContainsFunc(asked, func(a action.Action) bool {
			return a.Target == d.ID && a.Kind.About() == record.KindQuote && a.Pending(d.Stamp.ReadAt)
		})
		if ok && !q.Expired(v.Chrome.Now) && !deciding && !v.again(d.ID) {
			out = append(out, need{Row: d.Row, Offer: &q})
		}
	}
	slices.SortStableFunc(out, func(a, b need) int { return last(a.Offer.ValidUntil).Compare(last(b.Offer.ValidUntil)) })
	v.Needs = append(v.Needs, out[:min(len(out), mostOffers)]...)
	return nil
}

// again reports whether a record stands there already, to be decided again.
func (v *homeView) again(id record.ID) bool {
	return slices.ContainsFunc(v.Needs, func(n need) bool { return n.Row.ID == id })
}

// last puts what has no date after everything that has one.
func last(t time.Time) time.Time {
	if t.IsZero() {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t
}

// recordPath is the page of what somebody acts on.
func recordPath(row record.Row) string {
	return ui.KindPath(row.Account, row.Kind) + "/" + row.ID.String()
}

// heldKey names what was held because what it was about is gone.
func heldKey(a action.Action) string {
	if a.Kind.About() == record.KindTicket {
		return "home.held"
	}
	return "home.held.other"
}
