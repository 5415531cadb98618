// Package schedule watches the clock: every second it asks which streams are
// due and rings for them, and every ten seconds it has actions swept that
// nobody rang for.
//
// It promises that a stream which is due is rung for until its pull has begun,
// and that neither watch waits for the other. It holds no state: what is due is
// decided by the store, so any number of processes may run it.
package schedule

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"portico/sync/fault"
	"portico/sync/run"
)

// Store knows what is due.
type Store interface {
	// DueStreams lists streams that should be pulled now, longest overdue first.
	DueStreams(ctx context.Context, now time.Time, limit int) ([]run.Due, error)
}

// Rhythm of the two watches, and how many streams are rung for at once.
const (
	pullsEvery = time.Second
	sweepEvery = 10 * time.Second
	limit      = 500
)

// Loop is the watch. Its fields are set before Run and not changed afterwards;
// Store and Enqueue are required.
type Loop struct {
	Store Store
	// Enqueue rings for one pull. Ringing again for a pull that waits is harmless.
	Enqueue func(ctx context.Context, d run.Due) error
	// Sweep rings for actions that are due; nil leaves that to other processes.
	Sweep func(ctx context.Context) error
	Now   func() time.Time // nil is time.Now
	Log   *slog.Logger     // nil discards
}

// Run watches until ctx ends. Whatever fails is logged when it begins and when
// it is over, and tried again.
func (l Loop) Run(ctx context.Context) error {
	if l.Now == nil {
		l.Now = time.Now
	}
	if l.Log == nil {
		l.Log = slog.New(slog.DiscardHandler)
	}
	var watches sync.WaitGroup
	watches.Go(func() { l.watch(ctx, "ring for pulls", pullsEvery, l.pulls) })
	if l.Sweep != nil {
		watches.Go(func() { l.watch(ctx, "sweep actions", sweepEvery, l.Sweep) })
	}
	watches.Wait()
	return nil
}

// pulls rings for every stream that is due.
func (l Loop) pulls(ctx context.Context) error {
	due, err := l.Store.DueStreams(ctx, l.Now(), limit)
	if err != nil {
		return fault.At("list due streams", err)
	}
	for _, d := range due {
		if err := l.Enqueue(ctx, d); err != nil {
			return fault.At(fmt.Sprintf("ring for stream %s of %s", d.Stream, d.Connection), err)
		}
	}
	return nil
}

// watch does something at once and then in a rhythm. A round that takes longer
// than the rhythm delays the next one, it is never doubled.
func (l Loop) watch(ctx context.Context, what string, every time.Duration, do func(context.Context) error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	failing := false
	for {
		err := l.guard(ctx, what, do)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			l.Log.Error("schedule fails", "watch", what, "error", err)
		case err == nil && failing:
			l.Log.Info("schedule works again", "watch", what)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// guard turns a panic into an error: the watch must outlive a defect.
func (l Loop) guard(ctx context.Context, what string, do func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fault.Wrap(fault.Internal, what, fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	return do(ctx)
}
