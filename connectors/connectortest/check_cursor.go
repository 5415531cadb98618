package connectortest

import (
	"testing"
	"time"
)

// markers are words that no seed contains.
const (
	marker1 = "conformance-marker-one"
	marker2 = "conformance-marker-two"
	marker3 = "conformance-marker-three"
)

func changeIsSeen(t testing.TB, b *bench) {
	b.settleAll(t)
	b.clock.Advance(time.Hour)
	for _, external := range ends(b.system.Records()) {
		b.system.Change(external, marker1+external)
	}
	b.settleAll(t)
	for _, external := range ends(b.system.Records()) {
		b.mustHold(t, marker1+external, "a change of record "+external)
	}
	b.whole(t, "after changes")
}

// ends returns the first and the last.
func ends(list []string) []string {
	if len(list) < 2 {
		return list
	}
	return []string{list[0], list[len(list)-1]}
}

func (b *bench) mustHold(t testing.TB, marker, what string) {
	t.Helper()
	if !b.holds(marker) {
		t.Errorf("%s was never emitted", what)
	}
}

// changeInTheSameSecond changes one record twice within a second, with a pull
// in between: its time of change does not tell the two apart.
func changeInTheSameSecond(t testing.TB, b *bench) {
	b.settleAll(t)
	b.clock.Advance(time.Hour)
	external := b.system.Records()[0]
	b.system.Change(external, marker1)
	b.settleAll(t)
	b.mustHold(t, marker1, "the first change")
	b.system.Change(external, marker2)
	b.settleAll(t)
	b.clock.Advance(time.Minute)
	b.settleAll(t)
	b.mustHold(t, marker2, "a change in the second of an earlier one, which was pulled in between,")
}

// additionsMeanwhile adds and changes records while the pages of a pull go by:
// of a first pull, and of one that has only changes to read.
func additionsMeanwhile(t testing.TB, b *bench) {
	for _, round := range []string{" in a first pull", " in a later pull"} {
		b.clock.Advance(time.Hour)
		b.system.Add(marker1 + round)
		r := &run{stream: b.system.Main, onPage: func(page int) {
			if page > 1 {
				return
			}
			b.system.Add(marker2 + round)
			if b.system.Change != nil {
				b.system.Change(b.system.Records()[0], marker3+round)
			}
		}}
		err := b.pull(t.Context(), r)
		b.judge(t, r, err)
		if r.pages == 0 {
			t.Errorf("no page was emitted%s, although there is an addition", round)
		}
		b.clock.Advance(time.Minute)
		b.settleAll(t)
		b.whole(t, "after records were added"+round)
		b.mustHold(t, marker1+round, "an addition before a pull")
		b.mustHold(t, marker2+round, "an addition"+round)
		if b.system.Change != nil {
			b.mustHold(t, marker3+round, "a change"+round)
		}
	}
}

// lateCommit begins a change, lets a later one be pulled, and then commits.
func lateCommit(t testing.TB, b *bench) {
	b.settleAll(t)
	b.clock.Advance(time.Hour)
	records := b.system.Records()
	commit := b.system.Begin(records[0], marker1)
	b.clock.Advance(2 * time.Minute)
	b.system.Change(records[1], marker2)
	b.settleAll(t)
	b.mustHold(t, marker2, "the quick change")
	commit()
	b.clock.Advance(time.Minute)
	b.system.Change(records[2], marker3)
	b.settleAll(t)
	b.mustHold(t, marker3, "the change after it")
	b.mustHold(t, marker1, "a change that was committed two minutes late")
}
