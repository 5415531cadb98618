package jobs_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"portico/sync/jobs"
	"portico/sync/redistest"
)

func TestRingsReachAHandlerOverACluster(t *testing.T) {
	t.Parallel()
	nodes := redistest.Cluster(t)
	q := open(t, &jobs.Redis{Cluster: true, Addrs: []string{nodes[2].Address, nodes[0].Address}, Password: redistest.Password})
	got := make(chan jobs.Task, 8)
	start(t, q, func(_ context.Context, task jobs.Task) error { got <- task; return nil }, jobs.ServerOptions{})
	// The two lanes are kept on different nodes.
	for _, task := range []jobs.Task{push("a"), {Name: jobs.PullStream, IDs: []string{"c", "tickets", "changes"}}} {
		if err := q.Enqueue(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		if heard := receive(t, got); fmt.Sprint(heard) != fmt.Sprint(task) {
			t.Errorf("got %+v", heard)
		}
	}
}

// TestAFailoverInMidWorkLosesNoHandler replaces the master while rings are on
// their way. Some may be lost, which a sweep makes good: it is played here by
// ringing again for whatever was not handled yet.
func TestAFailoverInMidWorkLosesNoHandler(t *testing.T) {
	t.Parallel()
	w := redistest.Sentinels(t)
	q := open(t, &jobs.Redis{Master: redistest.Master, Addrs: w.Sentinels, Password: redistest.Password, SentinelPassword: redistest.Password})
	var mu sync.Mutex
	open, half := map[string]bool{}, make(chan struct{})
	for n := range 60 {
		open[fmt.Sprint(n)] = true
	}
	begun, finished := sync.OnceFunc(func() { close(half) }), make(chan struct{})
	start(t, q, func(_ context.Context, task jobs.Task) error {
		mu.Lock()
		defer mu.Unlock()
		if !open[task.IDs[0]] {
			return nil
		}
		delete(open, task.IDs[0])
		if len(open) <= 30 {
			begun()
		}
		if len(open) == 0 {
			close(finished)
		}
		return nil
	}, jobs.ServerOptions{Interactive: 1})
	ring := func() {
		mu.Lock()
		var ids []string
		for id := range open {
			ids = append(ids, id)
		}
		mu.Unlock()
		for _, id := range ids {
			_ = q.Enqueue(t.Context(), push(id)) // or the next round does
		}
	}
	ring()
	receive(t, half)
	w.Master.Kill()
	w.Replaced()
	tick, late := time.NewTicker(time.Second), time.After(2*patience)
	defer tick.Stop()
	for {
		select {
		case <-finished:
			return
		case <-tick.C:
			ring()
		case <-late:
			t.Fatalf("%d tasks never reached their handler", len(open))
		}
	}
}
