// Package setup is the first run: whoever has the token that the console shows
// names the provider and becomes its first administrator. It promises that these
// pages open only with the token and only while nobody can sign in, that one of
// two who try at once wins and the other is told, and that every other page leads
// here meanwhile. It hides the token, of which only the hash is kept.
package setup

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

	"portico/portal/admin/settings"
	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/signin/password"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// The pages, in their order.
const (
	tokenPath = "/setup"
	lookPath  = "/setup/look"
	adminPath = "/setup/administrator"
	// NextPath is where the first administrator goes on.
	NextPath = "/admin/welcome"
)

// Runs keeps the first run. It is safe for concurrent use. What asks for a token
// returns fault.Conflict once there is a user, and fault.Forbidden for a token that
// is wrong or has ended.
type Runs interface {
	// Unset reports whether nobody can sign in yet.
	Unset(ctx context.Context) (bool, error)
	CheckSetup(ctx context.Context, token [32]byte) error
	// FirstAdministrator ends the first run.
	FirstAdministrator(ctx context.Context, token [32]byte, u access.User, passwordHash string) error
}

// Looks keeps how the provider appears.
type Looks interface {
	Branding(ctx context.Context) (settings.State[settings.Branding], error)
	// SaveFirst saves for who has the token.
	SaveFirst(ctx context.Context, token [32]byte, c settings.BrandingChange) error
}

// Options are what the pages work with; all are needed.
type Options struct {
	Runs  Runs
	Looks Looks
	// Enter signs the first administrator in and leads on; portal.New sets it.
	Enter func(w http.ResponseWriter, r *http.Request, u access.User, by, next string) error
	// Connect is where systems are connected.
	Connect string
	// Plain frames a page for nobody in particular, Frame one for staff.
	Plain func(r *http.Request) *ui.Chrome
	Frame ui.Framer
	// BaseURL is the address people type.
	BaseURL string
	Log     *slog.Logger
}

// Pages serves the first run. It is safe for concurrent use.
type Pages struct {
	o    Options
	done atomic.Bool // there is a user; that does not change any more
}

// New returns the pages.
func New(o Options) *Pages { return &Pages{o: o} }

// cookie holds the token while the pages are filled in.
const cookie = "__Host-portico-setup"

// cookieLife is how long a browser keeps it, in seconds.
const cookieLife = 60 * 60

// meanwhile are the beginnings of what is served before anybody can sign in.
var meanwhile = []string{tokenPath, "/assets/", "/brand.", "/livez", "/readyz", "/robots.txt", "/hooks/", "/api/"}

// First leads every page here while nobody can sign in. While the database does not
// answer it stands aside, and the pages say what is wrong.
func (p *Pages) First(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.done.Load() {
			next.ServeHTTP(w, r)
			return
		}
		for _, open := range meanwhile {
			if strings.HasPrefix(r.URL.Path, open) {
				next.ServeHTTP(w, r)
				return
			}
		}
		if unset, err := p.unset(r.Context()); err != nil || !unset {
			next.ServeHTTP(w, r)
			return
		}
		http.Redirect(w, r, tokenPath, http.StatusSeeOther)
	})
}

func (p *Pages) unset(ctx context.Context) (bool, error) {
	if p.done.Load() {
		return false, nil
	}
	unset, err := p.o.Runs.Unset(ctx)
	if err == nil && !unset {
		p.done.Store(true)
	}
	return unset, err
}

// tokenView is what the first page shows.
type tokenView struct{ Problem string }

// Token asks for the token: GET /setup.
func (p *Pages) Token(w http.ResponseWriter, r *http.Request) error {
	if unset, err := p.unset(r.Context()); err != nil || !unset {
		if err != nil {
			return err
		}
		return p.over(w, r, http.StatusGone)
	}
	if r.URL.Query().Get("from") == "token" { // and the browser has not kept it
		c := p.o.Plain(r)
		return p.showToken(w, r, http.StatusBadRequest, tokenView{Problem: c.T("setup.cookie", p.o.BaseURL)})
	}
	return p.showToken(w, r, http.StatusOK, tokenView{})
}

