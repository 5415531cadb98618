package rest

import (
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
)

// unaccepted is how long to wait for an administrator to mend a credential.
const unaccepted = 5 * time.Minute

// Unsent is what a fault means to an action that certainly took no effect.
func Unsent(err error) remote.Outcome {
	out := remote.Outcome{Reason: fault.Public(err), Cause: err, After: fault.RetryAfter(err)}
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.NotFound, fault.Invalid, fault.TooLarge:
		out.Verdict = remote.Rejected
	case fault.Conflict:
		out.Verdict = remote.Conflict
	case fault.Unauthenticated, fault.Setup:
		out.Verdict, out.After = remote.Retry, max(out.After, unaccepted)
	default:
		out.Verdict = remote.Retry
	}
	return out
}

// Sent is what a fault means to an action whose request may have left. An answer
// of 5xx or one that cannot be read says nothing about the effect.
func Sent(err error) remote.Outcome {
	out := Unsent(err)
	switch fault.KindOf(err) {
	case fault.Unknown, fault.Broken:
		out.Verdict = remote.Unknown
	case fault.Unavailable:
		if Answered(err) {
			out.Verdict = remote.Unknown
		}
	}
	return out
}
