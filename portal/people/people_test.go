package people_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/portal/people"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// world is one account, whose rules are the store's; what it is asked for is kept.
type world struct {
	account  record.AccountInfo
	in       []access.Colleague
	invited  []access.Invitation
	contacts []access.Contact
	asked    []access.Invitee
	key      string
	why      access.NotInvited
	refuse   error
	did      []string
}

func (w *world) Standing(context.Context, access.Scope, record.AccountID, int) (record.Standing, error) {
	return record.Standing{Account: w.account}, nil
}

func (w *world) Colleagues(_ context.Context, s access.Scope, a record.AccountID) ([]access.Colleague, error) {
	return w.in, access.Invite(s, a)
}

func (w *world) Contacts(_ context.Context, s access.Scope, a record.AccountID) ([]access.Contact, error) {
	return w.contacts, access.Invite(s, a)
}

func (w *world) Owners(context.Context, access.Scope, record.AccountID) ([]string, error) {
	return []string{"Ines <b>"}, nil
}

func (w *world) ChangeColleague(_ context.Context, _ access.Scope, _ record.AccountID, user string, role access.Role, _ action.Origin) error {
	w.did = append(w.did, user+" is "+string(role))
	return w.refuse
}

func (w *world) RemoveColleague(_ context.Context, _ access.Scope, _ record.AccountID, user string, _ action.Origin) error {
	w.did = append(w.did, user+" is out")
	return w.refuse
}

func (w *world) InvitationsTo(context.Context, access.Scope, record.AccountID) ([]access.Invitation, error) {
	return w.invited, nil
}

func (w *world) Invite(_ context.Context, _ access.Scope, _ record.AccountID, who []access.Invitee, key string, _ action.Origin) ([]access.Invited, error) {
	w.asked, w.key = who, key
	var out []access.Invited
	for _, i := range who {
		out = append(out, access.Invited{Invitee: i, Done: w.why == "", Why: w.why})
	}
	return out, w.refuse
}

func (w *world) InviteAgain(_ context.Context, _ access.Scope, _ record.AccountID, id access.InvitationID, _ action.Origin) error {
	w.did = append(w.did, "again "+string(id))
	return w.refuse
}

func (w *world) WithdrawInvitation(_ context.Context, _ access.Scope, _ record.AccountID, id access.InvitationID, _ action.Origin) error {
	w.did = append(w.did, "withdraw "+string(id))
	return w.refuse
}

func newWorld() (*world, *people.Pages) {
	w := &world{account: record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind <b>", Launch: record.LaunchInvited}}
	w.in = []access.Colleague{
		{User: access.User{ID: "u1", Name: "Ines", Email: "ines@nordwind.example"}, Role: access.Owner, Seen: time.Now()},
		{User: access.User{ID: "u2", Name: "Leo <b>", Email: "leo@nordwind.example"}, Role: access.Finance, Off: []string{"Help desk"}},
	}
	o := ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: w, Zone: time.UTC, SignOut: "/signout"}
	return w, people.New(people.Options{Members: w, Invitations: w, Preset: grant.Preset, Frame: ui.NewFramer(o)})
}

func (w *world) as(role access.Role) access.Scope {
	return grant.Member(grant.User{ID: "u1", Name: "Ines"}, w.account.ID, role)
}

func (w *world) base() string { return "/a/" + w.account.ID.String() + "/people" }

func request(method, path string, form url.Values, values ...string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(values); i += 2 {
		r.SetPathValue(values[i], values[i+1])
	}
	return r
}

type page func(http.ResponseWriter, *http.Request, access.Scope) error

func run(t *testing.T, p page, r *http.Request, s access.Scope) *httptest.ResponseRecorder {
	t.Helper()
	a := httptest.NewRecorder()
	if err := p(a, r, s); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAnOwnerSeesWhoIsIn(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	w.invited = []access.Invitation{
		{ID: access.NewInvitationID(), Email: "mia@nordwind.example", Role: access.Approver, State: access.InvitationExpired},
		{ID: access.NewInvitationID(), Email: "kim@nordwind.example", Role: access.Approver, State: access.InvitationWaiting},
		{ID: access.NewInvitationID(), Email: "in@nordwind.example", Role: access.Approver, State: access.InvitationAccepted},
	}
	at := htmlcheck.Read(t, run(t, p.List, request("GET", w.base(), nil), w.as(access.Owner)).Body.String())
	at.Want(`a[href="`+w.base()+`/members/u2"]`, 2).Want("[data-part=off]", 1).Want(`a.btn-primary[href="`+w.base()+`/invite"]`, 1)
	at.Want(`form[action$="/again"]`, 1).Want(`form[action$="/withdraw"]`, 1)
	a := run(t, p.List, request("GET", w.base(), nil), w.as(access.Finance))
	htmlcheck.Read(t, a.Body.String()).Want("form[action*=people]", 0).Want(".po-people li", 1).Want("table", 0)
}

func TestOnePersonIsInvited(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	s := w.as(access.Owner)
	a := run(t, p.InviteForm, request("GET", w.base()+"/invite", nil), s)
	htmlcheck.Read(t, a.Body.String()).Want("input[type=radio][name=role]", 5).Want("input[name=key][value]", 1)
	good := url.Values{"email": {"Leo@nordwind.example"}, "name": {"Leo"}, "role": {"finance"}, "key": {"k"}}
	a = run(t, p.Invite, request("POST", w.base()+"/invite", good), s)
	if a.Code != http.StatusSeeOther || a.Header().Get("Location") != w.base()+"?done=invited" || len(w.asked) != 1 || w.key != "k" {
		t.Errorf("%d %s %v", a.Code, a.Header().Get("Location"), w.asked)
	}
	w.why = access.IsMember
	a = run(t, p.Invite, request("POST", w.base()+"/invite", good), s)
	if a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "has access already") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	w.asked = nil
	a = run(t, p.Invite, request("POST", w.base()+"/invite", url.Values{"email": {"nobody"}, "key": {"k"}}), s)
	if a.Code != http.StatusUnprocessableEntity || w.asked != nil {
		t.Errorf("%d %v", a.Code, w.asked)
	}
	htmlcheck.Read(t, a.Body.String()).Want("#email-error", 1).Want("#role-error", 1).Want(`input[name=key][value=k]`, 1)
}

