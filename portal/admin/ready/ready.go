// Package ready is the list that an administrator goes through before people are
// invited, and the steps in which accounts are opened to them. It promises that
// nothing is called done which was not looked at: what cannot be told from here
// says so. Each line says what to do and leads to where it is done.
package ready

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// Path is where the page is.
const Path = "/admin/ready"

// Facts is everything that the list is made of.
type Facts struct {
	access.Readiness

	BaseURL string    // the public address
	Server  string    // the mail server; "" keeps mails as files
	From    string    // the sender of mails
	Tested  bool      // a server took a test mail within a day
	Backup  time.Time // when a backup was last made on this machine; zero for never
	Terms   bool
	Privacy bool
}

// Record is what the DNS says about the mail of the sender's domain.
type Record struct {
	Name, Text string
	State      State
}

// Practice is what the page reads and decides.
type Practice interface {
	Facts(ctx context.Context, s access.Scope) (Facts, error)
	// Records asks the resolver; c puts the answer in words.
	Records(ctx context.Context, c *ui.Chrome, from string) []Record
	// LaunchBy is fault.Conflict when the account is not where it was seen.
	LaunchBy(ctx context.Context, s access.Scope, account record.AccountID, seen, to record.Launch, from action.Origin) error
}

// Options are what the page works with; all are needed.
type Options struct {
	Practice Practice
	Frame    ui.Framer
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// State is what is known of a line.
type State string

// States of a line.
const (
	Done    State = "done"
	ToDo    State = "todo"
	Unknown State = "unknown"
)

// check is one line of the list.
type check struct {
	Title, Text string
	State       State
	Href, Link  string // where it is done
	Look        bool   // a button asks the resolver
}

type filter struct {
	Search string `form:"q" validate:"max=200"`
}

type view struct {
	Chrome  *ui.Chrome
	Facts   Facts
	Checks  []check
	Search  string
	Rows    []access.AccountReadiness
	Found   int
	Problem string
}

// shown is how many accounts the page lists before it asks to search.
const shown = 100

// Show serves GET /admin/ready.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.view(r, s, nil)
	if err != nil {
		return err
	}
	if step := r.URL.Query().Get("done"); step == "hidden" || step == "preview" || step == "invited" {
		v.Chrome.Flash = ui.Flash{Tone: ui.Good, Text: v.Chrome.T("ready.done." + step)}
	}
	return ui.Show(w, r, http.StatusOK, page(v))
}

// Records looks up what the sender's domain publishes: POST /admin/ready/records.
func (p *Pages) Records(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.view(r, s, func(c *ui.Chrome, f Facts) []Record { return p.o.Practice.Records(r.Context(), c, f.From) })
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, page(v))
}

func (p *Pages) view(r *http.Request, s access.Scope, records func(*ui.Chrome, Facts) []Record) (view, error) {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return view{}, err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return view{}, err
	}
	facts, err := p.o.Practice.Facts(r.Context(), s)
	if err != nil {
		return view{}, err
	}
	c.Title = c.T("ready.title")
	v := view{Chrome: c, Facts: facts, Search: f.Search}
	var found []Record
	if records != nil {
		found = records(c, facts)
	}
	v.Checks = checks(c, facts, found, records != nil)
	for _, a := range facts.Accounts {
		if holds(a.Name, f.Search) {
			v.Found++
			if v.Found <= shown {
				v.Rows = append(v.Rows, a)
			}
		}
	}
	return v, nil
}

type launchInput struct {
	Account string        `form:"account" validate:"required,uuid"`
	Seen    record.Launch `form:"seen" validate:"required,max=20"`
	To      record.Launch `form:"to" validate:"required,max=20"`
}

// Launch moves an account one step: POST /admin/ready/launch.
func (p *Pages) Launch(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in launchInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	account, err := record.ParseAccountID(in.Account)
	if err == nil {
		err = p.o.Practice.LaunchBy(r.Context(), s, account, in.Seen, in.To, action.Origin{IP: session.Address(r.Context()), Agent: session.Clip(r.UserAgent(), 300)})
	}
	if err == nil {
		http.Redirect(w, r, Path+"?done="+url.QueryEscape(string(in.To))+"#accounts", http.StatusSeeOther)
		return nil
	}
	if !fault.Is(err, fault.Conflict) {
		return err
	}
	v, lost := p.view(r, s, nil)
	if lost != nil {
		return lost
	}
	v.Problem = fault.Public(err)
	return ui.Show(w, r, http.StatusConflict, page(v))
}

func holds(text, search string) bool {
	text = strings.ToLower(text)
	for word := range strings.FieldsSeq(strings.ToLower(search)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
