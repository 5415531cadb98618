package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/session"
)

const fresh = "three green trees by a river"

// link asks for a reset and returns the mailed token.
func (w *world) link() string {
	w.site.Browser().Post("/forgot", url.Values{"email": {w.ines.Email}}).Want(http.StatusOK)
	letter := <-w.mails
	base, token, found := strings.Cut(letter.Link, "/reset?token=")
	if !found || base != w.site.URL.String() || letter.User.ID != w.ines.ID {
		w.t.Fatalf("the mail leads to %s", letter.Link)
	}
	return token
}

func choose(token, password, again string) url.Values {
	return url.Values{"token": {token}, "password": {password}, "again": {again}}
}

func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.site.Browser()
	old.Post("/signin", credentials(w.ines.Email, secret)).WantTo("/accounts")
	token := w.link()
	b := w.site.Browser()
	for range 3 { // a scanner, its preview, and then the person
		page := b.Get("/reset?token=" + token).Want(http.StatusOK)
		if got, _ := page.Find("input[name=token]").Attr("value"); got != token {
			t.Fatalf("the form holds %q", got)
		}
		b.Do(http.MethodHead, "/reset?token="+token, nil, nil).Want(http.StatusOK)
	}
	b.Post("/reset", choose(token, "short", "short")).Want(http.StatusUnprocessableEntity).WantText("#password-error", "At least 12 characters")
	b.Post("/reset", choose(token, "Nordwind2026", "Nordwind2026")).Want(http.StatusUnprocessableEntity).WantText("#password-error", "mostly your name")
	b.Post("/reset", choose(token, "HaldenIT-2026", "HaldenIT-2026")).Want(http.StatusUnprocessableEntity)
	b.Post("/reset", choose(token, fresh, fresh+" ")).Want(http.StatusUnprocessableEntity).WantText("#again-error", "not the same")
	old.Get(w.home()).Want(http.StatusOK)

	b.Post("/reset", choose(token, fresh, fresh)).WantTo("/signin?done=reset")
	if notice := <-w.mails; notice.Link != "" || notice.User.ID != w.ines.ID {
		t.Errorf("the notice is %+v", notice)
	}
	old.Get(w.home()).Want(http.StatusSeeOther)
	b.Get("/signin?done=reset").WantText("body", "Your password is changed")
	b.Post("/signin", credentials(w.ines.Email, secret)).Want(http.StatusUnprocessableEntity)
	b.Post("/signin", credentials(w.ines.Email, fresh)).WantTo("/accounts")

	b.Post("/reset", choose(token, fresh+"!", fresh+"!")).Want(http.StatusGone).WantText("h1", "This link has been used or has ended")
	b.Get("/reset?token="+token).Want(http.StatusGone).WantText("main", "Ask for a new link")
	w.site.Browser().Post("/signin", credentials(w.ines.Email, fresh)).WantTo("/accounts")
}

func TestALinkEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.link()
	w.pass(30*time.Minute - time.Second)
	w.site.Browser().Get("/reset?token=" + token).Want(http.StatusOK)
	w.pass(time.Second)
	w.site.Browser().Get("/reset?token=" + token).Want(http.StatusGone)
	w.site.Browser().Post("/reset", choose(token, fresh, fresh)).Want(http.StatusGone)
	for _, made := range []string{"", "x", session.NewToken()} {
		w.site.Browser().Get("/reset?token=" + made).Want(http.StatusGone)
	}
}

func TestForgotDoesNotTellWhoIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := func(email string) (string, http.Header) {
		a := w.site.Browser().Post("/forgot", url.Values{"email": {email}}).Want(http.StatusOK)
		return strings.ReplaceAll(withoutNonce(a), email, "ADDRESS"), a.Header
	}
	known, _ := ask(w.ines.Email)
	unknown, _ := ask("nobody@nordwind.example")
	if known != unknown {
		t.Errorf("the answers differ:\n%s\n%s", known, unknown)
	}
	if letter := <-w.mails; letter.User.ID != w.ines.ID {
		t.Errorf("mail to %v", letter.User)
	}
	for _, email := range []string{w.ines.Email, "nobody@nordwind.example"} {
		for range 2 {
			w.site.Browser().Post("/forgot", url.Values{"email": {email}}).Want(http.StatusOK)
		}
		blocked := w.site.Browser().Post("/forgot", url.Values{"email": {email}}).Want(http.StatusTooManyRequests)
		blocked.WantText("[role=alert]", "Please wait 15 min")
	}
	w.site.Browser().Post("/forgot", url.Values{"email": {"not an address"}}).Want(http.StatusUnprocessableEntity).WantText("[role=alert]", "not a mail address")
}
