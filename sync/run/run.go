// Package run is the vocabulary of pulling: what is due, one run of a stream,
// its counts and its report. It does no I/O.
package run

import (
	"time"

	"github.com/google/uuid"

	"portico/sync/record"
	"portico/sync/remote"
)

// ID identifies a run, a UUIDv7 as text.
type ID string

// NewID returns a fresh, time-ordered run id.
func NewID() ID { return ID(uuid.Must(uuid.NewV7()).String()) }

// State is where a run is.
type State string

// States of a run.
const (
	Running State = "running"
	Done    State = "done"    // a whole pass: freshness moved
	Failed  State = "failed"  // stopped by an error; resumes from its checkpoint
	Stopped State = "stopped" // stopped by us: drain, pause, or a lost lease
)

// Counts is what a run did so far.
type Counts struct {
	Read      int `json:"read"`      // records received
	Written   int `json:"written"`   // new or different, stored
	Unchanged int `json:"unchanged"` // equal to what we had, skipped
	Deleted   int `json:"deleted"`
	Rejected  int `json:"rejected"`  // set aside with a reason
	Unmatched int `json:"unmatched"` // waiting for their company to be matched
}

// Add returns the sum.
func (c Counts) Add(d Counts) Counts {
	return Counts{
		Read: c.Read + d.Read, Written: c.Written + d.Written, Unchanged: c.Unchanged + d.Unchanged,
		Deleted: c.Deleted + d.Deleted, Rejected: c.Rejected + d.Rejected, Unmatched: c.Unmatched + d.Unmatched,
	}
}

// Run is one pull of one stream, with the lease that makes its writes count.
type Run struct {
	ID         ID
	Connection record.ConnectionID
	Stream     string
	Mode       remote.PullMode
	// Fence is the lease's number; a commit with an older one is refused.
	Fence      int64
	Checkpoint remote.Checkpoint
	// Failures is how many runs of the stream failed in a row before this one.
	Failures int
	// First is true until the stream has completed a pass: nobody is notified.
	First   bool
	Started time.Time
	Ended   time.Time
	State   State
	Counts  Counts
	// Done and Total are progress as the connector reports it; Total < 0 is unknown.
	Done, Total int
	// Problem is why it failed, in words for an administrator.
	Problem string
	// AsOf is how old the facts are of a whole pass, when they are older than its
	// beginning; zero when they are not.
	AsOf time.Time
	// Uncounted is a census that could not be taken: nothing was deleted, and who
	// confirmed one is asked again.
	Uncounted bool
}

// Facts is how old what a whole pass read is: never younger than its beginning.
func (r Run) Facts() time.Time {
	if !r.AsOf.IsZero() && r.AsOf.Before(r.Started) {
		return r.AsOf
	}
	return r.Started
}

// StreamState is what is known about one stream of one connection.
type StreamState struct {
	Connection record.ConnectionID
	Stream     string
	Checkpoint remote.Checkpoint
	Completed  time.Time // how old the facts of the last whole pass are: freshness
	Counted    time.Time // end of the last census
	Next       time.Time // when it is due again
	Failures   int       // in a row
	FailingFor time.Time // since when; zero when healthy
	Problem    string    // plain words
	Held       string    // why it waits for a person (sweep guard), or ""
	Kinds      []record.Kind
	Every      time.Duration // how often changes are asked for
	FreshFor   time.Duration // how long its facts count as current after a whole pass
	// Leased is a run that is under way; it may have lost its process not long ago.
	Leased bool
	// Wanted is what a person asked for and no run has done yet: remote.Everything,
	// or remote.Census for one whose result counts however much is missing; or "".
	Wanted remote.PullMode
}

// Late reports whether what the stream brings is past its freshness limit.
func (s StreamState) Late(now time.Time) bool {
	return !s.Completed.IsZero() && s.FreshFor > 0 && now.Sub(s.Completed) > s.FreshFor
}

// Due is a stream that should be pulled now.
type Due struct {
	Connection record.ConnectionID
	Stream     string
	Mode       remote.PullMode
	// Force says that a person confirmed what a census would remove.
	Force bool
}

// SweepResult is what a census found.
type SweepResult struct {
	Known   int  // records we hold
	Missing int  // of those, not seen
	Deleted int  // removed
	Held    bool // too many were missing: nothing was removed, a person must confirm
}

// Rate is how many records a second the run has read so far; 0 when nobody can
// tell. A run that has ended is measured to its end.
func (r Run) Rate(now time.Time) float64 {
	if r.State != Running && !r.Ended.IsZero() {
		now = r.Ended
	}
	took := now.Sub(r.Started).Seconds()
	if took <= 0 {
		return 0
	}
	return float64(r.Counts.Read) / took
}

// Left guesses the time left from the requests done; zero when nobody can tell.
func (r Run) Left(now time.Time) time.Duration {
	if r.State != Running || r.Done <= 0 || r.Total <= r.Done {
		return 0
	}
	each := now.Sub(r.Started) / time.Duration(r.Done)
	return (each * time.Duration(r.Total-r.Done)).Round(time.Second)
}
