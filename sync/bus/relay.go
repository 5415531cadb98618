// Package bus tells what happened: it takes the outbox's rows once their
// transaction has committed, rings whoever has work with them, and publishes
// them to everybody who listens, such as open pages. Only this package knows
// Watermill.
//
// It promises that every committed event is taken at least once and in order,
// and that no listener can hold up the others. It promises nothing to a
// listener that is absent, slow or cut off: such a one learns with change.Missed
// that something may have happened. No obligation lives in a message: what must not be lost
// stands in the store and is swept.
package bus

import (
	"context"
	"log/slog"
	"time"

	"portico/sync/change"
	"portico/sync/fault"
)

// Outbox holds events that were committed and not yet taken.
type Outbox interface {
	// TakeOutbox takes up to limit events, oldest first, calls follow for each in
	// the transaction that takes them, and returns how many there were. When it
	// fails, nothing was taken. When the transaction is tried again, follow is
	// called again.
	TakeOutbox(ctx context.Context, limit int, follow func(change.Event) error) (int, error)
}

// RelayOptions of a Relay. Outbox and Bus are required.
type RelayOptions struct {
	Outbox Outbox
	Bus    *Bus
	// Rings are called, in order, after the commit. They must not block; what they
	// cannot deliver is made good by a sweep.
	Rings []func(ctx context.Context, e change.Event)
	Every time.Duration // how often it looks without being woken (1 s)
	Log   *slog.Logger
}

// batch is how many events are taken in one transaction.
const batch = 100

// Relay moves events from the outbox to those who need them.
type Relay struct {
	o    RelayOptions
	wake chan struct{}
	mute bool // the last event could not be published
}

// NewRelay returns a relay that is not running yet.
func NewRelay(o RelayOptions) *Relay {
	if o.Every <= 0 {
		o.Every = time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Relay{o: o, wake: make(chan struct{}, 1)}
}

// Wake says that something was committed just now. It never blocks.
func (r *Relay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Run relays until ctx ends. A store that is away is tried again; it is logged
// when that begins and when it is over.
func (r *Relay) Run(ctx context.Context) error {
	tick := time.NewTicker(r.o.Every)
	defer tick.Stop()
	failing := false
	for {
		err := r.drain(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !failing:
			r.o.Log.Error("outbox cannot be relayed", "error", err)
		case err == nil && failing:
			r.o.Log.Info("outbox is relayed again")
		}
		failing = err != nil
		if failing { // a wake must not turn an outage into a busy loop
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.wake:
		case <-tick.C:
		}
	}
}

// drain takes batches until the outbox is empty.
func (r *Relay) drain(ctx context.Context) error {
	for {
		var taken []change.Event
		n, err := r.o.Outbox.TakeOutbox(ctx, batch, func(e change.Event) error {
			taken = append(taken, e)
			return nil
		})
		if err != nil {
			return fault.At("take the outbox", err)
		}
		r.tell(ctx, taken[len(taken)-n:]) // the last try's
		if n < batch {
			return nil
		}
	}
}

// tell rings first: somebody waits for an action, nobody for a page that is
// told of it. The events are taken already, so a failure to publish holds nothing
// up; it is logged when that begins and when it is over, and the pages that are
// open catch up by themselves.
func (r *Relay) tell(ctx context.Context, events []change.Event) {
	for _, e := range events {
		for _, ring := range r.o.Rings {
			ring(ctx, e)
		}
	}
	for _, e := range events {
		err := r.o.Bus.Publish(e)
		switch {
		case err != nil && !r.mute:
			r.o.Log.Warn("events cannot be published", "error", err)
		case err == nil && r.mute:
			r.o.Log.Info("events are published again")
		}
		r.mute = err != nil
	}
}
