package invitation_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/invitation"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

const token = "a token"

// world holds one invitation.
type world struct {
	i      access.Invitation
	codes  int
	answer *invitation.Answer
	joined string
	refuse error
}

func (w *world) Invited(_ context.Context, t [32]byte) (access.Invitation, error) {
	if t != session.Hash(token) {
		return access.Invitation{}, fault.New(fault.NotFound, "")
	}
	return w.i, nil
}

func (w *world) InvitedAs(_ context.Context, id access.InvitationID, email string) (access.Invitation, error) {
	if id != w.i.ID || email != w.i.Email {
		return access.Invitation{}, fault.New(fault.NotFound, "")
	}
	return w.i, nil
}

func (w *world) StartCode(context.Context, string, access.Invitation) error {
	w.codes++
	w.i.Coded = time.Now().Add(access.CodeLife)
	return w.refuse
}

func (w *world) Accept(_ context.Context, _ string, _ access.Invitation, a invitation.Answer) error {
	w.answer = &a
	return w.refuse
}

func (w *world) Join(_ context.Context, _ access.InvitationID, u access.User, _ action.Origin) error {
	w.joined = u.ID
	return w.refuse
}

func newWorld() (*world, *invitation.Pages) {
	w := &world{i: access.Invitation{ID: access.NewInvitationID(), Account: record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind", Launch: record.LaunchInvited},
		Email: "leo@nordwind.example", Name: "Leo <b>", Role: access.Finance, By: "Ines <i>", State: access.InvitationSent, Expires: time.Now().Add(time.Hour)}}
	frame := ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC}
	return w, invitation.New(invitation.Options{Invitations: w, Plain: frame.Plain, Passwords: invitation.Passwords{
		Check: func(plain string, _ ...string) error {
			if len(plain) < 12 {
				return fault.New(fault.Invalid, "short").Field("password", "At least 12.")
			}
			return nil
		},
		Hash: func(_ context.Context, plain string) (string, error) { return "hash of " + plain, nil }, MinLength: 12,
	}})
}

func (w *world) request(method, path string, form url.Values, with string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetPathValue("invitation", string(w.i.ID))
	if with != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-portico-invitation-" + string(w.i.ID), Value: with})
	}
	return r
}

func run(t *testing.T, p session.Open, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	a := httptest.NewRecorder()
	if err := p(a, r); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestOpeningALinkChangesNothing(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	a := run(t, p.Open, w.request("GET", "/invitation?t="+url.QueryEscape(token), nil, ""))
	cookie := a.Result().Cookies()
	if a.Header().Get("Location") != "/invitation/"+string(w.i.ID) || len(cookie) != 1 || !cookie[0].HttpOnly || !cookie[0].Secure || a.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%v %v", a.Header(), cookie)
	}
	a = run(t, p.Show, w.request("GET", "/", nil, token))
	htmlcheck.Read(t, a.Body.String()).Want("main form", 1).Want(`form[action$="/code"]`, 1).Want("main i, main b", 0)
	if strings.Contains(a.Body.String(), w.i.Email) || w.codes > 0 || w.answer != nil {
		t.Errorf("%d codes, %v", w.codes, w.answer)
	}
	for name, r := range map[string]*http.Request{
		"another token": w.request("GET", "/", nil, "guessed"), "no cookie": w.request("GET", "/", nil, ""), "a wrong link": w.request("GET", "/invitation?t=x", nil, ""),
	} {
		if a := run(t, p.Show, r); a.Code != http.StatusGone {
			t.Errorf("%s: %d", name, a.Code)
		}
	}
	if a := run(t, p.Open, w.request("GET", "/invitation?t=x", nil, "")); a.Code != http.StatusGone || len(a.Result().Cookies()) > 0 {
		t.Errorf("a wrong link: %d", a.Code)
	}
}

