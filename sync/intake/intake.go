// Package intake takes in what vendors send by themselves. It promises that a
// webhook counts only when its connector verified it; that it is kept as it
// came, once, before it is answered with 202; and that what it says is never
// believed: it is a hint at records, which are then read anew from the source.
//
// Whoever cannot prove to be the vendor learns nothing. A connection that does
// not exist, one that takes no webhooks and a forged message are answered alike.
package intake

import (
	"context"
	"log/slog"
	"time"

	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Store keeps hooks until they are done with. Claims are fenced.
type Store interface {
	// ReceiveHook keeps a hook; false when one with its key is there already.
	ReceiveHook(ctx context.Context, h run.Hook) (fresh bool, err error)
	// DueHooks lists hooks that are due and nobody has.
	DueHooks(ctx context.Context, now time.Time, limit int) ([]run.HookID, error)
	// ClaimHook leases a hook; false when there is nothing to do.
	ClaimHook(ctx context.Context, id run.HookID, lease time.Duration) (run.Hook, bool, error)
	// SettleHook commits a step with what was read; fault.Conflict when the lease was lost.
	SettleHook(ctx context.Context, h run.Hook, step run.HookStep) error
	// CountHooks adds to what became of the messages of connections.
	CountHooks(ctx context.Context, counts []run.HookCounts) error
}

// Sources opens connections.
type Sources interface {
	Open(ctx context.Context, id record.ConnectionID) (remote.Connector, remote.Conn, remote.Connection, error)
}

// Options of an Intake. Store, Sources and Ring are required.
type Options struct {
	Store   Store
	Sources Sources
	// Ring asks that Work be called for a hook, in any process. It does not block;
	// what it cannot deliver is made good by Sweep.
	Ring func(ctx context.Context, id run.HookID)
	// Base is the public address of this Portico, without a slash at its end. Some
	// systems sign the address that they send to.
	Base string
	// Learn keeps a secret that a system told by itself, by its name; false when there
	// is one already. Nil keeps none, and such a question is refused.
	Learn func(ctx context.Context, id record.ConnectionID, field, text string) (bool, error)
	// Committed is called after records were stored; nil means nobody is told.
	Committed func()
	// Within is how long verifying and keeping may take; 0 is 900 ms, because some
	// systems give up after a second.
	Within time.Duration
	Log    *slog.Logger // nil discards
	Now    func() time.Time
}

// Intake is the door for vendors and the work behind it. It is safe for
// concurrent use.
type Intake struct {
	o Options
	// busy bounds how many messages are verified at once: each may be as large as
	// its sender likes, up to the limit.
	busy  chan struct{}
	tally tally
}

// New returns an intake with the defaults filled in.
func New(o Options) *Intake {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Within == 0 {
		o.Within = answerFor
	}
	if o.Committed == nil {
		o.Committed = func() {}
	}
	return &Intake{o: o, busy: make(chan struct{}, atOnce), tally: tally{open: map[record.ConnectionID]run.HookCounts{}}}
}
