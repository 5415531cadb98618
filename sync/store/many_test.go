package store_test

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

// processes opens the world's database again and again, as other processes do.
func (w *world) processes(t *testing.T, n int) []*store.System {
	t.Helper()
	all := make([]*store.System, n)
	for i := range all {
		o := w.place.options()
		o.Now, o.Server.Owner = w.clock, "" // who only works is not given the owner's password
		s, err := store.Open(t.Context(), o, false)
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		all[i] = s.System()
	}
	return all
}

// TestPostgresProcessesShareTheWork lets several processes look for the same
// work at once: each piece is done by one of them.
func TestPostgresProcessesShareTheWork(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	d := newDesk(t)
	const tickets = 20
	var page []record.Record
	for i := range tickets {
		page = append(page, ticket(strconv.Itoa(100+i), "Nordwind", "t", "open", d.clock()))
	}
	d.pull(t, "tickets", page...)
	drain(t, d.world)
	list, err := d.acc.List(t.Context(), d.owner, d.account, record.Query{Kind: record.KindTicket, Limit: tickets})
	must(t, err)
	for i, r := range list.Rows {
		for n := range 2 {
			_, err := d.acc.Submit(t.Context(), d.owner, action.Draft{Account: d.account, Kind: action.TicketReply, Target: r.ID, Key: fmt.Sprint(i, n)})
			must(t, err)
		}
	}
	books := d.endpoint(t, d.account)
	var mu sync.Mutex
	sent, rung := map[action.ID]int{}, map[string]int{}
	var wg sync.WaitGroup
	for _, sys := range d.processes(t, 4) {
		wg.Go(func() {
			for range 100 {
				due, err := sys.DueActions(t.Context(), d.clock(), 100)
				if err != nil {
					t.Error(err)
					return
				}
				for _, id := range due {
					c, ok, err := sys.Claim(t.Context(), id, time.Hour)
					if err != nil {
						t.Error(err)
					}
					if !ok {
						continue
					}
					mu.Lock()
					sent[id]++
					mu.Unlock()
					if err := sys.Settle(t.Context(), c, action.Step{State: action.Sending, Begin: true, Keep: true}); err != nil {
						t.Error(err)
					}
					if err := sys.Settle(t.Context(), c, action.Step{State: action.Confirmed}); err != nil {
						t.Error(err)
					}
				}
				if _, err := sys.TakeOutbox(t.Context(), 7, func(e change.Event) error {
					mu.Lock()
					defer mu.Unlock()
					rung[string(e.Topic)+e.IDs[0]]++
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if len(sent) != 2*tickets {
		t.Errorf("%d of %d actions were sent", len(sent), 2*tickets)
	}
	for id, n := range sent {
		if n != 1 {
			t.Errorf("action %s was sent %d times", id, n)
		}
		if rung[string(change.ActionMoved)+id.String()] == 0 {
			t.Errorf("nobody heard that %s moved", id)
		}
	}
	if left := drain(t, d.world); len(left) != 0 {
		t.Errorf("%d events were left", len(left))
	}
	if told := d.told(t, books); len(told) != 2*tickets {
		t.Errorf("the books were told %d times of %d actions: %v", len(told), 2*tickets, told)
	}
}

// TestPostgresStreamsHaveOnePullerEach lets processes pull the streams of two
// connections at once. A lease that ran out is taken over, and its fence holds.
func TestPostgresStreamsHaveOnePullerEach(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	second := w.connection(t, "Second desk")
	w.pull(t, "tickets", ticket("0", "Nordwind", "t", "open", w.clock()))
	w.match(t, "Nordwind", a)
	var runs atomic.Int32
	var wg sync.WaitGroup
	for _, sys := range w.processes(t, 4) {
		for _, c := range []record.ConnectionID{w.conn, second} {
			wg.Go(func() {
				r, ok, err := sys.Begin(t.Context(), run.Due{Connection: c, Stream: "tickets", Mode: remote.Changes}, lease)
				if err != nil || !ok {
					return
				}
				runs.Add(1)
				if _, err := sys.Commit(t.Context(), r, bigPage(500, "Nordwind", "new", w.clock()), lease); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if runs.Load() != 2 {
		t.Errorf("%d runs of two streams", runs.Load())
	}
	if rows := w.place.texts(t, "SELECT connection_id || ' ' || count(*) || ' ' || count(DISTINCT external_id) FROM identities GROUP BY connection_id"); len(rows) != 1 {
		t.Errorf("identities: %q", rows) // the company of the second connection is not matched
	}
	w.pass(2 * lease)
	again := w.begin(t, "tickets", remote.Changes)
	stale := again
	stale.Fence--
	if _, err := w.sys.Commit(t.Context(), stale, bigPage(5, "Nordwind", "old", w.clock()), lease); err == nil {
		t.Error("a run whose lease ran out still writes")
	}
}
