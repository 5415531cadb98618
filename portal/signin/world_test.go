package signin_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/portal"
	"portico/portal/portaltest"
	"portico/portal/signin"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
)

const secret = "copper lantern under snow"

// world is a portal with a clock that tests turn.
type world struct {
	t       *testing.T
	site    *portaltest.Site
	portal  *portal.Portal
	people  *portaltest.People
	mails   portaltest.Mailbox
	account record.AccountID
	ines    access.User

	mu   sync.Mutex
	time time.Time
	logs map[string]int // by message
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.time
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.time = w.time.Add(d)
}

func (w *world) logged(message string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.logs[message]
}

// Enabled, Handle, WithAttrs and WithGroup count log lines by message.
func (w *world) Enabled(context.Context, slog.Level) bool { return true }
func (w *world) WithAttrs([]slog.Attr) slog.Handler       { return w }
func (w *world) WithGroup(string) slog.Handler            { return w }
func (w *world) Handle(_ context.Context, r slog.Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.logs[r.Message]++
	r.Attrs(func(a slog.Attr) bool {
		if v := a.Value.String(); strings.Contains(v, secret) || strings.Contains(v, "@") || strings.Contains(v, "token=") {
			w.t.Errorf("the log says %s=%s", a.Key, v)
		}
		return true
	})
	return nil
}

func newWorld(t *testing.T, demo ...signin.DemoPerson) *world {
	t.Helper()
	w := &world{t: t, people: portaltest.NewPeople(), mails: make(portaltest.Mailbox, 100), time: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), logs: map[string]int{}}
	w.account = w.people.AddAccount("Nordwind Logistik", record.LaunchInvited)
	w.ines = w.people.AddUser("Ines Albrecht", "ines@nordwind.example", "", portaltest.CheapHash(secret))
	w.people.Join(w.ines.ID, w.account, access.Owner)
	w.site = portaltest.Serve(t, func(base *url.URL) http.Handler {
		p, err := portal.New(portal.Options{
			Sessions: w.people, People: w.people, Users: w.people, Resets: w.people, Mailed: w.people, Own: w.people, Second: portaltest.Second(w.people), Attempts: w.people, Mailer: w.mails,
			BaseURL: base, Pages: pages(), Demo: demo, Log: slog.New(w), Now: w.now,
			Frame: ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Locale: portal.Locale, Now: w.now},
		})
		if err != nil {
			t.Fatal(err)
		}
		w.portal = p
		return p
	})
	return w
}

func pages() portal.Pages {
	var p portal.Pages
	portaltest.Fill(&p, func(string) func(http.ResponseWriter, *http.Request, access.Scope) error {
		return func(w http.ResponseWriter, _ *http.Request, s access.Scope) error {
			_, err := w.Write([]byte("welcome " + s.Name()))
			return err
		}
	})
	p.Events = func(http.ResponseWriter, *http.Request, access.Scope, func(context.Context) (access.Scope, error)) error {
		return nil
	}
	return p
}

func (w *world) home() string { return "/a/" + w.account.String() + "/" }

func credentials(email, password string) url.Values {
	return url.Values{"email": {email}, "password": {password}}
}

// guess posts a sign-in from an address, past the network, and returns the status.
func (w *world) guess(ip, email, password string, cookies ...*http.Cookie) int {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/signin", strings.NewReader(credentials(email, password).Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = ip + ":4711"
	for _, c := range cookies {
		r.AddCookie(c)
	}
	answer := httptest.NewRecorder()
	w.portal.ServeHTTP(answer, r)
	return answer.Code
}

// ask gets a path under a host name from a peer, past the network.
func (w *world) ask(path, host, peer string) int {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
	r.Host, r.RemoteAddr = host, peer
	answer := httptest.NewRecorder()
	w.portal.ServeHTTP(answer, r)
	return answer.Code
}
