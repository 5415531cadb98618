//go:build faults

package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestThousandsOfActions asks for very many things without a pause while whatever
// Portico consists of is killed at any moment (D3).
func TestThousandsOfActions(t *testing.T) {
	trials(t, "thousands of actions", thousandsOfActions)
}

func thousandsOfActions(x *trial) {
	many := rounds(120, 10_000)
	w := newWorld(x, 60)
	w.start()
	browsers := append(w.enter(), w.enter()...)
	var crowd crowd
	var people sync.WaitGroup
	slots := make(chan struct{}, many) // one for each thing to ask for
	for range many {
		slots <- struct{}{}
	}
	close(slots)
	var asking sync.WaitGroup
	for n := range 12 {
		b := browsers[n%len(browsers)]
		asking.Go(func() {
			for range slots {
				e := b.reply(b.tickets[rand.N(len(b.tickets))])
				crowd.add(e)
				if !e.insist(x.Context()) {
					return
				}
				w.notTooFarAhead()
			}
		})
	}
	over, stop := context.WithCancel(x.Context())
	people.Go(func() { asking.Wait(); stop() })
	var struck []string
	for over.Err() == nil {
		blows := w.blows()
		blow := blows[rand.N(len(blows))]
		if !pause(over, time.Second+rand.N(4*time.Second)) {
			break
		}
		blow.strike(x.Context())
		struck = append(struck, blow.name)
	}
	people.Wait()
	w.settle(3*time.Minute + time.Duration(many)*200*time.Millisecond)
	slices.Sort(struck)
	w.judge(outcome{rounds: len(struck), note: fmt.Sprintf("killed or emptied: %s", counted(struck))}, crowd.errands(), browsers[:len(companies)])
}

// notTooFarAhead lets people wait while very many actions are on their way: the
// source takes only so many a second, and what is asked for is to be judged today.
func (w *world) notTooFarAhead() {
	for w.Context().Err() == nil {
		n, err := w.ledger().try("SELECT count(*) FROM actions WHERE state NOT IN ('confirmed', 'refused', 'withdrawn')")
		if err == nil && n < 400 {
			return
		}
		pause(w.Context(), time.Second)
	}
}
