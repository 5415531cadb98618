package store_test

import (
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

func (w *world) fresh(t *testing.T, a record.AccountID) record.Freshness {
	t.Helper()
	list, err := w.acc.Freshness(t.Context(), owner(a), a)
	must(t, err)
	return list[0] // tickets
}

// end finishes a run of the tickets stream as it comes.
func (w *world) end(t *testing.T, mode remote.PullMode, s run.State, problem string) {
	t.Helper()
	r := w.begin(t, "tickets", mode)
	w.pass(time.Minute)
	r.State, r.Problem = s, problem
	must(t, w.sys.Finish(t.Context(), r, w.clock()))
}

func TestOnlyAWholePassMovesFreshness(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	read := d.fresh(t, d.account).ReadAt
	for _, c := range []struct {
		mode  remote.PullMode
		state run.State
		moves bool
	}{
		{remote.Changes, run.Failed, false}, {remote.Changes, run.Stopped, false}, {remote.Census, run.Done, false},
		{remote.Changes, run.Done, true}, {remote.Everything, run.Done, true},
	} {
		before := d.clock()
		d.end(t, c.mode, c.state, "")
		if c.moves {
			read = before // facts are as old as the beginning of the pass
		}
		row := tickets(t.Context(), t, d.world, d.owner, d.account)[0]
		if got := d.fresh(t, d.account).ReadAt; !got.Equal(read) || !row.Stamp.ReadAt.Equal(read) {
			t.Errorf("%s ended %s: fresh as of %v, row %v, want %v", c.mode, c.state, got, row.Stamp.ReadAt, read)
		}
	}
}

func TestASourceIsDownAfterTwoFailures(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	since := d.clock().Add(time.Minute)
	d.end(t, remote.Changes, run.Failed, "It does not answer.")
	if f := d.fresh(t, d.account); f.Down != "" {
		t.Errorf("down after one failure: %+v", f)
	}
	d.end(t, remote.Changes, run.Stopped, "")
	d.end(t, remote.Changes, run.Failed, "It refuses our password.")
	if f := d.fresh(t, d.account); f.Down != "It refuses our password." || !f.DownSince.Equal(since) {
		t.Errorf("after two: %+v, want since %v", f, since)
	}
	streams, err := d.sys.Streams(t.Context(), d.conn)
	must(t, err)
	if streams[0].Failures != 2 {
		t.Errorf("%d failures", streams[0].Failures)
	}
	d.end(t, remote.Changes, run.Done, "")
	if f := d.fresh(t, d.account); f.Down != "" || !f.DownSince.IsZero() {
		t.Errorf("healthy again: %+v", f)
	}
}

func TestARunThatWasLostStaysClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lost := w.begin(t, "tickets", remote.Changes)
	w.pass(2 * lease)
	fresh := w.begin(t, "tickets", remote.Changes)
	lost.Done = 10
	if err := w.sys.Beat(t.Context(), lost, lease); !fault.Is(err, fault.Conflict) {
		t.Errorf("the lost run goes on: %v", err)
	}
	lost.State = run.Done
	must(t, w.sys.Finish(t.Context(), lost, w.clock()))
	runs, err := w.sys.Runs(t.Context(), w.conn, 10)
	must(t, err)
	if len(runs) != 2 || runs[0].State != run.Running || runs[1].State != run.Stopped || runs[1].Done != 0 {
		t.Errorf("%+v", runs)
	}
	if _, ok, err := w.sys.Begin(t.Context(), run.Due{Connection: w.conn, Stream: "tickets"}, lease); ok || err != nil {
		t.Errorf("the lost run gave the lease of the other away: %v %v", ok, err)
	}
	fresh.State = run.Done
	must(t, w.sys.Finish(t.Context(), fresh, w.clock()))
}

func TestAStreamIsDueOnceAndCountedInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	due := func() map[string]remote.PullMode {
		t.Helper()
		list, err := w.sys.DueStreams(t.Context(), w.clock(), 10)
		must(t, err)
		out := map[string]remote.PullMode{}
		for _, d := range list {
			out[d.Stream] = d.Mode
		}
		return out
	}
	if got := due(); len(got) != 3 || got["tickets"] != remote.Changes {
		t.Errorf("at first: %v", got)
	}
	r := w.begin(t, "tickets", remote.Changes)
	if !r.First {
		t.Error("the first run does not know that it is")
	}
	if got := due(); len(got) != 2 {
		t.Errorf("while tickets are pulled: %v", got)
	}
	r.State = run.Done
	must(t, w.sys.Finish(t.Context(), r, w.clock().Add(time.Minute)))
	if got := due(); len(got) != 2 {
		t.Errorf("before its time: %v", got)
	}
	w.pass(time.Minute)
	if got := due(); got["tickets"] != remote.Changes {
		t.Errorf("the first pass has just counted everything: %v", got)
	}
	w.pass(time.Hour)
	if got := due(); got["tickets"] != remote.Census {
		t.Errorf("an hour later: %v", got)
	}
	w.end(t, remote.Census, run.Done, "")
	if got := due(); got["tickets"] != remote.Changes {
		t.Errorf("after the census: %v", got)
	}
	must(t, w.sys.SetPaused(t.Context(), w.conn, true))
	if got := due(); len(got) != 0 {
		t.Errorf("paused: %v", got)
	}
}
