package store_test

import (
	"testing"

	"portico/sync/fault"
	"portico/sync/record"
)

func meaningOf(t *testing.T, w *world, raw string) record.Meaning {
	t.Helper()
	rows, err := w.sys.Meanings(t.Context(), w.conn)
	must(t, err)
	for _, m := range rows {
		if m.Raw == raw {
			return m
		}
	}
	t.Fatalf("no status %q", raw)
	return record.Meaning{}
}

// Of two administrators who look at one status, the second to save is told, and
// what the first saved stays, on every record.
func TestAStatusIsRevisedByWhoHasSeenIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	w.pull(t, "tickets", ticket("1", "Nordwind", "Printer", "parked", w.clock()), ticket("2", "Nordwind", "Screen", "parked", w.clock()), ticket("3", "Nordwind", "Mouse", "open", w.clock()))
	w.match(t, "Nordwind", a)
	seen := meaningOf(t, w, "parked")
	if !seen.Guessed || seen.State != record.StateUnmapped {
		t.Fatalf("guessed as %+v", seen)
	}
	if n, err := w.sys.GuessedMeanings(t.Context(), w.conn); err != nil || n != 2 {
		t.Errorf("%d guesses, %v", n, err)
	}
	uses, err := w.sys.Uses(t.Context(), w.conn)
	must(t, err)
	if uses[record.Meaning{Kind: record.KindTicket, Raw: "parked"}] != 2 || uses[record.Meaning{Kind: record.KindTicket, Raw: "open"}] != 1 {
		t.Errorf("uses: %v", uses)
	}
	first, second := seen, seen
	first.State, first.Turn, first.Label, first.Guessed = record.StateWaiting, record.TurnThird, "Waiting for a supplier", false
	second.State, second.Turn, second.Label, second.Guessed = record.StateClosed, record.TurnNobody, "Closed", false
	must(t, w.sys.ReviseMeaning(t.Context(), w.conn, seen, first))
	if err := w.sys.ReviseMeaning(t.Context(), w.conn, seen, second); !fault.Is(err, fault.Conflict) {
		t.Errorf("the second: %v", err)
	}
	if got := meaningOf(t, w, "parked"); got != first {
		t.Errorf("it is %+v", got)
	}
	n := 0
	for _, row := range tickets(t.Context(), t, w, owner(a), a) {
		if row.Label == "Waiting for a supplier" && row.Turn == record.TurnThird {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d records have it", n)
	}
	other := seen
	other.Raw = "never seen"
	if err := w.sys.ReviseMeaning(t.Context(), w.conn, other, other); !fault.Is(err, fault.NotFound) {
		t.Errorf("a status that is not there: %v", err)
	}
}
