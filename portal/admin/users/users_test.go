package users_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/users"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// world is a directory; what it is asked for is kept.
type world struct {
	rows     []access.PersonRow
	more     bool
	asked    access.PeopleQuery
	one      access.Person
	accounts []record.AccountInfo
	guests   []access.Invitation
	did      []string
	why      access.NotInvited
	refuse   error
	stale    error // of a sign-in that is too old
}

func (w *world) People(_ context.Context, _ access.Scope, q access.PeopleQuery) ([]access.PersonRow, bool, error) {
	w.asked = q
	return w.rows, w.more, nil
}

func (w *world) Person(_ context.Context, _ access.Scope, user string) (access.Person, error) {
	if user != w.one.ID {
		return access.Person{}, fault.New(fault.NotFound, "")
	}
	return w.one, nil
}

func (w *world) AllAccounts(context.Context) ([]record.AccountInfo, error) { return w.accounts, nil }

func (w *world) note(what string) error {
	w.did = append(w.did, what)
	return w.refuse
}

func (w *world) ChangeStaff(_ context.Context, _ access.Scope, user string, role access.Role, _ action.Origin) error {
	return w.note(user + " staff " + string(role))
}

func (w *world) SwitchUser(_ context.Context, _ access.Scope, user string, disabled bool, _ action.Origin) error {
	if disabled {
		return w.note(user + " off")
	}
	return w.note(user + " on")
}

func (w *world) AssignAccount(_ context.Context, _ access.Scope, user string, _ record.AccountID, yes bool, _ action.Origin) error {
	if yes {
		return w.note(user + " assigned")
	}
	return w.note(user + " unassigned")
}

func (w *world) AddColleague(_ context.Context, _ access.Scope, _ record.AccountID, user string, role access.Role, _ action.Origin) error {
	return w.note(user + " joined " + string(role))
}

func (w *world) SendLink(_ context.Context, _ access.Scope, user string, _ action.Origin) error {
	return w.note(user + " link")
}

func (w *world) InvitationsTo(context.Context, access.Scope, record.AccountID) ([]access.Invitation, error) {
	return w.guests, nil
}

func (w *world) Invite(_ context.Context, _ access.Scope, account record.AccountID, who []access.Invitee, _ string, _ action.Origin) ([]access.Invited, error) {
	if !account.IsZero() {
		return nil, fault.New(fault.Internal, "")
	}
	return []access.Invited{{Invitee: who[0], Done: w.why == "", Why: w.why}}, w.note("invited " + who[0].Email + " " + string(who[0].Role))
}

func (w *world) InviteAgain(context.Context, access.Scope, record.AccountID, access.InvitationID, action.Origin) error {
	return w.note("again")
}

func (w *world) WithdrawInvitation(context.Context, access.Scope, record.AccountID, access.InvitationID, action.Origin) error {
	return w.note("withdrawn")
}

func newWorld() (*world, *users.Pages) {
	w := &world{one: access.Person{User: access.User{ID: "u2", Name: "Leo <b>", Email: "leo@halden.example"}}}
	for _, name := range []string{"Elbtal", "Nordwind"} {
		w.accounts = append(w.accounts, record.AccountInfo{ID: record.NewAccountID(), Name: name, Launch: record.LaunchInvited})
	}
	o := ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC, SignOut: "/signout"}
	return w, users.New(users.Options{Directory: w, Changes: w, Invitations: w, Preset: grant.Preset, Fresh: func(context.Context) error { return w.stale }, Frame: ui.NewFramer(o)})
}

type page func(http.ResponseWriter, *http.Request, access.Scope) error

