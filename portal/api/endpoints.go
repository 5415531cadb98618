package api

import (
	"context"
	"net/http"
	"time"

	"portico/sync/apikey"
	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/record"
)

// Endpoint is a subscriber of webhooks.
type Endpoint struct {
	ID          string    `json:"id" format:"uuid"`
	URL         string    `json:"url" format:"uri"`
	Description string    `json:"description,omitempty"`
	Account     string    `json:"account,omitempty" format:"uuid" doc:"The one account that it is told of; missing for all of them."`
	Types       []string  `json:"types"`
	Rate        int       `json:"rate" doc:"Messages a second, at most."`
	Enabled     bool      `json:"enabled"`
	Why         string    `json:"why_off,omitempty"`
	Failing     time.Time `json:"failing_since,omitzero"`
	Created     time.Time `json:"created_at"`
}

// NewEndpoint is what an endpoint is made of.
type NewEndpoint struct {
	URL         string            `json:"url" format:"uri" maxLength:"2000" doc:"https. Addresses on private networks have to be allowed in the configuration."`
	Types       []string          `json:"types" doc:"Types of messages; the page of webhooks lists them."`
	Account     string            `json:"account,omitempty" format:"uuid" doc:"The one account that it is told of. A key for some accounts has to name one of them."`
	Description string            `json:"description,omitempty" maxLength:"200"`
	Rate        int               `json:"rate,omitempty" minimum:"1" maximum:"1000" doc:"Messages a second, at most; 50 when it is left out."`
	Headers     map[string]string `json:"headers,omitempty" doc:"Sent along with every message; stored sealed and never shown."`
}

// MadeEndpoint is a new endpoint with its secret.
type MadeEndpoint struct {
	Endpoint
	Secret string `json:"secret" doc:"Signs the messages (Standard Webhooks). It is shown now and never again."`
}

// EndpointChange is what changes of an endpoint; what is left out stays.
type EndpointChange struct {
	URL         *string           `json:"url,omitempty" format:"uri" maxLength:"2000"`
	Types       []string          `json:"types,omitempty"`
	Description *string           `json:"description,omitempty" maxLength:"200"`
	Rate        *int              `json:"rate,omitempty" minimum:"1" maximum:"1000"`
	Enabled     *bool             `json:"enabled,omitempty" doc:"What is due when it goes off is sent when it is on again."`
	Headers     map[string]string `json:"headers,omitempty" doc:"All of them anew; {} takes them away."`
}

// NewSecret is what signs from now on.
type NewSecret struct {
	Secret string    `json:"secret"`
	Until  time.Time `json:"old_secret_until" doc:"Until then messages are signed with the secret before as well."`
}

type endpointList struct {
	Endpoints []Endpoint `json:"endpoints"`
}

const (
	allEndpoints = "/webhooks"
	oneEndpoint  = "/webhooks/{endpoint}"
)

func (a *API) endpointDoors() []Door {
	return []Door{
		{Method: http.MethodGet, Path: allEndpoints, Scope: apikey.WebhooksRead, Name: "listEndpoints", Summary: "List webhook endpoints",
			Text: "A key for some accounts sees only endpoints of those.", Status: http.StatusOK, Out: endpointList{}, handle: a.listEndpoints},
		{Method: http.MethodPost, Path: allEndpoints, Scope: apikey.WebhooksWrite, Name: "createEndpoint", Summary: "Add a webhook endpoint",
			In: NewEndpoint{}, Status: http.StatusCreated, Out: MadeEndpoint{}, handle: a.createEndpoint},
		{Method: http.MethodGet, Path: oneEndpoint, Scope: apikey.WebhooksRead, Name: "readEndpoint", Summary: "Read a webhook endpoint",
			Status: http.StatusOK, Out: Endpoint{}, handle: a.readEndpoint},
		{Method: http.MethodPatch, Path: oneEndpoint, Scope: apikey.WebhooksWrite, Name: "changeEndpoint", Summary: "Change a webhook endpoint",
			In: EndpointChange{}, Status: http.StatusOK, Out: Endpoint{}, handle: a.changeEndpoint},
		{Method: http.MethodDelete, Path: oneEndpoint, Scope: apikey.WebhooksWrite, Name: "removeEndpoint", Summary: "Remove a webhook endpoint",
			Text: "With what it is still owed, and with the log of its deliveries.", Status: http.StatusNoContent, handle: a.removeEndpoint},
		{Method: http.MethodPost, Path: oneEndpoint + "/rotate", Scope: apikey.WebhooksWrite, Name: "rotateSecret", Summary: "Replace the signing secret",
			Text: "For a day messages are signed with both.", Status: http.StatusOK, Out: NewSecret{}, handle: a.rotateSecret},
	}
}

func endpointOf(e delivery.Endpoint) Endpoint {
	out := Endpoint{ID: string(e.ID), URL: e.URL, Description: e.Description, Types: make([]string, len(e.Types)), Rate: e.Rate, Enabled: e.Enabled, Why: e.Why,
		Failing: e.FailingSince.UTC(), Created: e.Created.UTC()}
	if !e.Account.IsZero() {
		out.Account = e.Account.String()
	}
	for i, t := range e.Types {
		out.Types[i] = string(t)
	}
	return out
}

