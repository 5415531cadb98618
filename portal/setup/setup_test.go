package setup_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"portico/portal"
	"portico/portal/admin/settings"
	"portico/portal/portaltest"
	"portico/portal/session"
	"portico/portal/setup"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

const secret = "copper lantern under snow"

// runs is a first run in memory, over the people of a portal.
type runs struct {
	people *portaltest.People
	mu     sync.Mutex
	token  string
	set    bool
	asked  int
	look   settings.State[settings.Branding]
}

func (r *runs) Unset(context.Context) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	return !r.set, nil
}

func (r *runs) CheckSetup(_ context.Context, token [32]byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.check(token)
}

func (r *runs) check(token [32]byte) error {
	switch {
	case r.set:
		return fault.New(fault.Conflict, "This Portico has been set up already.")
	case token != session.Hash(r.token):
		return fault.New(fault.Forbidden, "This is not the token that the console shows.")
	default:
		return nil
	}
}

func (r *runs) FirstAdministrator(_ context.Context, token [32]byte, u access.User, hash string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.check(token); err != nil {
		return err
	}
	r.set = true
	r.people.Add(u, hash)
	return nil
}

func (r *runs) Branding(context.Context) (settings.State[settings.Branding], error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.look, nil
}

func (r *runs) SaveFirst(_ context.Context, token [32]byte, c settings.BrandingChange) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.check(token); err != nil {
		return err
	}
	if c.Seen != r.look.Version {
		return fault.New(fault.Conflict, "Somebody else saved this meanwhile.")
	}
	r.look.Value, r.look.Version = c.Branding, c.Seen+1
	return nil
}

func newWorld(t *testing.T) (*portaltest.Site, *runs) {
	t.Helper()
	people := portaltest.NewPeople()
	r := &runs{people: people, token: session.NewCode(30)}
	r.look.Value = settings.Branding{Name: "Portico", Colour: "#0f5c63"}
	frame := ui.FrameOptions{Provider: ui.Provider{Name: "Portico"}, Locale: portal.Locale}
	site := portaltest.Serve(t, func(base *url.URL) http.Handler {
		p, err := portal.New(portal.Options{
			Sessions: people, People: people, Users: people, Resets: people, Mailed: people, Own: people, Second: portaltest.Second(people),
			Attempts: people, Mailer: make(portaltest.Mailbox, 10), BaseURL: base, Pages: pages(), Frame: frame, Log: slog.New(slog.DiscardHandler),
			Setup: &setup.Options{Runs: r, Looks: r, Plain: frame.Plain, Frame: ui.NewFramer(frame), BaseURL: base.String(), Log: slog.New(slog.DiscardHandler)},
		})
		if err != nil {
			t.Fatal(err)
		}
		return p
	})
	return site, r
}

// pages are stand-ins for all others.
func pages() portal.Pages {
	var p portal.Pages
	portaltest.Fill(&p, func(name string) func(http.ResponseWriter, *http.Request, access.Scope) error {
		return func(w http.ResponseWriter, _ *http.Request, _ access.Scope) error {
			_, err := io.WriteString(w, name)
			return err
		}
	})
	p.Events = func(http.ResponseWriter, *http.Request, access.Scope, func(context.Context) (access.Scope, error)) error {
		return nil
	}
	return p
}

// opened is a browser that has typed the token.
func opened(site *portaltest.Site, r *runs) *portaltest.Browser {
	b := site.Browser()
	b.Post("/setup", url.Values{"token": {strings.ToLower(session.Grouped(r.token, 5)) + " "}}).WantTo("/setup/look?from=token")
	return b
}

// look posts the form of the first step with a file, or none.
func look(b *portaltest.Browser, fields map[string]string, file []byte) *portaltest.Answer {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		_ = form.WriteField(name, value)
	}
	part, _ := form.CreateFormFile("logo", map[bool]string{true: "logo.png"}[file != nil])
	_, _ = part.Write(file)
	_ = form.Close()
	return b.Do(http.MethodPost, "/setup/look", io.Reader(&body), http.Header{"Content-Type": {form.FormDataContentType()}, "Sec-Fetch-Site": {"same-origin"}})
}

func administrator(email, password string) url.Values {
	return url.Values{"name": {"Mara"}, "email": {email}, "password": {password}, "again": {password}}
}

func TestTheFirstRunFromTheTokenToTheAdministrator(t *testing.T) {
	t.Parallel()
	site, r := newWorld(t)
	b := opened(site, r)
	b.Get("/setup/look?from=token").Want(http.StatusOK).WantText("h1", "Name and logo").WantNo("script:not([src])").WantNo("[style]")
	img := image.NewNRGBA(image.Rect(0, 0, 90, 40))
	img.Set(3, 3, color.Black)
	var logo bytes.Buffer
	if err := png.Encode(&logo, img); err != nil {
		t.Fatal(err)
	}
	if a := look(b, map[string]string{"name": "Halden IT", "colour": "b3d334", "version": "0"}, logo.Bytes()); a.Header.Get("Location") != "/setup/administrator" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if v := r.look.Value; v.Name != "Halden IT" || v.Colour != "#b3d334" || len(v.Logo) == 0 || bytes.Equal(v.Logo, logo.Bytes()) {
		t.Errorf("saved %s %s, a logo of %d bytes", v.Name, v.Colour, len(v.Logo))
	}
	b.Get("/setup/administrator").Want(http.StatusOK)
	b.Post("/setup/administrator", administrator("mara@halden.example", "short")).Want(http.StatusUnprocessableEntity).WantText("#password-error", "12")
	bad := b.Post("/setup/administrator", administrator("no address", secret)).Want(http.StatusUnprocessableEntity)
	if v, _ := bad.Find("#email").Attr("value"); v != "no address" {
		t.Errorf("what was typed is lost: %q", v)
	}
	b.Post("/setup/administrator", administrator("Mara@Halden.example", secret)).WantTo(setup.NextPath)
	b.Get(setup.NextPath).Want(http.StatusOK).WantText("h1", "is yours").WantText("code", "portico serve --demo").WantText("main a[href='/admin/connections']", "Connect a system")
	b.Get("/setup").Want(http.StatusGone)
	if b.Cookie("__Host-portico-setup") != "" {
		t.Error("the browser keeps the token")
	}
	site.Browser().Post("/signin", url.Values{"email": {"mara@halden.example"}, "password": {secret}}).Want(http.StatusSeeOther)
}

