package portaltest

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"portico/portal/session"
	"portico/sync/access"
)

// Site is a portal behind a TLS server on this machine.
type Site struct {
	t      testing.TB
	server *httptest.Server
	URL    *url.URL
}

// Serve starts the handler that build makes for the address it will have. The
// server speaks TLS, because the session cookie is only sent over it.
func Serve(t testing.TB, build func(base *url.URL) http.Handler) *Site {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	base := &url.URL{Scheme: "https", Host: server.Listener.Addr().String()}
	server.Config.Handler = build(base)
	server.StartTLS()
	t.Cleanup(server.Close)
	return &Site{t: t, server: server, URL: base}
}

// Browser is one browser with its own cookies.
type Browser struct {
	site   *Site
	client *http.Client
	// Header is added to every request.
	Header http.Header
}

// Browser returns a fresh browser. It follows no redirects by itself.
func (s *Site) Browser() *Browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	c := *s.server.Client()
	c.Jar = jar
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Browser{site: s, client: &c, Header: http.Header{}}
}

// As returns a fresh browser in which the user is signed in since now.
func (s *Site) As(p session.Sessions, u access.User, now time.Time) *Browser {
	s.t.Helper()
	token := session.NewToken()
	err := p.StartSession(context.Background(), session.Hash(token), access.Session{
		ID: access.NewUserID(), User: u, Created: now, LastSeen: now, Idle: session.StaffIdle, Expires: now.Add(session.StaffMost),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	b := s.Browser()
	b.SetCookie(session.Cookie, token)
	return b
}

// SetCookie plants a cookie.
func (b *Browser) SetCookie(name, value string) {
	b.client.Jar.SetCookies(b.site.URL, []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: true}}) //nolint:gosec // a browser's side of a cookie has no such attributes
}

// Cookie returns the value that the browser holds, or "".
func (b *Browser) Cookie(name string) string {
	for _, c := range b.client.Jar.Cookies(b.site.URL) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// Get asks for a path.
func (b *Browser) Get(path string) *Answer { return b.Do(http.MethodGet, path, nil, nil) }

// Post sends a form as our own page would.
func (b *Browser) Post(path string, form url.Values) *Answer {
	return b.Do(http.MethodPost, path, strings.NewReader(form.Encode()), http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Fetch-Site": {"same-origin"}, "Origin": {b.site.URL.String()},
	})
}

// Do sends one request and reads the whole answer.
func (b *Browser) Do(method, path string, body io.Reader, header http.Header) *Answer {
	t := b.site.t
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, b.site.URL.String()+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []http.Header{b.Header, header} {
		for name, values := range h {
			req.Header[name] = values
		}
	}
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: read: %v", method, path, err)
	}
	return &Answer{t: t, Asked: method + " " + path, Status: resp.StatusCode, Header: resp.Header, Body: string(read), Cookies: resp.Cookies()}
}

// Answer is one answer of the portal.
type Answer struct {
	t       testing.TB
	Asked   string
	Status  int
	Header  http.Header
	Body    string
	Cookies []*http.Cookie
}

// Want fails the test when the status is another one, and returns the answer.
func (a *Answer) Want(status int) *Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("%s: status %d, want %d; to %s\n%.2000s", a.Asked, a.Status, status, a.Header.Get("Location"), a.Body)
	}
	return a
}

// WantTo fails the test when the answer does not lead to the path.
func (a *Answer) WantTo(path string) *Answer {
	a.t.Helper()
	if got := a.Want(http.StatusSeeOther).Header.Get("Location"); got != path {
		a.t.Fatalf("%s leads to %s, want %s", a.Asked, got, path)
	}
	return a
}

// Find selects parts of the page (CSS).
func (a *Answer) Find(selector string) *goquery.Selection {
	a.t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		a.t.Fatalf("%s: %v", a.Asked, err)
	}
	return doc.Find(selector)
}

// Text returns the text of what the selector finds, spaces collapsed.
func (a *Answer) Text(selector string) string {
	a.t.Helper()
	return strings.Join(strings.Fields(a.Find(selector).Text()), " ")
}

// WantText fails the test when the selected text does not hold the part.
func (a *Answer) WantText(selector, part string) *Answer {
	a.t.Helper()
	if got := a.Text(selector); !strings.Contains(got, part) {
		a.t.Fatalf("%s: %s reads %q, want %q in it", a.Asked, selector, got, part)
	}
	return a
}

// WantNo fails the test when the page has anything that the selector finds.
func (a *Answer) WantNo(selector string) *Answer {
	a.t.Helper()
	if n := a.Find(selector).Length(); n > 0 {
		a.t.Fatalf("%s: %s is there %d times", a.Asked, selector, n)
	}
	return a
}

// Close stops the server and waits for the answers that are under way, so that
// what they log is there.
func (s *Site) Close() { s.server.Close() }

// Open asks for a path whose answer goes on, and returns it once it has begun.
func (b *Browser) Open(path string) *http.Response {
	b.site.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, b.site.URL.String()+path, nil)
	if err != nil {
		b.site.t.Fatal(err)
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.site.t.Fatal(err)
	}
	return resp
}

// Cut asks for a path and returns the error with which the answer broke off.
func (b *Browser) Cut(path string) error {
	b.site.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, b.site.URL.String()+path, nil)
	if err != nil {
		b.site.t.Fatal(err)
	}
	resp, err := b.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
