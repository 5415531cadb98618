package settings

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// BrandingPath is where the page is.
const BrandingPath = "/admin/branding"

// Branding is how the provider appears to its clients.
type Branding struct {
	Name   string `form:"name" json:"name" validate:"required,max=80"`
	Colour string `form:"colour" json:"colour" validate:"required,hexcolor,len=7"`
	Logo   []byte `form:"logo" json:"logo,omitempty"` // PNG, as DrawLogo makes it
}

// BrandingChange is what a form asks for.
type BrandingChange struct {
	Seen     int // version that the form was made from
	Branding Branding
}

// Appearance keeps how the provider appears. It is safe for concurrent use. What is
// wrong with a change is fault.Invalid with fields; a version that is not the newest
// any more is fault.Conflict.
type Appearance interface {
	Branding(ctx context.Context) (State[Branding], error)
	// BrandingAt returns a version that was saved; the zero Branding when it is not known.
	BrandingAt(ctx context.Context, version int) (Branding, error)
	SaveBranding(ctx context.Context, s access.Scope, c BrandingChange) error
}

// brandingInput is what the form posts beside its file.
type brandingInput struct {
	Name    string `form:"name" validate:"max=80"`
	Colour  string `form:"colour" validate:"max=40"`
	Version int    `form:"version" validate:"min=0"`
	Remove  bool   `form:"remove"` // the logo
	Held    string `form:"held"`   // a logo that was chosen before, base64
}

// brandingView is everything that the page shows.
type brandingView struct {
	Chrome   *ui.Chrome
	State    State[Branding]
	Typed    Branding
	Version  int
	Held     string // the chosen logo, not saved yet, base64
	Remove   bool
	Sample   sample
	Problem  string
	Problems map[string]string
	Clashes  []Clash
}

// Branding serves the page: GET /admin/branding.
func (p *Pages) Branding(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.brandingView(r, s)
	if err != nil {
		return err
	}
	flash(v.Chrome, r)
	v.Sample = sampleOf(v)
	return show(w, r, http.StatusOK, brandingPage(v))
}

func (p *Pages) brandingView(r *http.Request, s access.Scope) (brandingView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return brandingView{}, err
	}
	now, err := p.o.Branding.Branding(r.Context())
	if err != nil {
		return brandingView{}, err
	}
	c.Title = c.T("settings.branding.title")
	return brandingView{Chrome: c, State: now, Typed: now.Value, Version: now.Version}, nil
}

// SaveBranding keeps what was typed, or with the other button only shows it: POST
// /admin/branding and /admin/branding/preview.
func (p *Pages) SaveBranding(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.typedBranding(w, r, s)
	if err == nil {
		err = p.o.Branding.SaveBranding(r.Context(), s, BrandingChange{Seen: v.Version, Branding: v.Typed})
	}
	switch {
	case err == nil:
		return saved(w, r, BrandingPath)
	case !correctable(err) || v.Chrome == nil:
		return err
	}
	if fault.Is(err, fault.Conflict) {
		if err := p.meetBranding(r.Context(), &v); err != nil {
			return err
		}
	}
	return p.refuseBranding(w, r, v, err)
}

// PreviewBranding shows what is typed on light and dark pages, and saves nothing:
// POST /admin/branding/preview.
func (p *Pages) PreviewBranding(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.typedBranding(w, r, s)
	switch {
	case err == nil:
		v.Sample = sampleOf(v)
		return show(w, r, http.StatusOK, brandingPage(v))
	case !correctable(err) || v.Chrome == nil:
		return err
	}
	return p.refuseBranding(w, r, v, err)
}

func (p *Pages) refuseBranding(w http.ResponseWriter, r *http.Request, v brandingView, err error) error {
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	if fault.Is(err, fault.Conflict) {
		v.Problem = "" // the clashes say it better
	}
	v.Sample = sampleOf(v)
	return show(w, r, status(err), brandingPage(v))
}

// meetBranding brings in what somebody else saved while the form was open.
func (p *Pages) meetBranding(ctx context.Context, v *brandingView) error {
	base, err := p.o.Branding.BrandingAt(ctx, v.Version)
	if err != nil {
		return err
	}
	v.Clashes = merge(base, v.State.Value, &v.Typed)
	v.Version = v.State.Version
	return nil
}

// typedBranding reads the form. The view is filled as far as it could be read.
func (p *Pages) typedBranding(w http.ResponseWriter, r *http.Request, s access.Scope) (brandingView, error) {
	v, err := p.brandingView(r, s)
	if err != nil {
		return v, err
	}
	return v, v.read(w, r)
}

func (v *brandingView) read(w http.ResponseWriter, r *http.Request) error {
	var in brandingInput
	var box picture
	_, err := form.DecodeFiles(w, r, &in, "logo", &box)
	v.Typed.Name, v.Typed.Colour, v.Version, v.Remove = in.Name, colourOf(in.Colour), in.Version, in.Remove
	if logo, held := v.choose(in, box); held {
		v.Typed.Logo, v.Held = logo, encodeLogo(logo)
	}
	if in.Remove && v.Held == "" {
		v.Typed.Logo = nil
	}
	Hold(&v.Typed, v.State)
	if v.Typed.Name == "" {
		err = also(err, "name", v.Chrome.T("settings.needed"))
	}
	if _, wrongColour := ui.BrandOf(v.Typed.Colour); wrongColour != nil {
		err = also(err, "colour", v.Chrome.T("settings.branding.colour.wrong"))
	}
	return err
}

// choose returns the logo that the form brings: a file, or one that was chosen
// before and goes through the same hands again, because it comes from a browser.
func (v *brandingView) choose(in brandingInput, box picture) ([]byte, bool) {
	if box.logo != nil {
		return box.logo, true
	}
	return decodeLogo(in.Held)
}

// colourOf takes a colour as people write it: with or without "#", in capitals.
func colourOf(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if !strings.HasPrefix(text, "#") {
		text = "#" + text
	}
	if len(text) == 4 { // #abc is #aabbcc (CSS Color 4, §5.2)
		return string([]byte{'#', text[1], text[1], text[2], text[2], text[3], text[3]})
	}
	return text
}

// also adds the problem of a field to a fault about others.
func also(err error, field, problem string) error {
	var said *fault.Error
	if errors.As(err, &said) && said.Kind == fault.Invalid {
		return said.Field(field, problem)
	}
	if err != nil {
		return err
	}
	return wrong(field, problem)
}
