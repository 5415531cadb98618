package action

import (
	"fmt"
	"time"
)

// State is where an action is in its life; the client reads it as progress.
type State string

// States. Final ones never move again; blocking ones hold back later actions on
// the same record.
const (
	Recorded  State = "recorded"
	Sending   State = "sending"
	Accepted  State = "accepted"
	Confirmed State = "confirmed"
	Retrying  State = "retrying"
	Unknown   State = "unknown"
	Conflict  State = "conflict"
	Refused   State = "refused"
	Dead      State = "dead"
	Withdrawn State = "withdrawn"
)

// States in the order of a life that goes well, then the others.
var States = []State{Recorded, Sending, Accepted, Confirmed, Retrying, Unknown, Conflict, Refused, Dead, Withdrawn}

// Final reports whether the state never moves again.
func (s State) Final() bool {
	switch s {
	case Confirmed, Refused, Withdrawn:
		return true
	default:
		return false
	}
}

// Blocks reports whether a later action on the same record must wait.
func (s State) Blocks() bool {
	switch s {
	case Recorded, Sending, Accepted, Retrying, Unknown:
		return true
	default:
		return false
	}
}

// Blocking lists the states that block, for the query that picks what may run.
func Blocking() []State {
	var out []State
	for _, s := range States {
		if s.Blocks() {
			out = append(out, s)
		}
	}
	return out
}

// moves lists every legal step.
var moves = map[State][]State{
	Recorded: {Sending, Refused, Conflict, Retrying, Dead, Withdrawn},
	Sending:  {Accepted, Confirmed, Refused, Conflict, Retrying, Unknown, Dead},
	Accepted: {Confirmed, Accepted, Unknown, Dead},
	Retrying: {Sending, Refused, Conflict, Retrying, Dead, Withdrawn},
	Unknown:  {Accepted, Confirmed, Sending, Retrying, Refused, Unknown, Dead},
	Conflict: {Recorded, Withdrawn},
	Dead:     {Recorded, Unknown, Withdrawn},
}

// Move returns an error when an action may not go from one state to the other.
func Move(from, to State) error {
	for _, s := range moves[from] {
		if s == to {
			return nil
		}
	}
	return fmt.Errorf("action cannot go from %s to %s", from, to)
}

// Pending reports whether the action may still change what was read of its target
// then: it is on its way, rests with a person, or has arrived since.
func (a Action) Pending(read time.Time) bool {
	return a.State.Blocks() || a.State == Dead || a.State == Confirmed && a.Ended.After(read)
}
