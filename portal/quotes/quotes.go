// Package quotes is the pages of what a client is offered: the list, one quote as
// it stands, and accepting or declining it. A decision is about exactly what was
// seen; it counts when the source shows it, and until then nothing is offered again.
package quotes

import (
	"context"
	"errors"

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

// Pages serves the quotes of an account. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

var errBody = errors.New("the record is of another kind than it says")

func listPath(a record.AccountID) string { return ui.KindPath(a, record.KindQuote) }

func quotePath(r record.Row) string { return listPath(r.Account) + "/" + r.ID.String() }

// quote is one as the pages say it.
type quote struct {
	record.Row
	record.Quote
	Decision action.Action // on its way; zero for none
}

// deciding picks the decision about each quote that its source does not show yet.
func deciding(asked []action.Action, rows ...record.Row) map[record.ID]action.Action {
	out := map[record.ID]action.Action{}
	for _, r := range rows {
		for _, a := range asked {
			if a.Target == r.ID && (a.Kind == action.QuoteAccept || a.Kind == action.QuoteDecline) && a.Pending(r.Stamp.ReadAt) {
				out[r.ID] = a
				break
			}
		}
	}
	return out
}

// open reports whether the quote can be decided at all: it has neither been, nor
// is it being, nor is it too late.
func (q quote) open(c *ui.Chrome) bool {
	return q.State.Open() && q.Decision.ID.IsZero() && !q.Expired(c.Now)
}
