package store_test

import (
	"strings"
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
	"portico/sync/run"
)

// deskStreams are those of world.connection, as its connector names them.
var deskStreams = []remote.Stream{{Name: "tickets", Every: time.Minute, FreshFor: 15 * time.Minute}, {Name: "assets", Every: time.Minute, FreshFor: time.Hour}}

func (w *world) stream(t *testing.T, name string) run.StreamState {
	t.Helper()
	list, err := w.sys.Streams(t.Context(), w.conn)
	must(t, err)
	for _, s := range list {
		if s.Stream == name {
			return s
		}
	}
	t.Fatalf("there is no stream %s", name)
	return run.StreamState{}
}

// ended pulls a stream once, ends with a state, and tells when it is due again.
func (w *world) ended(t *testing.T, stream string, state run.State) time.Time {
	t.Helper()
	r, ok, err := w.sys.Begin(t.Context(), run.Due{Connection: w.conn, Stream: stream, Mode: remote.Changes}, time.Minute)
	must(t, err)
	if !ok {
		t.Fatal("the stream is leased")
	}
	r.State = state
	must(t, w.sys.Finish(t.Context(), r, w.clock().Add(time.Minute)))
	return w.stream(t, stream).Next
}

func (w *world) due(t *testing.T, stream string) bool {
	t.Helper()
	list, err := w.sys.DueStreams(t.Context(), w.clock(), 10)
	must(t, err)
	for _, d := range list {
		if d.Stream == stream {
			return true
		}
	}
	return false
}

func every(d time.Duration) run.Timetable {
	return run.Timetable{Every: map[string]time.Duration{"tickets": d}}
}

func TestAChosenIntervalCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun := w.clock()
	if next := w.ended(t, "tickets", run.Done); !next.Equal(begun.Add(time.Minute)) {
		t.Fatalf("due at %v", next)
	}
	must(t, w.sys.SetTimetable(t.Context(), w.conn, every(2*time.Hour), deskStreams))
	s := w.stream(t, "tickets")
	if s.Every != 2*time.Hour || s.FreshFor != 4*time.Hour || !s.Completed.Equal(begun) || !s.Next.Equal(begun.Add(2*time.Hour)) {
		t.Errorf("after choosing: %+v", s)
	}
	if s := w.stream(t, "assets"); s.Every != time.Minute || s.FreshFor != time.Hour {
		t.Errorf("another stream: %+v", s)
	}
	// A newer connector does not undo the choice, and it holds after a pass.
	must(t, w.sys.EnsureStreams(t.Context(), w.conn, deskStreams))
	w.pass(2 * time.Hour)
	if next := w.ended(t, "tickets", run.Done); !next.Equal(w.clock().Add(2 * time.Hour)) {
		t.Errorf("due again at %v", next)
	}
	// A failed pass is tried again as always.
	w.pass(2 * time.Hour)
	if next := w.ended(t, "tickets", run.Failed); !next.Equal(w.clock().Add(time.Minute)) {
		t.Errorf("tried again at %v", next)
	}
	must(t, w.sys.SetTimetable(t.Context(), w.conn, run.Timetable{}, deskStreams))
	if s := w.stream(t, "tickets"); s.Every != time.Minute || s.FreshFor != 15*time.Minute || !s.Next.Equal(w.clock().Add(time.Minute)) {
		t.Errorf("as the connector asks for again: %+v", s)
	}
	got, err := w.sys.Timetable(t.Context(), w.conn)
	must(t, err)
	if len(got.Every) > 0 || !got.Quiet.None() {
		t.Errorf("still chosen: %+v", got)
	}
}

