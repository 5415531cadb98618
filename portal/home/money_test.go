package home_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"portico/portal/home"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
)

// books is an account with invoices.
type books struct {
	*account
	bills []record.Detail
	asked []action.Action
	reads int
}

func (b *books) Standing(ctx context.Context, s access.Scope, a record.AccountID, most int) (record.Standing, error) {
	is, err := b.account.Standing(ctx, s, a, most)
	is.Fed = []record.Kind{record.KindInvoice}
	return is, err
}

func (b *books) Whole(_ context.Context, _ access.Scope, _ record.AccountID, q record.Query) (record.Whole, error) {
	b.reads++
	out := record.Whole{Fresh: []record.Freshness{{System: "Accounting", Kinds: []record.Kind{record.KindInvoice}, ReadAt: now.Add(-time.Minute), Limit: time.Hour}}}
	for _, d := range b.bills {
		if q.Kind == d.Kind && *q.Open == d.State.Open() {
			out.Details = append(out.Details, d)
		}
	}
	return out, nil
}

func (b *books) Occasions(context.Context, access.Scope, record.AccountID, record.Window) ([]record.Occasion, []record.Freshness, error) {
	return nil, nil, nil
}

func (b *books) RecentActions(context.Context, access.Scope, record.AccountID) ([]action.Action, error) {
	return b.asked, nil
}

// bill adds an invoice that is due in so many days.
func (b *books) bill(number string, left record.Decimal, currency string, days int, state record.State) record.ID {
	i := record.Invoice{Number: number, Currency: currency, Total: left, Balance: left, Due: now.Truncate(24*time.Hour).AddDate(0, 0, days)}
	d := record.Detail{Body: i, Row: record.Row{Account: b.id, ID: record.NewID(), Kind: record.KindInvoice, Facets: i.Facets(), State: state, Stamp: record.Stamp{System: "Accounting", ReadAt: now.Add(-time.Minute)}}}
	b.bills = append(b.bills, d)
	return d.ID
}

func (b *books) show(t *testing.T, s access.Scope) htmlcheck.Page { return b.at(t, b, s) }

// at is the page with the navigation that accounts make.
func (b *books) at(t *testing.T, accounts ui.Accounts, s access.Scope) htmlcheck.Page {
	t.Helper()
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: accounts, Zone: time.UTC, Now: func() time.Time { return now }})
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, ui.AccountPath(b.id), nil)
	if err := home.New(home.Options{Records: b, Approvals: b, Days: b, Owing: b, Frame: frame}).Home(w, r, s); err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Read(t, w.Body.String())
}

func TestWhatIsToBePaidNeedsTheReader(t *testing.T) {
	t.Parallel()
	b := &books{account: newAccount()}
	b.bill("LATE-1", "120.50", "EUR", -3, record.StateOpen)
	b.bill("LATER-1", "80.00", "EUR", 20, record.StateOpen)
	b.bill("DOLLAR-1", "10.00", "USD", 2, record.StateOpen)
	b.bill("PAID-1", "9.00", "EUR", -30, record.StateResolved)
	page := b.show(t, b.as(access.Finance))
	page.Want(".po-card.is-flush .po-list > li", 2).WantText(".po-card.is-flush .po-list > li:first-child", "Pay invoice LATE-1").
		WantText(".po-card.is-flush .po-list > li:first-child .po-bad", "Overdue, 3 days").WantText(".po-card.is-flush .po-list > li:last-child", "DOLLAR-1").Want(".btn-primary", 1).
		WantText("section[aria-labelledby=balance]", "€200.50").WantText("section[aria-labelledby=balance]", "€120.50 of it is overdue").
		WantText("section[aria-labelledby=balance]", "$10.00 open in USD").WantText("section[aria-labelledby=balance]", "Accounting, read")
	none := &books{account: newAccount()}
	none.show(t, none.as(access.Owner)).WantText("section[aria-labelledby=balance]", "Nothing is open.")
}

// Whoever told of a payment is not asked for it a second time.
func TestAPaymentThatIsUnderWayIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	b := &books{account: newAccount()}
	id := b.bill("LATE-1", "120.50", "EUR", -3, record.StateOpen)
	for _, one := range []struct {
		asked action.Action
		needs int
	}{
		{action.Action{Kind: action.PaymentRecord, Target: id, State: action.Unknown}, 0},
		{action.Action{Kind: action.PaymentRecord, Target: id, State: action.Confirmed, Ended: now}, 0},
		{action.Action{Kind: action.PaymentRecord, Target: id, State: action.Refused, Ended: now}, 1},
		{action.Action{Kind: action.PaymentRecord, Target: record.NewID(), State: action.Unknown}, 1},
	} {
		b.asked = []action.Action{one.asked}
		page := b.show(t, b.as(access.Owner)).Want(".po-card.is-flush .po-list > li", one.needs)
		if one.needs == 0 {
			page.WantText("section[aria-labelledby=balance]", "is not shown by the accounting yet")
		}
	}
}

func TestWhoSeesNoInvoicesReadsNothingOfThem(t *testing.T) {
	t.Parallel()
	b := &books{account: newAccount()}
	b.bill("LATE-1", "120.50", "EUR", -3, record.StateOpen)
	b.show(t, b.as(access.Contributor)).Want("section[aria-labelledby=balance]", 0)
	if b.reads > 0 {
		t.Error("the invoices were read")
	}
}
