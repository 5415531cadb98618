//go:build faults

package faults_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

// TestTwoDecideAtOnce lets two people decide about one ticket at the same
// moment, each on a page of their own and through another process (F18): one
// decision counts, and whoever comes second is told.
func TestTwoDecideAtOnce(t *testing.T) { trials(t, "two decide at once", twoDecideAtOnce) }

func twoDecideAtOnce(x *trial) {
	times := rounds(6, 60)
	w := newWorld(x, times/len(companies)+2)
	w.start()
	first, second := w.enter(), w.enter()
	var won []*errand
	told := 0
	for n := range times {
		one, other := first[n%len(first)], second[n%len(second)]
		other.door = one.door + 1
		ticket := one.tickets[n/len(first)]
		var pair [2]*errand
		for i, b := range []*browser{one, other} {
			e, err := b.close(ticket)
			if err != nil {
				x.Fatal(err)
			}
			pair[i] = e
		}
		var both sync.WaitGroup
		var said [2]int
		for i, e := range pair {
			both.Go(func() {
				a, err := e.browser.post(e.path, e.form)
				if err != nil {
					x.Error(err)
				}
				if said[i] = a.status; a.status == http.StatusSeeOther {
					e.recorded, e.at = true, a.location
				}
			})
		}
		both.Wait()
		for _, status := range said {
			switch status {
			case http.StatusSeeOther:
			case http.StatusConflict:
				told++
			default:
				x.Errorf("round %d: status %d", n, status)
			}
		}
		l := w.ledger()
		if !eventually(x.Context(), 2*time.Minute, func() bool {
			return l.count("SELECT count(*) FROM actions WHERE state NOT IN ('confirmed', 'refused', 'withdrawn', 'conflict')") == 0
		}) {
			x.Fatalf("round %d does not come to its end: %s", n, l.unsettled())
		}
		stored := l.actions()
		confirmed := 0
		for _, e := range pair {
			switch s := stored[e.key]; {
			case !e.recorded: // told at once, and counted
			case s.state == "confirmed":
				confirmed++
				won = append(won, e)
			case s.state == "conflict" || s.state == "refused":
				told++
				w.takeBack(e, s)
			default:
				x.Errorf("round %d: one is %+v", n, s)
			}
		}
		if confirmed != 1 {
			x.Errorf("round %d: %d decisions count", n, confirmed)
		}
	}
	if told != times {
		x.Errorf("%d of %d who came second were told", told, times)
	}
	w.settle(time.Minute)
	w.judge(outcome{rounds: times, note: fmt.Sprintf("%d decisions count, %d people were told that they came second", len(won), told)}, won, first)
}

// takeBack withdraws a decision that could not be carried out, as its person would.
func (w *world) takeBack(e *errand, s entry) {
	w.Helper()
	if s.reason == "" {
		w.Errorf("a decision in state %s gives no reason", s.state)
	}
	if s.state != "conflict" {
		return
	}
	if a, err := e.browser.post(e.progress()+"/withdraw", url.Values{}); err != nil || a.status != http.StatusSeeOther {
		w.Errorf("take back: status %d, %v", a.status, err)
	}
}
