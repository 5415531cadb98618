package session_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"portico/portal/portaltest"
	"portico/portal/session"
	"portico/sync/access"
	"portico/sync/fault"
)

func options(p *portaltest.People) session.Options {
	return session.Options{
		Sessions: p, People: p, BaseURL: &url.URL{Scheme: "https", Host: "portal.example"},
		ErrorPage: func(*http.Request, session.Problem) templ.Component { return templ.Raw("a problem") },
	}
}

func newGate(t *testing.T, p *portaltest.People, change func(*session.Options)) *session.Gate {
	t.Helper()
	o := options(p)
	if change != nil {
		change(&o)
	}
	g, err := session.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func request(method, target string) *http.Request {
	return httptest.NewRequestWithContext(context.Background(), method, target, nil)
}

func TestAGateNeedsAWholeAddress(t *testing.T) {
	t.Parallel()
	for _, base := range []*url.URL{nil, {}, {Scheme: "https"}, {Scheme: "ftp", Host: "portal.example"}, {Host: "portal.example"}} {
		o := options(portaltest.NewPeople())
		o.BaseURL = base
		if _, err := session.New(o); !fault.Is(err, fault.Setup) {
			t.Errorf("%v: %v", base, err)
		}
	}
	if _, err := session.New(session.Options{BaseURL: &url.URL{Scheme: "https", Host: "portal.example"}}); err == nil {
		t.Error("a gate without a store")
	}
}

func TestOnlyTheHashOfATokenIsStored(t *testing.T) {
	t.Parallel()
	people := portaltest.NewPeople()
	g := newGate(t, people, nil)
	u := people.AddUser("Ines", "ines@nordwind.example", "", "")
	w := httptest.NewRecorder()
	if err := g.Start(w, request("POST", "/signin"), u); err != nil {
		t.Fatal(err)
	}
	token := w.Result().Cookies()[0].Value
	r := request("GET", "/")
	r.AddCookie(&http.Cookie{Name: session.Cookie, Value: token})
	if s, err := g.Current(r); err != nil || s.User.ID != u.ID {
		t.Errorf("%+v, %v", s, err)
	}
	hash := session.Hash(token)
	for _, made := range []string{"", "x", string(hash[:]), token + "A", token[:42], strings.ToUpper(token)} {
		r := request("GET", "/")
		r.Header.Set("Cookie", session.Cookie+"="+made)
		if _, err := g.Current(r); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the cookie %q: %v", made, err)
		}
	}
	r = request("GET", "/")
	r.Header.Set("Cookie", "portico="+token)
	if _, err := g.Current(r); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a cookie by another name: %v", err)
	}
}

func TestEveryKindOfFaultHasAStatus(t *testing.T) {
	t.Parallel()
	for kind, want := range map[fault.Kind]int{
		fault.Invalid: 422, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409, fault.TooLarge: 413,
		fault.Limited: 429, fault.Unavailable: 503, fault.Unknown: 502, fault.Broken: 502, fault.Setup: 503, fault.Internal: 500, "made up": 500,
	} {
		if got := session.Status(kind); got != want {
			t.Errorf("%s: %d, want %d", kind, got, want)
		}
	}
}

func TestHTTPSIsOnlyPromisedWhereItIs(t *testing.T) {
	t.Parallel()
	for scheme, want := range map[string]bool{"https": true, "http": false} {
		g := newGate(t, portaltest.NewPeople(), func(o *session.Options) { o.BaseURL = &url.URL{Scheme: scheme, Host: "portal.example"} })
		w := httptest.NewRecorder()
		g.Harden(http.NotFoundHandler()).ServeHTTP(w, request("GET", "/"))
		if got := w.Header().Get("Strict-Transport-Security") != ""; got != want {
			t.Errorf("%s: HSTS is %v", scheme, got)
		}
	}
}

