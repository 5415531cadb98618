package portal_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/portal"
	"portico/sync/access"
	"portico/sync/record"
)

// buffer is a log that a test reads while the portal writes it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestEveryAnswerHasTheHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.people.AddAccount("Nordwind", record.LaunchInvited)
	u := w.people.AddUser("Ines", "ines@nordwind.example", "", "")
	w.people.Join(u.ID, a, access.Owner)
	b := w.site.As(w.people, u, time.Now())
	home := "/a/" + a.String() + "/"
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", home, 200}, {"HEAD", home, 200}, {"GET", "/", 303}, {"GET", "/livez", 200}, {"GET", "/readyz", 200}, {"GET", "/brand.css", 200},
		{"GET", "/robots.txt", 200}, {"GET", "/brand.svg", 200}, {"GET", "/assets/nothing.js", 404}, {"GET", "/nothing", 404}, {"GET", "//double//slash", 301},
		{"GET", "/a/" + a.String(), 301}, {"GET", "/staff/", 301}, {"DELETE", home, 405}, {"POST", home, 405}, {"OPTIONS", home, 405}, {"TRACE", home, 405},
		{"GET", "/signout", 405}, {"BREW", "/signin", 405}, {"GET", home + "?do=panic", 500}, {"GET", home + "?do=fail", 500}, {"GET", home + "?do=limited", 429},
		{"GET", "/signin", 303}, {"GET", "/forgot", 200}, {"GET", "/reset?token=x", 410}, {"GET", "/.well-known/change-password", 303},
	} {
		got := b.Do(c.method, c.path, nil, nil).Want(c.status)
		for name, part := range map[string]string{
			"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=63072000",
			"X-Request-Id": "", "Cache-Control": "",
		} {
			if value := got.Header.Get(name); value == "" || !strings.Contains(value, part) {
				t.Errorf("%s: %s is %q", got.Asked, name, value)
			}
		}
		if csp := got.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "object-src 'none'") || !strings.Contains(csp, "base-uri 'none'") {
			t.Errorf("%s: policy %s", got.Asked, csp)
		}
	}
	if allow := b.Do("DELETE", "/signin", nil, nil).Header.Get("Allow"); allow != "GET, HEAD, POST" {
		t.Errorf("Allow: %s", allow)
	}
	if one, two := b.Get(home).Header.Get("Content-Security-Policy"), b.Get(home).Header.Get("Content-Security-Policy"); one == two {
		t.Error("two pages share a nonce")
	}
	if body := b.Do("HEAD", home, nil, nil).Want(http.StatusOK).Body; body != "" {
		t.Errorf("HEAD has a body: %q", body)
	}
}

func TestPostsFromElsewhereAreRefusedAtEveryDoor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.people.AddAccount("Nordwind", record.LaunchInvited)
	u := w.people.AddUser("Ines", "ines@nordwind.example", "", "")
	w.people.Join(u.ID, a, access.Owner)
	b := w.site.As(w.people, u, time.Now())
	attacks := []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}},
		{"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://other.halden.example"}},
		{"Origin": {"https://evil.example"}},
		{"Origin": {"null"}},
	}
	for _, route := range w.portal.Routes() {
		for _, attack := range attacks {
			b.Do(http.MethodPost, fill(route.Path, a.String()), nil, attack).Want(http.StatusForbidden)
		}
	}
	b.Do(http.MethodGet, "/a/"+a.String()+"/", nil, attacks[0]).Want(http.StatusOK)
	if w.people.Sessions() != 1 {
		t.Error("a post from elsewhere ended the session")
	}
}

// TestAMailProgramMayUnsubscribe posts as RFC 8058 §3.2 says: without cookies, and
// without saying where it comes from.
func TestAMailProgramMayUnsubscribe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	said := strings.NewReader("List-Unsubscribe=One-Click")
	kind := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if got := w.site.Browser().Do(http.MethodPost, "/unsubscribe/token", said, kind).Want(http.StatusOK).Body; !strings.HasPrefix(got, "Unsubscribed ") {
		t.Errorf("it is answered by %q", got)
	}
	if got := w.site.Browser().Get("/unsubscribe/token").Want(http.StatusOK).Body; !strings.HasPrefix(got, "Unsubscribe ") {
		t.Errorf("the link is answered by %q", got)
	}
}

