// Package keys is the pages where an administrator makes and revokes the keys by
// which other programs use the API, and reads how it is used. It promises that a
// key is shown once, to who made it, and that one form makes one key.
package keys

import (
	"context"
	"net/http"
	"strings"
	"time"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/record"
)

// Path is where the list is; Guide is where the API is explained.
const (
	Path  = "/admin/api-keys"
	Guide = "/admin/api"
)

// Keys keeps the keys. It is safe for concurrent use.
type Keys interface {
	Keys(ctx context.Context) ([]apikey.Key, error)
	Key(ctx context.Context, id apikey.ID) (apikey.Key, error)
	// AddKey makes a key and returns its token, which nobody can read again. What is
	// wrong is fault.Invalid by field; an id that is taken is fault.Conflict.
	AddKey(ctx context.Context, s access.Scope, k apikey.Key) (token string, err error)
	// RevokeKey ends a key at once; fault.Conflict when somebody was faster.
	RevokeKey(ctx context.Context, s access.Scope, id apikey.ID) error
}

// Accounts lists what a key can be restricted to.
type Accounts interface {
	Accounts(ctx context.Context, s access.Scope) ([]record.AccountInfo, error)
}

// Options are what the pages work with; all are needed.
type Options struct {
	Keys     Keys
	Accounts Accounts
	Frame    ui.Framer
	// Base is the address that people type, without a slash at its end.
	Base string
	Now  func() time.Time
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

type listView struct {
	Chrome *ui.Chrome
	Keys   []apikey.Key
	Names  map[record.AccountID]string
}

// List serves GET /admin/api-keys.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	list, err := p.o.Keys.Keys(r.Context())
	if err != nil {
		return err
	}
	v := listView{Chrome: c, Keys: list, Names: map[record.AccountID]string{}}
	accounts, err := p.o.Accounts.Accounts(r.Context(), s)
	for _, a := range accounts {
		v.Names[a.ID] = a.Name
	}
	c.Title = c.T("keys.title")
	if r.URL.Query().Get("done") == "revoked" {
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("keys.revoked")}
	}
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

// input is what the form of a new key posts.
type input struct {
	ID       string   `form:"id" validate:"required,max=60"`
	Name     string   `form:"name" validate:"max=200"`
	Scopes   []string `form:"scopes"`
	Reach    string   `form:"reach" validate:"omitempty,oneof=all some"`
	Accounts []string `form:"accounts"`
	Expires  string   `form:"expires" validate:"max=10"`
}

type formView struct {
	Chrome   *ui.Chrome
	Input    input
	Accounts []record.AccountInfo
	Problem  string
	Problems map[string]string
}

// Form serves GET /admin/api-keys/new.
func (p *Pages) Form(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.formView(r, s)
	if err != nil {
		return err
	}
	v.Input = input{ID: string(apikey.NewID()), Reach: "all", Expires: p.o.Now().AddDate(1, 0, 0).Format(time.DateOnly)}
	return ui.Show(w, r, http.StatusOK, formPage(v))
}

func (p *Pages) formView(r *http.Request, s access.Scope) (formView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return formView{}, err
	}
	c.Title = c.T("keys.new")
	accounts, err := p.o.Accounts.Accounts(r.Context(), s)
	return formView{Chrome: c, Accounts: accounts}, err
}

// Create serves POST /admin/api-keys. The answer is the page that shows the key: to
// lead elsewhere first, the key would have to be kept somewhere.
func (p *Pages) Create(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.formView(r, s)
	if err != nil {
		return err
	}
	k, token := apikey.Key{}, ""
	err = form.Decode(w, r, &v.Input)
	if err == nil {
		k, err = p.read(v)
	}
	if err == nil {
		token, err = p.o.Keys.AddKey(r.Context(), s, k)
	}
	switch {
	case err == nil:
		v.Chrome.Title = v.Chrome.T("keys.made")
		return ui.Show(w, r, http.StatusCreated, madePage(v.Chrome, k, token))
	case fault.Is(err, fault.Invalid):
		v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
		return ui.Show(w, r, http.StatusUnprocessableEntity, formPage(v))
	default:
		return err
	}
}

// read makes a key of what the form says.
func (p *Pages) read(v formView) (apikey.Key, error) {
	in := v.Input
	k := apikey.Key{ID: apikey.ID(in.ID), Name: in.Name}
	if !apikey.IsID(in.ID) {
		return k, fault.New(fault.Invalid, v.Chrome.T("keys.form.lost"))
	}
	for _, s := range in.Scopes {
		k.Scopes = append(k.Scopes, apikey.Scope(s))
	}
	problem := fault.New(fault.Invalid, v.Chrome.T("keys.wrong"))
	if in.Reach == "some" {
		for _, text := range in.Accounts {
			id, err := record.ParseAccountID(text)
			if err != nil {
				return k, problem.Field("accounts", v.Chrome.T("keys.accounts.unknown"))
			}
			k.Accounts = append(k.Accounts, id)
		}
		if len(k.Accounts) == 0 {
			problem.Field("accounts", v.Chrome.T("keys.accounts.none"))
		}
	}
	if in.Expires != "" {
		day, err := time.ParseInLocation(time.DateOnly, in.Expires, v.Chrome.Zone)
		if err != nil {
			problem.Field("expires", v.Chrome.T("keys.expires.wrong"))
		}
		k.Expires = day.AddDate(0, 0, 1) // the day itself counts
	}
	if err := k.Check(p.o.Now()); err != nil {
		for field, text := range fault.Fields(err) {
			if problem.Fields[field] == "" {
				problem.Field(field, text)
			}
		}
	}
	if len(problem.Fields) > 0 {
		return k, problem
	}
	return k, nil
}

type revokeView struct {
	Chrome *ui.Chrome
	Key    apikey.Key
}

// AskRevoke serves GET /admin/api-keys/{key}/revoke: it asks, and changes nothing.
func (p *Pages) AskRevoke(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	k, err := p.o.Keys.Key(r.Context(), apikey.ID(r.PathValue("key")))
	if err != nil {
		return err
	}
	c.Title = c.T("keys.revoke.title", k.Name)
	return ui.Show(w, r, http.StatusOK, revokePage(revokeView{c, k}))
}

// Revoke serves POST /admin/api-keys/{key}/revoke. That somebody was faster is what
// was asked for.
func (p *Pages) Revoke(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	err := p.o.Keys.RevokeKey(r.Context(), s, apikey.ID(r.PathValue("key")))
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	http.Redirect(w, r, Path+"?done=revoked", http.StatusSeeOther)
	return nil
}

// Explain serves GET /admin/api.
func (p *Pages) Explain(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("api.title")
	return ui.Show(w, r, http.StatusOK, guidePage(c, strings.TrimSuffix(p.o.Base, "/")))
}