func TestEveryPageLeadsToTheFirstRun(t *testing.T) {
	t.Parallel()
	site, r := newWorld(t)
	b := site.Browser()
	for _, path := range []string{"/", "/signin", "/a/0197/", "/admin/mail", "/nowhere", "/me", "/setup/look", "/setup/administrator"} {
		b.Get(path).WantTo("/setup")
	}
	b.Post("/signin", url.Values{"email": {"a@b.example"}}).WantTo("/setup")
	b.Get("/setup").Want(http.StatusOK).WantText("h1", "Set up Portico")
	b.Get("/livez").Want(http.StatusOK)
	b.Get("/brand.css").Want(http.StatusOK)
	b.Get("/setup/look?from=token").WantTo("/setup?from=token") // the browser has refused the cookie
	b.Get("/setup?from=token").Want(http.StatusBadRequest).WantText("[role=alert]", site.URL.String())

	r.people.Add(access.User{ID: access.NewUserID(), Name: "Made", Email: "made@halden.example", Staff: access.Admin}, "")
	r.mu.Lock()
	r.set = true // by the command line
	r.mu.Unlock()
	b.Get("/signin").Want(http.StatusOK)
	r.mu.Lock()
	asked := r.asked
	r.mu.Unlock()
	b.Get("/signin").Want(http.StatusOK)
	b.Get("/setup/look").Want(http.StatusConflict)
	if r.asked != asked {
		t.Errorf("asked %d times more although somebody can sign in", r.asked-asked)
	}
}

func TestAWrongTokenOpensNothing(t *testing.T) {
	t.Parallel()
	site, r := newWorld(t)
	b := site.Browser()
	for _, token := range []string{"", "wrong", session.NewCode(30)} {
		b.Post("/setup", url.Values{"token": {token}}).Want(http.StatusForbidden).WantText("[role=alert]", "not the token")
	}
	b.SetCookie("__Host-portico-setup", "made-up")
	b.Post("/setup/administrator", administrator("eve@evil.example", secret)).Want(http.StatusForbidden)
	old := opened(site, r)
	r.mu.Lock()
	r.token = session.NewCode(30) // a restart has printed another
	r.mu.Unlock()
	old.Post("/setup/administrator", administrator("eve@evil.example", secret)).Want(http.StatusForbidden).WantText("h1", "Set up Portico")
	if r.set {
		t.Error("set up")
	}
}

func TestOneOfTwoBrowsersWinsAndTheOtherIsTold(t *testing.T) {
	t.Parallel()
	site, r := newWorld(t)
	one, other := opened(site, r), opened(site, r)
	fields := map[string]string{"name": "One", "colour": "#0f5c63", "version": "0"}
	if a := look(one, fields, nil); a.Status != http.StatusSeeOther {
		t.Fatal(a.Status)
	}
	fields["name"] = "Other"
	look(other, fields, nil).Want(http.StatusConflict).WantText("main", "meanwhile")
	one.Post("/setup/administrator", administrator("one@halden.example", secret)).WantTo(setup.NextPath)
	other.Post("/setup/administrator", administrator("other@halden.example", secret)).Want(http.StatusConflict).WantText("h1", "This Portico is set up")
	other.Get("/").WantTo("/signin")
	if r.look.Value.Name != "One" {
		t.Errorf("named %s", r.look.Value.Name)
	}
}

func TestAFileThatIsNoLogoIsRefusedInPlainWords(t *testing.T) {
	t.Parallel()
	site, r := newWorld(t)
	b := opened(site, r)
	fields := map[string]string{"name": "Halden & Söhne", "colour": "#0f5c63", "version": "0"}
	for name, c := range map[string]struct {
		file   []byte
		status int
		words  string
	}{
		"40 MB":      {append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 40<<20)...), http.StatusRequestEntityTooLarge, "A logo may have at most"},
		"scripted":   {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), http.StatusUnprocessableEntity, "An SVG can carry a program"},
		"no picture": {[]byte("hello"), http.StatusUnprocessableEntity, "no PNG, JPEG or WebP"},
	} {
		a := look(b, fields, c.file).Want(c.status).WantText("#logo-error", c.words)
		if v, _ := a.Find("#name").Attr("value"); v != "Halden & Söhne" {
			t.Errorf("%s: what was typed is lost: %q", name, v)
		}
	}
	look(b, map[string]string{"name": "", "colour": "mauve", "version": "0"}, nil).Want(http.StatusUnprocessableEntity).WantText("#colour-error", "").WantText("#name-error", "")
}
