package access

import (
	"time"

	"portico/sync/record"
)

// Readiness is what is known, before people are invited, of how far everything is.
type Readiness struct {
	Streams   []StreamReadiness
	Unmatched int       // companies of the sources that belong to no account
	Waiting   int       // records that nobody can be shown, for that or another reason
	Mailed    time.Time // when a mail last left; zero within a month
	GivenUp   int       // mails that were given up within a week
	Accounts  []AccountReadiness
}

// StreamReadiness is how one stream of a connection is.
type StreamReadiness struct {
	Connection, Stream string
	Completed          time.Time // of the last whole pass; zero before the first
	FreshFor           time.Duration
	Failures           int
	Held, Paused       bool
}

// Fresh reports whether what it pulled may be shown as current.
func (s StreamReadiness) Fresh(now time.Time) bool {
	return !s.Completed.IsZero() && now.Sub(s.Completed) <= s.FreshFor && !s.Held && !s.Paused
}

// AccountReadiness is how far one account is.
type AccountReadiness struct {
	record.AccountInfo

	Companies int // of the sources, that are matched to it
	Members   int // who can sign in
	Owners    int // of those
	Prepared  int // invitations that opening it mails
	Came      int // members who have been here
}
