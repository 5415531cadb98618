package store_test

import (
	"testing"
	"time"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/remote"
	"portico/sync/run"
)

// withActions are the actions of a held database: one that waited and that a
// worker had, one that was on its way, and one recorded since.
type withActions struct {
	*desk
	waiting, sent, later action.Action
	worker               action.Claim // of waiting
}

func hold(t *testing.T) withActions {
	t.Helper()
	w := withActions{desk: newDesk(t)}
	w.waiting, w.sent = w.submit(t, "1", "a"), w.submit(t, "2", "b")
	w.settle(t, w.mustClaim(t, w.sent.ID), action.Sending)
	w.worker = w.mustClaim(t, w.waiting.ID)
	must(t, w.sys.Hold(t.Context(), "restored from a backup"))
	w.later = w.submit(t, "1", "c")
	return w
}

func TestNothingLeavesWhileItIsHeld(t *testing.T) {
	t.Parallel()
	w := hold(t)
	h, err := w.sys.Held(t.Context())
	must(t, err)
	if !h.On() || !h.Since.Equal(w.clock()) || h.Why != "restored from a backup" {
		t.Errorf("%+v", h)
	}
	w.pass(time.Hour)
	if due, err := w.sys.DueActions(t.Context(), w.clock(), 10); err != nil || len(due) > 0 {
		t.Errorf("due: %v %v", due, err)
	}
	for _, a := range []action.Action{w.waiting, w.sent, w.later} {
		if _, ok := w.claim(t, a.ID); ok {
			t.Errorf("%s was claimed", a.Ref)
		}
	}
	if err := w.sys.Settle(t.Context(), w.worker, action.Step{State: action.Sending, Keep: true}); !fault.Is(err, fault.Conflict) {
		t.Errorf("who had it before announced a send: %v", err)
	}
	if due, err := w.sys.DueStreams(t.Context(), w.clock(), 10); err != nil || len(due) > 0 {
		t.Errorf("streams due: %v %v", due, err)
	}
	if _, ok, err := w.sys.Begin(t.Context(), run.Due{Connection: w.conn, Stream: "tickets", Mode: remote.Changes}, lease); ok || err != nil {
		t.Errorf("a pull began: %v", err)
	}
}

func TestWhatAnotherCopyMayHaveSentIsLookedForFirst(t *testing.T) {
	t.Parallel()
	w := hold(t)
	for id, want := range map[action.ID]action.State{w.waiting.ID: action.Unknown, w.sent.ID: action.Sending, w.later.ID: action.Recorded} {
		if got := w.state(t, id); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	w.pass(30 * 24 * time.Hour)
	must(t, w.sys.Release(t.Context()))
	if h, err := w.sys.Held(t.Context()); err != nil || h.On() {
		t.Errorf("still held: %+v %v", h, err)
	}
	c := w.mustClaim(t, w.waiting.ID)
	if !c.Action.Began.Equal(w.clock()) {
		t.Errorf("it has waited since %s", c.Action.Began)
	}
	if due, err := w.sys.DueStreams(t.Context(), w.clock(), 10); err != nil || len(due) == 0 {
		t.Errorf("streams due: %v %v", due, err)
	}
}

func TestHoldingAndReleasingTwiceIsToldAndLoggedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.sys.Release(t.Context()); !fault.Is(err, fault.Conflict) {
		t.Errorf("released nothing: %v", err)
	}
	must(t, w.sys.Hold(t.Context(), "a"))
	if err := w.sys.Hold(t.Context(), "b"); !fault.Is(err, fault.Conflict) {
		t.Errorf("held twice: %v", err)
	}
	must(t, w.sys.Release(t.Context()))
	got, err := w.Texts(t.Context(), "SELECT what FROM audit_leaves WHERE what LIKE 'outward.%' ORDER BY id")
	must(t, err)
	if len(got) != 2 || got[0] != "outward.held" || got[1] != "outward.released" {
		t.Errorf("logged %v", got)
	}
}
