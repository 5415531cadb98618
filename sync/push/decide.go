package push

import (
	"strings"
	"time"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/remote"
)

// phase is what was just tried.
type phase string

const (
	preparing  phase = "prepare"
	acting     phase = "act"
	probing    phase = "probe"
	confirming phase = "confirm"
)

// view is everything that a decision may depend on.
type view struct {
	Action action.Action // as it is now
	// Before is how long the action waited the last time; zero when it did not.
	Before time.Duration
	Now    time.Time
	System string // as people call it
	// Quiet is the moment before which the source may still commit the last send.
	Quiet      time.Time
	GiveUp     time.Duration
	UnknownFor time.Duration
	Jitter     float64 // in [0,1)
}

// decide turns an answer into the next step. It is
// pure. A verdict that makes no sense in its phase counts as the most careful
// one: after a send that is unknown, never "try again".
func decide(p phase, out remote.Outcome, v view) action.Step {
	step := action.Step{Reason: out.Reason, Records: out.Records}
	switch p {
	case preparing:
		return decidePrepared(step, out, v)
	case acting:
		return decideActed(step, out, v)
	case probing:
		return decideProbed(step, out, v)
	default:
		return decideConfirmed(step, out, v)
	}
}

func decidePrepared(step action.Step, out remote.Outcome, v view) action.Step {
	switch out.Verdict {
	case remote.Rejected:
		return refused(step, v)
	case remote.Conflict:
		return conflict(step, out, v)
	default: // nothing was sent, so whatever went wrong may be tried again
		return again(step, out, v)
	}
}

func decideActed(step action.Step, out remote.Outcome, v view) action.Step {
	switch out.Verdict {
	case remote.Done:
		return accepted(step, out)
	case remote.Rejected:
		return refused(step, v)
	case remote.Conflict:
		return conflict(step, out, v)
	case remote.Retry:
		return again(step, out, v)
	default:
		step.State, step.Due = action.Unknown, later(v.Quiet, v.Now)
		return step
	}
}

func decideProbed(step action.Step, out remote.Outcome, v view) action.Step {
	switch out.Verdict {
	case remote.Done:
		return accepted(step, out)
	case remote.Rejected:
		return refused(step, v)
	case remote.Retry: // certainly not there
		if v.Action.Attempt <= 1 && out.After == 0 && !tired(v) {
			step.State, step.Due, step.Keep = action.Retrying, v.Now, true
			return step
		}
		return again(step, out, v)
	}
	if sent := later(v.Action.Began, v.Action.Sent); !sent.IsZero() && v.Now.Sub(sent) >= v.UnknownFor {
		return dead(step, "We cannot tell whether "+v.System+" received it. Our team is checking.")
	}
	step.State, step.Due = action.Unknown, v.Now.Add(spread(v, probeFloor, probeCeiling))
	return step
}

func decideConfirmed(step action.Step, out remote.Outcome, v view) action.Step {
	switch out.Verdict {
	case remote.Done:
		step.State, step.Reference = action.Confirmed, out.Reference
		return step
	case remote.Rejected:
		return dead(step, v.System+" took it, but it cannot be found there. Our team is checking.")
	}
	limit := v.UnknownFor
	if fault.Retryable(out.Cause) { // the source is away, which says nothing about the effect
		limit = v.GiveUp
	}
	if at := later(v.Action.Began, v.Action.Accepted); !at.IsZero() && v.Now.Sub(at) >= limit {
		return dead(step, v.System+" took it, but reading it back did not succeed. Our team is checking.")
	}
	step.State, step.Due = action.Accepted, v.Now.Add(max(min(out.After, v.GiveUp), spread(v, confirmFloor, waitCeiling)))
	return step
}

func accepted(step action.Step, out remote.Outcome) action.Step {
	step.State, step.Reference, step.Reason, step.Keep = action.Accepted, out.Reference, "", true
	return step
}

func refused(step action.Step, v view) action.Step {
	step.State = action.Refused
	if step.Reason == "" {
		step.Reason = v.System + " does not accept this."
	}
	return step
}

func conflict(step action.Step, out remote.Outcome, v view) action.Step {
	step.State = action.Conflict
	if step.Reason == "" {
		step.Reason = changed(v.System, out.Diff)
	}
	return step
}

// changed says in words what moved under the actor's hands.
func changed(system string, diff []remote.Difference) string {
	if len(diff) == 0 {
		return "It was changed in " + system + " meanwhile."
	}
	parts := make([]string, 0, len(diff))
	for _, d := range diff {
		parts = append(parts, d.Field+" was “"+d.Was+"” and is now “"+d.Now+"”")
	}
	return "It was changed in " + system + " meanwhile: " + strings.Join(parts, "; ") + "."
}

func dead(step action.Step, reason string) action.Step {
	step.State, step.Reason = action.Dead, reason
	return step
}

// again waits for the next attempt, or hands over to staff when it is enough.
func again(step action.Step, out remote.Outcome, v view) action.Step {
	if tired(v) {
		return dead(step, "It could not be delivered to "+v.System+". Our team is looking after it.")
	}
	step.State = action.Retrying
	step.Due = v.Now.Add(max(min(out.After, v.GiveUp), spread(v, waitFloor, waitCeiling)))
	if step.Reason == "" {
		step.Reason = v.System + " is not reachable at the moment."
	}
	return step
}

// tired reports whether this generation was tried for long enough.
func tired(v view) bool {
	began := later(v.Action.Began, v.Action.Recorded)
	return !began.IsZero() && v.Now.Sub(began) >= v.GiveUp
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
