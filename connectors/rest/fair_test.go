package rest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"portico/connectors/rest"
	"portico/sync/remote"
)

func TestAPullIsNotStarvedByALongQueueOfActions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := rest.NewBudget(rest.Limit{Concurrent: 1}, time.Now)
		order := make(chan remote.Class, 100)
		ask := func(class remote.Class) {
			done, err := b.Wait(t.Context(), class)
			if err != nil {
				t.Error(err)
				return
			}
			order <- class
			<-time.After(time.Second)
			done()
		}
		go ask(remote.Interactive)
		synctest.Wait()
		go ask(remote.Background)
		for range 30 {
			go ask(remote.Interactive)
		}
		<-time.After(time.Minute)
		synctest.Wait()
		close(order)
		at := 0
		for class := range order {
			if class == remote.Background {
				break
			}
			at++
		}
		if at < 2 || at > 10 {
			t.Errorf("the pull's turn came after %d actions, want about 8", at)
		}
	})
}
