// Package requesttracker is a fake of Request Tracker 5's REST2 interface, for
// tests and for the demo. It keeps tickets, transactions, attachments, assets
// and users in memory (and in a file when asked), answers the requests that an
// integration reasonably makes the way the real one was seen to answer them,
// traps included, and says that it is a fake: in the header X-Portico-Fake of
// every answer and in the version that GET /rt names.
//
// What it does not have: rights finer than the four of Access, e-mail, other
// lifecycles than the default ones, saved searches, groups, articles. A request
// it does not know is a 404, as in the original. Unlike the original it checks
// If-Match and writes in one step; there two writers can both win.
package requesttracker

import (
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"time"

	"portico/connectors/vendorfake/faults"
)

// Header marks every answer; its value is FakeName.
const (
	Header   = "X-Portico-Fake"
	FakeName = "request tracker"
)

// Base is the path under which the interface stands, as in the original.
const Base = "/REST/2.0"

// Access is what a user may do, in the four sizes that tests need.
type Access string

// Sizes of access. The zero value is Requestor.
const (
	Requestor Access = ""        // own tickets, no comments; may reply to any ticket it can name
	NoRights  Access = "none"    // signs in, sees nothing
	Service   Access = "service" // every ticket with its comments, every asset; may not delete
	Admin     Access = "admin"   // everything
)

// Options configure a fake. The zero value is useful.
type Options struct {
	// Clock is the system's clock, read in whole seconds; nil is the real one.
	Clock func() time.Time
	// Tokens maps an API token to the name of its user, who must be added.
	Tokens map[string]string
	// Organization is the name in links and mail ids; "" means fake.example.
	Organization string
	// Path is a file that the state is loaded from, when it is there, and saved
	// to before every change is answered; "" keeps the state in memory only.
	Path string
	// Control serves the fault knobs at /_fake/faults, to everybody.
	Control bool
	// ControlAddr is where Serve answers /_fake/faults apart from the main
	// address, so that it works while the fake is down; "" means nowhere.
	ControlAddr string
	// Began is told of the fake that Serve made, before it is filled; it may be nil.
	Began func(*Fake)
	// Log receives what a caller cannot be told; nil discards it.
	Log *slog.Logger
}

// Fake is one Request Tracker. It is an http.Handler and safe for concurrent use.
type Fake struct {
	// Faults are the knobs between a caller and this system.
	Faults *faults.Knobs

	opts   Options
	log    *slog.Logger
	routes []route

	mu     sync.RWMutex
	tokens map[string]string
	db     state
	// Indexes over db.
	history map[objectKey][]*transaction
	parts   map[int][]*attachment // by transaction
}

// objectKey names what a transaction belongs to.
type objectKey struct {
	kind string
	id   int
}

// New returns a fake with the queues, catalogs and custom fields of a managed
// IT practice and no tickets. The error says why Path could not be read.
func New(opts Options) (*Fake, error) {
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.Organization == "" {
		opts.Organization = "fake.example"
	}
	f := &Fake{opts: opts, log: opts.Log, tokens: map[string]string{}}
	maps.Copy(f.tokens, opts.Tokens)
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	f.db = founded(f.now())
	f.index()
	if err := f.load(); err != nil {
		return nil, err
	}
	f.routes = table()
	f.Faults = faults.Wrap(http.HandlerFunc(f.answer), opts.Clock)
	return f, nil
}

// ServeHTTP answers a request, after the fault knobs had their say.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(Header, FakeName)
	if f.opts.Control && r.URL.Path == ControlPath {
		f.Faults.Control().ServeHTTP(w, r)
		return
	}
	f.Faults.ServeHTTP(w, r)
}

// now is the clock in whole seconds, which is all that the original keeps.
func (f *Fake) now() time.Time { return f.opts.Clock().UTC().Truncate(time.Second) }