// own lists the endpoints that the key may know of. One that is told of every
// account is for keys that reach every account.
func (a *API) own(ctx context.Context, c Caller) ([]delivery.Endpoint, error) {
	all, err := a.o.Endpoints.Endpoints(ctx)
	if err != nil {
		return nil, err
	}
	var out []delivery.Endpoint
	for _, e := range all {
		if c.Key.Whole() || c.Key.Reaches(e.Account) {
			out = append(out, e)
		}
	}
	return out, nil
}

// endpoint is the one of the path, if the key may know of it.
func (a *API) endpoint(r *http.Request, c Caller) (delivery.Endpoint, error) {
	return a.endpointWith(r.Context(), c, delivery.EndpointID(r.PathValue("endpoint")))
}

func (a *API) endpointWith(ctx context.Context, c Caller, id delivery.EndpointID) (delivery.Endpoint, error) {
	list, err := a.own(ctx, c)
	if err != nil {
		return delivery.Endpoint{}, err
	}
	for _, e := range list {
		if e.ID == id {
			return e, nil
		}
	}
	return delivery.Endpoint{}, notHere()
}

func (a *API) listEndpoints(r *http.Request, c Caller) (any, error) {
	if err := asked(r, &struct{}{}); err != nil {
		return nil, err
	}
	list, err := a.own(r.Context(), c)
	out := endpointList{Endpoints: make([]Endpoint, len(list))}
	for i, e := range list {
		out.Endpoints[i] = endpointOf(e)
	}
	return out, err
}

func (a *API) readEndpoint(r *http.Request, c Caller) (any, error) {
	if err := asked(r, &struct{}{}); err != nil {
		return nil, err
	}
	e, err := a.endpoint(r, c)
	return endpointOf(e), err
}

func typesOf(names []string) []delivery.Type {
	out := make([]delivery.Type, len(names))
	for i, n := range names {
		out[i] = delivery.Type(n)
	}
	return out
}

func (a *API) createEndpoint(r *http.Request, c Caller) (any, error) {
	var in NewEndpoint
	if err := c.read(&in); err != nil {
		return nil, err
	}
	e := delivery.Endpoint{URL: in.URL, Description: in.Description, Types: typesOf(in.Types), Rate: in.Rate}
	if e.Rate == 0 {
		e.Rate = delivery.DefaultRate
	}
	if err := a.subject(r, c, in.Account, &e); err != nil {
		return nil, err
	}
	made, secret, err := a.o.Endpoints.AddEndpoint(r.Context(), c.Scope, e, in.Headers, c.Seed)
	return MadeEndpoint{endpointOf(made), secret}, err
}

// subject is the account that an endpoint is told of; foreign and missing are the
// same mistake.
func (a *API) subject(r *http.Request, c Caller, account string, e *delivery.Endpoint) error {
	wrong := func(why string) error {
		return fault.New(fault.Invalid, "Please correct what is named.").Field("account", why)
	}
	if account == "" {
		if !c.Key.Whole() {
			return wrong("This key is for some accounts: name one of them.")
		}
		return nil
	}
	id, err := record.ParseAccountID(account)
	if err == nil && c.Key.Reaches(id) {
		if _, err = a.o.Accounts.AccountInfo(r.Context(), id); err == nil {
			e.Account = id
			return nil
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return wrong("There is no such account.")
}

func (a *API) changeEndpoint(r *http.Request, c Caller) (any, error) {
	var in EndpointChange
	if err := c.read(&in); err != nil {
		return nil, err
	}
	e, err := a.endpoint(r, c)
	if err != nil {
		return nil, err
	}
	if in.URL != nil {
		e.URL = *in.URL
	}
	if in.Types != nil {
		e.Types = typesOf(in.Types)
	}
	if in.Description != nil {
		e.Description = *in.Description
	}
	if in.Rate != nil {
		e.Rate = *in.Rate
	}
	if in.Enabled != nil {
		e.Enabled = *in.Enabled
	}
	if err := a.o.Endpoints.ChangeEndpoint(r.Context(), c.Scope, e, in.Headers); err != nil {
		return nil, err
	}
	e, err = a.endpointWith(r.Context(), c, e.ID)
	return endpointOf(e), err
}

func (a *API) removeEndpoint(r *http.Request, c Caller) (any, error) {
	e, err := a.endpoint(r, c)
	if err != nil {
		return nil, err
	}
	return nil, a.o.Endpoints.RemoveEndpoint(r.Context(), c.Scope, e.ID)
}

func (a *API) rotateSecret(r *http.Request, c Caller) (any, error) {
	e, err := a.endpoint(r, c)
	if err != nil {
		return nil, err
	}
	secret, err := a.o.Endpoints.RotateEndpoint(r.Context(), c.Scope, e.ID, c.Seed)
	return NewSecret{secret, a.o.Now().Add(delivery.OldSecretFor).UTC()}, err
}
