package app

import (
	"context"
	"sync"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store"
)

// takes reports whether a connection may be asked for an action at all: nobody is shown
// a form whose words would reach nobody. Nil is everything.
type takes func(ctx context.Context, id record.ConnectionID, k action.Kind) bool

func (t takes) action(ctx context.Context, id record.ConnectionID, k action.Kind) bool {
	return t == nil || t(ctx, id, k)
}

// takes asks the connector of a connection, which never becomes another one. What is not
// known at the moment is let through: the action then waits for it.
func (a *App) takes(sys *store.System) takes {
	var known sync.Map // connection → id of its connector
	return func(ctx context.Context, id record.ConnectionID, k action.Kind) bool {
		name, ok := known.Load(id)
		if !ok {
			c, err := sys.Connection(ctx, id)
			if err != nil {
				return true
			}
			name = c.Connector
			known.Store(id, name)
		}
		text, _ := name.(string)
		connector, ok := a.connector(text)
		if !ok {
			return true
		}
		_, ok = connector.Spec().Action(k)
		return ok
	}
}

// taken refuses what is asked of a request whose system takes nothing.
func (d desk) taken(ctx context.Context, s access.Scope, draft action.Draft) error {
	if d.takes == nil || draft.Target.IsZero() || draft.Kind.About() != record.KindTicket {
		return nil
	}
	on, err := d.Detail(ctx, s, draft.Account, record.KindTicket, draft.Target)
	if err != nil || d.takes(ctx, on.Stamp.Connection, draft.Kind) {
		return nil //nolint:nilerr // whoever records it says what is wrong with the target
	}
	return fault.New(fault.Invalid, on.Stamp.System+" only hands its requests over: nothing can be written to it from here.")
}

// Destinations lists where a new request may go, of those that take one.
func (d desk) Destinations(ctx context.Context, s access.Scope, account record.AccountID) ([]action.Destination, error) {
	all, err := d.Account.Destinations(ctx, s, account)
	out := all[:0:0]
	for _, to := range all {
		if d.takes.action(ctx, to.Connection, action.TicketCreate) {
			out = append(out, to)
		}
	}
	return out, err
}
