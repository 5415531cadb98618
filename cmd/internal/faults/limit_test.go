//go:build faults

package faults_test

import (
	"fmt"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// underWay is how long after a limit began a request may still arrive: it had
// left before the answer with the limit came, or before another process was told
// of it. It is less than any window, and far more than a machine needs that has
// nothing else to do; the report says how long it was.
const underWay = 3 * time.Second

// TestLimitIsObeyed answers 429 with Retry-After while pulls and actions run,
// and looks at when requests arrived (F08).
func TestLimitIsObeyed(t *testing.T) { trials(t, "429 with Retry-After", limitIsObeyed) }

func limitIsObeyed(x *trial) {
	w := newWorld(x, 10)
	w.start()
	browsers := w.enter()
	knobs, l := w.source.fake.Faults, w.ledger()
	var errands []*errand
	times, latest := rounds(3, 20), time.Duration(0)
	for n := range times {
		window := time.Duration(4+n%3) * time.Second
		knobs.Forget()
		knobs.Set(faults.Fault{Kind: faults.Limit, Wait: window, Times: 1, After: n % 4})
		l.hasten()
		for _, b := range browsers {
			e := b.reply(b.tickets[n%len(b.tickets)])
			errands = append(errands, e)
			if err := e.send(); err != nil {
				x.Fatal(err)
			}
		}
		if !eventually(x.Context(), time.Minute, func() bool { return knobs.Fired(faults.Limit) == 1 }) {
			x.Fatal("the limit was never met")
		}
		pause(x.Context(), window+time.Second)
		latest = max(latest, lateness(x.T, knobs.Requests()))
		knobs.Clear()
	}
	w.settle(3 * time.Minute)
	w.judge(outcome{rounds: times,
		note: fmt.Sprintf("0 requests sent inside a window; latest one under way %s", latest.Round(time.Millisecond))}, errands, browsers)
}

// lateness is how far into the window the last request arrived.
func lateness(t *testing.T, log []faults.Request) time.Duration {
	t.Helper()
	var began time.Time
	latest := time.Duration(0)
	for _, r := range log {
		if !r.Held {
			began = r.At
			continue
		}
		late := r.At.Sub(began)
		latest = max(latest, late)
		if late > underWay {
			t.Errorf("%s %s arrived %s into the window", r.Method, r.Path, late)
		}
	}
	return latest
}
