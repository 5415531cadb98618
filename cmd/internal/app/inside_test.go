package app

import (
	"context"

	"portico/portal/admin/connections"
	"portico/portal/admin/connections/reread"
	"portico/portal/admin/connections/transfer"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store"
)

// Plant is what the pages of connections work with.
type Plant interface {
	connections.Watching
	connections.Caring
	connections.Adding
	connections.Owning
	connections.Editing
	connections.Dictionary
	connections.Matching
	connections.Consents
	connections.Trying
}

// Plant opens it for a test.
func (a *App) Plant(ctx context.Context) (Plant, error) {
	sys, err := a.system(ctx)
	return fitter{a, sys}, err
}

// Files opens what takes mappings along, for a test.
func (a *App) Files(ctx context.Context) (transfer.Carrying, error) {
	sys, err := a.system(ctx)
	return carrier{fitter{a, sys}}, err
}

// Records opens what reads single records, for a test.
func (a *App) Records(ctx context.Context) (reread.Reading, error) {
	sys, err := a.system(ctx)
	return rereader{carrier{fitter{a, sys}}}, err
}

// Adopt looks at the folder of connectors until what changed stands still, and
// takes it up as a process does that stays.
func (a *App) Adopt(ctx context.Context) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	return a.adopt(ctx, sys, append(a.own.Look(), a.own.Look()...))
}

// Tokens are those of a connection, as a process has them that uses sys.
func Tokens(a *App, sys *store.System, id record.ConnectionID) remote.Tokens {
	return a.tokens(sys, id)
}
