package run

import (
	"time"

	"portico/sync/record"
)

// Company is a client company as a connection's source names it, with the
// account that a person matched it to. Until then its records are invisible.
type Company struct {
	Key  string // the source's own key, see remote.Company
	Name string // "" when the source tells no name
	// Account is what it was matched to; its ID is zero until somebody did.
	Account record.AccountInfo
	// Waiting counts the records that wait for the match.
	Waiting int
}

// Backlog is what clients asked for on one connection and what became of it.
type Backlog struct {
	Waiting   int       // on their way
	Oldest    time.Time // of those, when the first was recorded; zero when none is
	Stuck     int       // a person has to look at these
	LastWrite time.Time // when one was confirmed last; zero when none was
}

// Repair is how a company was taken out of an account that it was not.
type Repair struct {
	Key       string
	Account   record.AccountInfo
	Matched   time.Time // when it was matched; zero when the log does not say
	MatchedBy string    // name, or "" when that person is gone
	Hidden    time.Time
	HiddenBy  string
	Records   int // of the company, kept and seen by nobody
	// Stopped are actions that were not sent, Sent those that had left before.
	Stopped, Sent []RepairedAction
	// People of the account who were signed in while they could see it.
	People []RepairedPerson
}

// RepairedAction is what somebody of the wrong account asked for.
type RepairedAction struct {
	Ref, Kind, External, By, State string
	At                             time.Time
}

// RepairedPerson could see what was not theirs.
type RepairedPerson struct {
	Name, Email string
	SignedIn    time.Time // when they were last there within that span
}
