package connectortest

import (
	"slices"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/sync/remote"
)

// deformations are the ways in which a page can be wrong.
var deformations = []faults.Kind{
	faults.Cut, faults.Blank, faults.Short, faults.Vanish, faults.Repeat, faults.Reorder, faults.HTML, faults.Truncate,
}

// pageFaults are the deformations of the second and of every later page, and
// for those that nobody can take for an answer, of the first.
func pageFaults(s *System) []faults.Fault {
	var out []faults.Fault
	for _, kind := range deformations {
		if !s.Pages.Told() && (kind == faults.Short || kind == faults.Vanish) {
			continue // nobody could tell such a page from the end of the list
		}
		out = append(out, faults.Fault{Kind: kind, Match: s.List, After: 1})
		if kind != faults.Vanish && kind != faults.Repeat { // an empty first page is an answer, and a first page repeats nothing
			out = append(out, faults.Fault{Kind: kind, Match: s.List})
		}
	}
	for i := range out {
		if out[i].Kind == faults.Repeat {
			out[i].After = 0 // it serves the first matching answer, which goes well
		}
	}
	return out
}

// brokenPages wants an error or everything, never a pass that says it is
// complete and is not, however often it is tried; and everything, from the
// checkpoint, when the system is well again.
func brokenPages(t testing.TB, b *bench) {
	for _, f := range pageFaults(b.system) {
		b.store = newStore()
		b.system.Faults.Set(f)
		for range 2 {
			r := &run{stream: b.system.Main}
			err := b.pull(t.Context(), r)
			b.judge(t, r, err)
			if r.complete && f.Kind != faults.Vanish { // who is told in good order that there is nothing may believe it, for now
				b.whole(t, string(f.Kind)+" pages, and the pull says it is complete")
			}
			b.clock.Advance(breakerRest)
		}
		if b.system.Faults.Fired(f.Kind) == 0 {
			t.Errorf("%s: no page was spoiled: the check did not check", f.Kind)
		}
		b.system.Faults.Clear()
		b.settle(t, b.system.Main)
		b.whole(t, "after "+string(f.Kind)+" pages, when the system is well again")
		if n := b.buried(); n > 0 {
			t.Errorf("%s pages: %d records were called deleted", f.Kind, n)
		}
	}
}

// buried counts the records that exist and were called deleted.
func (b *bench) buried() int {
	n := 0
	there := b.system.Records()
	for _, ref := range b.deleted {
		if slices.Contains(there, ref.External) {
			n++
		}
	}
	return n
}

// brokenCensus wants that a census which says it is complete has seen all.
func brokenCensus(t testing.TB, b *bench) {
	if !b.sweeps() {
		t.Log("not checked: the stream is not swept")
		return
	}
	b.settle(t, b.system.Main)
	for _, f := range pageFaults(b.system) {
		b.system.Faults.Set(f)
		r := b.census(t)
		if missing := difference(b.system.Records(), r.all()); r.complete && len(missing) > 0 {
			t.Errorf("%s pages (after %d): the census says it is complete and lacks %d records, which a sweep would remove",
				f.Kind, f.After, len(missing))
		}
		b.system.Faults.Clear()
		b.clock.Advance(breakerRest)
	}
	if r := b.census(t); !r.complete {
		t.Error("the census does not complete although the system is well again")
	}
}

func (b *bench) sweeps() bool {
	s, ok := b.connector.Spec().Stream(b.system.Main)
	return ok && s.Sweep
}

// census counts Main once.
func (b *bench) census(t testing.TB) *run {
	t.Helper()
	before := slices.Clone(b.checkpoints[b.system.Main])
	r := &run{stream: b.system.Main, mode: remote.Census}
	err := b.pull(t.Context(), r)
	b.judge(t, r, err)
	if !slices.Equal(before, b.checkpoints[b.system.Main]) {
		t.Error("a census moved the checkpoint")
	}
	return r
}

// all returns every id that a census has seen.
func (r *run) all() []string {
	var out []string
	for _, ids := range r.seen {
		out = append(out, ids...)
	}
	return out
}

// deletedLeavesCensus deletes two records, so that a system with two ways to do
// it can show both.
func deletedLeavesCensus(t testing.TB, b *bench) {
	if !b.sweeps() {
		t.Log("not checked: the stream is not swept")
		return
	}
	b.settle(t, b.system.Main)
	gone := []string{b.system.Records()[1], b.system.Records()[3]}
	for _, external := range gone {
		b.system.Delete(external)
	}
	r := b.census(t)
	if !r.complete {
		t.Fatal("the census is not complete")
	}
	seen := r.all()
	if counted := len(gone) - len(difference(gone, seen)); counted > 0 {
		t.Errorf("%d of the records that were deleted are counted", counted)
	}
	if missing := difference(b.system.Records(), seen); len(missing) > 0 {
		t.Errorf("%d records exist and are not counted: %v", len(missing), head(missing))
	}
}

// restoredComesBack sweeps a record away, as a census would, and restores it.
func restoredComesBack(t testing.TB, b *bench) {
	b.settleAll(t)
	external := b.system.Records()[1]
	b.system.Delete(external)
	b.clock.Advance(time.Hour)
	b.settleAll(t)
	k := key{b.kindOf(external), external}
	delete(b.records, k)
	delete(b.streams, k)
	b.clock.Advance(time.Hour)
	if !b.system.Restore(external) {
		t.Fatal("the target could not restore what it deleted")
	}
	b.settleAll(t)
	b.whole(t, "after a record was restored")
	b.clock.Advance(time.Minute)
	b.settleAll(t)
	b.whole(t, "a pull after a record was restored")
}

// deletionIsSeen deletes two records and wants them gone, by tombstones or
// because a census does not count them.
func deletionIsSeen(t testing.TB, b *bench) {
	b.settleAll(t)
	for _, external := range []string{b.system.Records()[1], b.system.Records()[3]} {
		b.system.Delete(external)
	}
	b.clock.Advance(time.Hour)
	b.settleAll(t)
	if b.sweeps() {
		r := b.census(t)
		if !r.complete {
			t.Fatal("the census is not complete")
		}
		b.sweep(r.all())
	}
	b.whole(t, "after records were deleted")
}
