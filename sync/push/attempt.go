package push

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/remote"
)

// readOnlyWait is how often an action looks whether its connection may be
// written to again.
const readOnlyWait = time.Minute

// looks are the pauses between the first looks for an accepted effect; most
// systems show it at once, some after their own queue.
var looks = []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond}

// send checks what may have changed since the action was recorded, announces
// the send, and only then sends.
func (j *job) send(ctx context.Context) (action.Step, error) {
	if step, err := j.mayNot(ctx); err != nil || step.State != "" {
		return step, err
	}
	var mark string
	out := j.call(ctx, preparing, (j.o.Lease-reserve)/3, func(ctx context.Context) (out remote.Outcome) {
		mark, out = j.connector.Prepare(ctx, j.conn, j.claim.Action)
		return out
	})
	if out.Verdict != remote.Done {
		return decide(preparing, out, j.view()), nil
	}
	if j.left() < j.timeout { // the send could outlive the lease: come back with a fresh one
		return action.Step{State: action.Retrying, Due: j.o.Now(), Records: out.Records}, nil
	}
	until := j.o.Now().Add(j.timeout)
	begin := action.Step{State: action.Sending, Mark: mark, Begin: true, Keep: true, Due: until.Add(j.grace), Records: out.Records}
	if err := j.settle(ctx, begin); err != nil {
		return action.Step{}, err // not sent; should the commit have gone through after all, the probe will say so
	}
	// The deadline that others rely on was announced before the commit, so a slow
	// commit or a machine that slept shortens the attempt or ends it unsent.
	left := until.Sub(j.o.Now())
	if left <= 0 {
		return decide(acting, remote.Outcome{Verdict: remote.Retry}, j.view()), nil
	}
	out = j.call(ctx, acting, left, func(ctx context.Context) remote.Outcome {
		return j.connector.Act(ctx, j.conn, j.claim.Action)
	})
	return decide(acting, out, j.view()), nil
}

// mayNot returns the step that an action takes instead of being sent, or none.
func (j *job) mayNot(ctx context.Context) (action.Step, error) {
	a := j.claim.Action
	allowed, err := j.allowed(ctx)
	switch {
	case err != nil:
		return action.Step{}, err
	case !allowed:
		return action.Step{State: action.Refused, Reason: "You no longer have access that allows this, so it was not sent."}, nil
	case !j.able:
		return action.Step{State: action.Refused, Reason: j.system() + " cannot do this through the portal."}, nil
	case j.maxText > 0 && len([]rune(a.Input.Text)) > j.maxText:
		return action.Step{
			State:  action.Refused,
			Reason: fmt.Sprintf("The text is longer than the %d characters that %s accepts.", j.maxText, j.system()),
		}, nil
	case j.connection.ReadOnly:
		return action.Step{
			State: action.Retrying, Due: j.o.Now().Add(readOnlyWait),
			Reason: "Sending to " + j.system() + " is switched off for now. It will be sent when our team switches it on again.",
		}, nil
	}
	return action.Step{}, nil
}

// allowed reports whether the actor may still ask for this: rights count when
// the action is carried out, not when it was recorded.
func (j *job) allowed(ctx context.Context) (bool, error) {
	a := j.claim.Action
	user, role, err := j.o.Store.Rights(ctx, a)
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Forbidden, fault.Unauthenticated:
		return false, nil
	}
	if err != nil {
		return false, fault.At("read rights of the actor", err)
	}
	if user.Disabled {
		return false, nil
	}
	scope := grant.Job(grant.User{ID: user.ID, Name: user.Name, Email: user.Email}, a.Account, role)
	return access.Act(scope, a.Account, a.Kind.About()) == nil, nil
}

// probe looks whether an unanswered send landed.
func (j *job) probe(ctx context.Context) action.Step {
	if quiet := j.quiet(); j.o.Now().Before(quiet) {
		return action.Step{State: action.Unknown, Due: quiet}
	}
	out := j.call(ctx, probing, j.timeout, func(ctx context.Context) remote.Outcome {
		return j.connector.Probe(ctx, j.conn, j.claim.Action)
	})
	return decide(probing, out, j.view())
}

// confirm reads the effect back, a few times in short order before it leaves
// the next look to the clock.
func (j *job) confirm(ctx context.Context) action.Step {
	var out remote.Outcome
	for n := 0; ; n++ {
		out = j.call(ctx, confirming, j.timeout, func(ctx context.Context) remote.Outcome {
			return j.connector.Confirm(ctx, j.conn, j.claim.Action)
		})
		if out.Verdict == remote.Done || out.Verdict == remote.Rejected || out.After > 0 || fault.Retryable(out.Cause) {
			break
		}
		if n == len(looks) || j.left() < j.timeout+looks[n] || j.o.Pause(ctx, looks[n]) != nil {
			break
		}
	}
	return decide(confirming, out, j.view())
}

// call runs one call to the connector, bounded in time. A panic, and after a
// send also a cancelled context, leaves the effect unknown.
func (j *job) call(ctx context.Context, p phase, limit time.Duration, do func(context.Context) remote.Outcome) (out remote.Outcome) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			j.log.Error("connector panicked", "phase", string(p), "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			out = remote.Outcome{Verdict: remote.Unknown}
		}
	}()
	out = do(ctx)
	if ctx.Err() != nil && (p == acting || p == probing) && out.Verdict == remote.Retry {
		out.Verdict = remote.Unknown // "not sent" cannot be believed from a call that was cut off
	}
	if out.Cause != nil {
		j.log.Warn("attempt did not succeed", "phase", string(p), "verdict", string(out.Verdict), "error", out.Cause)
	}
	return out
}
