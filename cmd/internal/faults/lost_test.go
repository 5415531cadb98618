//go:build faults

package faults_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// TestAnswersLostAfterTheSourceCommitted lets the source do what it is asked and
// breaks the connection before any byte of the answer (F04, F10).
func TestAnswersLostAfterTheSourceCommitted(t *testing.T) {
	trials(t, "answer lost after commit", answersLostAfterTheSourceCommitted)
}

func answersLostAfterTheSourceCommitted(x *trial) {
	many := rounds(10, 100)
	w := newWorld(x, many)
	w.start()
	browsers := w.enter()
	var errands []*errand
	for n := range many {
		b := browsers[n%len(browsers)]
		e := b.reply(b.tickets[n])
		switch n % 5 {
		case 3:
			to, err := b.destination()
			if err != nil {
				x.Fatal(err)
			}
			e = b.open(to)
		case 4:
			var err error
			if e, err = b.close(b.tickets[n]); err != nil {
				x.Fatal(err)
			}
		}
		errands = append(errands, e)
	}
	knobs := w.source.fake.Faults
	for _, m := range []faults.Match{{Method: http.MethodPost, Path: "/correspond"}, {Method: http.MethodPost, Path: "=/REST/2.0/ticket"}, {Method: http.MethodPut, Path: "/ticket/"}} {
		knobs.Set(faults.Fault{Kind: faults.LoseAnswer, Match: m})
	}
	var watching sync.WaitGroup
	for _, e := range errands {
		if err := e.send(); err != nil {
			x.Fatal(err)
		}
		watching.Go(func() {
			var a answer
			var err error
			if !eventually(x.Context(), time.Minute+time.Duration(many)*2*time.Second, func() bool {
				a, err = e.browser.get(e.progress())
				return err == nil && strings.Contains(a.body, "Checking with "+system) && strings.Contains(a.body, `data-state="unknown"`)
			}) {
				x.Errorf("while nobody knows, %s says (status %d, %v):\n%.1500s", e.progress(), a.status, err, a.body)
			}
		})
	}
	watching.Wait()
	if n := knobs.Fired(faults.LoseAnswer); n != many {
		x.Errorf("%d answers were lost for %d actions: something was sent again before it was looked for", n, many)
	}
	knobs.Clear()
	since := time.Now()
	w.settle(3*time.Minute + time.Duration(many)*time.Second)
	w.judge(outcome{rounds: many, note: fmt.Sprintf("settled %s after the source was back", time.Since(since).Round(time.Second))}, errands, browsers)
}
