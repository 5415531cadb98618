package push_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/push"
	"portico/sync/record"
	"portico/sync/remote"
)

func (w *world) worker() *push.Worker {
	return push.New(push.Options{
		Store: w, Sources: w, Now: func() time.Time { return w.now }, Pause: w.pause, Jitter: func() float64 { return 0 },
		Ring: func(_ context.Context, id action.ID) error { w.rung = append(w.rung, id); return nil },
	})
}

func (w *world) expect(t *testing.T, id action.ID, states ...action.State) {
	t.Helper()
	if got := w.history[id]; !slices.Equal(got, append([]action.State{action.Recorded}, states...)) {
		t.Errorf("the action went %v, not %v", got, states)
	}
}

func work(t *testing.T, w *world, id action.ID) {
	t.Helper()
	if err := w.worker().Work(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

func TestWorkConfirmsByReadingBack(t *testing.T) {
	t.Parallel()
	w := newWorld()
	id := w.record(record.NewID())
	looks := 0
	w.source.confirm = func(_ context.Context, a action.Action) remote.Outcome {
		if looks++; looks < 3 {
			return remote.Outcome{Verdict: remote.Retry}
		}
		return w.source.look(a)
	}
	work(t, w, id)
	w.expect(t, id, action.Sending, action.Accepted, action.Confirmed)
	if got := w.actions[id]; got.Mark != "mark" || got.Reference != "41" || got.Attempt != 1 {
		t.Errorf("settled as %+v", got.Action)
	}
	work(t, w, id) // a second ring finds nothing to do
	if w.source.effects[id] != 1 || looks != 3 {
		t.Errorf("%d effects, %d looks", w.source.effects[id], looks)
	}
}

func TestTheSendIsCommittedBeforeItLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld()
	id := w.record(record.NewID())
	w.source.act = func(_ context.Context, a action.Action) remote.Outcome {
		if h := w.actions[id]; h.State != action.Sending || h.Mark != "mark" || a.Mark != "mark" || h.Attempt != 1 || !h.Due.Equal(noon.Add(sendFor+graceFor)) {
			t.Errorf("while sending the store holds %+v", h.Action)
		}
		if !w.actions[id].until.After(w.now.Add(sendFor)) {
			t.Error("the lease ends before the attempt may")
		}
		w.source.apply(a.ID)
		return remote.Outcome{Verdict: remote.Done, Reference: "41"}
	}
	work(t, w, id)
	w.expect(t, id, action.Sending, action.Accepted, action.Confirmed)

	again := w.record(record.NewID())
	w.settled = func(step action.Step) (error, error) {
		if step.Begin {
			return nil, errCrash // committed, but the worker does not learn of it
		}
		return nil, nil
	}
	if err := w.worker().Work(t.Context(), again); !errors.Is(err, errCrash) {
		t.Errorf("the failed commit came back as %v", err)
	}
	if w.source.effects[again] != 0 {
		t.Error("sent although the announcement was not known to be committed")
	}
}

func TestASendThatIsNotAnsweredIsProbedBeforeItIsRepeated(t *testing.T) {
	t.Parallel()
	for _, landed := range []bool{true, false} {
		w := newWorld()
		id := w.record(record.NewID())
		w.source.act = func(_ context.Context, a action.Action) remote.Outcome {
			if landed || a.Attempt > 1 {
				w.source.apply(a.ID)
			}
			if a.Attempt > 1 {
				return remote.Outcome{Verdict: remote.Done, Reference: "41"}
			}
			return remote.Outcome{Verdict: remote.Unknown}
		}
		work(t, w, id)
		w.expect(t, id, action.Sending, action.Unknown)
		w.pass(sendFor + graceFor - time.Second)
		work(t, w, id)
		w.expect(t, id, action.Sending, action.Unknown)
		w.pass(time.Second)
		work(t, w, id)
		if landed {
			w.expect(t, id, action.Sending, action.Unknown, action.Accepted, action.Confirmed)
		} else {
			w.expect(t, id, action.Sending, action.Unknown, action.Retrying, action.Sending, action.Accepted, action.Confirmed)
		}
		if w.source.effects[id] != 1 {
			t.Errorf("landed %t: %d effects", landed, w.source.effects[id])
		}
	}
}

func TestADeadSenderIsNotJudgedBeforeTheSourceIsQuiet(t *testing.T) {
	t.Parallel()
	w := newWorld()
	id := w.record(record.NewID())
	h := w.actions[id]
	h.State, h.Attempt, h.Sent = action.Sending, 1, w.now // a store that forgot the due time
	w.pass(time.Second)
	work(t, w, id)
	w.expect(t, id, action.Unknown)
	if len(w.source.calls) != 0 || !h.Due.Equal(noon.Add(sendFor+graceFor)) {
		t.Errorf("called %v; looks again at %s", w.source.calls, h.Due)
	}
}

func TestACancelledOrPanickingSendIsUnknown(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(cancel func()) remote.Outcome{
		"cancelled": func(cancel func()) remote.Outcome { cancel(); return remote.Outcome{Verdict: remote.Retry} },
		"panics":    func(func()) remote.Outcome { panic("out of luck") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			id := w.record(record.NewID())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			w.source.act = func(context.Context, action.Action) remote.Outcome { return act(cancel) }
			if err := w.worker().Work(ctx, id); err != nil {
				t.Fatal(err)
			}
			w.expect(t, id, action.Sending, action.Unknown)
		})
	}
}

