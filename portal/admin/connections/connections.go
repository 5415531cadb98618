// Package connections is the pages where an administrator connects a system of
// record, says what its companies and statuses are, and sees how it does. It
// promises that nothing is saved before a check, that a credential never goes back
// to a browser, that a form sent twice makes one connection, and that no company is
// seen by anybody before a person has matched it. It hides how drafts travel through
// the browser and how a state becomes words.
package connections

import (
	"context"
	"net/http"
	"time"

	"portico/portal/admin/connections/parts"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Line is a connection as the list shows it.
type Line struct {
	remote.Connection
	System  string // what kind of system it is: "Request Tracker"
	Hosts   []string
	Streams []run.StreamState
	Backlog run.Backlog
	Waiting int // records that nobody sees, because their company is not matched
}

// Detail is everything that is known of one connection.
type Detail struct {
	Line
	Spec     remote.Spec
	Holdings map[record.Kind]int  // records in accounts; nil when counting takes too long
	Runs     []run.Run            // the newest first
	Secrets  map[string]time.Time // when each credential was entered
	SignIn   SignedIn             // where a person lets us in
	Unseen   int                  // companies that are not matched
	Guessed  int                  // statuses that nobody has looked at
}

// Watching tells how connections do. fault.NotFound is one that does not exist.
type Watching interface {
	Lines(ctx context.Context) ([]Line, error)
	Detail(ctx context.Context, id record.ConnectionID) (Detail, error)
	Rejects(ctx context.Context, id record.ConnectionID, r run.ID) ([]remote.Reject, error)
	// Held says why nothing leaves this Portico, or "".
	Held(ctx context.Context) string
}

// Caring looks after a connection. Every method is an administrator's change.
type Caring interface {
	Pause(ctx context.Context, s access.Scope, id record.ConnectionID, paused bool) error
	SetReadOnly(ctx context.Context, s access.Scope, id record.ConnectionID, readOnly bool) error
	// Pull has a stream pulled now by whoever works; "" is all of them.
	Pull(ctx context.Context, s access.Scope, id record.ConnectionID, stream string) error
	// Want has a stream read whole again, or its held census confirmed.
	Want(ctx context.Context, s access.Scope, id record.ConnectionID, stream string, mode remote.PullMode) error
}

// Options are what the pages work with; all are needed.
type Options struct {
	Watch   Watching
	Care    Caring
	Add     Adding
	Own     Owning
	Edit    Editing
	Words   Dictionary
	Match   Matching
	Account Accounts
	Consent Consents
	Hooks   Hooking
	Trial   Trying
	Fields  Fielding
	Files   Explaining
	Remove  Removing
	// Fresh asks that who is signed in has just proved who they are, before a
	// connection is removed; see session.Fresh.
	Fresh func(ctx context.Context) error
	Frame ui.Framer
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// one reads the connection that the address names.
func (p *Pages) one(r *http.Request) (Detail, error) {
	id, err := parts.ID(r)
	if err != nil {
		return Detail{}, err
	}
	return p.o.Watch.Detail(r.Context(), id)
}
