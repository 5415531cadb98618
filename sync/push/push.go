// Package push carries out what people asked for: it claims an action, checks
// the actor's rights again, writes to the system of record once, and reads the
// effect back before it says "done".
//
// It promises at-least-once delivery with an effectively-once effect. A send is
// committed before it leaves (state sending, mark, and the moment before which
// nobody may judge it), so whatever dies afterwards is found by the sweep, and
// the next attempt looks for the effect before it could send again. Everything
// that is owed is in the store: a lost ring costs time, never an action.
//
// It hides the order of those steps. The rule that turns an answer into the
// next state is pure and stands alone in decide.go.
package push

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Store is where actions live. Claim and Settle are fenced: of two workers with
// the same action only one can settle it.
type Store interface {
	// Claim leases an action that may move now; false means there is nothing to do.
	Claim(ctx context.Context, id action.ID, lease time.Duration) (action.Claim, bool, error)
	// Settle commits a step; fault.Conflict means that the lease was lost.
	Settle(ctx context.Context, c action.Claim, step action.Step) error
	// DueActions lists what is due and has no live lease.
	DueActions(ctx context.Context, now time.Time, limit int) ([]action.ID, error)
	// Rights are the actor's rights now; fault.NotFound when there are none left.
	Rights(ctx context.Context, a action.Action) (access.User, access.Role, error)
}

// Sources opens connections.
type Sources interface {
	Open(ctx context.Context, id record.ConnectionID) (remote.Connector, remote.Conn, remote.Connection, error)
}

// Options of a Worker. Store, Sources and Ring are required.
type Options struct {
	Store   Store
	Sources Sources
	// Ring asks that Work be called for an action, in any process.
	Ring func(ctx context.Context, id action.ID) error
	// Committed is called after every committed step, so that the relay need
	// not be waited for; nil means nobody is told.
	Committed func()
	Log       *slog.Logger // nil discards
	Now       func() time.Time
	// Pause waits between two looks; nil uses a timer. It returns early with the
	// context's error.
	Pause func(ctx context.Context, d time.Duration) error
	// Jitter returns a number in [0,1); nil uses a random one.
	Jitter func() float64

	// Lease is how long one piece of work owns its action (default one minute).
	// No attempt is begun that could outlive it.
	Lease time.Duration
	// GiveUp is how long an action that does not get through is tried again
	// before staff look after it (default three days).
	GiveUp time.Duration
	// UnknownFor is how long an unanswered send is probed before staff look
	// after it (default 15 minutes).
	UnknownFor time.Duration
}

// Defaults for the actions whose connector does not say, and the reserve of a
// lease that is kept for settling.
const (
	defaultTimeout = 30 * time.Second
	defaultGrace   = 30 * time.Second
	reserve        = 15 * time.Second
	settleTimeout  = 10 * time.Second
	sweepLimit     = 1000
)

// Worker carries out actions. It is safe for concurrent use.
type Worker struct {
	o Options
}

// New returns a worker with the defaults filled in.
func New(o Options) *Worker {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Pause == nil {
		o.Pause = pause
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.Committed == nil {
		o.Committed = func() {}
	}
	o.Lease = orDefault(o.Lease, time.Minute)
	o.GiveUp = orDefault(o.GiveUp, 72*time.Hour)
	o.UnknownFor = orDefault(o.UnknownFor, 15*time.Minute)
	return &Worker{o: o}
}

// Work moves one action as far as it goes now. That somebody else is at it, or
// that nothing is to be done, is no error. An error means that a step could not
// be committed: the sweep comes back to it.
func (w *Worker) Work(ctx context.Context, id action.ID) error {
	claim, ok, err := w.o.Store.Claim(ctx, id, w.o.Lease)
	if err != nil {
		return fault.At(fmt.Sprintf("claim action %s", id), err)
	}
	if !ok {
		return nil
	}
	j := &job{Worker: w, claim: claim, before: waited(claim.Action), log: w.o.Log.With(
		"action", id.String(), "connection", claim.Action.Connection.String(), "account", claim.Action.Account.String())}
	err = j.run(ctx)
	if fault.Is(err, fault.Conflict) {
		j.log.Warn("action was taken over by another worker", "error", err)
		return nil
	}
	return err
}

// Sweep rings what is due and has no live lease. It is the safety net under
// lost rings and dead workers; call it at least every ten seconds.
func (w *Worker) Sweep(ctx context.Context) error {
	ids, err := w.o.Store.DueActions(ctx, w.o.Now(), sweepLimit)
	if err != nil {
		return fault.At("list due actions", err)
	}
	for _, id := range ids {
		if err := w.o.Ring(ctx, id); err != nil {
			return fault.At(fmt.Sprintf("ring action %s", id), err)
		}
	}
	return nil
}

func orDefault(d, standard time.Duration) time.Duration {
	if d <= 0 {
		return standard
	}
	return d
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