func TestAnIntervalChosenWhileAPassRunsCountsWhenItEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, _, err := w.sys.Begin(t.Context(), run.Due{Connection: w.conn, Stream: "tickets", Mode: remote.Changes}, time.Minute)
	must(t, err)
	must(t, w.sys.SetTimetable(t.Context(), w.conn, every(10*time.Minute), deskStreams))
	r.State = run.Done
	must(t, w.sys.Finish(t.Context(), r, w.clock().Add(time.Minute)))
	if s := w.stream(t, "tickets"); s.Leased || !s.Next.Equal(w.clock().Add(10*time.Minute)) {
		t.Errorf("%+v", s)
	}
	// A run that has lost its stream decides nothing.
	w.pass(10 * time.Minute)
	late := r
	next, ok, err := w.sys.Begin(t.Context(), run.Due{Connection: w.conn, Stream: "tickets", Mode: remote.Changes}, time.Minute)
	must(t, err)
	must(t, w.sys.Finish(t.Context(), late, w.clock().Add(time.Hour)))
	if s := w.stream(t, "tickets"); !ok || next.Fence == late.Fence || !s.Leased {
		t.Errorf("the lease was given back by another: %+v", s)
	}
}

func TestNothingIsDueInQuietHoursButWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pass(w.clock().Truncate(24 * time.Hour).Add(45 * time.Hour).Sub(w.clock())) // 21:00
	night := run.Timetable{Quiet: run.Quiet{From: 22 * 60, Until: 6 * 60}}
	must(t, w.sys.SetTimetable(t.Context(), w.conn, night, deskStreams))
	if next := w.ended(t, "tickets", run.Done); !next.Equal(w.clock().Add(time.Minute)) {
		t.Errorf("before: due at %v", next)
	}
	w.pass(59*time.Minute + 30*time.Second) // 21:59:30
	if !w.due(t, "tickets") {
		t.Error("not due before the quiet hours")
	}
	morning := w.clock().Truncate(24 * time.Hour).Add(30 * time.Hour)
	if next := w.ended(t, "tickets", run.Done); !next.Equal(morning) {
		t.Errorf("due at %v, want %v", next, morning)
	}
	w.pass(5 * time.Hour)
	if w.due(t, "tickets") {
		t.Error("due in the quiet hours")
	}
	must(t, w.sys.Hasten(t.Context(), w.conn, "tickets"))
	if s := w.stream(t, "tickets"); !w.due(t, "tickets") || !s.Next.IsZero() {
		t.Errorf("not due although somebody asked for it: %+v", s)
	}
	w.ended(t, "tickets", run.Done)
	must(t, w.sys.Want(t.Context(), w.conn, "tickets", remote.Everything))
	w.ended(t, "tickets", run.Failed)
	w.pass(time.Minute)
	if !w.due(t, "tickets") {
		t.Error("what a person asked for is not tried again")
	}
	w.ended(t, "assets", run.Done)
	w.pass(morning.Sub(w.clock()) - time.Second)
	if w.due(t, "assets") || !w.stream(t, "assets").Next.Equal(morning) {
		t.Error("due a second too early")
	}
	w.pass(time.Second)
	if !w.due(t, "assets") {
		t.Error("not due when the quiet hours end")
	}
}

func TestATimetableThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for field, bad := range map[string]run.Timetable{"every.tickets": every(59 * time.Second), "quiet_until": {Quiet: run.Quiet{Until: 24 * 60}}} {
		if err := w.sys.SetTimetable(t.Context(), w.conn, bad, deskStreams); !fault.Is(err, fault.Invalid) || fault.Fields(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := w.sys.SetTimetable(t.Context(), w.conn, every(25*time.Hour), deskStreams); !fault.Is(err, fault.Invalid) {
		t.Errorf("more than a day: %v", err)
	}
	if err := w.sys.SetTimetable(t.Context(), w.conn, every(time.Hour), deskStreams[1:]); !fault.Is(err, fault.Invalid) {
		t.Errorf("a stream that is not there: %v", err)
	}
	must(t, w.sys.SetTimetable(t.Context(), w.conn, every(24*time.Hour), deskStreams))
	facts, err := w.Texts(t.Context(), "SELECT leaf FROM audit_leaves ORDER BY id DESC LIMIT 1")
	must(t, err)
	if !strings.Contains(facts[0], "24h0m0s") {
		t.Errorf("the log says %s", facts[0])
	}
}
