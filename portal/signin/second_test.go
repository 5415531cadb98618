package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"portico/portal/portaltest"
	"portico/portal/session"
	"portico/portal/signin/totp"
	"portico/sync/access"
)

// authenticator is a telephone with the secret.
type authenticator struct {
	w      *world
	secret string
	codes  []string // for recovery
}

// shows is the code that it shows, so many steps from now.
func (a authenticator) shows(steps int64) string {
	a.w.t.Helper()
	code, err := totp.Code(a.secret, totp.StepOf(a.w.now())+steps)
	if err != nil {
		a.w.t.Fatal(err)
	}
	return code
}

// enrol sets up the second step in a browser that is signed in.
func (w *world) enrol(b *portaltest.Browser, next string) authenticator {
	w.t.Helper()
	page := b.Get("/me/second-step/new?next=" + url.QueryEscape(next)).Want(http.StatusOK).WantNo("script:not([src])").WantNo("[style]")
	key := page.Text(".po-key")
	a := authenticator{w: w, secret: strings.ReplaceAll(key, " ", "")}
	if page.Find(".po-codes li").Length() != 10 || page.Find("svg.po-qr path").Length() != 1 {
		w.t.Fatalf("codes %s", page.Text(".po-codes"))
	}
	page.Find(".po-codes li").Each(func(_ int, s *goquery.Selection) { a.codes = append(a.codes, s.Text()) })
	sealed, _ := page.Find("input[name=sealed]").Attr("value")
	kept, _ := page.Find("input[name=next]").Attr("value")
	b.Post("/me/second-step/new", url.Values{"sealed": {sealed}, "code": {"000000"}}).Want(http.StatusUnprocessableEntity).WantText("[role=alert]", "clock of your phone")
	want := next
	if next == "" {
		want = "/me/second-step?done=on"
	}
	b.Post("/me/second-step/new", url.Values{"sealed": {sealed}, "code": {a.shows(0)}, "next": {kept}}).WantTo(want)
	if m := <-w.mails; m.Step != "on" {
		w.t.Errorf("told %+v", m)
	}
	return a
}

// half is a browser in which Ines has taken the first step.
func (w *world) half() *portaltest.Browser {
	w.t.Helper()
	b := w.site.Browser()
	b.Post("/signin", credentials(w.ines.Email, secret)).WantTo("/signin/second")
	return b
}

func TestASecondStepIsAskedForOnEveryWayIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	elsewhere := w.in(iphone)
	a := w.enrol(w.in(firefox), "")
	elsewhere.Get("/me").Want(http.StatusSeeOther) // other sessions ended
	b := w.half()
	if b.Cookie(session.Cookie) != "" {
		t.Fatal("the first step alone made a session")
	}
	b.Get(w.home()).Want(http.StatusSeeOther)
	b.Get("/signin/second").Want(http.StatusOK).WantText("p", w.ines.Email)
	w.pass(time.Minute)
	b.Post("/signin/second", code(a.shows(0))).WantTo("/accounts")
	b.Get(w.home()).Want(http.StatusOK)

	byMail, m := w.askByMail(w.ines.Email, w.home())
	byMail.Post("/signin/code", code(m.Code)).WantTo("/signin/second")
	w.pass(time.Minute)
	byMail.Post("/signin/second", code(a.shows(0))).WantTo(w.home())

	byLink, m := w.askByMail(w.ines.Email, "")
	byLink.Get(link(m)).WantTo("/signin/link")
	byLink.Post("/signin/link", nil).WantTo("/signin/second")
}

func TestACodeOfAnAuthenticatorIsTakenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.enrol(w.in(firefox), "")
	w.half().Post("/signin/second", code(a.shows(0))).Want(http.StatusUnprocessableEntity) // it proved the enrolment
	w.pass(time.Minute)
	shown := a.shows(0)
	w.half().Post("/signin/second", code(shown)).WantTo("/accounts")
	w.half().Post("/signin/second", code(shown)).Want(http.StatusUnprocessableEntity).WantText("[role=alert]", "used already")
	w.half().Post("/signin/second", code(a.shows(-1))).Want(http.StatusUnprocessableEntity) // an older one, read over a shoulder
	w.half().Post("/signin/second", code(a.shows(2))).Want(http.StatusUnprocessableEntity)  // a clock that is a minute fast
	w.half().Post("/signin/second", code(a.shows(1))).WantTo("/accounts")                   // half a minute is borne
}

func TestARecoveryCodeIsTakenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	desk := w.in(firefox)
	a := w.enrol(desk, "")
	w.half().Post("/signin/second", code(strings.ToLower(a.codes[3]))).WantTo("/accounts")
	w.half().Post("/signin/second", code(a.codes[3])).Want(http.StatusUnprocessableEntity)
	desk.Get("/me/second-step").Want(http.StatusOK).WantText("main", "9 are left")
	page := desk.Get("/me/second-step/codes").Want(http.StatusOK)
	sealed, _ := page.Find("input[name=sealed]").Attr("value")
	fresh := page.Find(".po-codes li").First().Text()
	w.half().Post("/signin/second", code(a.codes[4])).WantTo("/accounts") // shown is not yet used
	desk.Post("/me/second-step/codes", url.Values{"sealed": {sealed}}).WantTo("/me/second-step?done=codes")
	w.half().Post("/signin/second", code(a.codes[5])).Want(http.StatusUnprocessableEntity)
	w.half().Post("/signin/second", code(fresh)).WantTo("/accounts")
}

func TestCodesAreNotGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.enrol(w.in(firefox), "")
	w.pass(time.Minute)
	for range 5 {
		w.half().Post("/signin/second", code("123456")).Want(http.StatusUnprocessableEntity)
	}
	w.half().Post("/signin/second", code(a.shows(0))).Want(http.StatusTooManyRequests)
	w.pass(2 * time.Minute)
	w.half().Post("/signin/second", code(a.shows(0))).WantTo("/accounts")
}

func TestAFirstStepEnds(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(w *world, b *portaltest.Browser){
		"with its time":          func(w *world, _ *portaltest.Browser) { w.pass(11 * time.Minute) },
		"when the person leaves": func(w *world, _ *portaltest.Browser) { w.people.Disable(w.ines.ID) },
		"with a new password": func(w *world, _ *portaltest.Browser) {
			_ = w.people.SetPassword(t.Context(), w.ines.ID, "new")
		},
		"when it was altered": func(_ *world, b *portaltest.Browser) {
			b.SetCookie("__Host-portico-second", strings.Replace(b.Cookie("__Host-portico-second"), "e", "f", 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := w.enrol(w.in(firefox), "")
			w.pass(time.Minute)
			b := w.half()
			happens(w, b)
			b.Get("/signin/second").WantTo("/signin")
			b.Post("/signin/second", code(a.shows(0))).WantTo("/signin")
			if b.Cookie(session.Cookie) != "" {
				t.Error("signed in")
			}
		})
	}
}

func TestAnOfferIsItsReaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	marek := w.people.AddUser("Marek", "marek@nordwind.example", "", portaltest.CheapHash(secret))
	his := w.site.Browser()
	his.Post("/signin", credentials(marek.Email, secret)).WantTo("/accounts")
	page := his.Get("/me/second-step/new").Want(http.StatusOK)
	sealed, _ := page.Find("input[name=sealed]").Attr("value")
	key := page.Text(".po-key")
	a := authenticator{w: w, secret: strings.ReplaceAll(key, " ", "")}
	hers := w.in(firefox)
	hers.Post("/me/second-step/new", url.Values{"sealed": {sealed}, "code": {a.shows(0)}}).WantTo("/me/second-step/new")
	hers.Post("/me/second-step/codes", url.Values{"sealed": {sealed}}).WantTo("/me/second-step/codes")
	hers.Get("/me/second-step").WantTo("/me/second-step/new")
}

func TestASecondStepIsTakenAwayByWhoIsFreshlyThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.in(firefox)
	a := w.enrol(b, "")
	w.pass(16 * time.Minute)
	b.Post("/me/second-step/off", nil).Want(http.StatusSeeOther)
	b.Get("/me/second-step").Want(http.StatusOK)
	b.Get("/confirm?next=/me/second-step").Want(http.StatusOK)
	b.Post("/confirm", url.Values{"code": {a.shows(0)}, "next": {"/me/second-step"}}).WantTo("/me/second-step")
	b.Post("/me/second-step/off", nil).WantTo("/me?done=second")
	if m := <-w.mails; m.Step != "off" {
		t.Errorf("told %+v", m)
	}
	w.in(iphone)
}

func TestStaffWhoMustAreSentToEnrol(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mara := w.people.AddUser("Mara", "mara@halden.example", access.Admin, portaltest.CheapHash(secret))
	b := w.site.Browser()
	b.Post("/signin", credentials(mara.Email, secret)).WantTo("/accounts")
	b.Get("/staff").Want(http.StatusOK)
	w.people.DemandSecondStep()
	for _, path := range []string{"/staff", "/admin/mail", w.home(), w.home() + "events"} {
		b.Get(path).WantTo("/me/second-step?next=" + url.QueryEscape(path))
	}
	b.Get("/me/second-step?next=%2Fadmin%2Fmail").WantTo("/me/second-step/new?next=%2Fadmin%2Fmail")
	w.enrol(b, "/admin/mail")
	b.Get("/staff").Want(http.StatusOK)
	b.Get("/me/second-step").Want(http.StatusOK).WantNo("form[action='/me/second-step/off']")
	b.Post("/me/second-step/off", nil).Want(http.StatusForbidden)
	w.in(firefox).Get(w.home()).Want(http.StatusOK) // clients choose for themselves
}
