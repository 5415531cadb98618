package app

import (
	"context"
	"time"

	"portico/sync/store"
)

// tidyEvery is how often what nobody needs any more is removed.
const tidyEvery = 6 * time.Hour

// uploadsKept is how long an upload outlives its action, or stays without one.
const uploadsKept = 30 * 24 * time.Hour

// tidy removes old rows, downloads and uploads until ctx ends. A failure is logged
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
		if err := a.release(ctx, sys); err != nil && ctx.Err() == nil {
			a.log.Warn("old uploads were not removed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// release removes old uploads that no action needs any more.
func (a *App) release(ctx context.Context, sys *store.System) error {
	needed, err := sys.NeededFiles(ctx)
	if err != nil {
		return err
	}
	n, err := a.files.Release(ctx, a.now().Add(-uploadsKept), needed)
	if n > 0 {
		a.log.Info("old uploads removed", "files", n)
	}
	return err
}