func TestFailuresTellTheLogAndNotTheReader(t *testing.T) {
	t.Parallel()
	log := &buffer{}
	w := newWorld(t, func(o *portal.Options) { o.Log = slog.New(slog.NewTextHandler(log, nil)) })
	a := w.people.AddAccount("Nordwind", record.LaunchInvited)
	u := w.people.AddUser("Ines", "ines@nordwind.example", "", "")
	w.people.Join(u.ID, a, access.Owner)
	b := w.site.As(w.people, u, time.Now())
	home := "/a/" + a.String() + "/"
	for query, secret := range map[string]string{"panic": "the secret of the panic", "fail": "closed pipe"} {
		got := b.Get(home + "?do=" + query + "&token=hush").Want(http.StatusInternalServerError)
		if strings.Contains(got.Body, secret) || !strings.Contains(log.String(), secret) {
			t.Errorf("%s: the page tells the cause, or the log does not", query)
		}
		if id := got.Header.Get("X-Request-Id"); !strings.Contains(got.Body, id) || !strings.Contains(log.String(), id) {
			t.Errorf("%s: the reference is missing", query)
		}
	}
	if strings.Contains(log.String(), "hush") {
		t.Error("the log holds a query string")
	}
	if !strings.Contains(log.String(), "user="+u.ID) || !strings.Contains(log.String(), "status=500") {
		t.Errorf("the request line lacks who or what:\n%s", log)
	}
	b.Get("/nothing%0alevel=ERROR%20msg=forged").Want(http.StatusNotFound)
	if strings.Contains(log.String(), "\nlevel=ERROR msg=forged") {
		t.Error("a path forged a log line")
	}
	limited := b.Get(home + "?do=limited").Want(http.StatusTooManyRequests)
	if limited.Header.Get("Retry-After") != "90" || !strings.Contains(limited.Body, "Slower, please.") {
		t.Errorf("Retry-After %q\n%s", limited.Header.Get("Retry-After"), limited.Body)
	}
}

func TestWhoAsksForJSONGetsAProblemDocument(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for path, status := range map[string]int{"/nothing": 404, "/staff": 401, "/a/x/": 401} {
		got := w.site.Browser().Do("GET", path, nil, http.Header{"Accept": {"application/json"}}).Want(status)
		var p struct {
			Status int
			Title  string
		}
		if err := json.Unmarshal([]byte(got.Body), &p); err != nil || p.Status != status || p.Title == "" || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s %v", path, got.Body, err)
		}
	}
}

func TestAnEndedSessionLeadsBackToTheForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.site.Browser()
	page := w.site.URL.String() + "/a/x/tickets/7?sort=due"
	post := func(header http.Header) string {
		return b.Do(http.MethodPost, "/a/x/tickets/7/reply", strings.NewReader("text=hello"), header).Want(http.StatusSeeOther).Header.Get("Location")
	}
	if got := post(http.Header{"Referer": {page}}); got != "/signin?next=%2Fa%2Fx%2Ftickets%2F7%3Fsort%3Ddue" {
		t.Errorf("back to the form: %s", got)
	}
	for _, referer := range []string{"", "https://evil.example/a/x/tickets/7", "javascript:alert(1)", "::"} {
		if got := post(http.Header{"Referer": {referer}}); got != "/signin?next=%2Fa%2Fx%2F" {
			t.Errorf("referer %q leads to %s", referer, got)
		}
	}
	b.Get("/a/x/tickets?turn=client").WantTo("/signin?next=%2Fa%2Fx%2Ftickets%3Fturn%3Dclient")
	partial := b.Do("GET", "/a/x/tickets", nil, http.Header{"Hx-Request": {"true"}, "Hx-Current-Url": {page}}).Want(http.StatusUnauthorized)
	if to := partial.Header.Get("HX-Redirect"); to != "/signin?next=%2Fa%2Fx%2Ftickets%2F7%3Fsort%3Ddue" {
		t.Errorf("htmx is led to %s", to)
	}
}

func TestForwardedAddressesCountOnlyFromAProxy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		proxies   []netip.Prefix
		forwarded string
		want      string
	}{
		"no proxy":            {nil, "203.0.113.9", "ip=127.0.0.1"},
		"one proxy":           {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "203.0.113.9", "ip=203.0.113.9"},
		"client lies":         {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "10.1.1.1, 203.0.113.9", "ip=203.0.113.9"},
		"two proxies":         {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}, "203.0.113.9, 10.1.1.1", "ip=203.0.113.9"},
		"proxy says nonsense": {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "unknown", "ip=127.0.0.1"},
		"with a port":         {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "[2001:db8::1]:4711", "ip=2001:db8::1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &buffer{}
			w := newWorld(t, func(o *portal.Options) { o.Log, o.Proxies = slog.New(slog.NewTextHandler(log, nil)), c.proxies })
			w.site.Browser().Do("GET", "/robots.txt", nil, http.Header{"X-Forwarded-For": {c.forwarded}}).Want(http.StatusOK)
			w.site.Close()
			if !strings.Contains(log.String(), c.want+" ") {
				t.Errorf("want %s in\n%s", c.want, log)
			}
		})
	}
}

func TestHalfAPageDoesNotLookWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.people.AddAccount("Nordwind", record.LaunchInvited)
	u := w.people.AddUser("Ines", "ines@nordwind.example", "", "")
	w.people.Join(u.ID, a, access.Owner)
	if err := w.site.As(w.people, u, time.Now()).Cut("/a/" + a.String() + "/?do=half"); err == nil {
		t.Error("a page that failed half-way was read to its end")
	}
}
