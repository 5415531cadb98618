package connectortest

import (
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// limitStorm answers 429 again and again, for a second each time.
func limitStorm(t testing.TB, b *bench) {
	storm := faults.Fault{Kind: faults.Limit, Match: b.system.List, After: 1, Times: 5, Wait: time.Second}
	b.system.Faults.Set(storm)
	b.settle(t, b.system.Main)
	b.whole(t, "after a storm of 429")
	if n := b.line.breached(); n > 0 {
		t.Errorf("%d requests left inside a window that the connector knew of", n)
	}
	if n := b.system.Faults.Fired(faults.Limit); n != storm.Times {
		t.Errorf("the storm answered %d requests, want %d: the check did not check", n, storm.Times)
	}
}

// halfFails lets half of the requests fail, and then all but the first.
func halfFails(t testing.TB, b *bench) {
	b.system.Faults.Set(faults.Fault{Kind: faults.Fail, Match: b.system.List, Share: 0.5})
	b.settle(t, b.system.Main)
	b.whole(t, "although half of the requests failed")
	b.system.Faults.Clear()

	b.store = newStore()
	b.clock.Advance(breakerRest)
	b.system.Faults.Set(faults.Fault{Kind: faults.Fail, Match: b.system.List, After: 1})
	r := &run{stream: b.system.Main}
	err := b.pull(t.Context(), r)
	b.judge(t, r, err)
	if err == nil || b.system.Faults.Fired(faults.Fail) == 0 {
		t.Errorf("all requests but the first failed %d times and the pull says %v", b.system.Faults.Fired(faults.Fail), err)
	}
	b.system.Faults.Clear()
	b.clock.Advance(breakerRest)
	b.settle(t, b.system.Main)
	b.whole(t, "when the requests work again")
}
