package settings_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/settings"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
)

var now = time.Date(2026, 11, 21, 9, 6, 0, 0, time.UTC)

// mailing is what is kept, in memory.
type mailing struct {
	state    settings.MailState
	versions map[int]settings.Mail
	saved    []settings.MailChange
	tried    []settings.MailChange
	err      error // of the next call
}

func (m *mailing) Mail(context.Context) (settings.MailState, error) { return m.state, nil }

func (m *mailing) MailAt(_ context.Context, version int) (settings.Mail, error) {
	return m.versions[version], nil
}

func (m *mailing) SaveMail(_ context.Context, _ access.Scope, c settings.MailChange) error {
	if c.Seen != m.state.Version {
		return fault.New(fault.Conflict, "Somebody else was first.")
	}
	m.saved = append(m.saved, c)
	return m.err
}

func (m *mailing) TryMail(_ context.Context, _ access.Scope, c settings.MailChange) error {
	m.tried = append(m.tried, c)
	return m.err
}

func (m *mailing) SealPassword(_ access.Scope, c settings.MailChange) string {
	if c.Typed != "" {
		return "sealed-" + c.Mail.Host
	}
	return c.Sealed
}

// world is the pages over what a test puts in place.
type world struct {
	t    *testing.T
	mail *mailing
	look *appearing

	entries *entries
	texts   *texts

	txt   map[string][]string
	asked []string
	pages *settings.Pages
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, mail: &mailing{versions: map[int]settings.Mail{}}, look: &appearing{}, entries: &entries{}, texts: &texts{}, txt: map[string][]string{}}
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC, Now: func() time.Time { return now }})
	answers := make(chan struct{}, 1)
	lookup := func(_ context.Context, name string) ([]string, error) {
		answers <- struct{}{}
		defer func() { <-answers }()
		w.asked = append(w.asked, name)
		if texts, ok := w.txt[name]; ok {
			return texts, nil
		}
		return nil, &net.DNSError{Name: name, IsNotFound: w.txt["offline"] == nil}
	}
	w.pages = settings.New(settings.Options{Mail: w.mail, Branding: w.look, Entry: w.entries, Legal: w.texts, LookupTXT: lookup, Frame: frame})
	return w
}

type handler = func(http.ResponseWriter, *http.Request, access.Scope) error

func (w *world) do(h handler, r *http.Request) (*httptest.ResponseRecorder, error) {
	w.t.Helper()
	rec := httptest.NewRecorder()
	s := grant.Staff(grant.User{ID: "a", Name: "Amara Osei", Email: "amara@halden.example"}, access.Admin, nil)
	return rec, h(rec, r, s)
}

func (w *world) get(h handler, path string) htmlcheck.Page {
	w.t.Helper()
	rec, err := w.do(h, httptest.NewRequest(http.MethodGet, path, nil))
	if err != nil {
		w.t.Fatal(err)
	}
	return htmlcheck.Read(w.t, rec.Body.String())
}

// post sends a form and wants a status; the page is read unless it leads elsewhere.
func (w *world) post(h handler, status int, form url.Values) htmlcheck.Page {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec, err := w.do(h, r)
	if err != nil {
		w.t.Fatal(err)
	}
	if rec.Code != status {
		w.t.Fatalf("status %d, want %d\n%.2000s", rec.Code, status, rec.Body)
	}
	if status == http.StatusSeeOther {
		return htmlcheck.Page{}
	}
	if strings.Contains(rec.Body.String(), "hunter2") {
		w.t.Fatal("the password came back")
	}
	return htmlcheck.Read(w.t, rec.Body.String())
}
