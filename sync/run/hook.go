package run

import (
	"time"

	"github.com/google/uuid"

	"portico/sync/record"
)

// HookID identifies a webhook that a vendor sent, a UUIDv7 as text.
type HookID string

// NewHookID returns a fresh, time-ordered id.
func NewHookID() HookID { return HookID(uuid.Must(uuid.NewV7()).String()) }

// Hook is a vendor's webhook that was verified. It is only a hint: what it is
// about is read anew, never believed.
type Hook struct {
	ID         HookID
	Connection record.ConnectionID
	// Key is the same for repeated deliveries of one event.
	Key      string
	Received time.Time
	Header   map[string][]string // as it arrived
	Body     []byte              // as it arrived
	Refs     []record.Ref        // what to read anew
	Attempt  int                 // readings that failed so far
	Fence    int64               // of a claim
}

// HookStep is what a reading came to.
type HookStep struct {
	// Records were read and go through the same path as a pull.
	Records []record.Record
	// Hasten names streams that are pulled now, for what could not be read by itself.
	Hasten []string
	// Again is when to try again; zero when the hook is done with.
	Again   time.Time
	Problem string // why the reading failed, in words for an administrator, or ""
}

// HookCounts is what became of the webhooks that a connection was sent.
type HookCounts struct {
	Connection               record.ConnectionID
	Taken, Repeated, Refused int
	LastTaken, LastRefused   time.Time
	Problem                  string // why the newest one was refused, in words for an administrator
}

// Add returns the sum of two counts of one connection.
func (c HookCounts) Add(more HookCounts) HookCounts {
	c.Taken, c.Repeated, c.Refused = c.Taken+more.Taken, c.Repeated+more.Repeated, c.Refused+more.Refused
	if more.LastTaken.After(c.LastTaken) {
		c.LastTaken = more.LastTaken
	}
	if more.Refused > 0 && !more.LastRefused.Before(c.LastRefused) {
		c.LastRefused, c.Problem = more.LastRefused, more.Problem
	}
	return c
}
