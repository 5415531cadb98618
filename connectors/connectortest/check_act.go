package connectortest

import (
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/sync/action"
	"portico/sync/remote"
)

// each makes a check of one kind of action a check of all of them.
func each(do func(t testing.TB, b *bench, act Act)) func(testing.TB, *bench) {
	return func(t testing.TB, b *bench) {
		for _, act := range b.system.Acts {
			before := t.Failed()
			do(t, b, act)
			if t.Failed() && !before {
				t.Logf("the action was a %s", act.New().Kind)
			}
		}
	}
}

// ready takes an action through Prepare, as the worker does before each send.
func (b *bench) ready(t testing.TB, a action.Action) action.Action {
	t.Helper()
	mark, out := b.connector.Prepare(t.Context(), b.conn, a)
	if out.Verdict != remote.Done {
		t.Fatalf("prepare: %s %s (%v)", out.Verdict, out.Reason, out.Cause)
	}
	a.Mark, a.Attempt, a.Sent = mark, a.Attempt+1, b.clock.Now()
	return a
}

// rest lets the time pass in which the system may still commit an attempt.
func (b *bench) rest(a action.Action) {
	spec, _ := b.connector.Spec().Action(a.Kind)
	b.clock.Advance(spec.Timeout + spec.Grace + breakerRest)
}

// confirmed wants the effect to be read back, with the records around it.
func (b *bench) confirmed(t testing.TB, a action.Action) {
	t.Helper()
	out := b.connector.Confirm(t.Context(), b.conn, a)
	if out.Verdict != remote.Done || len(out.Records) == 0 {
		t.Errorf("confirm: %s with %d records (%v)", out.Verdict, len(out.Records), out.Cause)
	}
	b.hear(out)
}

func (act Act) effects(t testing.TB, a action.Action, want int) {
	t.Helper()
	if n := act.Effects(a); n != want {
		t.Errorf("the action took effect %d times, want %d", n, want)
	}
}

func actOnce(t testing.TB, b *bench, act Act) {
	a := act.New()
	if out := b.connector.Confirm(t.Context(), b.conn, a); out.Verdict == remote.Done {
		t.Error("confirm says done before anything was sent")
	}
	a = b.ready(t, a)
	out := b.connector.Act(t.Context(), b.conn, a)
	if out.Verdict != remote.Done || out.Reference == "" {
		t.Fatalf("act: %s, reference %q, %s (%v)", out.Verdict, out.Reference, out.Reason, out.Cause)
	}
	a.Reference = out.Reference
	act.effects(t, a, 1)
	b.confirmed(t, a)
	b.settleAll(t)
	for _, rec := range b.connector.Confirm(t.Context(), b.conn, a).Records {
		if have := b.records[key{rec.Kind, rec.External}]; have != text(rec) {
			t.Errorf("confirm gives another %s %s than the pull:\n\t%s\n\t%s", rec.Kind, rec.External, text(rec), have)
		}
	}
	act.effects(t, a, 1)
}

// answerLost commits in the system and breaks the answer, in three ways.
func answerLost(t testing.TB, b *bench, act Act) {
	for _, kind := range []faults.Kind{faults.LoseAnswer, faults.Truncate, faults.Blank} {
		a := b.ready(t, act.New())
		b.system.Faults.Set(faults.Fault{Kind: kind, Match: act.Write, Times: 1})
		out := b.connector.Act(t.Context(), b.conn, a)
		if b.system.Faults.Fired(kind) != 1 {
			t.Errorf("%s: no answer was spoiled: the check did not check", kind)
		}
		b.system.Faults.Clear()
		act.effects(t, a, 1)
		if out.Verdict != remote.Unknown && (kind != faults.Blank || out.Verdict != remote.Done) {
			t.Errorf("%s: act says %s, want unknown", kind, out.Verdict)
		}
		b.rest(a)
		probed := b.connector.Probe(t.Context(), b.conn, a)
		if probed.Verdict != remote.Done {
			t.Errorf("%s: it landed and the probe says %s (%v)", kind, probed.Verdict, probed.Cause)
		}
		a.Reference = probed.Reference
		b.confirmed(t, a)
		act.effects(t, a, 1)
	}
}

