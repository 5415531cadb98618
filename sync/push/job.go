package push

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/remote"
)

// job is one piece of work: a claimed action and where it must take effect.
type job struct {
	*Worker
	claim  action.Claim
	before time.Duration // the wait that the action comes out of
	log    *slog.Logger

	connector  remote.Connector
	conn       remote.Conn
	connection remote.Connection
	able       bool // the connector can do this
	maxText    int  // characters; 0 is no limit of its own
	timeout    time.Duration
	grace      time.Duration
}

// run takes steps until the action rests.
func (j *job) run(ctx context.Context) error {
	if err := j.open(ctx); err != nil {
		return j.settle(ctx, j.unopened(err))
	}
	for {
		step, err := j.next(ctx)
		if err != nil {
			return err
		}
		if err := j.settle(ctx, step); err != nil {
			return err
		}
		if !step.Keep {
			return nil
		}
	}
}

// next takes the step that the action's state asks for.
func (j *job) next(ctx context.Context) (action.Step, error) {
	switch j.claim.Action.State {
	case action.Sending, action.Unknown:
		return j.probe(ctx), nil
	case action.Accepted:
		return j.confirm(ctx), nil
	case action.Recorded, action.Retrying:
		return j.send(ctx)
	default: // a store that hands out a resting action must not cause a second send
		return action.Step{}, fault.Wrap(fault.Internal, "work on action",
			fmt.Errorf("action %s is %s and was claimed", j.claim.Action.ID, j.claim.Action.State))
	}
}

// open finds the connector and how long it needs. The time for one send and its
// pre-read together stay within the lease.
func (j *job) open(ctx context.Context) error {
	j.timeout, j.grace = defaultTimeout, defaultGrace
	connector, conn, connection, err := j.o.Sources.Open(ctx, j.claim.Action.Connection)
	if err != nil {
		return err
	}
	j.connector, j.conn, j.connection = connector, conn, connection
	if spec, ok := connector.Spec().Action(j.claim.Action.Kind); ok {
		j.able, j.maxText = true, spec.MaxText
		j.timeout, j.grace = orDefault(spec.Timeout, defaultTimeout), orDefault(spec.Grace, defaultGrace)
	}
	j.timeout = min(j.timeout, (j.o.Lease-reserve)*2/3)
	return nil
}

// unopened is the step when the connection cannot be used at all.
func (j *job) unopened(err error) action.Step {
	j.log.Error("connection of an action cannot be opened", "error", err)
	out := remote.Outcome{
		Verdict: remote.Retry,
		Reason:  "The connection to the other system needs our team's attention.",
		Cause:   fault.Wrap(fault.Unavailable, "open connection", err),
	}
	switch j.claim.Action.State {
	case action.Sending, action.Unknown:
		if quiet := j.quiet(); j.o.Now().Before(quiet) {
			return action.Step{State: action.Unknown, Due: quiet}
		}
		out.Verdict = remote.Unknown
		return decide(probing, out, j.view())
	case action.Accepted:
		return decide(confirming, out, j.view())
	default:
		return decide(preparing, out, j.view())
	}
}

// quiet is the moment before which the source may still commit the last send:
// before it, a probe that finds nothing proves nothing.
func (j *job) quiet() time.Time {
	a := j.claim.Action
	var quiet time.Time
	if !a.Sent.IsZero() {
		quiet = a.Sent.Add(j.timeout + j.grace)
	}
	if a.State == action.Sending {
		quiet = later(quiet, a.Due)
	}
	return quiet
}

func (j *job) view() view {
	return view{
		Action: j.claim.Action, Before: j.before, Now: j.o.Now(), System: j.system(), Quiet: j.quiet(),
		GiveUp: j.o.GiveUp, UnknownFor: j.o.UnknownFor, Jitter: j.o.Jitter(),
	}
}

func (j *job) system() string {
	if j.connection.Name == "" {
		return "the other system"
	}
	return j.connection.Name
}

// left is how much of the lease remains for calls to the source.
func (j *job) left() time.Duration { return j.claim.Until.Sub(j.o.Now()) - settleTimeout }

// settle commits a step and follows it in the job's own copy of the action. It
// is done even when the work was called off: what is known must be written.
func (j *job) settle(ctx context.Context, step action.Step) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	a := &j.claim.Action
	if err := j.o.Store.Settle(ctx, j.claim, step); err != nil {
		return fault.At(fmt.Sprintf("settle action %s from %s to %s", a.ID, a.State, step.State), err)
	}
	now := j.o.Now()
	if step.Begin {
		a.Attempt, a.Sent = a.Attempt+1, now
	}
	if step.State == action.Accepted && a.State != action.Accepted {
		a.Accepted = now
	}
	if step.Mark != "" {
		a.Mark = step.Mark
	}
	if step.Reference != "" {
		a.Reference = step.Reference
	}
	j.log.Info("action moved", "from", string(a.State), "to", string(step.State), "attempt", a.Attempt)
	a.State, a.Reason, a.Due, a.Changed = step.State, step.Reason, step.Due, now
	j.o.Committed()
	return nil
}
