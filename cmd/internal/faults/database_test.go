//go:build faults

package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

// backWithin is how soon pages must be served again once the database is: ten
// seconds (F03), and more where many programs share a machine.
const backWithin = 30 * time.Second

// TestDatabaseKilled kills the whole PostgreSQL again and again while several
// processes pull and take actions. None of them may end of it.
func TestDatabaseKilled(t *testing.T) { trials(t, "kill -9 of PostgreSQL", databaseKilled) }

func databaseKilled(x *trial) {
	w := newWorld(x, 30)
	w.start()
	browsers := w.enter()
	ctx, stop := context.WithCancel(x.Context())
	var people sync.WaitGroup
	var crowd crowd
	for _, b := range browsers {
		people.Go(func() { crowd.ask(ctx, b) })
	}
	people.Go(func() { crowd.answer(ctx, w.source) })
	kills, slowest := rounds(4, 20), time.Duration(0)
	for range kills {
		pause(ctx, time.Second+rand.N(3*time.Second))
		took := w.loseDatabase(ctx)
		if slowest = max(slowest, took); took > backWithin {
			x.Errorf("served again %s after the database, want at most %s", took, backWithin)
		}
		w.ledger().hasten()
	}
	pause(ctx, 2*time.Second)
	stop()
	people.Wait()
	w.settle(3*time.Minute + time.Duration(len(crowd.errands()))*time.Second)
	w.judge(outcome{rounds: kills, note: fmt.Sprintf("served again at most %s after the database", slowest.Round(10*time.Millisecond))}, crowd.errands(), browsers)
}

// loseDatabase kills the database, leaves it away for a while, and returns how
// long after its return every door was open again.
func (w *world) loseDatabase(ctx context.Context) time.Duration {
	w.cluster.kill()
	pause(ctx, rand.N(2*time.Second))
	if err := w.cluster.start(); err != nil {
		w.Fatal(err)
	}
	began := time.Now()
	for _, one := range w.processes {
		if !one.running() {
			w.Fatalf("a process ended with its database:\n%s", tail(w.log()))
		}
		if one.pages() {
			w.open(one.at(), time.Minute)
		}
	}
	return time.Since(began)
}

// open waits until a door is open.
func (w *world) open(address string, limit time.Duration) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	if !eventually(w.Context(), limit, func() bool {
		resp, err := client.Get("http://" + address + "/readyz")
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	}) {
		w.Errorf("%s is not ready within %s:\n%s", address, limit, tail(w.log()))
	}
}
