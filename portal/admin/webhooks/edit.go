package webhooks

import (
	"net/http"
	"slices"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/record"
)

// input is what the form of an endpoint posts.
type input struct {
	ID          string   `form:"id" validate:"max=60"`
	URL         string   `form:"url" validate:"max=2000"`
	Description string   `form:"description" validate:"max=200"`
	Types       []string `form:"types"`
	Account     string   `form:"account" validate:"max=60"`
	Rate        int      `form:"rate"`
	Headers     string   `form:"headers,body" validate:"max=8000"`
	NoHeaders   bool     `form:"no_headers"`
}

type formView struct {
	Chrome   *ui.Chrome
	Endpoint delivery.Endpoint // zero for a new one
	Input    input
	Accounts []record.AccountInfo
	Problem  string
	Problems map[string]string
}

func (v formView) fresh() bool { return v.Endpoint.ID == "" }

// Form serves GET /admin/webhooks/new.
func (p *Pages) Form(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.newView(r, s)
	if err != nil {
		return err
	}
	v.Input = input{ID: string(delivery.NewEndpointID()), Rate: delivery.DefaultRate}
	return ui.Show(w, r, http.StatusOK, formPage(v))
}

func (p *Pages) newView(r *http.Request, s access.Scope) (formView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return formView{}, err
	}
	c.Title = c.T("webhooks.new")
	_, accounts, err := p.accounts(r, s)
	return formView{Chrome: c, Accounts: accounts}, err
}

// Create serves POST /admin/webhooks. The answer is the page that shows the secret:
// to lead elsewhere first, it would have to be kept somewhere in clear.
func (p *Pages) Create(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.newView(r, s)
	if err != nil {
		return err
	}
	e, headers, secret := delivery.Endpoint{}, map[string]string(nil), ""
	err = form.Decode(w, r, &v.Input)
	if err == nil {
		e, headers, err = v.read(delivery.Endpoint{ID: delivery.EndpointID(v.Input.ID)})
	}
	if err == nil {
		secret, err = p.o.Endpoints.MakeEndpoint(r.Context(), s, e, headers)
	}
	if err != nil {
		return p.again(w, r, v, err)
	}
	v.Chrome.Title = v.Chrome.T("webhooks.made")
	return ui.Show(w, r, http.StatusCreated, secretPage(secretView{v.Chrome, e, secret, "webhooks.made"}))
}

// again shows the form with what is wrong, where its reader can correct it.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, v formView, err error) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	for field, why := range v.Problems {
		if strings.HasPrefix(field, "header ") {
			v.Problems["headers"] = strings.TrimPrefix(field, "header ") + ": " + why
		}
	}
	return ui.Show(w, r, http.StatusUnprocessableEntity, formPage(v))
}

// Edit serves GET /admin/webhooks/{endpoint}/edit.
func (p *Pages) Edit(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.editView(r, s)
	if err != nil {
		return err
	}
	e := v.Endpoint
	v.Input = input{ID: string(e.ID), URL: e.URL, Description: e.Description, Rate: e.Rate}
	for _, t := range e.Types {
		v.Input.Types = append(v.Input.Types, string(t))
	}
	return ui.Show(w, r, http.StatusOK, formPage(v))
}

func (p *Pages) editView(r *http.Request, s access.Scope) (formView, error) {
	c, e, err := p.one(r, s)
	if err != nil {
		return formView{}, err
	}
	c.Title = c.T("webhooks.edit", name(e))
	return formView{Chrome: c, Endpoint: e}, nil
}

// Change serves POST /admin/webhooks/{endpoint}/edit. Whom it is told of stays: the
// messages that are on their way were meant for that.
func (p *Pages) Change(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.editView(r, s)
	if err != nil {
		return err
	}
	err = form.Decode(w, r, &v.Input)
	if err == nil {
		var e delivery.Endpoint
		var headers map[string]string
		if e, headers, err = v.read(v.Endpoint); err == nil {
			if len(headers) == 0 && !v.Input.NoHeaders {
				headers = nil
			}
			err = p.o.Endpoints.ChangeEndpoint(r.Context(), s, e, headers)
		}
	}
	if err != nil {
		return p.again(w, r, v, err)
	}
	http.Redirect(w, r, path(v.Endpoint.ID)+"?done=changed", http.StatusSeeOther)
	return nil
}

// read puts what the form says into an endpoint.
func (v formView) read(e delivery.Endpoint) (delivery.Endpoint, map[string]string, error) {
	in := v.Input
	e.URL, e.Description, e.Rate, e.Types = in.URL, in.Description, in.Rate, nil
	for _, t := range in.Types {
		e.Types = append(e.Types, delivery.Type(t))
	}
	problem := fault.New(fault.Invalid, v.Chrome.T("webhooks.wrong"))
	if v.fresh() && in.Account != "" {
		i := slices.IndexFunc(v.Accounts, func(a record.AccountInfo) bool { return a.ID.String() == in.Account })
		if i < 0 {
			return e, nil, problem.Field("account", v.Chrome.T("webhooks.account.unknown"))
		}
		e.Account = v.Accounts[i].ID
	}
	headers := map[string]string{}
	for line := range strings.Lines(in.Headers) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		header, value, ok := strings.Cut(line, ":")
		if !ok {
			return e, nil, problem.Field("headers", v.Chrome.T("webhooks.headers.wrong"))
		}
		headers[strings.TrimSpace(header)] = strings.TrimSpace(value)
	}
	return e, headers, nil
}
