package settings

import (
	"context"
	"net/http"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// LegalPath is where the page is.
const LegalPath = "/admin/legal"

// Legal is where the provider's own texts are, which every page names at its foot.
type Legal struct {
	Terms   string `form:"terms" json:"terms" validate:"max=500,omitempty,http_url"`
	Privacy string `form:"privacy" json:"privacy" validate:"max=500,omitempty,http_url"`
	Imprint string `form:"imprint" json:"imprint" validate:"max=500,omitempty,http_url"`
}

// Texts keeps where they are; see Mailing for what its errors mean.
type Texts interface {
	Legal(ctx context.Context) (State[Legal], error)
	LegalAt(ctx context.Context, version int) (Legal, error)
	SaveLegal(ctx context.Context, s access.Scope, seen int, l Legal) error
}

type legalInput struct {
	Version int `form:"version" validate:"min=0"`
}

type legalView struct {
	Chrome   *ui.Chrome
	State    State[Legal]
	Typed    Legal
	Version  int
	Problem  string
	Problems map[string]string
	Clashes  []Clash
}

// Legal serves the page: GET /admin/legal.
func (p *Pages) Legal(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.legalView(r, s)
	if err != nil {
		return err
	}
	flash(v.Chrome, r)
	return show(w, r, http.StatusOK, legalPage(v))
}

func (p *Pages) legalView(r *http.Request, s access.Scope) (legalView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return legalView{}, err
	}
	now, err := p.o.Legal.Legal(r.Context())
	if err != nil {
		return legalView{}, err
	}
	c.Title = c.T("settings.legal.title")
	return legalView{Chrome: c, State: now, Typed: now.Value, Version: now.Version}, nil
}

// SaveLegal keeps what was typed: POST /admin/legal.
func (p *Pages) SaveLegal(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.legalView(r, s)
	if err != nil {
		return err
	}
	var in legalInput
	var typed Legal
	err = form.Decode(w, r, &in)
	if filled := form.Fill(r.PostForm, &typed); err == nil {
		err = filled
	}
	v.Typed, v.Version = typed, in.Version
	if err == nil {
		err = p.o.Legal.SaveLegal(r.Context(), s, in.Version, typed)
	}
	switch {
	case err == nil:
		return saved(w, r, LegalPath)
	case !correctable(err):
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	if fault.Is(err, fault.Conflict) {
		base, lost := p.o.Legal.LegalAt(r.Context(), in.Version)
		if lost != nil {
			return lost
		}
		v.Clashes, v.Version, v.Problem = merge(base, v.State.Value, &v.Typed), v.State.Version, ""
	}
	return show(w, r, status(err), legalPage(v))
}