// neverArrived breaks the connection before the system does anything. A probe
// must say so, also when the like of it was done before, and a second attempt
// must work.
func neverArrived(t testing.TB, b *bench, act Act) {
	for _, kind := range []faults.Kind{faults.Drop, faults.Unavailable} {
		a := b.ready(t, act.New())
		b.system.Faults.Set(faults.Fault{Kind: kind, Match: act.Write, Times: 1})
		out := b.connector.Act(t.Context(), b.conn, a)
		b.system.Faults.Clear()
		if out.Verdict != remote.Unknown && out.Verdict != remote.Retry {
			t.Errorf("%s: act says %s", kind, out.Verdict)
		}
		act.effects(t, a, 0)
		b.rest(a)
		if probed := b.connector.Probe(t.Context(), b.conn, a); probed.Verdict != remote.Retry {
			t.Errorf("%s: nothing landed and the probe says %s (%v)", kind, probed.Verdict, probed.Cause)
		}
		a = b.ready(t, a)
		if out = b.connector.Act(t.Context(), b.conn, a); out.Verdict != remote.Done {
			t.Errorf("%s: the second attempt: %s %s (%v)", kind, out.Verdict, out.Reason, out.Cause)
		}
		a.Reference = out.Reference
		act.effects(t, a, 1)
		b.confirmed(t, a)
	}
}

// refusedConnection wants a refusal to dial told from an answer that is lost.
func refusedConnection(t testing.TB, b *bench, act Act) {
	a := b.ready(t, act.New())
	b.line.setCut(true)
	if out := b.connector.Act(t.Context(), b.conn, a); out.Verdict != remote.Retry {
		t.Errorf("nobody listens, so nothing was sent; act says %s", out.Verdict)
	}
	if _, out := b.connector.Prepare(t.Context(), b.conn, a); out.Verdict != remote.Retry && out.Verdict != remote.Done {
		t.Errorf("nobody listens; prepare says %s, which a client would read", out.Verdict) // done: it has nothing to look at
	}
	if out := b.connector.Probe(t.Context(), b.conn, a); out.Verdict == remote.Done || out.Verdict == remote.Retry {
		t.Errorf("nobody could look; the probe says %s", out.Verdict)
	}
	if out := b.connector.Confirm(t.Context(), b.conn, a); out.Verdict == remote.Done {
		t.Error("nobody could look; confirm says done")
	}
	b.line.setCut(false)
	b.rest(a)
	act.effects(t, a, 0)
}

func actLimited(t testing.TB, b *bench, act Act) {
	a := b.ready(t, act.New())
	b.system.Faults.Set(faults.Fault{Kind: faults.Limit, Match: act.Write, Times: 1, Wait: 7 * time.Second})
	out := b.connector.Act(t.Context(), b.conn, a)
	if out.Verdict != remote.Retry || out.After < 7*time.Second {
		t.Errorf("429 with Retry-After 7 s: act says %s after %s", out.Verdict, out.After)
	}
	act.effects(t, a, 0)
	if n := b.line.breached(); n > 0 {
		t.Errorf("%d requests left inside the window", n)
	}
}

func conflictWritesNothing(t testing.TB, b *bench, act Act) {
	if act.Stale == nil {
		return
	}
	a := act.Stale()
	mark, out := b.connector.Prepare(t.Context(), b.conn, a)
	if out.Verdict == remote.Done {
		a.Mark = mark
		out = b.connector.Act(t.Context(), b.conn, a)
	}
	if out.Verdict != remote.Conflict || out.Reason == "" {
		t.Errorf("the target changed: %s %q (%v), want a conflict with words", out.Verdict, out.Reason, out.Cause)
	}
	act.effects(t, a, 0)
}
