// Package invoices is the pages of what a client owes and has paid: the list with
// what is open in each currency, one invoice with its lines, and telling of a
// payment. What is owed is what the source says; currencies are never added
// together, and a payment counts only when the source shows it.
package invoices

import (
	"context"
	"errors"
	"time"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
)

// Records is what the pages read.
type Records interface {
	Whole(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Whole, error)
	Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error)
	FilesOf(ctx context.Context, s access.Scope, account record.AccountID, parent record.ID) ([]record.File, error)
}

// Actions is what the pages ask for and report on.
type Actions interface {
	Submit(ctx context.Context, s access.Scope, d action.Draft) (action.Action, error)
	ActionsOn(ctx context.Context, s access.Scope, account record.AccountID, target record.ID) ([]action.Action, error)
	RecentActions(ctx context.Context, s access.Scope, account record.AccountID) ([]action.Action, error)
}

// Options are what the pages work with; every field is needed.
type Options struct {
	Records Records
	Actions Actions
	// Able reports whether the system behind a connection takes such an action.
	Able  func(ctx context.Context, c record.ConnectionID, k action.Kind) bool
	Frame ui.Framer
}

// Pages serves the invoices of an account. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

var errBody = errors.New("the record is of another kind than it says")

// most is how many invoices, and how many payments, are read for one page; the
// newest count.
const most = 5000

func listPath(a record.AccountID) string { return ui.KindPath(a, record.KindInvoice) }

func invoicePath(r record.Row) string { return listPath(r.Account) + "/" + r.ID.String() }

// ledger is what there is of a kind, and how current it is.
type ledger struct {
	rows  []record.Detail
	fresh []record.Freshness
	more  bool // there is more than was read
}

// read reads a kind whole, the newest first.
func (p *Pages) read(ctx context.Context, s access.Scope, kind record.Kind) (ledger, error) {
	var l ledger
	q := record.Query{Kind: kind, Limit: 200}
	for {
		page, err := p.o.Records.Whole(ctx, s, s.Account(), q)
		if err != nil {
			return l, err
		}
		if l.fresh == nil {
			l.fresh = ui.Feeding(page.Fresh, kind)
		}
		l.rows = append(l.rows, page.Details...)
		if l.more = page.Next != ""; !l.more || len(l.rows) >= most {
			return l, nil
		}
		q.After = page.Next
	}
}

// underWay are the payments that were recorded here and that the source does not
// show yet, by invoice.
func underWay(asked []action.Action, read func(record.ID) time.Time) map[record.ID]action.Action {
	out := map[record.ID]action.Action{}
	for _, a := range asked {
		if a.Kind == action.PaymentRecord && a.Pending(read(a.Target)) {
			out[a.Target] = a
		}
	}
	return out
}
