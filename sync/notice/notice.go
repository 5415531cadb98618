// Package notice is the vocabulary of what people are told by mail: what
// happened and to whom it matters, what each person wants to hear, a mail that is
// owed, and the mark by which a mail is unsubscribed from. It does no I/O.
package notice

import "portico/sync/record"

// Choice is what a person wants to be told about one account.
type Choice string

// Choices. Who has made none gets NeedsMe.
const (
	Everything Choice = "everything"
	NeedsMe    Choice = "needs-me"
	Nothing    Choice = "nothing"
)

// Choices lists what may be chosen, the most first.
var Choices = []Choice{Everything, NeedsMe, Nothing}

// Reason is why somebody is told.
type Reason string

// The reasons.
const (
	Turn      Reason = "turn"      // a request waits for the client now
	Conflict  Reason = "conflict"  // what the person asked for needs another look
	Refused   Reason = "refused"   // what the person asked for was not accepted
	Answered  Reason = "answered"  // the provider wrote
	Wrote     Reason = "wrote"     // a colleague wrote
	Finished  Reason = "finished"  // a request is done
	Reopened  Reason = "reopened"  // a request that was done is not
	Opened    Reason = "opened"    // a request is new
	Confirmed Reason = "confirmed" // what the person asked for is done
)

// Reasons lists them, the most pressing first: where several hold, a mail's
// subject speaks of the first.
var Reasons = []Reason{Turn, Conflict, Refused, Answered, Finished, Reopened, Wrote, Opened, Confirmed}

// Wants reports whether who made this choice is told. Own says that the request
// is the person's own.
func (c Choice) Wants(r Reason, own bool) bool {
	switch c {
	case Everything:
		return true
	case Nothing:
		return false
	default:
		switch r {
		case Turn, Conflict, Refused:
			return true
		case Answered, Finished, Reopened:
			return own
		default:
			return false
		}
	}
}

// Standing is where a request was when it began to change.
type Standing struct {
	State record.State
	Turn  record.Turn
}

// Became says what it means that a request has moved from where it was; "" when
// nobody has to be told.
func (was Standing) Became(now Standing) Reason {
	switch {
	case now.Turn == record.TurnClient && was.Turn != record.TurnClient:
		return Turn
	case was.State.Open() && !now.State.Open():
		return Finished
	case !was.State.Open() && now.State.Open():
		return Reopened
	default:
		return ""
	}
}
