package app

import (
	"context"
	"log/slog"
	"sync"

	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/run"
)

// remover carries out the removals of connections, one runner at a time. What it
// leaves undone is gone on with at the next ring, by whichever process rings.
type remover struct {
	remove func(ctx context.Context) (int, error)
	log    *slog.Logger
	ctx    context.Context
	end    context.CancelFunc

	mu      sync.Mutex
	running bool
	work    sync.WaitGroup
}

func newRemover(sys interface {
	Remove(ctx context.Context) (int, error)
}, log *slog.Logger) *remover {
	r := &remover{remove: sys.Remove, log: log}
	r.ctx, r.end = context.WithCancel(context.Background())
	return r
}

// ring begins to remove what is to be removed, unless that is under way.
func (r *remover) ring() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running || r.ctx.Err() != nil {
		return
	}
	r.running = true
	r.work.Go(func() {
		n, err := r.remove(r.ctx)
		switch {
		case r.ctx.Err() != nil: // the next process goes on
		case err != nil:
			r.log.Error("a connection could not be removed; it is tried again", slog.String("error", err.Error()))
		case n > 0:
			r.log.Info("connections removed", slog.Int("count", n))
		}
		r.mu.Lock()
		r.running = false
		r.mu.Unlock()
	})
}

// drain stops after the transaction that is under way.
func (r *remover) drain() {
	r.mu.Lock()
	r.end()
	r.mu.Unlock()
	r.work.Wait()
}

// RemovalPlan implements connections.Removing.
func (f fitter) RemovalPlan(ctx context.Context, id record.ConnectionID) (run.Removal, error) {
	return f.sys.RemovalPlan(ctx, id)
}

// Remove implements connections.Removing.
func (f fitter) Remove(ctx context.Context, s access.Scope, id record.ConnectionID, name string) error {
	sys, err := f.on(ctx, s, id)
	if err != nil {
		return err
	}
	return sys.RemoveConnection(ctx, id, name)
}

// Removals implements connections.Removing.
func (f fitter) Removals(ctx context.Context) ([]run.Removal, error) { return f.sys.Removals(ctx) }