type tokenForm struct {
	Token string `form:"token" validate:"max=200"`
}

// TakeToken opens the pages: POST /setup.
func (p *Pages) TakeToken(w http.ResponseWriter, r *http.Request) error {
	var in tokenForm
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	token := session.Typed(in.Token)
	err := p.o.Runs.CheckSetup(r.Context(), session.Hash(token))
	switch {
	case fault.Is(err, fault.Forbidden):
		p.o.Log.WarnContext(r.Context(), "a wrong token for the first run", slog.String("request", session.RequestID(r.Context())))
		return p.showToken(w, r, http.StatusForbidden, tokenView{Problem: fault.Public(err)})
	case err != nil:
		return p.refuse(w, r, err)
	}
	session.SetCookie(w, cookie, token, cookieLife)
	http.Redirect(w, r, lookPath+"?from=token", http.StatusSeeOther)
	return nil
}

// token returns the hash of the browser's token when it opens the pages. False has
// answered the request.
func (p *Pages) token(w http.ResponseWriter, r *http.Request) (hash [32]byte, ok bool, err error) {
	c, missing := r.Cookie(cookie)
	if missing != nil {
		if unset, err := p.unset(r.Context()); err != nil || !unset {
			return hash, false, p.refuse(w, r, orConflict(err))
		}
		target := tokenPath
		if r.URL.Query().Get("from") == "token" {
			target += "?from=token"
		}
		http.Redirect(w, r, target, http.StatusSeeOther)
		return hash, false, nil
	}
	hash = session.Hash(c.Value)
	if err := p.o.Runs.CheckSetup(r.Context(), hash); err != nil {
		return hash, false, p.refuse(w, r, err)
	}
	return hash, true, nil
}

func orConflict(err error) error {
	if err == nil {
		return fault.New(fault.Conflict, "")
	}
	return err
}

// refuse answers what no form can mend: somebody else was first, or the token has
// ended meanwhile.
func (p *Pages) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	switch {
	case fault.Is(err, fault.Conflict):
		p.done.Store(true)
		return p.over(w, r, http.StatusConflict)
	case fault.Is(err, fault.Forbidden):
		session.SetCookie(w, cookie, "", -1)
		return p.showToken(w, r, http.StatusForbidden, tokenView{Problem: fault.Public(err)})
	default:
		return err
	}
}

// over says that this Portico has been set up.
func (p *Pages) over(w http.ResponseWriter, r *http.Request, status int) error {
	session.SetCookie(w, cookie, "", -1)
	c := p.o.Plain(r)
	c.Title = c.T("setup.over")
	return ui.Show(w, r, status, overPage(c))
}

func (p *Pages) showToken(w http.ResponseWriter, r *http.Request, status int, v tokenView) error {
	c := p.o.Plain(r)
	c.Title = c.T("setup.title")
	return ui.Show(w, r, status, tokenPage(c, v))
}

// Look asks for name, logo and colour: GET /setup/look.
func (p *Pages) Look(w http.ResponseWriter, r *http.Request) error {
	_, ok, err := p.token(w, r)
	if err != nil || !ok {
		return err
	}
	f, err := p.look(r)
	if err != nil {
		return err
	}
	return p.showLook(w, r, http.StatusOK, f, "")
}

func (p *Pages) look(r *http.Request) (*settings.BrandingForm, error) {
	now, err := p.o.Looks.Branding(r.Context())
	if err != nil {
		return nil, err
	}
	return settings.NewBrandingForm(p.o.Plain(r), now), nil
}

// SaveLook keeps them: POST /setup/look.
func (p *Pages) SaveLook(w http.ResponseWriter, r *http.Request) error {
	hash, ok, err := p.token(w, r)
	if err != nil || !ok {
		return err
	}
	f, err := p.look(r)
	if err != nil {
		return err
	}
	change, err := f.Read(w, r)
	if err == nil {
		if err = p.o.Looks.SaveFirst(r.Context(), hash, change); fault.Is(err, fault.Conflict) {
			return p.lookChanged(w, r)
		}
	}
	switch {
	case err == nil:
		http.Redirect(w, r, adminPath, http.StatusSeeOther)
		return nil
	case fault.Is(err, fault.TooLarge):
		return p.showLook(w, r, http.StatusRequestEntityTooLarge, f, fault.Public(err))
	case fault.Is(err, fault.Invalid):
		return p.showLook(w, r, http.StatusUnprocessableEntity, f, fault.Public(err))
	default:
		return p.refuse(w, r, err)
	}
}

