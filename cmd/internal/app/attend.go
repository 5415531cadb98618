package app

import (
	"context"
	"time"
)

// attendEvery is how often a process shows that it lives, and looks whether the
// others do: work of one that was killed is taken over after three times that.
const attendEvery = time.Second

// attendMost is how long one look may take.
const attendMost = 10 * time.Second

// attend lets processes that share a PostgreSQL take work over from those that
// have ended, at once instead of when a lease runs out.
func (a *App) attend(ctx context.Context, w *workers) error {
	present, err := w.sys.Attend()
	if err != nil {
		return err
	}
	if present == nil {
		return nil // nobody else is there
	}
	defer present.Leave()
	tick := time.NewTicker(attendEvery)
	defer tick.Stop()
	failing := false
	for {
		looking, cancel := context.WithTimeout(ctx, attendMost)
		freed, err := present.Look(looking)
		cancel()
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !failing:
			a.log.Warn("other processes cannot be looked after; their work waits for its lease", "error", err)
		case err == nil && failing:
			a.log.Info("other processes are looked after again")
		}
		failing = err != nil
		if freed > 0 {
			a.log.Info("work of a process that is gone was taken over", "leases", freed)
			if err := w.sweep(ctx); err != nil {
				a.log.Warn("what was taken over waits for the next sweep", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