// A proxy that rewrites Host must not lock out browsers that tell their origin only.
func TestThePublicOriginIsTrusted(t *testing.T) {
	t.Parallel()
	g := newGate(t, portaltest.NewPeople(), nil)
	passed := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	for origin, want := range map[string]int{"https://portal.example": 202, "http://portal.example": 403, "https://portal.example.evil.example": 403, "null": 403} {
		r := request("POST", "/signin")
		r.Host = "10.0.0.7:8080"
		r.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		g.SameOrigin(passed).ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("from %s: %d, want %d", origin, w.Code, want)
		}
	}
}

func TestDirectIsThisMachineByItsOwnName(t *testing.T) {
	t.Parallel()
	g := newGate(t, portaltest.NewPeople(), func(o *session.Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")} })
	for _, c := range []struct {
		host, peer, forwarded string
		want                  bool
	}{
		{"127.0.0.1:8080", "127.0.0.1:1", "", true}, {"[::1]:8080", "[::1]:1", "", true}, {"localhost", "127.0.0.1:1", "", true},
		{"evil.example:8080", "127.0.0.1:1", "", false}, {"127.0.0.1:8080", "203.0.113.9:1", "", false},
		{"127.0.0.1:8080", "127.0.0.2:1", "203.0.113.9", false}, {"127.0.0.1:8080", "127.0.0.1:1", "203.0.113.9", true}, {"", "127.0.0.1:1", "", false},
		{"127.0.0.1:8080", "", "", false},
	} {
		r := request("GET", "/demo")
		r.Host, r.RemoteAddr = c.host, c.peer
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := g.Direct(r); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestASessionIsForDisplayOnly(t *testing.T) {
	t.Parallel()
	people := portaltest.NewPeople()
	u := people.AddUser("Ines", "ines@nordwind.example", "", "")
	g := newGate(t, people, nil)
	site := portaltest.Serve(t, func(*url.URL) http.Handler {
		return g.SignedIn(func(w http.ResponseWriter, r *http.Request, s access.Session) error {
			shown, ok := session.Of(r.Context())
			if !ok || shown.ID != s.ID {
				return fault.New(fault.Internal, "")
			}
			return nil
		})
	})
	site.As(people, u, time.Now()).Get("/").Want(http.StatusOK)
	if _, ok := session.Of(t.Context()); ok {
		t.Error("a session out of nowhere")
	}
}

func TestNextIsLocal(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/a/x/": "/a/x/", "/a/x/tickets?turn=client": "/a/x/tickets?turn=client", "/a/x/#part": "/a/x/", "/": "/",
		"": "", "https://evil.example": "", "//evil.example": "", "/\\evil.example": "", "\\\\evil.example": "", "/%5cevil.example": "",
		"javascript:alert(1)": "", "/\t/evil.example": "", "/\n/evil.example": "", "a/x": "", "/signout": "", "/signin?next=/signin": "",
		"/%2f/evil.example": "", "http:evil.example": "", "/" + strings.Repeat("a", 2001): "", "/a\u2028b": "", "/x@evil.example": "/x@evil.example",
	} {
		if got := session.Local(next); got != want {
			t.Errorf("Local(%q) = %q, want %q", next, got, want)
		}
	}
}

func TestCodesAreTypedAsPeopleDo(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		code := session.NewCode(8)
		if len(code) != 8 || seen[code] || strings.ContainsAny(code, "01ILO") {
			t.Fatalf("code %q", code)
		}
		seen[code] = true
		shown := session.Grouped(code, 4)
		if len(shown) != 9 || shown[4] != '-' {
			t.Fatalf("shown as %q", shown)
		}
		for _, typed := range []string{shown, " " + strings.ToLower(shown) + " ", strings.ReplaceAll(shown, "-", " "), strings.ReplaceAll(shown, "-", "–")} {
			if session.Typed(typed) != code {
				t.Errorf("%q is read as %q", typed, session.Typed(typed))
			}
		}
	}
}
