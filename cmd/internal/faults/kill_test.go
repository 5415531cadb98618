//go:build faults

package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// TestKilledAtAnyMoment kills the whole program again and again while it pulls
// and while people of three companies ask for things (F01, and F04 by chance).
func TestKilledAtAnyMoment(t *testing.T) { trials(t, "kill -9 of the program", killedAtAnyMoment) }

func killedAtAnyMoment(x *trial) {
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
	kills, slowest, caught := rounds(8, 200), time.Duration(0), 0
	l := w.ledger()
	for range kills {
		pause(ctx, 200*time.Millisecond+rand.N(2*time.Second))
		w.kill()
		caught += l.count("SELECT count(*) FROM actions WHERE lease_until IS NOT NULL")
		l.hasten()
		took := w.start()
		slowest = max(slowest, took)
		if took > readyWithin {
			x.Errorf("ready after %s, want at most %s", took, readyWithin)
		}
	}
	stop()
	people.Wait()
	w.settle(3*time.Minute + time.Duration(len(crowd.errands()))*time.Second)
	pulls := l.count("SELECT count(*) FROM runs WHERE state = 'stopped'")
	if caught == 0 || pulls == 0 {
		x.Errorf("the kills met %d actions and %d pulls at work: this proves nothing", caught, pulls)
	}
	w.judge(outcome{rounds: kills,
		note: fmt.Sprintf("met %d actions and %d pulls at work, slowest start %s", caught, pulls, slowest.Round(10*time.Millisecond))},
		crowd.errands(), browsers)
}

// TestKilledBetweenCommitAndAnswer kills the program when the source has done
// what it was asked and its answer is on the way (F04).
func TestKilledBetweenCommitAndAnswer(t *testing.T) {
	trials(t, "kill -9 before the answer", killedBetweenCommitAndAnswer)
}

func killedBetweenCommitAndAnswer(x *trial) {
	times := rounds(3, 34)
	w := newWorld(x, times+1)
	w.start()
	browsers := w.enter()
	knobs, answers := w.source.fake.Faults, faults.Match{Method: http.MethodPost, Path: "/correspond"}
	var all []*errand
	for n := range times {
		knobs.Set(faults.Fault{Kind: faults.Drip, Match: answers, Wait: time.Minute})
		for _, b := range browsers {
			e := b.reply(b.tickets[n])
			all = append(all, e)
			if err := e.send(); err != nil {
				x.Fatal(err)
			}
		}
		committed := func() bool {
			have := w.source.truth()
			return !slices.ContainsFunc(all, func(e *errand) bool { return have.holding(e.text) != 1 })
		}
		if !eventually(x.Context(), time.Minute, committed) {
			x.Fatalf("round %d: the source was not asked for everything, or twice", n)
		}
		w.kill()
		knobs.Clear()
		if took := w.start(); took > readyWithin {
			x.Errorf("ready after %s, want at most %s", took, readyWithin)
		}
	}
	since := time.Now()
	w.settle(3*time.Minute + time.Duration(len(all))*time.Second)
	w.judge(outcome{rounds: times,
		note: fmt.Sprintf("every kill met 3 sends, settled %s after the last", time.Since(since).Round(time.Second))}, all, browsers)
}
