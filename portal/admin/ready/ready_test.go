package ready_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/ready"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// world is one practice.
type world struct {
	facts   ready.Facts
	records []ready.Record
	asked   int
	moved   string
	refuse  error
}

func (w *world) Facts(context.Context, access.Scope) (ready.Facts, error) { return w.facts, nil }

func (w *world) Records(context.Context, *ui.Chrome, string) []ready.Record {
	w.asked++
	return w.records
}

func (w *world) LaunchBy(_ context.Context, _ access.Scope, _ record.AccountID, seen, to record.Launch, _ action.Origin) error {
	w.moved = string(seen) + " → " + string(to)
	return w.refuse
}

// good is a practice where everything is done that can be told.
func good() ready.Facts {
	return ready.Facts{BaseURL: "https://portal.halden.example", Server: "smtp.halden.example", From: "portal@halden.example", Tested: true,
		Backup: now.Add(-time.Hour), Terms: true, Privacy: true, Readiness: access.Readiness{
			Streams: []access.StreamReadiness{{Connection: "Help desk", Stream: "tickets", Completed: now.Add(-time.Minute), FreshFor: time.Hour}},
			Accounts: []access.AccountReadiness{
				{AccountInfo: record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind <b>", Launch: record.LaunchInvited}, Companies: 1, Members: 2, Owners: 1, Came: 1},
				{AccountInfo: record.AccountInfo{ID: record.NewAccountID(), Name: "Elbtal", Launch: record.LaunchPreview}, Companies: 1, Prepared: 3},
				{AccountInfo: record.AccountInfo{ID: record.NewAccountID(), Name: "Ostsee", Launch: record.LaunchHidden}},
			}}}
}

func newWorld(f ready.Facts) (*world, *ready.Pages) {
	w := &world{facts: f}
	o := ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC, SignOut: "/signout", Now: func() time.Time { return now }}
	return w, ready.New(ready.Options{Practice: w, Frame: ui.NewFramer(o)})
}

func run(t *testing.T, p func(http.ResponseWriter, *http.Request, access.Scope) error, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a := httptest.NewRecorder()
	if err := p(a, r, grant.Staff(grant.User{ID: "a", Name: "Amara"}, access.Admin, nil)); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestOnlyWhatWasLookedAtIsDone(t *testing.T) {
	t.Parallel()
	_, p := newWorld(good())
	// What the DNS says, and DKIM, is not known by looking at the page.
	htmlcheck.Read(t, run(t, p.Show, "GET", "/admin/ready", nil).Body.String()).Want("tr[data-state=done]", 9).Want("tr[data-state=todo]", 0).Want("tr[data-state=unknown]", 2)
	// Of nothing, nothing is done but what has nothing to be done.
	_, p = newWorld(ready.Facts{})
	htmlcheck.Read(t, run(t, p.Show, "GET", "/admin/ready", nil).Body.String()).Want("tr[data-state=done]", 1).Want("tr[data-state=unknown]", 2)
}

func TestEachThingThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(f *ready.Facts)
		want   string
	}{
		"http":              {func(f *ready.Facts) { f.BaseURL = "http://portal.halden.example" }, "is not encrypted"},
		"this machine":      {func(f *ready.Facts) { f.BaseURL = "https://localhost:8080" }, "this machine or network only"},
		"an address":        {func(f *ready.Facts) { f.BaseURL = "https://192.0.2.7" }, "this machine or network only"},
		"no mail server":    {func(f *ready.Facts) { f.Server = "" }, "reach nobody"},
		"no test":           {func(f *ready.Facts) { f.Tested = false }, "No mail has left within a week"},
		"an old mail":       {func(f *ready.Facts) { f.Tested, f.Mailed = false, now.Add(-8*24*time.Hour) }, "No mail has left within a week"},
		"mails given up":    {func(f *ready.Facts) { f.GivenUp = 2 }, "2 mails were given up"},
		"no backup":         {func(f *ready.Facts) { f.Backup = time.Time{} }, "None was made on this machine"},
		"an old backup":     {func(f *ready.Facts) { f.Backup = now.Add(-8 * 24 * time.Hour) }, "run every day"},
		"a company":         {func(f *ready.Facts) { f.Unmatched = 1 }, "1 company of the sources belongs to no account"},
		"records":           {func(f *ready.Facts) { f.Waiting = 7 }, "7 records wait"},
		"no connection":     {func(f *ready.Facts) { f.Streams = nil }, "There is no connection yet"},
		"a stale stream":    {func(f *ready.Facts) { f.Streams[0].Completed = now.Add(-2 * time.Hour) }, "Not current: Help desk (tickets)"},
		"a held stream":     {func(f *ready.Facts) { f.Streams[0].Held = true }, "Not current: Help desk (tickets)"},
		"never pulled":      {func(f *ready.Facts) { f.Streams[0].Completed = time.Time{} }, "Not current: Help desk (tickets)"},
		"no privacy":        {func(f *ready.Facts) { f.Privacy = false }, "not named on the pages"},
		"a pilot who waits": {func(f *ready.Facts) { f.Accounts[0].Came = 0 }, "nobody of it was here yet"},
		"no pilot":          {func(f *ready.Facts) { f.Accounts = nil }, "Open one account"},
	} {
		f := good()
		c.change(&f)
		_, p := newWorld(f)
		a := run(t, p.Show, "GET", "/admin/ready", nil)
		if !strings.Contains(a.Body.String(), c.want) {
			t.Errorf("%s: it does not say %q", name, c.want)
		}
		if htmlcheck.Read(t, a.Body.String()); strings.Count(a.Body.String(), `data-state="todo"`) == 0 {
			t.Errorf("%s: nothing is to do", name)
		}
	}
}

