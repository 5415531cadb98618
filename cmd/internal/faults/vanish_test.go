//go:build faults

package faults_test

import (
	"strings"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// TestVanishingSource lets a census find an empty source, or one that has lost
// more than a fifth (F13): nothing is deleted, and the stream waits for a person
// with a reason. What is credibly gone is removed.
func TestVanishingSource(t *testing.T) { trials(t, "vanishing source", vanishingSource) }

func vanishingSource(x *trial) {
	w := newWorld(x, 10)
	w.start()
	browsers := w.enter()
	l, knobs := w.ledger(), w.source.fake.Faults
	before := l.mirror()
	knobs.Set(faults.Fault{Kind: faults.Vanish, Match: faults.Match{Path: "=/REST/2.0/tickets"}})
	if r := w.census(l); r.counts.Deleted != 0 {
		x.Errorf("an empty answer deleted %d", r.counts.Deleted)
	}
	w.keepsAll("empty census", before, l.mirror())
	if held, problem := l.stream("held", "tickets"), l.stream("problem", "tickets"); held != "30 of 30 records of kind ticket are missing at the source. Nothing was removed: look at the source, then confirm." {
		x.Errorf("after an empty census the stream is held with %q (%q)", held, problem)
	}
	knobs.Clear()
	for id := 1; id <= 8; id++ { // 8 of 30
		w.source.fake.Delete(id)
	}
	if r := w.census(l); r.counts.Deleted != 0 {
		x.Errorf("a census with a quarter missing deleted %d", r.counts.Deleted)
	}
	w.keepsAll("a quarter missing", before, l.mirror())
	if held := l.stream("held", "tickets"); !strings.HasPrefix(held, "8 of 30 records of kind ticket are missing") {
		x.Errorf("with a quarter missing the stream is held with %q", held)
	}
	for id := 1; id <= 7; id++ {
		w.source.fake.SetStatus(id, "root", "open")
	}
	// A census of the step before may have been late, and have found it first: what
	// is gone is looked at, not which of them took it away.
	w.census(l)
	if held := l.stream("held", "tickets"); held != "" {
		x.Errorf("one ticket is gone, and the stream is held with %q", held)
	}
	after := l.mirror()
	delete(before["ticket"], "8")
	w.sameSet("tickets after the census", keys(before["ticket"]), keys(after["ticket"]))
	if gone := len(before["comment"]) - len(after["comment"]); gone <= 0 || gone > 4 {
		x.Errorf("with one ticket %d comments went", gone)
	}
	for _, b := range browsers {
		b.crawl(browsers)
	}
	x.report(outcome{rounds: 3, note: "0 deletions while held, 1 when 1 was gone"})
}

// census makes the tickets due for a count and waits for its run.
func (w *world) census(l *ledger) lastRun {
	w.Helper()
	count := func() int {
		return l.count("SELECT count(*) FROM runs WHERE stream = 'tickets' AND mode = 'census' AND state <> 'running'")
	}
	before := count()
	due := func() {
		l.exec("UPDATE streams SET next_at = NULL, counted_at = '2000-01-01T00:00:00.000000Z' WHERE stream = 'tickets' AND lease_until IS NULL")
	}
	due()
	if !eventually(w.Context(), time.Minute, func() bool {
		if count() == before {
			due()
		}
		return count() > before
	}) {
		w.Fatalf("no census ran: %v", l.rows(4, "SELECT stream, next_at, counted_at, lease_until FROM streams"))
	}
	return l.lastRun("tickets", "census")
}
