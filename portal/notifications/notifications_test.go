package notifications_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/notifications"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
)

// world keeps what one person has chosen in one account.
type world struct {
	account record.AccountID
	choice  notice.Choice
	of      string // whose choice was set by a token
}

func (w *world) MailChoice(context.Context, access.Scope, record.AccountID) (notice.Choice, error) {
	return w.choice, nil
}

func (w *world) ChooseMail(_ context.Context, s access.Scope, a record.AccountID, c notice.Choice) error {
	if c != notice.Everything && c != notice.Nothing {
		return fault.New(fault.Invalid, "Choose one of the three.").Field("choice", "Choose one of the three.")
	}
	w.choice = c
	if s.IsStaff() {
		return access.See(s, a, record.KindTicket)
	}
	return access.Act(s, a, record.KindTicket)
}

func (w *world) AccountInfo(_ context.Context, id record.AccountID) (record.AccountInfo, error) {
	if id != w.account {
		return record.AccountInfo{}, fault.New(fault.NotFound, "")
	}
	return record.AccountInfo{ID: id, Name: "Nordwind <b>"}, nil
}

func (w *world) Standing(ctx context.Context, _ access.Scope, id record.AccountID, _ int) (record.Standing, error) {
	info, err := w.AccountInfo(ctx, id)
	return record.Standing{Account: info}, err
}

func (w *world) MailChoiceOf(context.Context, string, record.AccountID) (notice.Choice, error) {
	return w.choice, nil
}

func (w *world) ChooseMailOf(_ context.Context, user string, _ record.AccountID, c notice.Choice) error {
	w.of, w.choice = user, c
	return nil
}

var key = []byte(strings.Repeat("k", 32))

func newWorld() (*world, *notifications.Pages) {
	w := &world{account: record.NewAccountID(), choice: notice.NeedsMe}
	o := ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: w, Zone: time.UTC, SignOut: "/signout"}
	return w, notifications.New(notifications.Options{Choices: w, Holders: w, Key: key, Frame: ui.NewFramer(o), Plain: o.Plain})
}

func (w *world) ask(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (w *world) member() access.Scope {
	return grant.Member(grant.User{ID: "u1", Name: "Ines"}, w.account, access.Owner)
}

func TestAMemberChooses(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	path := "/a/" + w.account.String() + "/notifications"
	a := httptest.NewRecorder()
	must(t, p.Show(a, w.ask("GET", path, ""), w.member()))
	page := htmlcheck.Read(t, a.Body.String())
	page.Want("input[type=radio]", 3).Want("input[type=radio][value=needs-me][checked]", 1).Want(`form[method=post][action="`+path+`"]`, 1).Want(`a[href="`+path+`"]`, 2)
	a = httptest.NewRecorder()
	must(t, p.Choose(a, w.ask("POST", path, "choice=everything"), w.member()))
	if a.Code != http.StatusSeeOther || a.Header().Get("Location") != path+"?done=1" || w.choice != notice.Everything {
		t.Errorf("%d %v, chosen %s", a.Code, a.Header(), w.choice)
	}
	for _, bad := range []string{"", "choice=loud", "choice=" + strings.Repeat("x", 99)} {
		a = httptest.NewRecorder()
		must(t, p.Choose(a, w.ask("POST", path, bad), w.member()))
		htmlcheck.Read(t, a.Body.String()).Want("[role=alert]", 1)
		if a.Code != http.StatusUnprocessableEntity || w.choice != notice.Everything {
			t.Errorf("%q: %d, chosen %s", bad, a.Code, w.choice)
		}
	}
}

func TestStaffChooseWhetherTheyHearOfAnswers(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	s := grant.StaffIn(grant.User{ID: "s", Name: "Marek"}, access.Agent, w.account)
	for was, shown := range map[notice.Choice]string{notice.Everything: "needs-me", notice.NeedsMe: "needs-me", notice.Nothing: "nothing"} {
		w.choice = was
		a := httptest.NewRecorder()
		must(t, p.Show(a, w.ask("GET", "/a/x/notifications", ""), s))
		htmlcheck.Read(t, a.Body.String()).Want("input[type=radio]", 2).Want("input[type=radio][value="+shown+"][checked]", 1).WantText("main", "about what you asked Nordwind <b>")
	}
	a := httptest.NewRecorder()
	must(t, p.Choose(a, w.ask("POST", "/a/x/notifications", "choice=nothing"), s))
	if a.Code != http.StatusSeeOther || w.choice != notice.Nothing {
		t.Errorf("%d, chosen %s", a.Code, w.choice)
	}
}

func TestWhoMayOnlyLookChoosesNothing(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	s := grant.Look(grant.StaffIn(grant.User{ID: "s", Name: "Marek"}, access.Agent, w.account), grant.User{ID: "u1"}, access.Owner)
	a := httptest.NewRecorder()
	must(t, p.Show(a, w.ask("GET", "/a/x/notifications", ""), s))
	htmlcheck.Read(t, a.Body.String()).Want("input[type=radio]", 0).WantText("main", "Members of the account choose here")
}

func TestOpeningALinkChangesNothingAndAMailProgramMayPost(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	token := notice.Token(key, "u7", w.account)
	ask := func(method, body string) *http.Request {
		r := w.ask(method, "/unsubscribe/"+token, body)
		r.SetPathValue("token", token)
		return r
	}
	a := httptest.NewRecorder()
	must(t, p.Unsubscribe(a, ask("GET", "")))
	htmlcheck.Read(t, a.Body.String()).Want(`form[method=post][action="/unsubscribe/`+token+`"] button`, 1).WantText("main", "Nordwind <b>")
	if w.choice != notice.NeedsMe {
		t.Error("opening the link changed something")
	}
	for range 2 { // once or twice is the same
		a = httptest.NewRecorder()
		must(t, p.Stop(a, ask("POST", url.Values{"List-Unsubscribe": {"One-Click"}}.Encode())))
		if a.Code != http.StatusOK || w.choice != notice.Nothing || w.of != "u7" {
			t.Errorf("%d, %s chose %s", a.Code, w.of, w.choice)
		}
	}
	a = httptest.NewRecorder()
	must(t, p.Unsubscribe(a, ask("GET", "")))
	htmlcheck.Read(t, a.Body.String()).Want("form", 0).WantText("[role=status]", "Nordwind <b>")
}

func TestATokenOfSomethingElseOpensNothing(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	for name, token := range map[string]string{"": "", "another key": notice.Token([]byte("x"), "u7", w.account), "no such account": notice.Token(key, "u7", record.NewAccountID())} {
		r := w.ask("POST", "/unsubscribe/x", "")
		r.SetPathValue("token", token)
		if err := p.Stop(httptest.NewRecorder(), r); !fault.Is(err, fault.NotFound) || w.choice != notice.NeedsMe {
			t.Errorf("%s: %v", name, err)
		}
		if err := p.Unsubscribe(httptest.NewRecorder(), r); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
