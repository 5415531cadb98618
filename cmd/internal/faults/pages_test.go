//go:build faults

package faults_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// unseen is what a page says that lacks rows. Transactions are listed without a
// total, as in the original, so there nobody can tell it from a page that ends.
const unseen = "fewer records than it says there are"

// spoiled are the ways in which a list can arrive wrong, and the sentence of the
// run's report; "" where the pass may well succeed. A way in which the list
// cannot be told from a true one is not here: see TestVanishingSource.
var spoiled = []struct {
	fault faults.Fault
	says  string
}{
	{faults.Fault{Kind: faults.Truncate}, "The answer of the system broke off"},
	{faults.Fault{Kind: faults.Cut}, "not whole JSON"},
	{faults.Fault{Kind: faults.Blank}, "does not have the expected shape"},
	{faults.Fault{Kind: faults.Short}, unseen},
	{faults.Fault{Kind: faults.Repeat}, "does not have the expected shape"},
	{faults.Fault{Kind: faults.Reorder}, "does not have the expected shape"},
	{faults.Fault{Kind: faults.HTML}, "answers with a web page"},
	{faults.Fault{Kind: faults.Fail}, "has a failure of its own"},
	{faults.Fault{Kind: faults.Fail, Share: 0.5}, ""},
	{faults.Fault{Kind: faults.Drip, Wait: 2 * time.Second}, ""},
}

// TestSpoiledPages pulls while one list of the source arrives wrong (F09, F11,
// F12): what is known stays, the report says which stream and why, and the next
// good pull makes the read model equal again.
func TestSpoiledPages(t *testing.T) { trials(t, "spoiled pages", spoiledPages) }

func spoiledPages(x *trial) {
	w := newWorld(x, 40) // more than a page of 100 in all
	l, times := w.ledger(), 0
	for range rounds(1, 10) {
		for _, list := range []struct{ path, stream string }{{"=/REST/2.0/tickets", "tickets"}, {"=/REST/2.0/transactions", "conversation"}} {
			for _, way := range spoiled {
				times++
				w.spoil(l, list.path, list.stream, way.fault, way.says, times)
			}
		}
	}
	w.start()
	w.judge(outcome{rounds: times, note: "nothing deleted, report names stream and reason"}, nil, w.enter())
}

// spoil lets one pull meet one fault.
func (w *world) spoil(l *ledger, path, stream string, way faults.Fault, says string, n int) {
	w.Helper()
	knobs, name := w.source.fake.Faults, fmt.Sprintf("%s on %s", way.Kind, stream)
	if says == unseen && stream == "conversation" {
		return
	}
	for id := range 40 { // more than one batch of parents
		w.source.fake.Reply(id+1, agent, fmt.Sprintf("Round %d", n))
	}
	w.source.addTicket(companies[n%len(companies)], 2000+n)
	if stream == "conversation" {
		w.must(nil, "connector", "pull", system, "--stream", "tickets")
	}
	before, checkpoint, fresh := l.mirror(), l.checkpoint(stream), l.stream("completed_at", stream)
	way.Path = path
	knobs.Set(way)
	out, code := w.run(nil, "connector", "pull", system, "--stream", stream)
	met := knobs.Fired(way.Kind)
	knobs.Clear()
	w.keepsAll(name, before, l.mirror())
	failed := code == 1 && strings.Contains(out, "pulling "+stream+" ended as failed: ")
	switch {
	case met == 0 && way.Share == 0:
		w.Errorf("%s was never met", name)
	case says != "" && (!failed || !strings.Contains(out, says)):
		w.Errorf("%s: exit code %d, want a report with %q:\n%s", name, code, says, out)
	case says == "" && code != 0 && !failed:
		w.Errorf("%s: exit code %d without a report:\n%s", name, code, out)
	case failed && l.stream("completed_at", stream) != fresh:
		w.Errorf("%s: the pass failed and the stream claims to be fresh", name)
	case failed && stream == "tickets" && way.Kind != faults.Repeat && way.Share == 0 && l.checkpoint(stream) != checkpoint:
		// A repeated page was good once, so the checkpoint may pass it.
		w.Errorf("%s: the checkpoint moved although no page was good", name)
	}
}

// keepsAll fails when something that was known is gone.
func (w *world) keepsAll(name string, before, after mirror) {
	w.Helper()
	for kind, records := range before {
		for id := range records {
			if _, ok := after[kind][id]; !ok {
				w.Errorf("%s: %s %s was deleted", name, kind, id)
			}
		}
	}
}
