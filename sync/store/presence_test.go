package store_test

import (
	"bufio"
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

// claimForEver is a process that is present, claims every action that is due and
// a stream, announces the send of the last action, and waits to be killed.
func claimForEver(path place) error {
	ctx := context.Background()
	o := path.options()
	o.Now = func() time.Time { return time.Now().Add(time.Hour) } // as the world's
	s, err := store.Open(ctx, o, false)
	if err != nil {
		return err
	}
	sys := s.System()
	a, err := sys.Attend()
	if err != nil {
		return err
	}
	if _, err := a.Look(ctx); err != nil {
		return err
	}
	due, err := sys.DueActions(ctx, o.Now(), 10)
	if err != nil {
		return err
	}
	for i, id := range due {
		c, ok, err := sys.Claim(ctx, id, time.Hour)
		if err != nil || !ok {
			return fmt.Errorf("no claim: %w", err)
		}
		if i == len(due)-1 {
			if err := sys.Settle(ctx, c, action.Step{State: action.Sending, Begin: true, Keep: true, Due: o.Now().Add(30 * time.Minute)}); err != nil {
				return err
			}
		}
	}
	connections, err := sys.Connections(ctx)
	if err != nil {
		return err
	}
	if _, ok, err := sys.Begin(ctx, run.Due{Connection: connections[0].ID, Stream: "tickets", Mode: remote.Changes}, time.Hour); err != nil || !ok {
		return fmt.Errorf("no lease: %w", err)
	}
	fmt.Println("working")
	select {}
}

// TestPostgresLeasesOfAKilledProcessAreFreed kills a process that holds leases of
// an hour. What it had not announced is anybody's within a few looks; what it had
// is nobody's until its request can no longer be under way.
func TestPostgresLeasesOfAKilledProcessAreFreed(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	d := newDesk(t)
	still, sent := d.submit(t, "1", "a"), d.submit(t, "2", "b")
	others := d.processes(t, 2)
	cmd := process(t, "claim", d.place)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "working\n" {
		t.Fatalf("the other process says %q: %v", line, err)
	}
	looks := []*store.Attendance{attend(t, others[0]), attend(t, others[1])}
	for range 4 { // while it lives
		if n := look(t, looks...); n != 0 {
			t.Fatalf("%d leases of a living process were freed", n)
		}
	}
	if _, ok := d.claim(t, still.ID); ok {
		t.Fatal("it was claimed twice")
	}

	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	if freed := eventually(t, looks...); freed != 3 {
		t.Fatalf("%d leases were freed, not two actions and a stream", freed)
	}
	c, ok := d.claim(t, still.ID)
	if !ok || c.Fence != 3 { // a claim, a loss, a claim
		t.Errorf("claimed %v with fence %d", ok, c.Fence)
	}
	dead := c
	dead.Fence = 1
	if err := d.sys.Settle(t.Context(), dead, action.Step{State: action.Sending, Keep: true}); !fault.Is(err, fault.Conflict) {
		t.Errorf("who was believed dead settled: %v", err)
	}
	if _, ok := d.claim(t, sent.ID); ok {
		t.Error("a request that may be under way was taken over")
	}
	if _, ok, err := d.sys.Begin(t.Context(), run.Due{Connection: d.conn, Stream: "tickets", Mode: remote.Changes}, time.Minute); err != nil || !ok {
		t.Errorf("the stream still waits: %v", err)
	}
}

func attend(t *testing.T, sys *store.System) *store.Attendance {
	t.Helper()
	a, err := sys.Attend()
	must(t, err)
	t.Cleanup(a.Leave)
	return a
}

func look(t *testing.T, all ...*store.Attendance) (freed int64) {
	t.Helper()
	for _, a := range all {
		n, err := a.Look(t.Context())
		must(t, err)
		freed += n
	}
	return freed
}

// eventually looks until something is freed: a server takes a moment to notice
// that a session has ended.
func eventually(t *testing.T, all ...*store.Attendance) (freed int64) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); freed == 0 && time.Now().Before(deadline); {
		freed = look(t, all...)
	}
	return freed
}

// TestPostgresALostSessionIsTakenAnew ends the session that a process is present
// by, as a restart of the server does: it comes back before anybody takes over.
func TestPostgresALostSessionIsTakenAnew(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	d := newDesk(t)
	act := d.submit(t, "1", "a")
	both := d.processes(t, 2)
	one, other := attend(t, both[0]), attend(t, both[1])
	look(t, one, other)
	if _, ok, err := both[0].Claim(t.Context(), act.ID, time.Hour); err != nil || !ok {
		t.Fatalf("not claimed: %v", err)
	}
	must(t, d.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
		AND (classid::bigint << 32) | objid::bigint IN (SELECT holder FROM actions)`))
	for range 4 {
		if n := look(t, one, other); n != 0 {
			t.Fatal("a living process lost its lease")
		}
	}
	one.Leave()
	if n := eventually(t, other); n != 1 {
		t.Errorf("%d leases were freed after it left", n)
	}
}

func TestOnSQLiteNobodyElseIsLookedFor(t *testing.T) {
	t.Parallel()
	// A file whatever the other tests run on.
	s, err := open(t, place(filepath.Join(t.TempDir(), "portico.db")), true)
	must(t, err)
	a, err := s.System().Attend()
	must(t, err)
	if n := look(t, a); n != 0 || a != nil {
		t.Errorf("%d leases were freed", n)
	}
	a.Leave()
}
