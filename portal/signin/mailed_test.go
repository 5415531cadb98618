package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/portaltest"
	"portico/portal/session"
)

// askByMail asks for a mail and returns the browser that asked, and the mail.
func (w *world) askByMail(email, next string) (*portaltest.Browser, portaltest.Letter) {
	w.t.Helper()
	b := w.site.Browser()
	b.Post("/signin/mail", url.Values{"email": {email}, "next": {next}}).WantTo("/signin/code")
	return b, <-w.mails
}

// link is the path in a mail.
func link(m portaltest.Letter) string {
	return m.Link[strings.Index(m.Link, "/signin/"):]
}

func code(typed string) url.Values { return url.Values{"code": {typed}} }

func TestACodeSignsInTheBrowserThatAsked(t *testing.T) {
	t.Parallel()
	for name, typed := range map[string]func(string) string{
		"as it is written": func(c string) string { return c },
		"in one word":      func(c string) string { return strings.ReplaceAll(c, "-", "") },
		"with spaces":      func(c string) string { return " " + strings.ToLower(strings.ReplaceAll(c, "-", " ")) + " " },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			b, m := w.askByMail(" INES@nordwind.example", w.home()+"tickets")
			b.Get("/signin/code").Want(http.StatusOK).WantText("p", "ines@nordwind.example").WantNo("script:not([src])")
			b.Post("/signin/code", code(typed(m.Code))).WantTo(w.home() + "tickets")
			b.Get(w.home()).Want(http.StatusOK)
			b.Post("/signin/code", code(m.Code)).Want(http.StatusGone) // the browser has forgotten that it asked
			w.site.Browser().Get(link(m)).Want(http.StatusGone)        // and the link is spent, too
		})
	}
}

func TestALinkWaitsForItsButton(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, m := w.askByMail(w.ines.Email, "")
	for range 3 { // scanners, which follow what they are led to
		scanner := w.site.Browser()
		scanner.Get(link(m)).WantTo("/signin/link")
		scanner.Get("/signin/link").Want(http.StatusOK).WantText("h1", "Sign in here?")
		if scanner.Cookie(session.Cookie) != "" {
			t.Fatal("opening the link signed in")
		}
	}
	phone := w.site.Browser()
	phone.Get(link(m)).WantTo("/signin/link")
	page := phone.Get("/signin/link").Want(http.StatusOK).WantText("p", w.ines.Email).WantText("p", "Type the code from the mail there")
	if strings.Contains(page.Body, strings.Split(m.Link, "t=")[1]) {
		t.Error("the token stands in the page")
	}
	phone.Post("/signin/link", nil).WantTo("/accounts")
	phone.Get(w.home()).Want(http.StatusOK)

	late := w.site.Browser()
	late.Get(link(m)).Want(http.StatusGone).WantText("h1", "has been used")
	late.Post("/signin/link", nil).Want(http.StatusGone)
}

func TestTwoThatPressTheButtonAtOnceAreOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, m := w.askByMail(w.ines.Email, "")
	one, other := w.site.Browser(), w.site.Browser()
	for _, b := range []*portaltest.Browser{one, other} {
		b.Get(link(m)).WantTo("/signin/link")
	}
	one.Post("/signin/link", nil).WantTo("/accounts")
	other.Post("/signin/link", nil).Want(http.StatusGone)
	if n := w.people.Sessions(); n != 1 {
		t.Errorf("%d sessions", n)
	}
}

func TestACodeIsWorthNothingElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, m := w.askByMail(w.ines.Email, "")
	w.site.Browser().Post("/signin/code", code(m.Code)).Want(http.StatusGone)
	// Somebody who asked for themselves types the code of another.
	stranger := w.site.Browser()
	stranger.Post("/signin/mail", url.Values{"email": {"nobody@elsewhere.example"}}).WantTo("/signin/code")
	stranger.Post("/signin/code", code(m.Code)).Want(http.StatusUnprocessableEntity).WantText("[role=alert]", "not the code")
}

func TestAMailEnds(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(w *world){
		"with its time":          func(w *world) { w.pass(15 * time.Minute) },
		"with a newer one":       func(w *world) { w.askByMail(w.ines.Email, "") },
		"when its person leaves": func(w *world) { w.people.Disable(w.ines.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			b, m := w.askByMail(w.ines.Email, "")
			b.Get(link(m)).WantTo("/signin/link")
			happens(w)
			b.Post("/signin/code", code(m.Code)).Want(http.StatusUnprocessableEntity)
			b.Post("/signin/link", nil).Want(http.StatusGone)
			if b.Cookie(session.Cookie) != "" {
				t.Error("signed in")
			}
		})
	}
}

func TestAWrongCodeIsTriedAFewTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, m := w.askByMail(w.ines.Email, "")
	wrong := "AAAA-AAAA"
	for try := range 10 {
		want := http.StatusUnprocessableEntity
		if try >= 5 {
			want = http.StatusTooManyRequests
		}
		b.Post("/signin/code", code(wrong)).Want(want)
	}
	b.Post("/signin/code", code(m.Code)).Want(http.StatusTooManyRequests).WantText("[role=alert]", "ask for a new mail")
	// The person is not locked out: a new mail has tries of its own.
	b, m = w.askByMail(w.ines.Email, "")
	b.Post("/signin/code", code(m.Code)).WantTo("/accounts")
}

func TestNobodyLearnsWhoIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone := w.people.AddUser("Gone", "gone@nordwind.example", "", "")
	w.people.Disable(gone.ID)
	pages := map[string]string{}
	for _, email := range []string{w.ines.Email, gone.Email, "nobody@nordwind.example"} {
		b := w.site.Browser()
		first := b.Post("/signin/mail", url.Values{"email": {email}}).WantTo("/signin/code")
		page := b.Get("/signin/code").Want(http.StatusOK)
		tried := b.Post("/signin/code", code("AAAA-AAAA")).Want(http.StatusUnprocessableEntity)
		pages[email] = first.Body + strings.ReplaceAll(withoutNonce(page)+withoutNonce(tried), email, "ADDRESS")
	}
	if pages[gone.Email] != pages[w.ines.Email] || pages["nobody@nordwind.example"] != pages[w.ines.Email] {
		t.Error("the answers differ")
	}
	<-w.mails
	w.site.Close()
	if len(w.mails) != 0 {
		t.Errorf("a mail went to %s", (<-w.mails).User.Email)
	}
}

func TestMailsAreNotSentWithoutEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 5 {
		w.askByMail(w.ines.Email, "")
	}
	b := w.site.Browser()
	b.Post("/signin/mail", url.Values{"email": {w.ines.Email}}).Want(http.StatusTooManyRequests).WantText("[role=alert]", "Please wait")
	b.Post("/signin", credentials(w.ines.Email, secret)).WantTo("/accounts")
	b.Post("/signin/mail", url.Values{"email": {"no address"}}).Want(http.StatusUnprocessableEntity).WantText("[role=alert]", "whole mail address")
}