func TestWhatIsNotSent(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		prepare func(w *world, id action.ID)
		want    action.State
		says    string
	}{
		"the member was removed": {func(w *world, _ action.ID) {
			w.rights = func(action.Action) (access.User, access.Role, error) {
				return access.User{}, "", fault.New(fault.NotFound, "")
			}
		}, action.Refused, "no longer have access"},
		"the user was disabled": {func(w *world, _ action.ID) {
			w.rights = func(action.Action) (access.User, access.Role, error) {
				return access.User{Disabled: true}, access.Owner, nil
			}
		}, action.Refused, "no longer have access"},
		"the role was narrowed": {func(w *world, _ action.ID) {
			w.rights = func(action.Action) (access.User, access.Role, error) {
				return access.User{}, access.Accountant, nil
			}
		}, action.Refused, "no longer have access"},
		"the connection is read-only": {func(w *world, _ action.ID) { w.connection.ReadOnly = true }, action.Retrying, "switched off"},
		"the connector cannot do it": {func(w *world, id action.ID) {
			w.actions[id].Kind = action.TicketReopen
		}, action.Refused, "cannot do this"},
		"the text is too long": {func(w *world, id action.ID) {
			w.actions[id].Input.Text = strings.Repeat("é", 101)
		}, action.Refused, "longer than the 100 characters"},
		"the connection does not open": {func(w *world, _ action.ID) { w.open = errors.New("no key") }, action.Retrying, "our team's attention"},
		"the ticket changed": {func(w *world, _ action.ID) {
			w.source.prepare = func(context.Context, action.Action) remote.Outcome {
				return remote.Outcome{Verdict: remote.Conflict}
			}
		}, action.Conflict, "changed in Request Tracker"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			id := w.record(record.NewID())
			c.prepare(w, id)
			work(t, w, id)
			w.expect(t, id, c.want)
			if got := w.actions[id]; !strings.Contains(got.Reason, c.says) || (c.want == action.Retrying) != got.Due.After(w.now) {
				t.Errorf("reason %q, due %s", got.Reason, got.Due)
			}
			if slices.Contains(w.source.calls, "act") {
				t.Error("it was sent")
			}
		})
	}
}

func TestRightsThatCannotBeReadSendNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	id := w.record(record.NewID())
	w.rights = func(action.Action) (access.User, access.Role, error) {
		return access.User{}, "", errors.New("database is away")
	}
	if err := w.worker().Work(t.Context(), id); err == nil {
		t.Error("the failure was swallowed")
	}
	w.expect(t, id)
	if len(w.source.calls) != 0 {
		t.Errorf("the source was called: %v", w.source.calls)
	}
}

func TestAWorkerThatLostItsLeaseChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	id := w.record(record.NewID())
	w.source.act = func(_ context.Context, a action.Action) remote.Outcome {
		w.source.apply(a.ID)
		w.pass(2 * time.Minute) // the machine slept; another worker settles meanwhile
		work(t, w, id)
		return remote.Outcome{Verdict: remote.Retry}
	}
	work(t, w, id)
	w.expect(t, id, action.Sending, action.Accepted, action.Confirmed)
	if w.source.effects[id] != 1 {
		t.Errorf("%d effects", w.source.effects[id])
	}
}

func TestAnAnnouncementThatTookTooLongIsNotFollowedByASend(t *testing.T) {
	t.Parallel()
	w := newWorld()
	id := w.record(record.NewID())
	w.settled = func(step action.Step) (error, error) {
		if step.Begin {
			w.pass(sendFor)
		}
		return nil, nil
	}
	work(t, w, id)
	w.expect(t, id, action.Sending, action.Retrying)
	if slices.Contains(w.source.calls, "act") {
		t.Error("sent after its announced deadline")
	}
}

func TestARestingActionIsNeverSentAgain(t *testing.T) {
	t.Parallel()
	for _, state := range []action.State{action.Confirmed, action.Refused, action.Withdrawn, action.Conflict, action.Dead} {
		w := newWorld()
		id := w.record(record.NewID())
		w.actions[id].State, w.careless = state, true
		if err := w.worker().Work(t.Context(), id); !fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v", state, err)
		}
		if len(w.source.calls) != 0 {
			t.Errorf("%s: called %v", state, w.source.calls)
		}
	}
}

func TestSweepRingsWhatIsDue(t *testing.T) {
	t.Parallel()
	w := newWorld()
	due, waiting := w.record(record.NewID()), w.record(record.NewID())
	w.actions[waiting].Due = w.now.Add(time.Second)
	if err := w.worker().Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(w.rung, []action.ID{due}) {
		t.Errorf("rang %v", w.rung)
	}
}