func run(t *testing.T, p page, method, path string, form url.Values, values ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(values); i += 2 {
		r.SetPathValue(values[i], values[i+1])
	}
	a := httptest.NewRecorder()
	if err := p(a, r, grant.Staff(grant.User{ID: "u1", Name: "Amara"}, access.Admin, nil)); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestUsersAreListedFoundAndPaged(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	w.rows, w.more = []access.PersonRow{{User: access.User{ID: "u2", Name: "Leo <b>", Email: "leo@halden.example", Staff: access.Agent}}, {User: access.User{ID: "u3", Email: "mia@x.example", Disabled: true}, Accounts: 40, Account: "Elbtal"}}, true
	w.guests = []access.Invitation{{ID: access.NewInvitationID(), Email: "kim@halden.example", Role: access.Admin, State: access.InvitationSent}}
	a := run(t, p.List, "GET", "/admin/users?q=leo&page=2&state=staff", nil)
	if w.asked.Search != "leo" || w.asked.Offset != 100 || w.asked.State != "staff" {
		t.Errorf("%+v", w.asked)
	}
	htmlcheck.Read(t, a.Body.String()).Want(`a[rel=next][href="/admin/users?page=3&q=leo&state=staff"]`, 1).Want(`a[href="/admin/users/u2"]`, 1).Want("#invitations", 0).Want("main td b", 0)
	a = run(t, p.List, "GET", "/admin/users", nil)
	htmlcheck.Read(t, a.Body.String()).Want("#invitations", 1).Want(`form[action$="/withdraw"]`, 1)
	if !strings.Contains(a.Body.String(), "40 accounts") {
		t.Error("the number of accounts is missing")
	}
	if err := p.List(httptest.NewRecorder(), httptest.NewRequest("GET", "/admin/users?state=all", nil), access.Scope{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown state: %v", err)
	}
}

func TestEveryChangeOfAUser(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	w.one.Staff = access.Agent
	account := url.Values{"account": {w.accounts[0].ID.String()}, "role": {"finance"}}
	for _, c := range []struct {
		page page
		form url.Values
		did  string
		done string
	}{
		{p.Staff, url.Values{"role": {"manager"}}, "u2 staff manager", "staff"}, {p.Staff, url.Values{"role": {""}}, "u2 staff ", "staff"},
		{p.Off, nil, "u2 off", "off"}, {p.On, nil, "u2 on", "on"}, {p.Link, nil, "u2 link", "link"},
		{p.Join, account, "u2 joined finance", "joined"}, {p.Assign, account, "u2 assigned", "assigned"}, {p.Unassign, account, "u2 unassigned", "unassigned"},
	} {
		w.did, w.refuse = nil, nil
		a := run(t, c.page, "POST", "/", c.form, "user", "u2")
		if a.Header().Get("Location") != "/admin/users/u2?done="+c.done || !slices.Equal(w.did, []string{c.did}) {
			t.Errorf("%s: %d %s %v", c.did, a.Code, a.Header().Get("Location"), w.did)
		}
		w.refuse = fault.New(fault.Conflict, "This is the last administrator.")
		if a := run(t, c.page, "POST", "/", c.form, "user", "u2"); a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "the last administrator") {
			t.Errorf("%s refused: %d", c.did, a.Code)
		}
	}
	w.did = nil
	if a := run(t, p.Join, "POST", "/", url.Values{"account": {"x"}, "role": {"finance"}}, "user", "u2"); a.Code != http.StatusUnprocessableEntity || len(w.did) > 0 {
		t.Errorf("no account: %d %v", a.Code, w.did)
	}
}

func TestAPageSaysWhatARoleGrants(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	w.one.Memberships = []access.Membership{{Account: w.accounts[0], Role: access.Contributor}}
	a := run(t, p.One, "GET", "/", nil, "user", "u2")
	htmlcheck.Read(t, a.Body.String()).Want("#staff", 0).Want("#assigned", 0).Want("select[name=account] option", 2).
		Want(`a[href="/a/`+w.accounts[0].ID.String()+`/people/members/u2"]`, 1)
	if !strings.Contains(a.Body.String(), "their own requests") {
		t.Error("nothing says what a contributor sees")
	}
	w.one.Memberships, w.one.Staff, w.one.Assigned = nil, access.Agent, w.accounts[:1]
	a = run(t, p.One, "GET", "/", nil, "user", "u2")
	htmlcheck.Read(t, a.Body.String()).Want("#assigned", 1).Want(`form[action$="/unassign"]`, 1).Want("#places", 0).Want("input[name=role][value=agent][checked]", 1)
	w.one.Staff, w.one.ID = access.Admin, "u1"
	a = run(t, p.One, "GET", "/", nil, "user", "u1")
	htmlcheck.Read(t, a.Body.String()).Want("#assigned", 0)
	if !strings.Contains(a.Body.String(), "That is you") || !strings.Contains(a.Body.String(), "decide everything about this portal") {
		t.Error("an administrator does not read what switching off means")
	}
	a = run(t, p.Off, "POST", "/", nil, "user", "u1")
	if a.Header().Get("Location") != "/" {
		t.Errorf("who is switched off is led to %s", a.Header().Get("Location"))
	}
}

func TestStaffAreInvited(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	htmlcheck.Read(t, run(t, p.InviteForm, "GET", "/admin/users/invite", nil).Body.String()).Want("input[name=role]", 4)
	good := url.Values{"email": {"kim@halden.example"}, "role": {"agent"}, "key": {"k"}}
	if a := run(t, p.Invite, "POST", "/admin/users/invite", good); a.Header().Get("Location") != "/admin/users?done=invited" || !slices.Equal(w.did, []string{"invited kim@halden.example agent"}) {
		t.Errorf("%d %v", a.Code, w.did)
	}
	w.why = access.IsMember
	if a := run(t, p.Invite, "POST", "/admin/users/invite", good); a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "client’s user") {
		t.Errorf("%d", a.Code)
	}
	if a := run(t, p.Invite, "POST", "/admin/users/invite", url.Values{"email": {"kim"}}); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.Code)
	}
	id := string(access.NewInvitationID())
	a, b := run(t, p.Again, "POST", "/", nil, "invitation", id), run(t, p.Withdraw, "POST", "/", nil, "invitation", id)
	if a.Header().Get("Location") != "/admin/users?done=again" || b.Header().Get("Location") != "/admin/users?done=withdrawn" {
		t.Errorf("%v %v", a.Header(), b.Header())
	}
}

func TestStaffAreMadeByWhoHasJustSignedIn(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	w.stale = fault.New(fault.Forbidden, "Confirm that it is you.")
	for name, h := range map[string]page{"role": p.Staff, "form": p.InviteForm, "invite": p.Invite} {
		r := httptest.NewRequest("POST", "/", strings.NewReader("role=admin&email=eve@x.example&key=k"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetPathValue("user", "u2")
		if err := h(httptest.NewRecorder(), r, grant.Staff(grant.User{ID: "u1"}, access.Admin, nil)); !fault.Is(err, fault.Forbidden) || len(w.did) > 0 {
			t.Errorf("%s: %v %v", name, err, w.did)
		}
	}
}
