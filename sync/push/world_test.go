package push_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// world is a store, a source and a clock in memory, all of which can fail.
type world struct {
	now      time.Time
	actions  map[action.ID]*held
	order    []action.ID
	history  map[action.ID][]action.State
	rung     []action.ID
	rights   func(action.Action) (access.User, access.Role, error)
	careless bool                                         // Claim hands out whatever it is asked for
	settled  func(step action.Step) (before, after error) // errors injected around a commit

	connection remote.Connection
	open       error
	source     *source
}

type held struct {
	action.Action
	fence int64
	until time.Time
}

func newWorld() *world {
	w := &world{now: noon, actions: map[action.ID]*held{}, history: map[action.ID][]action.State{}}
	w.connection = remote.Connection{ID: record.NewConnectionID(), Name: "Request Tracker"}
	w.rights = func(a action.Action) (access.User, access.Role, error) {
		return access.User{ID: a.Actor.User}, access.Owner, nil
	}
	w.source = &source{world: w, effects: map[action.ID]int{}}
	return w
}

func (w *world) record(target record.ID) action.ID {
	a := action.Action{
		ID: action.NewID(), Account: record.NewAccountID(), Kind: action.TicketReply, Connection: w.connection.ID,
		Target: target, State: action.Recorded, Recorded: w.now, Changed: w.now, Input: action.Input{Text: "Hello"},
	}
	w.actions[a.ID] = &held{Action: a}
	w.order = append(w.order, a.ID)
	w.history[a.ID] = []action.State{a.State}
	return a.ID
}

func (w *world) free(h *held) bool {
	return h.Blocks() && !h.until.After(w.now) && !h.Due.After(w.now)
}

func (h *held) Blocks() bool { return h.State.Blocks() }

func (w *world) Claim(ctx context.Context, id action.ID, lease time.Duration) (action.Claim, bool, error) {
	h := w.actions[id]
	if err := ctx.Err(); err != nil {
		return action.Claim{}, false, err
	}
	if !w.free(h) && !w.careless {
		return action.Claim{}, false, nil
	}
	for _, other := range w.order {
		if other == id {
			break
		}
		if o := w.actions[other]; o.Target == h.Target && o.Blocks() {
			return action.Claim{}, false, nil
		}
	}
	h.fence, h.until = h.fence+1, w.now.Add(lease)
	return action.Claim{Action: h.Action, Fence: h.fence, Until: h.until}, true, nil
}

func (w *world) Settle(ctx context.Context, c action.Claim, step action.Step) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var after error
	if w.settled != nil {
		before, late := w.settled(step)
		if before != nil {
			return before
		}
		after = late
	}
	h := w.actions[c.Action.ID]
	if h.fence != c.Fence || !h.until.After(w.now) {
		return fault.New(fault.Conflict, "")
	}
	if err := action.Move(h.State, step.State); err != nil {
		return err
	}
	h.State, h.Reason, h.Due, h.Changed = step.State, step.Reason, step.Due, w.now
	h.Mark, h.Reference = cmp.Or(step.Mark, h.Mark), cmp.Or(step.Reference, h.Reference)
	if step.Begin {
		h.Attempt, h.Sent = h.Attempt+1, w.now
	}
	if step.State == action.Accepted && h.Accepted.IsZero() {
		h.Accepted = w.now
	}
	if !step.Keep {
		h.until = time.Time{}
	}
	w.history[h.ID] = append(w.history[h.ID], step.State)
	return after
}

func (w *world) DueActions(_ context.Context, _ time.Time, limit int) ([]action.ID, error) {
	var out []action.ID
	for _, id := range w.order {
		if w.free(w.actions[id]) && len(out) < limit {
			out = append(out, id)
		}
	}
	return out, nil
}

func (w *world) Rights(_ context.Context, a action.Action) (access.User, access.Role, error) {
	return w.rights(a)
}

func (w *world) Open(context.Context, record.ConnectionID) (remote.Connector, remote.Conn, remote.Connection, error) {
	return w.source, remote.Conn{}, w.connection, w.open
}

func (w *world) pause(ctx context.Context, d time.Duration) error {
	w.pass(d)
	return ctx.Err()
}

// pass moves the clock; the source commits what it still had in hand.
func (w *world) pass(d time.Duration) {
	w.now = w.now.Add(d)
	w.source.late = slices.DeleteFunc(w.source.late, func(l lateEffect) bool {
		if l.at.After(w.now) {
			return false
		}
		w.source.apply(l.id)
		return true
	})
}

// Timeout and grace of the source.
const (
	sendFor  = 20 * time.Second
	graceFor = 10 * time.Second
)

// source is a system of record whose answers a test decides.
type source struct {
	remote.Connector
	world   *world
	effects map[action.ID]int
	applied []action.ID // in the order of their effect
	late    []lateEffect
	calls   []string

	prepare, act, probe, confirm func(ctx context.Context, a action.Action) remote.Outcome
}

type lateEffect struct {
	id action.ID
	at time.Time
}

func (s *source) apply(id action.ID) { s.effects[id]++; s.applied = append(s.applied, id) }

func (s *source) Spec() remote.Spec {
	return remote.Spec{Actions: []remote.ActionSpec{{Kind: action.TicketReply, Timeout: sendFor, Grace: graceFor, MaxText: 100}}}
}

func (s *source) Prepare(ctx context.Context, _ remote.Conn, a action.Action) (string, remote.Outcome) {
	s.calls = append(s.calls, "prepare")
	if s.prepare != nil {
		return "", s.prepare(ctx, a)
	}
	return "mark", remote.Outcome{Verdict: remote.Done}
}

func (s *source) Act(ctx context.Context, _ remote.Conn, a action.Action) remote.Outcome {
	s.calls = append(s.calls, "act")
	if s.act != nil {
		return s.act(ctx, a)
	}
	s.apply(a.ID)
	return remote.Outcome{Verdict: remote.Done, Reference: "41"}
}

func (s *source) Probe(ctx context.Context, _ remote.Conn, a action.Action) remote.Outcome {
	s.calls = append(s.calls, "probe")
	if s.probe != nil {
		return s.probe(ctx, a)
	}
	return s.look(a)
}

func (s *source) Confirm(ctx context.Context, _ remote.Conn, a action.Action) remote.Outcome {
	s.calls = append(s.calls, "confirm")
	if s.confirm != nil {
		return s.confirm(ctx, a)
	}
	return s.look(a)
}

func (s *source) look(a action.Action) remote.Outcome {
	if s.effects[a.ID] > 0 {
		return remote.Outcome{Verdict: remote.Done, Reference: "41"}
	}
	return remote.Outcome{Verdict: remote.Retry}
}

var errCrash = errors.New("the process ended here")
