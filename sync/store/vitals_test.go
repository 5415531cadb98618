package store_test

import (
	"testing"
	"time"

	"portico/sync/action"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

func TestVitalsOfNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v, err := w.sys.Vitals(t.Context())
	must(t, err)
	if len(v.Actions) > 0 || !v.Oldest.IsZero() || len(v.Streams) != 3 || !v.Streams[0].Completed.IsZero() || len(v.Runs) > 0 || v.Hold.On() {
		t.Errorf("%+v", v)
	}
	if len(w.Pools()) != 2 {
		t.Errorf("pools %v", w.Pools())
	}
}

func TestVitalsSayHowTheWorkGoes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	began := d.clock()
	dead := d.submit(t, "1", "a")
	d.settle(t, d.mustClaim(t, dead.ID), action.Dead)
	d.submit(t, "1", "b")
	d.pass(time.Minute)
	d.submit(t, "1", "c")
	done := d.submit(t, "2", "d")
	c := d.mustClaim(t, done.ID)
	for _, s := range []action.State{action.Sending, action.Confirmed} {
		must(t, d.sys.Settle(t.Context(), c, action.Step{State: s, Keep: true}))
	}
	r := d.begin(t, "assets", remote.Changes)
	r.State, r.Problem = run.Failed, "away"
	must(t, d.sys.Finish(t.Context(), r, d.clock()))

	v, err := d.sys.Vitals(t.Context())
	must(t, err)
	if len(v.Actions) != 2 || v.Actions[action.Dead] != 1 || v.Actions[action.Recorded] != 2 || !v.Oldest.Equal(began) {
		t.Errorf("actions %v since %s", v.Actions, v.Oldest)
	}
	if v.Events == 0 || !v.OldestEvent.Equal(began) {
		t.Errorf("%d events since %s, want since %s", v.Events, v.OldestEvent, began)
	}
	want := []store.StreamVitals{
		{Connection: "Help desk", Stream: "tickets", Completed: began},
		{Connection: "Help desk", Stream: "conversation"},
		{Connection: "Help desk", Stream: "assets", Failures: 1},
	}
	for i, s := range v.Streams {
		if s != want[i] {
			t.Errorf("%+v, want %+v", s, want[i])
		}
	}
	if len(v.Runs) != 2 || v.Runs[0] != (store.RunVitals{Connection: "Help desk", Stream: "assets", State: run.Failed, Count: 1}) {
		t.Errorf("runs %+v", v.Runs)
	}
	d.pass(2 * time.Hour)
	if v, err = d.sys.Vitals(t.Context()); err != nil || len(v.Runs) > 0 {
		t.Errorf("runs of earlier: %+v %v", v.Runs, err)
	}
}
