package signin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/portaltest"
	"portico/portal/session"
	"portico/sync/record"
)

// in returns a browser in which Ines has signed in with her password.
func (w *world) in(agent string) *portaltest.Browser {
	w.t.Helper()
	b := w.site.Browser()
	b.Header.Set("User-Agent", agent)
	b.Post("/signin", credentials(w.ines.Email, secret)).WantTo("/accounts")
	return b
}

const (
	firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
	iphone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.in(iphone)
	w.pass(time.Minute)
	odd := w.in("curl/8")
	w.pass(time.Minute)
	desk := w.in(firefox)
	page := desk.Get("/me").Want(http.StatusOK).WantText("h1", "Your profile").WantNo("script:not([src])").WantNo("[style]")
	page.WantText("#sessions li:nth-child(1)", "Firefox on Windows").WantText("#sessions li:nth-child(1)", "This browser")
	page.WantText("#sessions li:nth-child(2)", "does not say what it is").WantText("#sessions li:nth-child(3)", "Safari on iPhone")
	id, _ := page.Find("#sessions li:nth-child(3) input[name=session]").Attr("value")
	desk.Post("/me/sessions/end", url.Values{"session": {id}}).WantTo("/me?done=ended#sessions")
	desk.Post("/me/sessions/end", url.Values{"session": {id}}).WantTo("/me?done=ended#sessions") // the button pressed twice
	phone.Get("/me").Want(http.StatusSeeOther)
	odd.Get("/me").Want(http.StatusOK)
	desk.Post("/me/sessions/others", nil).WantTo("/me?done=others#sessions")
	odd.Get("/me").Want(http.StatusSeeOther)
	desk.Get("/me?done=others").Want(http.StatusOK).WantText(".po-toast", "Every other session has ended.")
	if n := w.people.Sessions(); n != 1 {
		t.Errorf("%d sessions are left", n)
	}
}

func TestNobodyEndsTheSessionOfAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	marek := w.people.AddUser("Marek", "marek@nordwind.example", "", portaltest.CheapHash(secret))
	his := w.site.Browser()
	his.Post("/signin", credentials(marek.Email, secret)).WantTo("/accounts")
	id, _ := his.Get("/me").Find("#sessions").Attr("id")
	list, err := w.people.SessionsOf(t.Context(), marek.ID)
	if err != nil || len(list) != 1 || id == "" {
		t.Fatal(list, err)
	}
	hers := w.in(firefox)
	hers.Post("/me/sessions/end", url.Values{"session": {list[0].ID}}).WantTo("/me?done=ended#sessions")
	hers.Post("/me/sessions/others", nil).Want(http.StatusSeeOther)
	his.Get("/me").Want(http.StatusOK)
}

func TestAProfileIsSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.in(firefox)
	b.Post("/me", url.Values{"name": {"Ines <b>Vogt</b>"}, "zone": {"Asia/Tokyo"}}).WantTo("/me?done=profile")
	page := b.Get("/me?done=profile").Want(http.StatusOK).WantText(".po-toast", "Saved.").WantNo("main b b")
	if v, _ := page.Find("#name").Attr("value"); v != "Ines <b>Vogt</b>" {
		t.Errorf("name %q", v)
	}
	for _, zone := range []string{"Mars/Olympus", "../etc/passwd", "Local", strings.Repeat("x", 100)} {
		bad := b.Post("/me", url.Values{"name": {"I"}, "zone": {zone}}).Want(http.StatusUnprocessableEntity).WantText("#zone-error", "")
		if v, _ := bad.Find("#zone").Attr("value"); v != zone {
			t.Errorf("what was typed is lost: %q", v)
		}
	}
	b.Post("/me", url.Values{"name": {""}}).Want(http.StatusUnprocessableEntity)
}

const another = "granite window with herons"

func change(old, password string) url.Values {
	return url.Values{"old": {old}, "password": {password}, "again": {password}}
}

func TestAPasswordIsChangedWithTheOldOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone, b := w.in(iphone), w.in(firefox)
	b.Get("/me/password").Want(http.StatusOK).WantText("h1", "Change your password")
	b.Post("/me/password", change("not the old one", another)).Want(http.StatusUnprocessableEntity).WantText("#old-error", "not your present password")
	b.Post("/me/password", change(secret, "short")).Want(http.StatusUnprocessableEntity).WantText("#password-error", "12")
	b.Post("/me/password", url.Values{"old": {secret}, "password": {another}, "again": {"x"}}).Want(http.StatusUnprocessableEntity).WantText("#again-error", "not the same")
	before := b.Cookie(session.Cookie)
	b.Post("/me/password", change(secret, another)).WantTo("/me?done=password")
	if m := <-w.mails; m.User.ID != w.ines.ID {
		t.Error("nobody was told")
	}
	phone.Get("/me").Want(http.StatusSeeOther)
	b.Get("/me").Want(http.StatusOK)
	if b.Cookie(session.Cookie) == before {
		t.Error("the session kept its token")
	}
}

func TestThePresentPasswordIsNotGuessedHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.in(firefox)
	for range 5 {
		b.Post("/me/password", change("wrong", another)).Want(http.StatusUnprocessableEntity)
	}
	b.Post("/me/password", change(secret, another)).Want(http.StatusTooManyRequests)
	b.Post("/confirm", url.Values{"password": {secret}}).Want(http.StatusTooManyRequests)
}

func TestWhatIsDangerousAsksForAFreshSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.in(firefox)
	w.pass(16 * time.Minute)
	b.Get("/me").Want(http.StatusOK)
	b.Get("/me/password").WantTo("/confirm?next=%2Fme%2Fpassword")
	b.Post("/me/password", change(secret, another)).Want(http.StatusSeeOther)
	page := b.Get("/confirm?next=%2Fme%2Fpassword").Want(http.StatusOK).WantText("p", w.ines.Email)
	if next, _ := page.Find("input[name=next]").Attr("value"); next != "/me/password" {
		t.Errorf("leads to %q", next)
	}
	b.Post("/confirm", url.Values{"password": {"wrong"}, "next": {"/me/password"}}).Want(http.StatusUnprocessableEntity)
	before := b.Cookie(session.Cookie)
	b.Post("/confirm", url.Values{"password": {secret}, "next": {"/me/password"}}).WantTo("/me/password")
	if b.Cookie(session.Cookie) == before || w.people.Sessions() != 1 {
		t.Errorf("the token was kept, or the old session with it: %d sessions", w.people.Sessions())
	}
	b.Get("/me/password").Want(http.StatusOK)
	b.Post("/confirm", url.Values{"password": {secret}, "next": {"https://evil.example/"}}).WantTo("/me")
}

func TestWhoHasNoPasswordConfirmsByMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	marek := w.people.AddUser("Marek", "marek@nordwind.example", "", "")
	b, m := w.askByMail(marek.Email, "")
	b.Post("/signin/code", code(m.Code)).WantTo("/accounts")
	w.pass(16 * time.Minute)
	b.Get("/me/password").WantTo("/confirm?next=%2Fme%2Fpassword")
	b.Get("/confirm?next=%2Fme%2Fpassword").Want(http.StatusOK).WantNo("input[type=password]").WantText("button", "Mail me a link and a code")
	b.Post("/signin/mail", url.Values{"email": {marek.Email}, "next": {"/me/password"}}).WantTo("/signin/code")
	b.Post("/signin/code", code((<-w.mails).Code)).WantTo("/me/password")
	b.Get("/me/password").Want(http.StatusOK).WantNo("#old")
	b.Post("/me/password", change("", another)).WantTo("/me?done=password")
	b.Get("/me").Want(http.StatusOK)
}

func TestFortyAccountsAreSearched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.in(firefox)
	b.Get("/accounts").WantTo(w.home())
	for n := range 39 {
		w.people.Join(w.ines.ID, w.people.AddAccount(fmt.Sprintf("Client %02d", n), record.LaunchInvited), "finance")
	}
	w.people.Join(w.ines.ID, w.people.AddAccount("Hidden", record.LaunchHidden), "finance")
	page := b.Get("/accounts").Want(http.StatusOK)
	if n := page.Find(".po-places li").Length(); n != 40 || page.Find("input[type=search]").Length() != 1 {
		t.Errorf("%d accounts", n)
	}
	if n := b.Get("/accounts?q=client+1").Find(".po-places li").Length(); n != 10 {
		t.Errorf("%d are found", n)
	}
	b.Get("/accounts?q=nowhere").Want(http.StatusOK).WantText("[data-none]", "No account")
	part := b.Get("/accounts/switch?at="+w.account.String()).Want(http.StatusOK).WantNo("h1").WantText("[aria-current]", "Nordwind Logistik")
	if n := part.Find(".po-places li").Length(); n != 40 {
		t.Errorf("%d in the menu", n)
	}
}
