package store_test

import (
	"testing"
	"time"

	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

func drain(t *testing.T, w *world) []change.Event {
	t.Helper()
	var out []change.Event
	for {
		n, err := w.sys.TakeOutbox(t.Context(), 100, func(e change.Event) error { out = append(out, e); return nil })
		must(t, err)
		if n == 0 {
			return out
		}
	}
}

func TestUnmatchedIsInvisibleThenPromotedWithWhatBelongsToIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nordwind := w.account(t, "Nordwind")
	now := w.clock()
	r := w.pull(t, "tickets", ticket("1", "Nordwind", "VPN drops", "open", now), ticket("2", "Brightleaf", "X-ray", "open", now))
	if r.Counts != (run.Counts{Read: 2, Unmatched: 2}) {
		t.Fatalf("counts = %+v", r.Counts)
	}
	w.pull(t, "conversation", comment("10", "1", "Which version?", now), comment("11", "2", "On it.", now))
	if rows := tickets(t.Context(), t, w, owner(nordwind), nordwind); len(rows) != 0 {
		t.Fatalf("unmatched tickets are visible: %v", rows)
	}
	w.match(t, "Nordwind", nordwind)
	rows := tickets(t.Context(), t, w, owner(nordwind), nordwind)
	if len(rows) != 1 || rows[0].Title != "VPN drops" || rows[0].Label != "In progress" || rows[0].Turn != record.TurnProvider {
		t.Fatalf("after the match: %+v", rows)
	}
	entries, err := w.acc.Timeline(t.Context(), owner(nordwind), nordwind, rows[0].ID)
	must(t, err)
	if len(entries) != 1 || entries[0].Comment.Text != "Which version?" {
		t.Fatalf("timeline = %+v", entries)
	}
	waiting, err := w.sys.Waiting(t.Context(), w.conn)
	must(t, err)
	if waiting != 2 {
		t.Errorf("%d records wait, want the ticket and comment of the other company", waiting)
	}
}

func TestASecondPassOverTheSameDataWritesAndTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nordwind := w.account(t, "Nordwind")
	now := w.clock()
	page := []record.Record{ticket("1", "Nordwind", "VPN drops", "open", now), ticket("2", "Nordwind", "Printer", "new", now)}
	w.pull(t, "tickets", page...)
	w.match(t, "Nordwind", nordwind)
	drain(t, w)
	if r := w.pull(t, "tickets", page...); r.Counts != (run.Counts{Read: 2, Unchanged: 2}) {
		t.Errorf("counts = %+v", r.Counts)
	}
	if events := drain(t, w); len(events) != 0 {
		t.Errorf("an unchanged pass published %v", events)
	}
	page[1] = ticket("2", "Nordwind", "Printer", "resolved", now.Add(time.Minute))
	if r := w.pull(t, "tickets", page...); r.Counts != (run.Counts{Read: 2, Unchanged: 1, Written: 1}) {
		t.Errorf("counts after one change = %+v", r.Counts)
	}
	events := drain(t, w)
	if len(events) != 1 || events[0].Account != nordwind || len(events[0].IDs) != 1 {
		t.Errorf("events after one change = %+v", events)
	}
}

func TestARecordThatChangesCompanyLeavesTheOldOneAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.account(t, "A"), w.account(t, "B")
	now := w.clock()
	w.pull(t, "tickets", ticket("1", "A", "Secret", "open", now), ticket("2", "B", "Other", "open", now))
	w.match(t, "A", a)
	w.match(t, "B", b)
	w.pull(t, "conversation", comment("10", "1", "secret words", now))
	w.pull(t, "tickets", ticket("1", "B", "Secret", "open", now.Add(time.Minute)))
	if rows := tickets(t.Context(), t, w, owner(a), a); len(rows) != 0 {
		t.Errorf("the old company still sees %+v", rows)
	}
	rows := tickets(t.Context(), t, w, owner(b), b)
	if len(rows) != 2 {
		t.Fatalf("the new company sees %+v", rows)
	}
	entries, err := w.acc.Timeline(t.Context(), owner(b), b, rows[0].ID)
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("the history did not move along: %+v", entries)
	}
	w.pull(t, "tickets", ticket("1", "Nobody yet", "Secret", "open", now.Add(2*time.Minute)))
	if rows := tickets(t.Context(), t, w, owner(b), b); len(rows) != 1 {
		t.Errorf("a record of an unmatched company is visible: %+v", rows)
	}
}

func TestALostLeaseCommitsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nordwind := w.account(t, "Nordwind")
	old, ok, err := w.sys.Begin(t.Context(), run.Due{Connection: w.conn, Stream: "tickets", Mode: remote.Changes}, time.Minute)
	must(t, err)
	if !ok {
		t.Fatal("no lease")
	}
	if _, ok, err := w.sys.Begin(t.Context(), run.Due{Connection: w.conn, Stream: "tickets", Mode: remote.Changes}, time.Minute); err != nil || ok {
		t.Fatalf("a second run got the lease: %v %v", ok, err)
	}
	w.pass(2 * time.Minute)
	w.begin(t, "tickets", remote.Changes)
	_, err = w.sys.Commit(t.Context(), old, remote.Page{Records: []record.Record{ticket("1", "Nordwind", "x", "open", w.clock())}, Next: remote.Checkpoint("p")}, lease)
	if !fault.Is(err, fault.Conflict) {
		t.Fatalf("a run without lease committed: %v", err)
	}
	w.match2(t, nordwind)
}

// match2 asserts that the company was never even seen.
func (w *world) match2(t *testing.T, account record.AccountID) {
	t.Helper()
	if err := w.sys.Match(t.Context(), w.conn, "Nordwind", account, "test"); !fault.Is(err, fault.Conflict) {
		t.Errorf("the refused page left a company behind: %v", err)
	}
}

func TestACensusNeverEmptiesAStreamByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nordwind := w.account(t, "Nordwind")
	now := w.clock()
	var page []record.Record
	for i := range 250 {
		page = append(page, ticket(string(rune('A'+i/26))+string(rune('a'+i%26)), "Nordwind", "t", "open", now))
	}
	w.pull(t, "tickets", page...)
	w.match(t, "Nordwind", nordwind)
	r := w.begin(t, "tickets", remote.Census)
	res, err := w.sys.Sweep(t.Context(), r, record.KindTicket, nil, false)
	must(t, err)
	if !res.Held || res.Deleted != 0 || res.Missing != 250 {
		t.Fatalf("an empty census: %+v", res)
	}
	streams, err := w.sys.Streams(t.Context(), w.conn)
	must(t, err)
	if streams[0].Held == "" {
		t.Error("nobody is told that the census is held")
	}
	var seen []string
	for _, rec := range page[2:] {
		seen = append(seen, rec.External)
	}
	res, err = w.sys.Sweep(t.Context(), r, record.KindTicket, seen, false)
	must(t, err)
	if res.Held || res.Deleted != 2 {
		t.Fatalf("two of 250 are gone at the source: %+v", res)
	}
}