// lookChanged answers a conflict: the set-up is over, or somebody else with the
// token has saved a look just now, which is shown.
func (p *Pages) lookChanged(w http.ResponseWriter, r *http.Request) error {
	if unset, err := p.unset(r.Context()); err != nil || !unset {
		return p.refuse(w, r, orConflict(err))
	}
	f, err := p.look(r)
	if err != nil {
		return err
	}
	return p.showLook(w, r, http.StatusConflict, f, p.o.Plain(r).T("setup.look.changed"))
}

func (p *Pages) showLook(w http.ResponseWriter, r *http.Request, status int, f *settings.BrandingForm, problem string) error {
	c := p.o.Plain(r)
	c.Title = c.T("setup.look")
	return ui.Show(w, r, status, lookPage(c, f.Fields(), problem))
}

// adminView is what the page of the first administrator shows.
type adminView struct {
	Name, Email string
	Problems    map[string]string
}

// Administrator asks who the first administrator is: GET /setup/administrator.
func (p *Pages) Administrator(w http.ResponseWriter, r *http.Request) error {
	_, ok, err := p.token(w, r)
	if err != nil || !ok {
		return err
	}
	return p.showAdministrator(w, r, http.StatusOK, adminView{})
}

type adminForm struct {
	Name     string `form:"name" validate:"required,max=120"`
	Email    string `form:"email" validate:"required,email,max=320"`
	Password string `form:"password,exact" validate:"max=1024"`
	Again    string `form:"again,exact" validate:"max=1024"`
}

// MakeAdministrator makes the first administrator and signs them in: POST
// /setup/administrator.
func (p *Pages) MakeAdministrator(w http.ResponseWriter, r *http.Request) error {
	hash, ok, err := p.token(w, r)
	if err != nil || !ok {
		return err
	}
	var in adminForm
	err = form.Decode(w, r, &in)
	problems := fault.Fields(err)
	if err != nil && len(problems) == 0 {
		return err
	}
	if problems == nil {
		problems = map[string]string{}
	}
	c := p.o.Plain(r)
	if err := password.Check(in.Password, in.Name, in.Email, c.Provider.Name); err != nil {
		problems["password"] = fault.Fields(err)["password"]
	} else if in.Password != in.Again {
		problems["again"] = c.T("reset.differs")
	}
	if len(problems) > 0 {
		return p.showAdministrator(w, r, http.StatusUnprocessableEntity, adminView{in.Name, in.Email, problems})
	}
	stored, err := password.Hash(r.Context(), in.Password)
	if err != nil {
		return err
	}
	u := access.User{ID: access.NewUserID(), Name: in.Name, Email: strings.ToLower(in.Email), Staff: access.Admin}
	if err := p.o.Runs.FirstAdministrator(r.Context(), hash, u, stored); err != nil {
		return p.refuse(w, r, err)
	}
	p.done.Store(true)
	session.SetCookie(w, cookie, "", -1)
	p.o.Log.InfoContext(r.Context(), "set up", slog.String("user", u.ID), slog.String("request", session.RequestID(r.Context())))
	return p.o.Enter(w, r, u, "first run", NextPath)
}

func (p *Pages) showAdministrator(w http.ResponseWriter, r *http.Request, status int, v adminView) error {
	c := p.o.Plain(r)
	c.Title = c.T("setup.admin")
	return ui.Show(w, r, status, administratorPage(c, v))
}

// Welcome tells the first administrator how to go on: GET /admin/welcome.
func (p *Pages) Welcome(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("setup.done", c.Provider.Name)
	return ui.Show(w, r, http.StatusOK, welcomePage(c, p.o.Connect))
}
