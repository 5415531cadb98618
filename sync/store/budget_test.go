package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/sync/remote"
	"portico/sync/store"
)

// takers are two processes that share a database; on SQLite they are one.
func takers(t *testing.T, w *world) []*store.System {
	t.Helper()
	if !w.place.options().Server.Named() {
		return []*store.System{w.sys, w.sys}
	}
	return w.processes(t, 2)
}

// TestProcessesNeverTakeMoreThanThePace lets processes take side by side for a
// minute of a clock of the test's own, as much as they can.
func TestProcessesNeverTakeMoreThanThePace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pace := remote.Pace{PerSecond: 8, PerMinute: 120}
	begin, all := w.clock(), takers(t, w)
	var taken atomic.Int64
	for step := range 120 {
		now := begin.Add(time.Duration(step) * 500 * time.Millisecond)
		var wg sync.WaitGroup
		for _, sys := range all {
			wg.Go(func() {
				n, wait, err := sys.TakeBudgetAt(t.Context(), w.conn, pace, remote.Background, 3, now)
				if err != nil || n > 3 || (n == 0) != (wait > 0) {
					t.Errorf("took %d, wait %s: %v", n, wait, err)
				}
				taken.Add(int64(n))
			})
		}
		wg.Wait()
		passed := float64(step) / 2
		if most := 8 + 8*passed; float64(taken.Load()) > most {
			t.Fatalf("%d after %.1f s, at most %.0f a second", taken.Load(), passed, pace.PerSecond)
		}
		if most := 20 + 2*passed; float64(taken.Load()) > most {
			t.Fatalf("%d after %.1f s, at most %.0f a minute", taken.Load(), passed, pace.PerMinute)
		}
	}
	if n := taken.Load(); n < 120 {
		t.Errorf("only %d of 120 in a minute were taken", n)
	}
}

func TestADayIsSharedAndOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all, now, pace := takers(t, w), w.clock(), remote.Pace{PerDay: 24 * 16}
	taken := 0
	for i := range 40 {
		n, _, err := all[i%2].TakeBudgetAt(t.Context(), w.conn, pace, remote.Interactive, 1, now)
		must(t, err)
		taken += n
	}
	if taken < 12 || taken > 16 { // an hour's worth
		t.Errorf("%d were taken at once", taken)
	}
	n, wait, err := takers(t, w)[0].TakeBudgetAt(t.Context(), w.conn, pace, remote.Interactive, 1, now)
	if err != nil || n != 0 || wait < time.Minute || wait > 4*time.Minute {
		t.Errorf("a process that comes later takes %d, or waits %s: %v", n, wait, err)
	}
}

func TestAHoldOfOneProcessStopsTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all, now := takers(t, w), w.clock()
	must(t, all[0].HoldBudgetAt(t.Context(), w.conn, 40*time.Second, now))
	must(t, all[0].HoldBudgetAt(t.Context(), w.conn, time.Second, now)) // a shorter one does not shorten it
	for _, class := range []remote.Class{remote.Background, remote.Interactive} {
		n, wait, err := all[1].TakeBudgetAt(t.Context(), w.conn, remote.Pace{}, class, 1, now.Add(10*time.Second))
		if err != nil || n != 0 || wait != 30*time.Second {
			t.Errorf("took %d, wait %s: %v", n, wait, err)
		}
	}
	if n, _, err := all[1].TakeBudgetAt(t.Context(), w.conn, remote.Pace{}, remote.Background, 1, now.Add(40*time.Second)); err != nil || n != 1 {
		t.Errorf("afterwards it took %d: %v", n, err)
	}
}

func TestABudgetKeepsTimeByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, sys := range takers(t, w) {
		if n, _, err := sys.TakeBudget(t.Context(), w.conn, remote.Pace{PerMinute: 6}, remote.Interactive, 5); err != nil || n > 1 {
			t.Errorf("took %d: %v", n, err)
		}
	}
	if n, wait, err := w.sys.TakeBudget(t.Context(), w.conn, remote.Pace{PerMinute: 6}, remote.Interactive, 1); err != nil || n != 0 || wait > 10*time.Second {
		t.Errorf("took %d, wait %s: %v", n, wait, err)
	}
	must(t, w.sys.HoldBudget(t.Context(), w.conn, time.Hour))
	if n, wait, err := w.sys.TakeBudget(t.Context(), w.conn, remote.Pace{}, remote.Interactive, 1); err != nil || n != 0 || wait < 50*time.Minute {
		t.Errorf("took %d, wait %s: %v", n, wait, err)
	}
}
