// Package remote is the contract that every connector fulfils, owned by the
// side that calls it. A connector sees a Conn and nothing else: no database, no
// queue, no page. It answers with normalized records and one of five outcomes.
//
// A safe write takes more than sending: Prepare (what did the source look like
// before we wrote), Probe (did it arrive) and Confirm (read back until it holds).
package remote

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"portico/sync/action"
	"portico/sync/record"
)

// Connector is knowledge of one kind of system. It is stateless and safe for
// concurrent use; everything about one tenant is in Conn.
type Connector interface {
	// Spec describes the connector: form, streams, actions, limits.
	Spec() Spec
	// Check says whether we can sign in and what the credential may see and do.
	// It never fails: what went wrong is in the report.
	Check(ctx context.Context, c Conn) Report
	// Discover reads what differs per tenant: statuses, queues, custom fields.
	Discover(ctx context.Context, c Conn) (Catalog, error)
	// Pull reads one stream from its checkpoint and emits pages in checkpoint
	// order. It calls Emitter.Complete only after a whole, undisturbed pass.
	Pull(ctx context.Context, c Conn, req PullRequest, emit Emitter) error
	// Read fetches single records anew, with their children. A record that the
	// source no longer has is absent from the answer.
	Read(ctx context.Context, c Conn, refs []record.Ref) ([]record.Record, error)
	// Prepare reads the target before a write. The mark it returns is stored
	// before Act is called and lets Probe tell our effect from older ones. An
	// outcome other than Done means: do not send (conflict, gone, not reachable).
	Prepare(ctx context.Context, c Conn, a action.Action) (mark string, out Outcome)
	// Act sends a.Input once. It never sends again by itself.
	Act(ctx context.Context, c Conn, a action.Action) Outcome
	// Probe looks whether an earlier, unanswered attempt of a landed: Done when
	// it did, Retry when it certainly did not, Unknown when nobody can tell.
	Probe(ctx context.Context, c Conn, a action.Action) Outcome
	// Confirm reads the effect of an accepted action back: Done with the
	// refreshed records when it is there, Retry when it is not there yet.
	Confirm(ctx context.Context, c Conn, a action.Action) Outcome
	// Open streams the bytes of an attachment. The caller closes it.
	Open(ctx context.Context, c Conn, ref record.Ref) (io.ReadCloser, error)
	// Hints verifies a vendor's webhook and says what to re-read.
	Hints(ctx context.Context, c Conn, raw *RawRequest) ([]Hint, error)
}

// Sampler is a Connector that can show what it makes of a system's own answers.
type Sampler interface {
	// Preview reads the beginning of a stream, at most n items of each kind.
	Preview(ctx context.Context, c Conn, stream string, n int) ([]Sample, error)
}

// Teller is a Connector that says of a single record why it cannot be used.
type Teller interface {
	// Tell reads a record and its children anew, like Read. What the source sent and
	// nobody can use is among the rejects. A kind that cannot be read by itself is
	// fault.Invalid.
	Tell(ctx context.Context, c Conn, ref record.Ref) (Page, error)
}

// Conn is one configured connection, opened for one piece of work.
type Conn struct {
	ID       record.ConnectionID
	Settings map[string]string
	// Secret returns a credential by the name of its form field, at call time,
	// so that a rotated one is used at once.
	Secret func(name string) (string, error)
	// Tokens keep what Secret was exchanged for, where the system asks for that. Nil
	// means that it is exchanged anew for each piece of work.
	Tokens Tokens
	// Transport dials through the egress guard. Connectors sign in on top of it.
	Transport http.RoundTripper
	// Budget is the pooled request budget of the credential.
	Budget Budget
	// Drop is the folder of this machine below which connections may read, or "" when
	// the configuration names none.
	Drop string
	// File opens an uploaded file that goes with an action, by action.File.ID.
	File func(ctx context.Context, id string) (io.ReadCloser, error)
	Log  *slog.Logger
	Now  func() time.Time
	// Pause waits between two tries and returns early with the context's error; nil
	// uses a timer.
	Pause func(ctx context.Context, d time.Duration) error
}

// ErrNoSecret is in the chain of what Conn.Secret returns for a credential that was
// never entered.
var ErrNoSecret = errors.New("never entered")

// Class tells an action of a person from work that can wait.
type Class int

// Classes: actions go ahead of pulls.
const (
	Background Class = iota
	Interactive
	// Overdue is a pull that has waited for long. Only a Purse is told: for a moment it
	// counts like an action, but what a day keeps for actions stays with them.
	Overdue
)

// Budget decides when the next request may leave.
type Budget interface {
	// Wait blocks until a request of the class may leave, or ctx ends. The
	// caller must call done when the answer has been read.
	Wait(ctx context.Context, class Class) (done func(), err error)
	// Hold forbids every request until the moment given (Retry-After).
	Hold(until time.Time)
}

// PullMode says how much of a stream is wanted.
type PullMode string

// Pull modes.
const (
	Changes    PullMode = "changes"    // what changed since the checkpoint
	Everything PullMode = "everything" // all of it, whatever the checkpoint says
	Census     PullMode = "census"     // only which ids exist (Page.Seen), to find deletions
)

// Checkpoint is a connector's own bookmark; opaque to everybody else. Empty
// means from the beginning.
type Checkpoint []byte

// PullRequest asks for one stream.
type PullRequest struct {
	Stream     string
	Mode       PullMode
	Checkpoint Checkpoint
}

// Page is what is committed in one transaction.
type Page struct {
	Records []record.Record
	// Deleted names things that the source says are gone (tombstones).
	Deleted []record.Ref
	// Seen lists external ids that exist, by kind; only in a census.
	Seen    map[record.Kind][]string
	Rejects []Reject
	// Next is where to resume after this page.
	Next Checkpoint
}

// Reject is a record that cannot be used; the run goes on without it.
type Reject struct {
	Kind     record.Kind
	External string // "" when even that is missing
	Reason   string // for an administrator
}

// Emitter receives a stream.
type Emitter interface {
	// Page takes records, deletions, rejects and the next checkpoint, which are
	// committed together and after everything that was given before. It may return
	// before they are. An error means that nothing of this page is stored, because
	// of itself or of one before: stop and return it.
	Page(ctx context.Context, p Page) error
	// Progress reports requests' worth of work; total < 0 when the source does not tell.
	Progress(done, total int)
	// Complete says that the pass was whole: once all of it is committed, freshness
	// moves and a sweep may act.
	Complete(ctx context.Context) error
}

// Verdict is how an attempt ended; sync/push maps each to a state.
type Verdict string

// Verdicts.
const (
	Done     Verdict = "done"     // it took effect (Prepare: go ahead)
	Rejected Verdict = "rejected" // the source will never accept it
	Conflict Verdict = "conflict" // the record changed; a person must look again
	Retry    Verdict = "retry"    // it did not take effect; the same attempt may succeed later
	Unknown  Verdict = "unknown"  // sent, and nobody can tell
)

// Outcome is the one answer of a write.
type Outcome struct {
	Verdict   Verdict
	Reference string          // the source's own id of the effect
	Reason    string          // plain words, safe for the client
	Cause     error           // for the log
	After     time.Duration   // Retry: not before this
	Diff      []Difference    // Conflict: what changed
	Records   []record.Record // what was read on the way, for the read model
}

// Difference is one field that changed between the page and now.
type Difference struct {
	Field, Was, Now string
}
