package app

import (
	"context"
	"time"

	"portico/sync/store"
)

// tidyEvery is how often what nobody needs any more is removed.
const tidyEvery = 6 * time.Hour

// tidy removes old rows and old downloads until ctx ends. A failure is logged
// and tried again next time; nothing depends on it.
func (a *App) tidy(ctx context.Context, sys *store.System) error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		if err := sys.Prune(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("old rows were not removed", "error", err)
		}
		if n, err := a.files.Sweep(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("old files were not removed", "error", err)
		} else if n > 0 {
			a.log.Info("old files removed", "files", n)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
