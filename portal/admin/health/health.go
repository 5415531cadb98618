// Package health is the page that says how this Portico does, in words that an
// administrator can act on. It promises that every problem comes with what to do
// about it, that nothing of it is a secret, and that looking changes nothing. What
// counts as a problem is decided here and nowhere else in the browser.
package health

import (
	"context"
	"net/http"
	"time"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Path is where the page is.
const Path = "/admin/health"

// Queue is work that waits.
type Queue struct {
	Count  int
	Oldest time.Time // zero when nothing waits
}

// Connection is one connection with its streams.
type Connection struct {
	ID      record.ConnectionID
	Name    string
	Paused  bool
	Streams []run.StreamState
}

// Checked is what a connection answered just now.
type Checked struct {
	Name    string
	Report  remote.Report
	Problem string // why it could not be asked, or ""
}

// Facts are what is known; a problem is one sentence that is safe to show.
type Facts struct {
	Version   string
	Processes int // that share the database; 0 is not known
	// Works and Serves say what the process does that made the page.
	Works, Serves bool

	Database, DatabaseProblem string
	Schema                    int
	Data, DataProblem         string // folder
	Free, Size                uint64 // bytes of its disk; 0 is not known
	Redis, RedisProblem       string // "" is inside the program
	Mail, MailProblem         string // "" sends none

	Actions, Stuck, Events, Deliveries, Mails Queue

	HeldSince time.Time
	HeldWhy   string
	// Head is when the newest head of the audit log was signed; Unsigned counts the
	// entries after it.
	Head     time.Time
	Unsigned int
	Backup   time.Time // the last `portico backup` here; zero when there was none
	Warnings []string  // of the configuration

	Connections []Connection
	Manifests   []Manifest
}

// Manifest is a file of the administrator's own connectors.
type Manifest struct {
	Name    string // the id, or the file where that is not known
	Hash    string // of the version that runs in this process, or ""
	Problem string // the first mistake with its place, or ""
	More    int    // further mistakes
	Gone    bool   // the file is gone; connections go on with the version
}

// Looking finds out.
type Looking interface {
	Facts(ctx context.Context) (Facts, error)
	// Check asks every connection who we are there, what we may do and what time it is.
	Check(ctx context.Context, s access.Scope) ([]Checked, error)
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct {
	look  Looking
	frame ui.Framer
}

// New returns the page.
func New(look Looking, frame ui.Framer) *Pages { return &Pages{look, frame} }

// view is everything that the page shows.
type view struct {
	Chrome   *ui.Chrome
	Problems []finding
	All      []finding
	Checked  []Checked
	Asked    bool
}

// Show serves GET /admin/health.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.view(r, s)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, page(v))
}

// Check asks the connections, too: POST /admin/health. It changes nothing.
func (p *Pages) Check(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	checked, err := p.look.Check(r.Context(), s)
	if err != nil {
		return err
	}
	v, err := p.view(r, s)
	if err != nil {
		return err
	}
	v.Asked, v.Checked = true, checked
	return ui.Show(w, r, http.StatusOK, page(v))
}

func (p *Pages) view(r *http.Request, s access.Scope) (view, error) {
	c, err := p.frame(r, s)
	if err != nil {
		return view{}, err
	}
	facts, err := p.look.Facts(r.Context())
	if err != nil {
		return view{}, err
	}
	c.Title = c.T("health.title")
	v := view{Chrome: c, All: findings(c, facts)}
	for _, f := range v.All {
		if f.Do != "" {
			v.Problems = append(v.Problems, f)
		}
	}
	return v, nil
}
