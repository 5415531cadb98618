package record

import "strings"

// State is the normalized state of a ticket-like record.
type State string

// States. What a raw value means differs in every tenant: it is connection data
// (see Meaning), never a constant of a connector.
const (
	StateNew       State = "new"
	StateOpen      State = "open"
	StateWaiting   State = "waiting"
	StateResolved  State = "resolved"
	StateClosed    State = "closed"
	StateCancelled State = "cancelled"
	StateUnmapped  State = "unmapped" // no meaning is known; shown to clients by a neutral label
)

// Open reports whether work remains in this state.
func (s State) Open() bool {
	switch s {
	case StateResolved, StateClosed, StateCancelled:
		return false
	default:
		return true
	}
}

// Turn says who has to do the next thing.
type Turn string

// Turns.
const (
	TurnClient   Turn = "client"
	TurnProvider Turn = "provider"
	TurnThird    Turn = "third" // a vendor, a bank, a carrier
	TurnNobody   Turn = "nobody"
)

// Meaning is one row of a connection's status dictionary.
type Meaning struct {
	Kind        Kind   `json:"kind"`
	Raw         string `json:"raw"`
	State       State  `json:"state" validate:"oneof=new open waiting resolved closed cancelled unmapped"`
	Label       string `json:"label"`       // what a client reads
	Explanation string `json:"explanation"` // one sentence: what happens next
	Turn        Turn   `json:"turn" validate:"oneof=client provider third nobody"`
	// Guessed is true until an administrator has looked at the row.
	Guessed bool `json:"guessed"`
}

// Guess proposes a meaning for a raw status by the words that help desks
// commonly use. An unknown word yields StateUnmapped and a neutral label.
func Guess(kind Kind, raw string) Meaning {
	m := Meaning{Kind: kind, Raw: raw, Guessed: true}
	switch strings.ToLower(strings.TrimSpace(raw)) {
	case "new", "submitted", "created":
		m.State, m.Turn, m.Label, m.Explanation = StateNew, TurnProvider, "Received", "We have it and will assign somebody."
	case "open", "in progress", "assigned", "active":
		m.State, m.Turn, m.Label, m.Explanation = StateOpen, TurnProvider, "In progress", "We are working on it."
	case "stalled", "pending", "waiting", "waiting on client", "waiting on customer", "waiting for customer", "awaiting user", "on hold":
		m.State, m.Turn, m.Label, m.Explanation = StateWaiting, TurnClient, "Waiting for you", "We need an answer from you to go on."
	case "waiting on vendor", "waiting on third party", "awaiting parts":
		m.State, m.Turn, m.Label, m.Explanation = StateWaiting, TurnThird, "Waiting for a third party", "A supplier has to answer first."
	case "resolved", "solved", "done", "completed":
		m.State, m.Turn, m.Label, m.Explanation = StateResolved, TurnNobody, "Solved", "Reply if it is not solved for you."
	case "closed":
		m.State, m.Turn, m.Label, m.Explanation = StateClosed, TurnNobody, "Closed", "Nothing more happens here."
	case "rejected", "cancelled", "canceled", "declined":
		m.State, m.Turn, m.Label, m.Explanation = StateCancelled, TurnNobody, "Not carried out", "This was closed without being done."
	default:
		m.State, m.Turn, m.Label, m.Explanation = StateUnmapped, TurnProvider, "With us", "Ask us if you want to know more."
	}
	if guess := guesses[kind]; guess != nil {
		m.Turn, m.Explanation = TurnNobody, ""
		guess(&m, strings.ToLower(strings.TrimSpace(raw)))
	}
	return m
}

// Speaks reports whether the raw status of a kind is translated by a dictionary.
func (k Kind) Speaks() bool { return k == KindTicket || guesses[k] != nil }