func TestTheResolverIsAskedWhenSomebodyWantsIt(t *testing.T) {
	t.Parallel()
	w, p := newWorld(good())
	w.records = []ready.Record{{Name: "SPF", Text: "Published.", State: ready.Done}, {Name: "DMARC", Text: "None is published.", State: ready.ToDo}}
	if run(t, p.Show, "GET", "/admin/ready", nil); w.asked != 0 {
		t.Error("a look asked the resolver")
	}
	a := run(t, p.Records, "POST", "/admin/ready/records", nil)
	htmlcheck.Read(t, a.Body.String()).Want("tr[data-state=done]", 10).Want("tr[data-state=todo]", 1).Want("tr[data-state=unknown]", 1)
	w.records = nil
	if a := run(t, p.Records, "POST", "/admin/ready/records", nil); !strings.Contains(a.Body.String(), "none that the public DNS knows") {
		t.Error("it does not say that there is no domain")
	}
}

func TestAccountsAreOpenedStepByStep(t *testing.T) {
	t.Parallel()
	w, p := newWorld(good())
	a := run(t, p.Show, "GET", "/admin/ready", nil)
	htmlcheck.Read(t, a.Body.String()).Want("form[action='/admin/ready/launch']", 4).Want("#accounts td b", 0)
	for _, said := range []string{"Open, and mail 3 people", "Show to staff", "Close to its people", "a matched company and an owner, or an invitation"} {
		if !strings.Contains(a.Body.String(), said) {
			t.Errorf("it does not say %q", said)
		}
	}
	form := url.Values{"account": {w.facts.Accounts[1].ID.String()}, "seen": {"preview"}, "to": {"invited"}}
	if a := run(t, p.Launch, "POST", "/admin/ready/launch", form); a.Header().Get("Location") != "/admin/ready?done=invited#accounts" || w.moved != "preview → invited" {
		t.Errorf("%v %s", a.Header(), w.moved)
	}
	w.refuse = fault.New(fault.Conflict, "Somebody else moved this account meanwhile.")
	if a := run(t, p.Launch, "POST", "/admin/ready/launch", form); a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "Somebody else moved") {
		t.Errorf("%d", a.Code)
	}
	for i := range 200 {
		w.facts.Accounts = append(w.facts.Accounts, access.AccountReadiness{AccountInfo: record.AccountInfo{ID: record.NewAccountID(), Name: fmt.Sprint("Account ", i)}})
	}
	htmlcheck.Read(t, run(t, p.Show, "GET", "/admin/ready", nil).Body.String()).Want("#accounts tbody tr", 100).Want("input[name=q]", 1)
	htmlcheck.Read(t, run(t, p.Show, "GET", "/admin/ready?q=account+199", nil).Body.String()).Want("#accounts tbody tr", 1)
}
