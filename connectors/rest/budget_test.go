package rest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"portico/connectors/rest"
	"portico/sync/remote"
)

func TestNothingLeavesInsideARetryAfterWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := rest.NewBudget(rest.Limit{}, time.Now)
		start := time.Now()
		b.Hold(start.Add(7 * time.Second))
		b.Hold(start.Add(time.Second)) // a shorter one does not shorten it
		for _, class := range []remote.Class{remote.Background, remote.Interactive} {
			done, err := b.Wait(t.Context(), class)
			if err != nil {
				t.Fatal(err)
			}
			done()
		}
		if waited := time.Since(start); waited < 7*time.Second {
			t.Errorf("left after %s", waited)
		}
	})
}

func TestActionsGoAheadOfPulls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := rest.NewBudget(rest.Limit{Concurrent: 1}, time.Now)
		first, err := b.Wait(t.Context(), remote.Background)
		if err != nil {
			t.Fatal(err)
		}
		order := make(chan remote.Class, 2)
		for _, class := range []remote.Class{remote.Background, remote.Interactive} {
			go func() {
				done, err := b.Wait(t.Context(), class)
				if err != nil {
					t.Error(err)
					return
				}
				order <- class
				done()
			}()
			synctest.Wait() // both wait, the pull longer
		}
		first()
		if got := <-order; got != remote.Interactive {
			t.Error("the pull went first")
		}
		<-order
	})
}

func TestAShareIsKeptForActions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := rest.NewBudget(rest.Limit{Concurrent: 3, Reserve: 1}, time.Now)
		for range 2 {
			if _, err := b.Wait(t.Context(), remote.Background); err != nil {
				t.Fatal(err)
			}
		}
		soon, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := b.Wait(soon, remote.Background); err == nil {
			t.Error("a third pull took the place kept for actions")
		}
		if _, err := b.Wait(t.Context(), remote.Interactive); err != nil {
			t.Error(err)
		}
	})
}

func TestTheRateIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := rest.NewBudget(rest.Limit{PerSecond: 5}, time.Now)
		start := time.Now()
		for range 25 {
			done, err := b.Wait(t.Context(), remote.Background)
			if err != nil {
				t.Fatal(err)
			}
			done()
		}
		if took := time.Since(start); took < 3900*time.Millisecond || took > 5*time.Second {
			t.Errorf("25 requests at 5 per second took %s", took)
		}
	})
}
