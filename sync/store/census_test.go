package store_test

import (
	"strconv"
	"testing"
	"time"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

func TestHowMuchACensusMayRemove(t *testing.T) {
	t.Parallel()
	for known, want := range map[int]int{0: 0, 1: 0, 4: 0, 5: 1, 9: 1, 10: 2, 14: 2, 15: 3, 20: 3, 59: 3, 60: 3, 79: 3, 80: 4, 100: 5, 1000: 50, 200_000: 10_000} {
		if got := store.Allowed(known); got != want {
			t.Errorf("of %d: %d, want %d", known, got, want)
		}
	}
}

// numbers are external ids from the first up to but without the last.
func numbers(from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, strconv.Itoa(i))
	}
	return out
}

func TestACensusRemovesWithWhatBelongsToIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	commit(t, w, "tickets", bigPage(60, "Nordwind", "t", w.clock()))
	w.match(t, "Nordwind", a)
	commit(t, w, "conversation", remote.Page{Records: []record.Record{comment("c0", "0", "goes along", w.clock()), comment("c9", "9", "stays", w.clock())}})
	w.pass(time.Minute)
	r := w.begin(t, "tickets", remote.Census)
	seen := numbers(3, 60) // in no order that text would have
	res, err := w.sys.Sweep(t.Context(), r, record.KindTicket, seen, false)
	must(t, err)
	if want := (run.SweepResult{Known: 60, Missing: 3, Deleted: 4}); res != want {
		t.Errorf("%+v, want %+v", res, want)
	}
	if left := listed(t, w, owner(a), a, record.KindComment); len(left) != 1 {
		t.Errorf("comments left: %v", left)
	}
	held, err := w.sys.Sweep(t.Context(), r, record.KindTicket, numbers(7, 60), false)
	must(t, err)
	if !held.Held || held.Deleted != 0 || held.Missing != 4 {
		t.Errorf("one too many: %+v", held)
	}
	forced, err := w.sys.Sweep(t.Context(), r, record.KindTicket, numbers(7, 60), true)
	must(t, err)
	streams, err := w.sys.Streams(t.Context(), w.conn)
	must(t, err)
	if forced.Held || forced.Deleted != 4 || streams[0].Held != "" {
		t.Errorf("confirmed by a person: %+v, held %q", forced, streams[0].Held)
	}
}

func TestACensusCountsWhatWaitsInStagingToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	commit(t, w, "tickets", bigPage(60, "Stranger", "t", w.clock()))
	w.pass(time.Minute)
	r := w.begin(t, "tickets", remote.Census)
	res, err := w.sys.Sweep(t.Context(), r, record.KindTicket, numbers(2, 60), false)
	must(t, err)
	if n, err := w.sys.Waiting(t.Context(), w.conn); err != nil || n != 58 || res.Deleted != 2 {
		t.Errorf("%+v, %d wait, %v", res, n, err)
	}
}

// TestACensusSparesWhatIsYoungerThanItself: a client asks for something while
// the census is on its way, which therefore cannot have seen it.
func TestACensusSparesWhatIsYoungerThanItself(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var page remote.Page
	for _, id := range numbers(10, 90) {
		page.Records = append(page.Records, ticket(id, "Nordwind", "t", "open", d.clock()))
	}
	commit(t, d.world, "tickets", page)
	d.pass(time.Minute)
	r := d.begin(t, "tickets", remote.Census)
	d.pass(time.Second)
	a, err := d.acc.Submit(t.Context(), d.owner, action.Draft{Account: d.account, Kind: action.TicketCreate, Connection: d.conn, Key: "n"})
	must(t, err)
	c := d.mustClaim(t, a.ID)
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Sending, Keep: true}))
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Confirmed, Records: []record.Record{
		ticket("99", "Nordwind", "asked for just now", "new", d.clock()), ticket("10", "Nordwind", "t", "open", d.clock().Add(-time.Minute-time.Second))}}))
	seen := append([]string{"1", "2"}, numbers(12, 90)...)
	res, err := d.sys.Sweep(t.Context(), r, record.KindTicket, seen, false)
	must(t, err)
	if res.Deleted != 1 {
		t.Errorf("%+v, want only 11 gone: 99 is younger and 10 was re-read", res)
	}
}

func TestASweepNeedsItsLease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	commit(t, w, "tickets", bigPage(60, "Stranger", "t", w.clock()))
	w.pass(time.Minute)
	old := w.begin(t, "tickets", remote.Census)
	w.pass(2 * lease)
	w.begin(t, "tickets", remote.Census)
	if res, err := w.sys.Sweep(t.Context(), old, record.KindTicket, numbers(1, 60), false); !fault.Is(err, fault.Conflict) || res.Deleted != 0 {
		t.Errorf("%+v %v", res, err)
	}
}

func TestDeletionsReachOnlyTheirConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	other := w.connection(t, "Other desk")
	first := w.conn
	for _, c := range []record.ConnectionID{first, other} {
		w.conn = c
		w.pull(t, "tickets", ticket("1", "Nordwind", "t", "open", w.clock()))
		w.match(t, "Nordwind", a)
	}
	r := commit(t, w, "tickets", remote.Page{Deleted: []record.Ref{{Connection: first, Kind: record.KindTicket, External: "1"}, {Connection: first, Kind: record.KindTicket, External: "none"}}})
	rows := tickets(t.Context(), t, w, owner(a), a)
	if len(rows) != 1 || rows[0].Stamp.Connection != first || r.Counts.Deleted != 1 {
		t.Errorf("a page of one connection removed %+v, left %+v", r.Counts, rows)
	}
}
