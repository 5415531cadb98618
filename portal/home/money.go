package home

import (
	"cmp"
	"context"
	"slices"
	"time"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
)

// Owing is what the account owes, and what was told of payments.
type Owing interface {
	Whole(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Whole, error)
	RecentActions(ctx context.Context, s access.Scope, account record.AccountID) ([]action.Action, error)
}

const (
	// mostBills is how many open invoices are added up; the page of invoices adds up more.
	mostBills = 200
	// soon is how many days before its date an invoice asks for its reader.
	soon = 3
)

// balance is what is open, by currency.
type balance struct {
	Href       string // where the invoices are; "" when the reader sees none
	MayPay     bool   // may tell of payments
	Sums       []record.Sum
	More       bool // there are more open invoices than were added up
	Processing bool // of some of it a payment is under way
	Stamp      record.Stamp
}

// invoices is where the invoices of the account are; "" when the reader has none.
func invoices(c *ui.Chrome) string {
	at := ui.KindPath(c.Account.ID, record.KindInvoice)
	if slices.ContainsFunc(c.Nav, func(i ui.NavItem) bool { return i.Href == at }) {
		return at
	}
	return ""
}

// owed fills the balance, and puts what is to be paid now among what needs the
// reader. What somebody has told a payment of waits for the source, not for them.
func (p *Pages) owed(ctx context.Context, s access.Scope, v *homeView) error {
	href := invoices(v.Chrome)
	if href == "" || !s.Sees(record.KindInvoice) {
		return nil
	}
	open := true
	list, err := p.o.Owing.Whole(ctx, s, s.Account(), record.Query{Kind: record.KindInvoice, Open: &open, Limit: mostBills})
	if err != nil {
		return err
	}
	fresh := ui.Feeding(list.Fresh, record.KindInvoice)
	v.Balance = balance{Href: href, MayPay: s.Acts(record.KindInvoice), More: list.Next != "", Stamp: ui.StampOf(fresh)}
	bills := record.Bills(list.Details)
	if len(bills) == 0 {
		return nil
	}
	asked, err := p.o.Owing.RecentActions(ctx, s, s.Account())
	if err != nil {
		return err
	}
	today := v.Chrome.Today()
	v.Balance.Sums = record.Sums(bills, today)
	slices.SortStableFunc(bills, func(a, b record.Bill) int { return a.Invoice.Due.Compare(b.Invoice.Due) })
	for _, b := range bills {
		switch {
		case !b.Open():
		case underWay(asked, b):
			v.Balance.Processing = true
		case b.Invoice.Due.IsZero() || b.Late(today) < -soon:
		case len(v.Needs) < mostNeeds && !v.again(b.ID): // the balance tells of the others
			v.Needs = append(v.Needs, need{Bill: b})
		}
	}
	return nil
}

// underWay reports whether a payment was told of that the source may not show yet.
func underWay(asked []action.Action, b record.Bill) bool {
	return slices.ContainsFunc(asked, func(a action.Action) bool {
		return a.Kind == action.PaymentRecord && a.Target == b.ID && a.Pending(b.Stamp.ReadAt)
	})
}

// dueWords say until when an invoice is to be paid.
func dueWords(c *ui.Chrome, b record.Bill) (text string, late bool) {
	switch n := b.Late(c.Today()); {
	case n > 0:
		return c.N("invoices.status.overdue", n), true
	case n == 0:
		return c.T("invoices.status.today"), false
	case n == -1:
		return c.T("invoices.status.tomorrow"), false
	default:
		return c.N("invoices.status.soon", -n), false
	}
}

// payWord is what the button beside an invoice says to who may pay, and to others.
func payWord(v homeView) string {
	if v.Balance.MayPay {
		return "home.bill.button"
	}
	return "home.bill.look"
}

// overdue is the part of a sum that is late, in words; "" for none.
func overdue(c *ui.Chrome, s record.Sum) string {
	if s.Late == 0 {
		return ""
	}
	return c.Money(string(s.Overdue()), s.Currency)
}

// sources are the systems that the page tells of, each with what is furthest behind.
func sources(fresh []record.Freshness, kinds ...record.Kind) []record.Stamp {
	var out []record.Stamp
	for _, k := range kinds {
		for _, f := range ui.Feeding(fresh, k) {
			s := ui.StampOf([]record.Freshness{f})
			at := slices.IndexFunc(out, func(o record.Stamp) bool { return o.Connection == s.Connection })
			switch {
			case at < 0:
				out = append(out, s)
			case ends(s).Before(ends(out[at])):
				out[at] = s
			}
		}
	}
	slices.SortStableFunc(out, func(a, b record.Stamp) int { return cmp.Compare(a.System, b.System) })
	return out
}

// ends is until when a fact counts as current.
func ends(s record.Stamp) time.Time { return s.ReadAt.Add(s.Limit) }
