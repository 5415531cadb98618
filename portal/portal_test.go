package portal_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/portal"
	"portico/portal/portaltest"
	"portico/portal/setup"
	"portico/portal/signin"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

// world is a portal whose pages say who reads what.
type world struct {
	site   *portaltest.Site
	people *portaltest.People
	portal *portal.Portal
}

// echo answers with the scope that it was given.
func echo(name string) func(http.ResponseWriter, *http.Request, access.Scope) error {
	return func(w http.ResponseWriter, r *http.Request, s access.Scope) error {
		switch r.URL.Query().Get("do") {
		case "panic":
			panic("the secret of the panic")
		case "fail":
			return fault.Wrap(fault.Internal, "read rows", io.ErrClosedPipe)
		case "miss":
			return fault.New(fault.NotFound, "This page does not exist.")
		case "limited":
			return fault.New(fault.Limited, "Slower, please.").After(90 * time.Second)
		case "half":
			fmt.Fprint(w, strings.Repeat("half a page ", 1000))
			return fault.New(fault.Unavailable, "gone")
		}
		_, err := fmt.Fprintf(w, "%s account=%s user=%s role=%s staff=%v", name, s.Account(), s.Name(), s.Role(), s.IsStaff())
		return err
	}
}

// pages fills every page with an echo of its own name, in families too.
func pages() portal.Pages {
	var p portal.Pages
	portaltest.Fill(&p, echo)
	p.Events = func(w http.ResponseWriter, r *http.Request, s access.Scope, _ func(context.Context) (access.Scope, error)) error {
		return echo("Events")(w, r, s)
	}
	return p
}

func newWorld(t *testing.T, change func(*portal.Options)) *world {
	t.Helper()
	w := &world{people: portaltest.NewPeople()}
	w.site = portaltest.Serve(t, func(base *url.URL) http.Handler {
		o := portal.Options{
			Sessions: w.people, People: w.people, Users: w.people, Resets: w.people, Mailed: w.people, Own: w.people, Second: portaltest.Second(w.people), Attempts: w.people,
			Mailer: make(portaltest.Mailbox, 10), BaseURL: base, Pages: pages(),
			Frame: ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Locale: portal.Locale},
			Log:   slog.New(slog.DiscardHandler),
		}
		if change != nil {
			change(&o)
		}
		p, err := portal.New(o)
		if err != nil {
			t.Fatal(err)
		}
		w.portal = p
		return p
	})
	return w
}

// setUp is a first run that is over.
type setUp struct{ setup.Runs }

func (setUp) Unset(context.Context) (bool, error) { return false, nil }

func TestRoutesAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *portal.Options) {
		o.Demo = []signin.DemoPerson{{Token: "x", Email: "a@b.example"}}
		o.Hooks = http.NotFoundHandler()
		o.Setup = &setup.Options{Runs: setUp{}}
		o.API = programs(t)
	})
	var b strings.Builder
	for _, r := range w.portal.Routes() {
		if r.Policy == "" {
			t.Errorf("%s %s has no policy", r.Method, r.Path)
		}
		fmt.Fprintf(&b, "%-4s  %-50s  %s\n", r.Method, r.Path, r.Policy)
	}
	const golden = "testdata/routes.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the doors changed; look at each, then run the test with -update:\n%s", b.String())
	}
}

func TestEveryPageIsNeeded(t *testing.T) {
	t.Parallel()
	people := portaltest.NewPeople()
	for i := range reflect.TypeFor[portal.Pages]().NumField() {
		p := pages()
		f := reflect.ValueOf(&p).Elem().Field(i)
		f.SetZero()
		_, err := portal.New(portal.Options{
			Sessions: people, People: people, Users: people, Resets: people, Mailed: people, Own: people, Second: portaltest.Second(people), Attempts: people, Mailer: make(portaltest.Mailbox, 1),
			BaseURL: &url.URL{Scheme: "https", Host: "portal.example"}, Pages: p,
		})
		if err == nil || !strings.Contains(err.Error(), "has no handler") {
			t.Errorf("without %s: %v", reflect.TypeFor[portal.Pages]().Field(i).Name, err)
		}
	}
}

// fill puts an account into a path and made-up ids into its other variables.
func fill(path, account string) string {
	path = strings.Replace(path, "{account}", account, 1)
	path = strings.Replace(path, "{version}", "1", 1)
	path = strings.Replace(path, "{file:.+}", "nothing.js", 1)
	path = firstOf.ReplaceAllString(path, "$1") // {form:decide|withdraw}
	return variable.ReplaceAllStringFunc(path, func(string) string { return record.NewID().String() })
}

