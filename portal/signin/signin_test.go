package signin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/portal/portaltest"
	"portico/portal/session"
	"portico/portal/signin"
	"portico/sync/access"
	"portico/sync/record"
)

func TestSignInSetsOneGuardedCookie(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.site.Browser()
	b.Get("/signin?next="+w.home()).Want(http.StatusOK).WantText("h1", "Sign in to Halden IT").WantNo("script:not([src])").WantNo("[style]")
	form := credentials("  INES@nordwind.example ", secret)
	form.Set("next", w.home()+"tickets?turn=client")
	in := b.Post("/signin", form).WantTo(w.home() + "tickets?turn=client")
	for _, c := range in.Cookies {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie %+v", c)
		}
	}
	if got := b.Cookie(session.Cookie); len(got) != 43 {
		t.Errorf("the token is %d characters", len(got))
	}
	b.Get(w.home()).Want(http.StatusOK)
	b.Get("/").WantTo("/accounts")
	b.Get("/accounts").WantTo(w.home())
	b.Get("/signin?next=//evil.example").WantTo("/accounts")
}

func TestAPlantedCookieIsWorthNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	attacker, victim := w.site.Browser(), w.site.Browser()
	attacker.Post("/signin", credentials(w.ines.Email, secret)).WantTo("/accounts")
	known := attacker.Cookie(session.Cookie)
	victim.SetCookie(session.Cookie, known)
	victim.Post("/signin", credentials(w.ines.Email, secret)).WantTo("/accounts")
	if victim.Cookie(session.Cookie) == known {
		t.Error("the token was kept at sign-in")
	}
	attacker.Get(w.home()).WantTo("/signin?next=" + strings.ReplaceAll(w.home(), "/", "%2F"))
	made := strings.Repeat("A", 43)
	victim.SetCookie(session.Cookie, made)
	victim.Post("/signin", credentials(w.ines.Email, secret)).WantTo("/accounts")
	if victim.Cookie(session.Cookie) == made {
		t.Error("a made-up token was taken over")
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		staff      access.Role
		idle, most time.Duration
	}{"member": {"", time.Hour, 24 * time.Hour}, "staff": {access.Manager, 30 * time.Minute, 12 * time.Hour}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			u := w.people.AddUser("Someone", "someone@halden.example", c.staff, portaltest.CheapHash(secret))
			w.people.Join(u.ID, w.account, access.Owner)
			b := w.site.Browser()
			in := func() { b.Post("/signin", credentials(u.Email, secret)).WantTo("/accounts") }
			in()
			w.pass(c.idle - time.Second)
			b.Get(w.home()).Want(http.StatusOK)
			w.pass(c.idle)
			b.Get(w.home()).Want(http.StatusSeeOther)
			in()
			for spent := time.Duration(0); spent < c.most-10*time.Minute; spent += 10 * time.Minute {
				b.Get(w.home()).Want(http.StatusOK)
				w.pass(10 * time.Minute)
			}
			b.Get(w.home()).Want(http.StatusOK)
			w.pass(10 * time.Minute)
			b.Get(w.home()).Want(http.StatusSeeOther)
			if n := w.people.Sessions(); n != 0 {
				t.Errorf("%d sessions are left", n)
			}
		})
	}
}

func TestSignOutForgetsAllButDrafts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.site.Browser()
	b.Post("/signin", credentials(w.ines.Email, secret)).WantTo("/accounts")
	token := b.Cookie(session.Cookie)
	out := b.Post("/signout", nil).WantTo("/signin?done=out")
	if got := out.Header.Get("Clear-Site-Data"); got != `"cache", "cookies"` {
		t.Errorf("Clear-Site-Data: %s", got)
	}
	b.SetCookie(session.Cookie, token)
	b.Get(w.home()).Want(http.StatusSeeOther)
	b.Post("/signout", nil).WantTo("/signin?done=out")
	b.Get("/signin?done=out").WantText("body", "You are signed out.")
}

func TestRefusalsAreTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	off := w.people.AddUser("Off", "off@nordwind.example", "", portaltest.CheapHash(secret))
	w.people.Disable(off.ID)
	answers := map[string]string{}
	for _, email := range []string{w.ines.Email, "nobody@nordwind.example", off.Email} {
		password := "wrong"
		if email == off.Email {
			password = secret
		}
		a := w.site.Browser().Post("/signin", credentials(email, password)).Want(http.StatusUnprocessableEntity)
		answers[strings.ReplaceAll(withoutNonce(a), email, "ADDRESS")] = email
	}
	if len(answers) != 1 {
		t.Errorf("answers differ: %v", answers)
	}
}

// withoutNonce removes what differs between any two pages.
func withoutNonce(a *portaltest.Answer) string {
	nonce, _ := a.Find("script[nonce]").Attr("nonce")
	return strings.ReplaceAll(a.Body, nonce, "")
}

func TestChoosingAnAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second := w.people.AddAccount("Ostsee <b>Handel</b>", record.LaunchInvited)
	hidden := w.people.AddAccount("Hidden", record.LaunchPreview)
	w.people.Join(w.ines.ID, second, access.Finance)
	w.people.Join(w.ines.ID, hidden, access.Owner)
	b := w.site.As(w.people, w.ines, w.now())
	page := b.Get("/accounts").Want(http.StatusOK).WantText("main", "Nordwind Logistik").WantText("main", "Ostsee <b>Handel</b>")
	if n := page.Find("main a[href^='/a/']").Length(); n != 2 {
		t.Errorf("%d accounts to choose from", n)
	}
	none := w.people.AddUser("New", "new@nordwind.example", "", "")
	w.site.As(w.people, none, w.now()).Get("/accounts").Want(http.StatusOK).WantText("h1", "No account is open to you yet")
	boss := w.people.AddUser("Boss", "boss@halden.example", access.Manager, "")
	w.site.As(w.people, boss, w.now()).Get("/accounts").WantTo("/staff/queue")
	w.site.Browser().Get("/accounts").WantTo("/signin?next=%2Faccounts")
}

func TestTheDemoDoor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.site.Browser().Get("/demo").Want(http.StatusNotFound)
	w.site.Browser().Post("/demo", nil).Want(http.StatusNotFound)

	d := newWorld(t, signin.DemoPerson{Token: "t1", Email: "ines@nordwind.example", Name: "Ines Albrecht", About: "Owner of Nordwind"})
	b := d.site.Browser()
	b.Get("/demo").Want(http.StatusOK).WantText("main", "Continue as Ines Albrecht")
	b.Get("/demo?token=t1").Want(http.StatusOK)
	if d.people.Sessions() != 0 {
		t.Error("a GET signed somebody in")
	}
	b.Post("/demo", map[string][]string{"token": {"t0"}}).Want(http.StatusForbidden)
	b.Post("/demo", map[string][]string{"token": {"t1"}}).WantTo("/accounts")
	b.Get(d.home()).Want(http.StatusOK)
	for _, elsewhere := range []string{"evil.example", "portal.example:8080", "127.0.0.1.evil.example"} {
		if code := d.ask("/demo", elsewhere, "127.0.0.1:4711"); code != http.StatusNotFound {
			t.Errorf("by the name %s: %d", elsewhere, code)
		}
	}
	if code := d.ask("/demo", "127.0.0.1:8080", "203.0.113.9:4711"); code != http.StatusNotFound {
		t.Errorf("from another machine: %d", code)
	}
	for _, here := range []string{"127.0.0.1:8080", "localhost:8080", "[::1]:8080"} {
		if code := d.ask("/demo", here, "127.0.0.1:4711"); code != http.StatusOK {
			t.Errorf("by the name %s: %d", here, code)
		}
	}
}
