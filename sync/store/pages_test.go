package store_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// bigPage is a page of tickets that takes several transactions.
func bigPage(n int, company, subject string, at time.Time) remote.Page {
	p := remote.Page{Next: remote.Checkpoint(subject), Rejects: []remote.Reject{{Kind: record.KindTicket, External: "bad", Reason: "no status"}}}
	for i := range n {
		p.Records = append(p.Records, ticket(strconv.Itoa(i), company, subject, "open", at))
	}
	return p
}

// cutAfter is a context that ends when it was asked so many times.
type cutAfter struct {
	context.Context
	cancel context.CancelFunc
	left   int
}

func (c *cutAfter) Err() error {
	if c.left--; c.left <= 0 {
		c.cancel()
	}
	return c.Context.Err()
}

func (w *world) checkpoint(t *testing.T, stream string) string {
	t.Helper()
	list, err := w.sys.Streams(t.Context(), w.conn)
	must(t, err)
	for _, s := range list {
		if s.Stream == stream {
			return string(s.Checkpoint)
		}
	}
	t.Fatalf("no stream %s", stream)
	return ""
}

// state is everything a pull wrote, without ids and times of ours.
func state(t *testing.T, w *world) []string {
	t.Helper()
	rows, err := w.Texts(t.Context(), `SELECT kind || ' ' || external_id || ' ' || title || ' ' || account_id || ' ' || hex(body) FROM records
		UNION ALL SELECT 'identity ' || kind || ' ' || external_id || ' ' || account_id || hex(hash) FROM identities
		UNION ALL SELECT 'staged ' || kind || ' ' || external_id || ' ' || company || ' ' || parent_external FROM staging ORDER BY 1`)
	must(t, err)
	return rows
}

// interrupt lets a person write again and again while do runs, so that pages are
// committed in parts.
func (w *world) interrupt(t *testing.T, do func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			if err := w.sys.NoteAttempt(ctx, "somebody", w.clock()); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	do()
	cancel()
	wg.Wait()
}

func TestAPageThatIsCutIsRepeatedToTheSameSet(t *testing.T) {
	t.Parallel()
	const rows = 1000
	for _, row := range []int{-1, 50, 150, 450, 999} { // -1: the lease is lost, whenever that is
		t.Run(fmt.Sprint("at row ", row), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := w.account(t, "Nordwind")
			w.pull(t, "tickets", ticket("0", "Nordwind", "old", "open", w.clock()))
			w.match(t, "Nordwind", a)
			page := bigPage(rows, "Nordwind", "new", w.clock().Add(time.Minute))
			r := w.begin(t, "tickets", remote.Changes)
			must(t, w.Exec(t.Context(), fmt.Sprintf("CREATE TRIGGER cut AFTER INSERT ON identities WHEN NEW.external_id = '%d' BEGIN SELECT RAISE(ABORT, 'cut'); END", row)))
			var err error
			w.interrupt(t, func() {
				var wg sync.WaitGroup
				if row < 0 {
					wg.Go(func() { must(t, w.sys.Reclaim(t.Context())) })
				}
				_, err = w.sys.Commit(t.Context(), r, page, lease)
				wg.Wait()
			})
			if row >= 0 && err == nil || row < 0 && err != nil && !fault.Is(err, fault.Conflict) {
				t.Fatalf("the cut page: %v", err)
			}
			if at := w.checkpoint(t, "tickets"); at == "new" && err != nil {
				t.Fatal("the checkpoint moved before its records")
			}
			must(t, w.Exec(t.Context(), "DROP TRIGGER cut"))
			w.pass(2 * lease)
			again := w.begin(t, "tickets", remote.Changes)
			w.interrupt(t, func() { again, err = w.sys.Commit(t.Context(), again, page, lease) })
			must(t, err)
			if c := again.Counts; c.Read != rows || c.Written+c.Unchanged != rows || c.Rejected != 1 {
				t.Errorf("counts of the repeat: %+v", c)
			}
			if at := w.checkpoint(t, "tickets"); at != "new" || string(again.Checkpoint) != "new" {
				t.Errorf("checkpoint %q, run %q", at, again.Checkpoint)
			}
			calm := newWorld(t)
			calm.pull(t, "tickets", ticket("0", "Nordwind", "old", "open", calm.clock()))
			must(t, calm.sys.CreateAccount(t.Context(), record.AccountInfo{ID: a, Name: "Nordwind"}))
			calm.match(t, "Nordwind", a)
			calm.pull(t, "tickets", page.Records...)
			if got, want := state(t, w), state(t, calm); !slices.Equal(got, want) {
				t.Errorf("%d rows after the repeat, %d without a cut", len(got), len(want))
			}
		})
	}
}

func TestACancelledPageStopsAndIsResumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(t, "Nordwind")
	page := bigPage(1000, "Nordwind", "new", w.clock())
	for left := 1; ; left *= 3 {
		r := w.begin(t, "tickets", remote.Changes)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := w.sys.Commit(&cutAfter{ctx, cancel, left}, r, page, lease)
		cancel()
		if err == nil {
			break
		}
		if at := w.checkpoint(t, "tickets"); at != "" {
			t.Fatalf("checkpoint %q after %v", at, err)
		}
		w.pass(2 * lease)
	}
	if n, err := w.sys.Waiting(t.Context(), w.conn); err != nil || n != 1000 || w.checkpoint(t, "tickets") != "new" {
		t.Errorf("%d records, %v, checkpoint %q", n, err, w.checkpoint(t, "tickets"))
	}
}

func TestTheLastWordOfAPageCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	now := w.clock()
	r := w.pull(t, "tickets", ticket("1", "Nordwind", "first", "open", now), ticket("2", "Nordwind", "x", "open", now), ticket("1", "Nordwind", "last", "open", now))
	if r.Counts.Read != 2 {
		t.Errorf("counts %+v", r.Counts)
	}
	w.match(t, "Nordwind", a)
	if rows := tickets(t.Context(), t, w, owner(a), a); len(rows) != 2 || rows[0].Title != "last" && rows[1].Title != "last" {
		t.Errorf("%+v", rows)
	}
}

func TestRejectsAreListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.begin(t, "tickets", remote.Changes)
	want := []remote.Reject{{Kind: record.KindTicket, External: "7", Reason: "no status"}, {Kind: record.KindComment, Reason: "no id"}}
	r, err := w.sys.Commit(t.Context(), r, remote.Page{Rejects: want}, lease)
	must(t, err)
	got, err := w.sys.RejectsOf(t.Context(), r.ID)
	must(t, err)
	if !slices.Equal(got, want) || r.Counts.Rejected != 2 {
		t.Errorf("%+v %+v", got, r.Counts)
	}
	if at := w.checkpoint(t, "tickets"); at != "" {
		t.Errorf("a page without a checkpoint moved it to %q", at)
	}
}

// TestKeysThatNoDatabaseHolds came from a source that sent NUL: the stream
// stopped at the same page for ever.
func TestKeysThatNoDatabaseHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	odd := ticket("1\x00\xff", "Nord\x00wind", "sub\x00ject \xff", "op\x00en", w.clock())
	w.pull(t, "tickets", odd)
	w.match(t, "Nordwind", a)
	w.pull(t, "tickets", odd) // staging has put the broken bytes of its body right: once it differs
	if r := w.pull(t, "tickets", odd); r.Counts != (run.Counts{Read: 1, Unchanged: 1}) {
		t.Errorf("an unchanged pass: %+v", r.Counts)
	}
	w.pull(t, "conversation", comment("10\x00", "1\x00\xff", "words", w.clock()))
	rows := tickets(t.Context(), t, w, owner(a), a)
	if len(rows) != 1 || rows[0].Title != "subject \uFFFD" || rows[0].State != record.StateOpen {
		t.Fatalf("%+v", rows)
	}
	c := w.begin(t, "tickets", remote.Census)
	if res, err := w.sys.Sweep(t.Context(), c, record.KindTicket, []string{"1\x00\xff"}, false); err != nil || res.Missing != 0 {
		t.Errorf("a census that saw it: %+v %v", res, err)
	}
	r := w.begin(t, "conversation", remote.Changes)
	r, err := w.sys.Commit(t.Context(), r, remote.Page{Deleted: []record.Ref{{Kind: record.KindTicket, External: "1\x00\xff"}}}, lease)
	if err != nil || r.Counts.Deleted != 2 || len(state(t, w)) != 0 {
		t.Errorf("%+v %v %q", r.Counts, err, state(t, w))
	}
}