var (
	firstOf  = regexp.MustCompile(`\{\w+:(\w+)[^}]*\}`)
	variable = regexp.MustCompile(`\{\w+\}`)
)

// TestWhoMayOpenWhichDoor tries every door as everybody.
func TestWhoMayOpenWhichDoor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	now := time.Now()
	own := w.people.AddAccount("Nordwind", record.LaunchInvited)
	foreign := w.people.AddAccount("Ostsee", record.LaunchInvited)
	hidden := w.people.AddAccount("Hidden", record.LaunchHidden)
	preview := w.people.AddAccount("Preview", record.LaunchPreview)
	member := func(role access.Role) *portaltest.Browser {
		u := w.people.AddUser(string(role), string(role)+"@nordwind.example", "", "")
		for _, a := range []record.AccountID{own, hidden, preview} {
			w.people.Join(u.ID, a, role)
		}
		return w.site.As(w.people, u, now)
	}
	employee := func(role access.Role, accounts ...record.AccountID) *portaltest.Browser {
		u := w.people.AddUser(string(role), string(role)+"@halden.example", role, "")
		for _, a := range accounts {
			w.people.Assign(u.ID, a)
		}
		return w.site.As(w.people, u, now)
	}
	readers := []struct {
		name  string
		b     *portaltest.Browser
		reach map[record.AccountID]bool
		see   bool // tickets and assets; approvals all of them may
		act   bool
		staff bool
		admin bool
	}{
		{"nobody", w.site.Browser(), nil, false, false, false, false},
		{"owner", member(access.Owner), map[record.AccountID]bool{own: true}, true, true, false, false},
		{"contributor", member(access.Contributor), map[record.AccountID]bool{own: true}, true, true, false, false},
		{"finance", member(access.Finance), map[record.AccountID]bool{own: true}, false, false, false, false},
		{"manager", employee(access.Manager), map[record.AccountID]bool{own: true, foreign: true, preview: true}, true, false, true, false},
		{"administrator", employee(access.Admin), map[record.AccountID]bool{own: true, foreign: true, preview: true, hidden: true}, true, false, true, true},
		{"agent", employee(access.Agent, own, hidden), map[record.AccountID]bool{own: true}, true, false, true, false},
	}
	for _, reader := range readers {
		for _, route := range w.portal.Routes() {
			if !strings.Contains(route.Path, "{account}") && route.Policy != "staff" && route.Policy != "administrator" && route.Policy != "signed in" {
				continue
			}
			if route.Policy == "signed in" && reader.name != "nobody" {
				continue // these pages are the reader's own, and do as they say
			}
			for _, account := range []record.AccountID{own, foreign, hidden, preview, record.NewAccountID()} {
				see, act := reader.see, reader.act
				if about := record.Kind(route.Policy[strings.LastIndex(route.Policy, " ")+1:]); kindsOfMoneyAndWork[about] && reader.name != "nobody" && !reader.staff {
					preset := grant.Preset(access.Role(reader.name))
					see, act = slices.Contains(preset.See, about), slices.Contains(preset.Act, about)
				}
				want := expected(route, reader.name == "nobody", reader.reach[account], see, act, reader.staff, reader.admin)
				if route.Policy == "invites into account" && want == http.StatusOK && reader.name != "owner" && !reader.admin {
					want = http.StatusForbidden
				}
				got := reader.b.Do(route.Method, fill(route.Path, account.String()), nil, nil)
				if got.Status != want {
					t.Errorf("%s: %s: %d, want %d", reader.name, got.Asked, got.Status, want)
				}
			}
		}
	}
}

// kindsOfMoneyAndWork are seen by other roles than requests are.
var kindsOfMoneyAndWork = map[record.Kind]bool{record.KindInvoice: true, record.KindPayment: true, record.KindQuote: true, record.KindContract: true,
	record.KindProject: true, record.KindDocument: true, record.KindEvent: true, record.KindTimeEntry: true}

