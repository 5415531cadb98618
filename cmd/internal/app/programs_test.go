package app

import (
	"context"

	"portico/portal/api"
	"portico/sync/store"
)

// Programs is the API as the program wires it, over its own database.
func (a *App) Programs(ctx context.Context) (*api.API, *store.Store, error) {
	s, err := a.open(ctx, true)
	if err != nil {
		return nil, nil, err
	}
	programs, err := a.programs(s, desk{s.Account(), s.System(), func(context.Context, string) {}})
	return programs, s, err
}
