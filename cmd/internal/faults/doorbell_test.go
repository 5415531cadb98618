//go:build faults

package faults_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// TestDoorbellEmptiedInMidFlight empties the job queue while actions are under
// way, then takes it away altogether and brings it back empty (F05).
func TestDoorbellEmptiedInMidFlight(t *testing.T) {
	trials(t, "queue emptied, then away", doorbellEmptiedInMidFlight)
}

func doorbellEmptiedInMidFlight(x *trial) {
	many := rounds(80, 1000)
	// One worker and a slow source keep the process busy, so that most actions wait in the queue.
	w := newWorld(x, 20+many/10, "PORTICO_JOBS_WORKERS=1")
	w.start()
	browsers := w.enter()
	knobs := w.source.fake.Faults
	knobs.Set(faults.Fault{Kind: faults.Delay, Match: faults.Match{Path: "/ticket/"}, Wait: time.Second})
	var errands []*errand
	for n := range many {
		b := browsers[n%len(browsers)]
		errands = append(errands, b.reply(b.tickets[n%len(b.tickets)]))
	}
	send := func(part []*errand) {
		var sending sync.WaitGroup
		slots := make(chan struct{}, 24)
		for _, e := range part {
			sending.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				if err := e.send(); err != nil {
					x.Error(err)
				}
			})
		}
		sending.Wait()
	}
	send(errands[:many/2])
	emptied := w.bell.flush()
	send(errands[many/2 : many*3/4])
	w.bell.kill()
	send(errands[many*3/4:]) // recorded all the same
	w.bell.start()
	knobs.Clear()
	if emptied == 0 {
		x.Error("no action waited in the queue when it was emptied: this proves nothing")
	}
	since := time.Now()
	w.settle(2*time.Minute + time.Duration(many)*time.Second)
	w.judge(outcome{rounds: 2,
		note: fmt.Sprintf("%d waiting tasks flushed, settled %s after the last was asked", emptied, time.Since(since).Round(time.Second))}, errands, browsers)
}