func expected(route portal.Route, nobody, reached, see, act, staff, admin bool) int {
	missing := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}
	switch {
	case nobody:
		return http.StatusSeeOther
	case route.Policy == "signed in":
		return http.StatusOK
	case route.Policy == "staff":
		return missing[staff]
	case route.Policy == "administrator" && staff && !admin:
		return http.StatusForbidden
	case route.Policy == "administrator":
		return missing[admin]
	case route.Policy == "account", route.Policy == "invites into account", !reached:
		return missing[reached]
	case route.Policy == "staff in account":
		return missing[staff]
	case route.Policy == "sees approval", route.Policy == "acts on approval" && !staff:
		return http.StatusOK
	case strings.HasPrefix(route.Policy, "sees"), !see:
		return missing[see]
	case act:
		return http.StatusOK
	default:
		return http.StatusForbidden
	}
}

// TestTheNavigationOfAdministratorsLeadsToDoors keeps a page from being listed
// before it is there, or for somebody who may not open it.
func TestTheNavigationOfAdministratorsLeadsToDoors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	doors := map[string]string{}
	for _, route := range w.portal.Routes() {
		if route.Method == http.MethodGet {
			doors[route.Path] = route.Policy
		}
	}
	frame := func(role access.Role) *ui.Chrome {
		c, err := ui.NewFramer(ui.FrameOptions{})(httptest.NewRequest(http.MethodGet, "/admin/mail", nil), grant.Staff(grant.User{ID: "u"}, role, nil))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	listed := frame(access.Admin).Admin
	for _, item := range listed {
		if doors[item.Href] != "administrator" {
			t.Errorf("%s leads to %s, whose policy is %q", item.Label, item.Href, doors[item.Href])
		}
		if item.Current != (item.Href == "/admin/mail") {
			t.Errorf("%s: current is %v", item.Label, item.Current)
		}
	}
	if len(listed) == 0 || len(frame(access.Manager).Admin) > 0 {
		t.Error("administrators find nothing, or others do")
	}
}

func TestForeignMissingAndMalformedAreTheSameBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	own, foreign := w.people.AddAccount("Nordwind", record.LaunchInvited), w.people.AddAccount("Ostsee", record.LaunchInvited)
	u := w.people.AddUser("Ines", "ines@nordwind.example", "", "")
	w.people.Join(u.ID, own, access.Owner)
	b := w.site.As(w.people, u, time.Now())
	first := b.Get("/a/" + foreign.String() + "/tickets").Want(http.StatusNotFound)
	if strings.Contains(first.Header.Get("Content-Security-Policy"), "nonce") || strings.Contains(first.Body, "nonce") {
		t.Error("an error page has a nonce")
	}
	for _, path := range []string{
		"/a/" + record.NewAccountID().String() + "/tickets", "/a/nonsense/tickets", "/a/00000000-0000-0000-0000-000000000000/tickets",
		"/a/" + strings.ToUpper(foreign.String()) + "/", "/a/urn:uuid:" + own.String() + "/", "/a/" + foreign.String() + "/assets/" + record.NewID().String(),
		"/nothing/here", "/staff", "/a/%00/", "/a/" + own.String() + "/tickets/x/y/z",
	} {
		got := b.Get(path).Want(http.StatusNotFound)
		if got.Body != first.Body {
			t.Errorf("%s differs:\n%s\n%s", path, got.Body, first.Body)
		}
		for name := range got.Header {
			if name != "X-Request-Id" && name != "Date" && got.Header.Get(name) != first.Header.Get(name) {
				t.Errorf("%s: header %s is %q, not %q", path, name, got.Header.Get(name), first.Header.Get(name))
			}
		}
	}
}

func TestARightEndsWithTheNextClick(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.people.AddAccount("Nordwind", record.LaunchInvited)
	u := w.people.AddUser("Ines", "ines@nordwind.example", "", "")
	w.people.Join(u.ID, a, access.Owner)
	b := w.site.As(w.people, u, time.Now())
	home := "/a/" + a.String() + "/"
	if got := b.Get(home).Want(http.StatusOK).Body; !strings.Contains(got, "Home account="+a.String()+" user=Ines role=owner staff=false") {
		t.Errorf("got %s", got)
	}
	w.people.Join(u.ID, a, "")
	b.Get(home).Want(http.StatusNotFound)
	w.people.Join(u.ID, a, access.Owner)
	b.Get(home).Want(http.StatusOK)
	w.people.Disable(u.ID)
	b.Get(home).Want(http.StatusSeeOther)
	if n := w.people.Sessions(); n != 0 {
		t.Errorf("%d sessions of somebody who is switched off", n)
	}
}