func TestAPreparedInvitationSaysSo(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	w.account.Launch = record.LaunchHidden
	s := grant.StaffIn(grant.User{ID: "a"}, access.Admin, w.account.ID)
	a := run(t, p.Invite, request("POST", w.base()+"/invite", url.Values{"email": {"leo@nordwind.example"}, "role": {"finance"}, "key": {"k"}}), s)
	if to := a.Header().Get("Location"); to != w.base()+"?done=prepared" {
		t.Errorf("leads to %s", to)
	}
}

func TestLeavingIsConfirmed(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	s := w.as(access.Owner)
	w.in = append(w.in, access.Colleague{User: access.User{ID: "u3", Name: "Oda"}, Role: access.Owner})
	me := func(form url.Values) *http.Request {
		return request("POST", w.base()+"/members/u1/remove", form, "user", "u1")
	}
	if a := run(t, p.Remove, me(nil), s); a.Code != http.StatusUnprocessableEntity || len(w.did) > 0 {
		t.Errorf("%d %v", a.Code, w.did)
	}
	if a := run(t, p.Remove, me(url.Values{"confirm": {"1"}}), s); a.Header().Get("Location") != "/accounts" || !slices.Equal(w.did, []string{"u1 is out"}) {
		t.Errorf("%d %v", a.Code, w.did)
	}
	a := run(t, p.ChangeRole, request("POST", w.base()+"/members/u1/role", url.Values{"role": {"finance"}}, "user", "u1"), s)
	if to := a.Header().Get("Location"); to != "/a/"+w.account.ID.String()+"/" {
		t.Errorf("who is no owner any more is led to %s", to)
	}
}

func TestTheLastOwnerReadsWhatToDo(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	w.in[1].Role, w.in[1].Disabled = access.Owner, true // who cannot sign in does not count
	look := func(s access.Scope) htmlcheck.Page {
		return htmlcheck.Read(t, run(t, p.Member, request("GET", w.base()+"/members/u1", nil, "user", "u1"), s).Body.String())
	}
	look(w.as(access.Owner)).Want("main form", 0).Want(".po-note", 1)
	look(grant.StaffIn(grant.User{ID: "a"}, access.Admin, w.account.ID)).Want("main form", 2)
	w.refuse = fault.New(fault.Conflict, "The account needs an owner.")
	a := run(t, p.ChangeRole, request("POST", w.base()+"/members/u1/role", url.Values{"role": {"finance"}}, "user", "u1"), w.as(access.Owner))
	if a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "needs an owner") {
		t.Errorf("%d", a.Code)
	}
	if err := p.Member(httptest.NewRecorder(), request("GET", w.base()+"/members/u9", nil, "user", "u9"), w.as(access.Owner)); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger: %v", err)
	}
}

func TestAnInvitationIsSentAgainOrTakenBack(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	s, id := w.as(access.Owner), string(access.NewInvitationID())
	a := run(t, p.Again, request("POST", w.base()+"/invitations/"+id+"/again", nil, "invitation", id), s)
	b := run(t, p.Withdraw, request("POST", w.base()+"/invitations/"+id+"/withdraw", nil, "invitation", id), s)
	if a.Header().Get("Location") != w.base()+"?done=again" || b.Header().Get("Location") != w.base()+"?done=withdrawn" || !slices.Equal(w.did, []string{"again " + id, "withdraw " + id}) {
		t.Errorf("%v", w.did)
	}
	w.refuse = fault.New(fault.Conflict, "This invitation is over.")
	if a := run(t, p.Withdraw, request("POST", w.base(), nil, "invitation", id), s); a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "is over") {
		t.Errorf("%d", a.Code)
	}
	if err := p.Again(httptest.NewRecorder(), request("POST", w.base(), nil, "invitation", "x"), s); !fault.Is(err, fault.NotFound) {
		t.Errorf("malformed: %v", err)
	}
}