func TestWhoHasTheCodeComesIn(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	if a := run(t, p.Code, w.request("POST", "/", nil, token)); a.Code != http.StatusSeeOther || w.codes != 1 {
		t.Fatalf("%d, %d codes", a.Code, w.codes)
	}
	a := run(t, p.Show, w.request("GET", "/", nil, token))
	htmlcheck.Read(t, a.Body.String()).Want("input[name=code][autocomplete=one-time-code]", 1).Want("input[name=name][value='Leo <b>']", 1)
	good := url.Values{"code": {"bcdf ghjk"}, "name": {"Leo"}, "password": {"copper lantern"}, "again": {"copper lantern"}}
	for field, form := range map[string]url.Values{
		"password": {"code": {"x"}, "name": {"Leo"}, "password": {"short"}, "again": {"short"}},
		"again":    {"code": {"x"}, "name": {"Leo"}, "password": {"copper lantern"}, "again": {"copper"}},
		"name":     {"code": {"x"}, "password": {"copper lantern"}, "again": {"copper lantern"}},
	} {
		a := run(t, p.Accept, w.request("POST", "/", form, token))
		if a.Code != http.StatusUnprocessableEntity || w.answer != nil || strings.Contains(a.Body.String(), "copper") {
			t.Errorf("%s: %d %v", field, a.Code, w.answer)
		}
		htmlcheck.Read(t, a.Body.String()).Want("#"+field+"-error", 1)
	}
	w.refuse = fault.New(fault.Invalid, "no").Field("code", "This is not the code.")
	htmlcheck.Read(t, run(t, p.Accept, w.request("POST", "/", good, token)).Body.String()).Want("#code-error", 1)
	w.refuse = nil
	a = run(t, p.Accept, w.request("POST", "/", good, token))
	if a.Code != http.StatusSeeOther || w.answer.Password != "hash of copper lantern" || w.answer.Code != "bcdf ghjk" {
		t.Errorf("%d %+v", a.Code, w.answer)
	}
	w.i.State = access.InvitationAccepted
	htmlcheck.Read(t, run(t, p.Show, w.request("GET", "/", nil, token)).Body.String()).Want("main form", 0).Want(`a.btn-primary[href^="/signin?next="]`, 1)
}

func TestAnInvitationThatIsOverOffersNothing(t *testing.T) {
	t.Parallel()
	for _, state := range []access.InvitationState{access.InvitationExpired, access.InvitationWithdrawn, access.InvitationLapsed, access.InvitationPrepared} {
		w, p := newWorld()
		w.i.State, w.i.Coded = state, time.Now().Add(time.Minute)
		htmlcheck.Read(t, run(t, p.Show, w.request("GET", "/", nil, token)).Body.String()).Want("main form", 0)
	}
	w, p := newWorld()
	w.refuse = fault.New(fault.Limited, "Too many codes.")
	if a := run(t, p.Code, w.request("POST", "/", nil, token)); a.Code != http.StatusTooManyRequests || !strings.Contains(a.Body.String(), "Too many codes.") {
		t.Errorf("%d", a.Code)
	}
}

func TestWhoIsKnownSignsInToAccept(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	w.i.Known = true
	htmlcheck.Read(t, run(t, p.Show, w.request("GET", "/", nil, token)).Body.String()).
		Want("main form", 0).Want(`a[href="/signin?next=/invitation/`+string(w.i.ID)+`/join"]`, 1)
	join := func(f session.Personal, method, email string) *httptest.ResponseRecorder {
		a := httptest.NewRecorder()
		if err := f(a, w.request(method, "/", nil, ""), access.Session{User: access.User{ID: "u1", Email: email}}); err != nil && !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		return a
	}
	if a := join(p.JoinForm, "GET", "eve@nordwind.example"); a.Code != http.StatusForbidden || strings.Contains(a.Body.String(), "Ines") {
		t.Errorf("somebody else: %d %s", a.Code, a.Body)
	}
	if join(p.Join, "POST", "eve@nordwind.example"); w.joined != "" {
		t.Error("somebody else joined")
	}
	htmlcheck.Read(t, join(p.JoinForm, "GET", w.i.Email).Body.String()).Want("form[action$=join] button.btn-primary", 1)
	if a := join(p.Join, "POST", w.i.Email); w.joined != "u1" || a.Header().Get("Location") != "/a/"+w.i.Account.ID.String()+"/" {
		t.Errorf("%s, %v", w.joined, a.Header())
	}
}
