//go:build faults

package faults_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// drainedWithin is how soon everything must be done once the queue is back (F07).
const drainedWithin = time.Minute

// TestQueueAway takes the queue away for a long while (F07): people sign in, ask
// and read on, processes start without it, and what they ask is done.
func TestQueueAway(t *testing.T) { trials(t, "queue away for long", queueAway) }

func queueAway(x *trial) {
	w := newWorld(x, 20)
	w.start()
	browsers := w.enter()
	w.bell.kill()
	for _, one := range w.processes { // each once, while the others serve
		one.kill()
		if one.start(); !one.running() {
			x.Fatalf("%s does not start without its queue:\n%s", one.args[0], tail(w.log()))
		}
	}
	all := append(browsers, w.enter()...) // signs in
	for n, b := range all {
		b.share(n/len(companies), 2)
	}
	asked := w.use(all, lasting(12*time.Second, 10*time.Minute))
	done := 0
	for _, e := range w.ledger().actions() {
		if e.state == "confirmed" {
			done++
		}
	}
	if done == 0 {
		x.Error("nothing was done while the queue was away")
	}
	w.bell.start()
	since := time.Now()
	w.settle(drainedWithin + time.Duration(len(asked))*time.Second)
	w.judge(outcome{rounds: 1, note: fmt.Sprintf("%d of %d done meanwhile, the rest %s after it was back", done, len(asked), time.Since(since).Round(time.Second))}, asked, all)
}

// lasting is how long a scenario goes on: as rounds, for a time.
func lasting(short, long time.Duration) time.Duration {
	return time.Duration(rounds(int(short/time.Second), int(long/time.Second))) * time.Second
}

// TestQueueComesBackOld kills a queue that saves itself now and then (F06): it
// comes back with what it held long ago, tasks that have been done since.
func TestQueueComesBackOld(t *testing.T) { trials(t, "queue back from an old copy", queueComesBackOld) }

func queueComesBackOld(x *trial) {
	w := newWorld(x, 20, "PORTICO_JOBS_WORKERS=1")
	w.start()
	browsers := w.enter()
	knobs := w.source.fake.Faults
	var all []*errand
	times, held := rounds(2, 20), 0
	for n := range times {
		// A slow source keeps the processes busy, so that tasks wait in the queue.
		knobs.Set(faults.Fault{Kind: faults.Delay, Match: faults.Match{Path: "/ticket/"}, Wait: time.Second})
		var asking sync.WaitGroup
		for i := range 60 {
			b := browsers[i%len(browsers)]
			e := b.reply(b.tickets[(n+i)%(len(b.tickets)/2)]) // of those that nobody closes
			all = append(all, e)
			asking.Go(func() { e.insist(x.Context()) })
		}
		asking.Wait()
		var waiting int
		if _, err := fmt.Sscanf(w.bell.say("LLEN asynq:{interactive}:pending"), ":%d", &waiting); err != nil {
			x.Error(err)
		}
		held += waiting
		if said := w.bell.say("SAVE"); said != "+OK" {
			x.Errorf("SAVE: %q", said)
		}
		knobs.Clear()
		all = append(all, w.use(browsers, 3*time.Second)...)
		w.settle(6 * time.Minute)
		w.bell.kill()
		w.bell.start()
		all = append(all, w.use(browsers, 2*time.Second)...)
	}
	if held == 0 {
		x.Error("no task waited when the queue was saved: this proves nothing")
	}
	w.settle(3*time.Minute + time.Duration(len(all))*time.Second)
	w.judge(outcome{rounds: times, note: fmt.Sprintf("%d done tasks came back", held)}, all, browsers)
}

// TestHalfOfEverythingFails lets every second request to the source fail while
// people ask for things (F09).
func TestHalfOfEverythingFails(t *testing.T) {
	trials(t, "half of all requests fail", halfOfEverythingFails)
}

func halfOfEverythingFails(x *trial) {
	w := newWorld(x, 20)
	w.start()
	browsers := w.enter()
	knobs := w.source.fake.Faults
	knobs.Set(faults.Fault{Kind: faults.Fail, Share: 0.5})
	ctx, stop := context.WithTimeout(x.Context(), lasting(20*time.Second, 10*time.Minute))
	defer stop()
	var people sync.WaitGroup
	var crowd crowd
	for _, b := range browsers {
		people.Go(func() { crowd.ask(ctx, b) })
	}
	people.Wait()
	meanwhile := 0
	for _, e := range w.ledger().actions() {
		if e.state == "confirmed" {
			meanwhile++
		}
	}
	failed := knobs.Fired(faults.Fail)
	knobs.Clear()
	w.settle(5*time.Minute + time.Duration(len(crowd.errands()))*2*time.Second)
	if failed == 0 {
		x.Error("no request failed: this proves nothing")
	}
	w.judge(outcome{rounds: 1, note: fmt.Sprintf("%d requests failed, %d done meanwhile", failed, meanwhile)}, crowd.errands(), browsers)
}
