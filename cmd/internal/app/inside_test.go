package app

import (
	"context"

	"portico/portal/admin/connections"
)

// Plant is what the pages of connections work with.
type Plant interface {
	connections.Watching
	connections.Caring
	connections.Adding
	connections.Editing
	connections.Dictionary
	connections.Matching
}

// Plant opens it for a test.
func (a *App) Plant(ctx context.Context) (Plant, error) {
	sys, err := a.system(ctx)
	return fitter{a, sys}, err
}
