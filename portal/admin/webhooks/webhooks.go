// Package webhooks is the pages where an administrator says who is told what
// happens, and looks after what was told. It promises that a secret is shown once,
// to who made it, that a form makes one endpoint and one new secret however often
// it is sent, and that what an endpoint answered is shown as text.
package webhooks

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/record"
)

// Path is where the list is.
const Path = "/admin/webhooks"

// Endpoints keeps who is told. It is safe for concurrent use.
type Endpoints interface {
	Endpoints(ctx context.Context) ([]delivery.Endpoint, error)
	Endpoint(ctx context.Context, id delivery.EndpointID) (delivery.Endpoint, error)
	// MakeEndpoint adds an endpoint under the id that its form has, and returns its
	// secret, which nobody can read again; an id that is taken is fault.Conflict.
	MakeEndpoint(ctx context.Context, s access.Scope, e delivery.Endpoint, headers map[string]string) (secret string, err error)
	// ChangeEndpoint stores what is told to whom; nil headers keep those that are there.
	ChangeEndpoint(ctx context.Context, s access.Scope, e delivery.Endpoint, headers map[string]string) error
	RemoveEndpoint(ctx context.Context, s access.Scope, id delivery.EndpointID) error
}

// Care is what endpoints need once they are there.
type Care interface {
	SwitchEndpoint(ctx context.Context, s access.Scope, id delivery.EndpointID, on bool) error
	// RotateEndpoint returns a new secret; under one seed it is the same one.
	RotateEndpoint(ctx context.Context, s access.Scope, id delivery.EndpointID, seed string) (secret string, err error)
	TestEndpoint(ctx context.Context, id delivery.EndpointID) (delivery.MessageID, error)
	ResendOf(ctx context.Context, e delivery.EndpointID, id delivery.ID) error
	ResendFailed(ctx context.Context, e delivery.EndpointID, since time.Time) (int, error)
}

// Deliveries is what endpoints were and will be sent.
type Deliveries interface {
	DeliveryPage(ctx context.Context, e delivery.EndpointID, q delivery.Query) ([]delivery.Log, error)
}

// Accounts lists whom an endpoint can be told of.
type Accounts interface {
	Accounts(ctx context.Context, s access.Scope) ([]record.AccountInfo, error)
}

// Options are what the pages work with; all are needed.
type Options struct {
	Endpoints  Endpoints
	Care       Care
	Deliveries Deliveries
	Accounts   Accounts
	Frame      ui.Framer
	Now        func() time.Time
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

func path(id delivery.EndpointID) string { return Path + "/" + url.PathEscape(string(id)) }

type listView struct {
	Chrome    *ui.Chrome
	Endpoints []delivery.Endpoint
	Names     map[record.AccountID]string
}

// List serves GET /admin/webhooks.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	list, err := p.o.Endpoints.Endpoints(r.Context())
	if err != nil {
		return err
	}
	names, _, err := p.accounts(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("webhooks.title")
	if r.URL.Query().Get("done") == "removed" {
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("webhooks.done.removed")}
	}
	return ui.Show(w, r, http.StatusOK, listPage(listView{c, list, names}))
}

func (p *Pages) accounts(r *http.Request, s access.Scope) (map[record.AccountID]string, []record.AccountInfo, error) {
	list, err := p.o.Accounts.Accounts(r.Context(), s)
	names := make(map[record.AccountID]string, len(list))
	for _, a := range list {
		names[a.ID] = a.Name
	}
	return names, list, err
}

// pageSize is how many deliveries are shown at once.
const pageSize = 25

type showView struct {
	Chrome   *ui.Chrome
	Endpoint delivery.Endpoint
	Account  string // its name; "" for all of them
	State    delivery.State
	Logs     []delivery.Log
	First    string
	Next     string
	Failed   bool // there is something that was given up
}

// Show serves GET /admin/webhooks/{endpoint}.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, e, err := p.one(r, s)
	if err != nil {
		return err
	}
	names, _, err := p.accounts(r, s)
	if err != nil {
		return err
	}
	v := showView{Chrome: c, Endpoint: e, Account: names[e.Account]}
	if v.Account == "" && !e.Account.IsZero() {
		v.Account = e.Account.String()
	}
	q := r.URL.Query()
	switch state := delivery.State(q.Get("state")); state {
	case delivery.Due, delivery.Delivered, delivery.Failed:
		v.State = state
	}
	after := delivery.ID(q.Get("after"))
	logs, err := p.o.Deliveries.DeliveryPage(r.Context(), e.ID, delivery.Query{State: v.State, After: after, Limit: pageSize + 1})
	if err != nil {
		return err
	}
	if after != "" {
		v.First = v.listing(v.State, "")
	}
	if len(logs) > pageSize {
		logs = logs[:pageSize]
		v.Next = v.listing(v.State, logs[pageSize-1].ID)
	}
	v.Logs = logs
	given, err := p.o.Deliveries.DeliveryPage(r.Context(), e.ID, delivery.Query{State: delivery.Failed, Limit: 1})
	if err != nil {
		return err
	}
	v.Failed = len(given) > 0
	c.Title = name(e)
	flash(c, q.Get("done"))
	return ui.Show(w, r, http.StatusOK, showPage(v))
}

// listing is the address of a part of the log.
func (v showView) listing(state delivery.State, after delivery.ID) string {
	q := url.Values{}
	if state != "" {
		q.Set("state", string(state))
	}
	if after != "" {
		q.Set("after", string(after))
	}
	if len(q) == 0 {
		return path(v.Endpoint.ID)
	}
	return path(v.Endpoint.ID) + "?" + q.Encode()
}

// done are the words that a page may say after something was done.
var done = map[string]bool{"made": true, "changed": true, "on": true, "off": true, "test": true, "again": true, "none": true}

func flash(c *ui.Chrome, what string) {
	if done[what] {
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("webhooks.done." + what)}
	}
}

// one is the endpoint of the path and the frame around it.
func (p *Pages) one(r *http.Request, s access.Scope) (*ui.Chrome, delivery.Endpoint, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return nil, delivery.Endpoint{}, err
	}
	e, err := p.o.Endpoints.Endpoint(r.Context(), delivery.EndpointID(r.PathValue("endpoint")))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "")
	}
	return c, e, err
}

// name is how people call an endpoint.
func name(e delivery.Endpoint) string {
	if e.Description != "" {
		return e.Description
	}
	if u, err := url.Parse(e.URL); err == nil && u.Host != "" {
		return u.Host
	}
	return e.URL
}
