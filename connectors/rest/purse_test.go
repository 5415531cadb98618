package rest_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"portico/connectors/rest"
	"portico/sync/remote"
)

// purse is one that the processes of a test share, on the clock of its bubble.
type purse struct {
	mu    sync.Mutex
	state remote.Purse
	asked int
	fail  error
}

func (p *purse) Take(_ context.Context, pace remote.Pace, class remote.Class, want int) (int, time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if p.fail != nil {
		return 0, 0, p.fail
	}
	n, wait := p.state.Take(pace, class, want, time.Now())
	return n, wait, nil
}

func (p *purse) Hold(_ context.Context, d time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Hold(d, time.Now())
	return nil
}

func two(l rest.Limit) (*purse, [2]*rest.Budget) {
	p, log := &purse{}, slog.New(slog.DiscardHandler)
	return p, [2]*rest.Budget{rest.NewSharedBudget(l, p, time.Now, log), rest.NewSharedBudget(l, p, time.Now, log)}
}

func TestProcessesTogetherKeepTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, both := two(rest.Limit{PerSecond: 20, Concurrent: 3, Reserve: 1})
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		var mu sync.Mutex
		var left []time.Time
		var pulls sync.WaitGroup
		for _, b := range both {
			for range 3 {
				pulls.Go(func() {
					for {
						done, err := b.Wait(ctx, remote.Background)
						if err != nil {
							return
						}
						mu.Lock()
						left = append(left, time.Now())
						mu.Unlock()
						time.Sleep(20 * time.Millisecond) //nolint:forbidigo // an answer takes a while; the clock is the bubble's
						done()
					}
				})
			}
		}
		pulls.Wait()
		for i := range left {
			for j := i; j < len(left) && left[j].Sub(left[i]) < time.Second; j++ {
				if j-i+1 > 41 {
					t.Fatalf("%d requests within a second", j-i+1)
				}
			}
		}
		if n := len(left); n < 170 || n > 220 {
			t.Errorf("%d requests left in 10 s at 20 a second", n)
		}
		if most := 2 * 10 * 16; p.asked > most+10 {
			t.Errorf("the purse was asked %d times in 10 s, at most %d", p.asked, most)
		}
	})
}

func TestARetryAfterStopsEveryProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, both := two(rest.Limit{})
		start := time.Now()
		both[0].Hold(start.Add(30 * time.Second))
		for i, b := range both {
			done, err := b.Wait(t.Context(), remote.Interactive)
			if err != nil {
				t.Fatal(err)
			}
			done()
			if waited := time.Since(start); waited < 30*time.Second {
				t.Errorf("process %d left after %s", i, waited)
			}
		}
	})
}

func TestAnActionFindsItsShareWhileOthersPull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, both := two(rest.Limit{PerSecond: 20})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		for range 4 { // pulls that take whatever there is
			go func() {
				for {
					done, err := both[0].Wait(ctx, remote.Background)
					if err != nil {
						return
					}
					done()
				}
			}()
		}
		<-time.After(5 * time.Second) // of the bubble
		for range 5 {
			start := time.Now()
			done, err := both[1].Wait(ctx, remote.Interactive)
			if err != nil {
				t.Fatal(err)
			}
			done()
			if waited := time.Since(start); waited > 0 {
				t.Errorf("an action waited %s", waited)
			}
			<-time.After(time.Second) // of the bubble
		}
	})
}

func TestActionsElsewhereDoNotKeepAPullForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, both := two(rest.Limit{PerSecond: 4})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		for range 3 {
			go func() {
				for {
					done, err := both[0].Wait(ctx, remote.Interactive)
					if err != nil {
						return
					}
					done()
				}
			}()
		}
		soon, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		if _, err := both[1].Wait(soon, remote.Background); err != nil {
			t.Error("no pull left in 20 seconds")
		}
	})
}

func TestWithoutItsPurseABudgetLetsNothingLeave(t *testing.T) {
	t.Parallel()
	p, both := two(rest.Limit{PerSecond: 4})
	p.fail = errors.New("database is away")
	if _, err := both[0].Wait(t.Context(), remote.Background); !errors.Is(err, p.fail) {
		t.Errorf("got %v", err)
	}
}
