package rest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"portico/connectors/rest"
	"portico/sync/remote"
)

// A connector whose limits change keeps the silence that its system asked for.
func TestABudgetThatIsAdaptedForgetsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := rest.NewBudget(rest.Limit{PerSecond: 100}, time.Now)
		start := time.Now()
		b.Hold(start.Add(7 * time.Second))
		b.Adapt(rest.Limit{PerSecond: 1})
		for range 4 {
			done, err := b.Wait(t.Context(), remote.Background)
			if err != nil {
				t.Fatal(err)
			}
			done()
		}
		if took := time.Since(start); took < 10*time.Second {
			t.Errorf("four requests left after %s: the new pace or the silence was forgotten", took)
		}
	})
}
