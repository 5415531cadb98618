package run

import (
	"time"

	"portico/sync/record"
)

// Removal is what goes with a connection, before it is removed or while it is.
type Removal struct {
	Connection record.ConnectionID
	Name       string
	Accounts   int                 // that have companies of it
	Records    map[record.Kind]int // in accounts; nil when counting took too long
	Staged     int                 // that nobody has seen; -1 when counting took too long
	Actions    Backlog             // of which none may be on its way or wait for a person
	Questions  int                 // open approvals about its requests: they stay, and no reply tells of their decision
	// Believed names the connections that it is the authority over: what was a copy
	// there is shown again.
	Believed []string
	Began    time.Time // zero before it was asked for
}

// Settled reports whether nothing that a client asked for is lost with it.
func (r Removal) Settled() bool { return r.Actions.Waiting == 0 && r.Actions.Stuck == 0 }

// Total is how many records go from accounts; -1 when they were too many to count.
func (r Removal) Total() int {
	if r.Records == nil {
		return -1
	}
	n := 0
	for _, of := range r.Records {
		n += of
	}
	return n
}
