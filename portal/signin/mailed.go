package signin

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// mailedLife is how long a sign-in by mail can be finished.
const mailedLife = 15 * time.Minute

// codeLength is how many characters of a code somebody types: 39 bits, tried a
// few times at most and only in the browser that asked.
const codeLength = 8

// askedCookie marks the browser that asked for a mail: the code works only there.
// It also holds what was typed, for the page that waits.
const askedCookie = "__Host-portico-asked"

// asked is what a browser knows of the mail that it asked for.
type asked struct {
	token string
	email string
	next  string // where the sign-in leads, or ""
}

// keep leaves it with the browser.
func (a asked) keep(w http.ResponseWriter) {
	text := base64.RawURLEncoding.EncodeToString([]byte(a.email + "\n" + a.next))
	session.SetCookie(w, askedCookie, a.token+"."+text, int(mailedLife.Seconds()))
}

// askedBy returns what the browser holds; false when it asked for nothing.
func askedBy(r *http.Request) (asked, bool) {
	c, err := r.Cookie(askedCookie)
	if err != nil {
		return asked{}, false
	}
	token, text, _ := strings.Cut(c.Value, ".")
	typed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || token == "" {
		return asked{}, false
	}
	email, next, _ := strings.Cut(string(typed), "\n")
	return asked{token: token, email: email, next: session.Local(next)}, true
}

// codeHash is what is kept of a code. It holds the browser's token, so that nobody
// finds the code from a copy of the database.
func (a asked) codeHash(code string) [32]byte {
	return session.Hash("code\x00" + a.token + "\x00" + code)
}

// forget takes it from the browser again.
func forget(w http.ResponseWriter) { session.SetCookie(w, askedCookie, "", -1) }

type mailedForm struct {
	Email string `form:"email" validate:"required,email,max=320"`
	Next  string `form:"next" validate:"max=2000"`
}

// MailSignIn takes an address and says the same whether it is known or not: POST
// /signin/mail. What is sent is prepared after the answer, so that its time does
// not tell either.
func (d *Doors) MailSignIn(w http.ResponseWriter, r *http.Request) error {
	var in mailedForm
	err := form.Decode(w, r, &in)
	if err != nil && len(fault.Fields(err)) == 0 {
		return err
	}
	email, next := normal(in.Email), session.Local(in.Next)
	c := d.o.Frame(r)
	if err != nil {
		return d.showEnter(w, r, c, http.StatusUnprocessableEntity, EnterView{Email: email, Next: next, ByMail: true, Problem: c.T("signin.mail.address")})
	}
	t, wait, err := d.limiter.begin(r.Context(), mailedAddress.of(email), mailedPeer.of(network(d.o.Gate.Peer(r))))
	if err != nil {
		return fault.At("look up sign-ins by mail", err)
	}
	if wait > 0 {
		retryAfter(w, wait)
		return d.showEnter(w, r, c, http.StatusTooManyRequests, EnterView{Email: email, Next: next, ByMail: true,
			Problem: c.T("forgot.wait", c.Span(roundUp(wait)), c.Clock(d.o.Now().Add(roundUp(wait))))})
	}
	if _, err := t.fail(r.Context()); err != nil {
		return fault.At("note a sign-in by mail", err)
	}
	a := asked{token: session.NewToken(), email: email, next: next}
	a.keep(w)
	d.later(r.Context(), "sign-in link", func(ctx context.Context) error { return d.mailSignIn(ctx, a) })
	http.Redirect(w, r, "/signin/code", http.StatusSeeOther)
	return nil
}

// mailSignIn sends the link and the code, to somebody who may sign in.
func (d *Doors) mailSignIn(ctx context.Context, a asked) error {
	u, _, err := d.o.Users.UserByEmail(ctx, a.email)
	if fault.Is(err, fault.NotFound) || err == nil && u.Disabled {
		return nil
	}
	if err != nil {
		return fault.At("look up who signs in by mail", err)
	}
	token, code := session.NewToken(), session.NewCode(codeLength)
	err = d.o.Mailed.StartMailedSignIn(ctx, access.MailedSignIn{
		User: u.ID, Link: session.Hash(token), Code: a.codeHash(code), Expires: d.o.Now().Add(mailedLife),
	})
	if err != nil {
		return fault.At("keep the sign-in by mail", err)
	}
	d.o.Mailer.SignIn(u, d.o.BaseURL+"/signin/link?t="+token, session.Grouped(code, codeLength/2), mailedLife)
	d.o.Log.InfoContext(ctx, "sign-in link sent", slog.String("user", u.ID))
	return nil
}

// CodeView is what the page for a mailed code shows.
type CodeView struct {
	Email   string
	Problem string
	Life    time.Duration
}

// Code shows where the code from the mail is typed: GET /signin/code.
func (d *Doors) Code(w http.ResponseWriter, r *http.Request) error {
	a, ok := askedBy(r)
	if !ok {
		http.Redirect(w, r, "/signin", http.StatusSeeOther)
		return nil
	}
	return d.showCode(w, r, http.StatusOK, CodeView{Email: a.email})
}

type codeForm struct {
	Code string `form:"code" validate:"max=100"`
}

// UseCode signs in who types the code of the newest mail, in the browser that
// asked for it: POST /signin/code.
func (d *Doors) UseCode(w http.ResponseWriter, r *http.Request) error {
	var in codeForm
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	a, ok := askedBy(r)
	if !ok {
		return d.showMailSpent(w, r)
	}
	c := d.o.Frame(r)
	t, wait, err := d.limiter.begin(r.Context(), perCode.of(a.token), perCodePeer.of(network(d.o.Gate.Peer(r))))
	if err != nil {
		return fault.At("look up tries of a code", err)
	}
	if wait > 0 {
		retryAfter(w, wait)
		return d.showCode(w, r, http.StatusTooManyRequests, CodeView{Email: a.email, Problem: c.T("signin.code.many")})
	}
	u, err := d.o.Mailed.UseMailedCode(r.Context(), a.codeHash(session.Typed(in.Code)), d.o.Now())
	if fault.Is(err, fault.NotFound) {
		if _, err := t.fail(r.Context()); err != nil {
			return fault.At("note the try of a code", err)
		}
		d.refused(r, access.User{}, a.email)
		return d.showCode(w, r, http.StatusUnprocessableEntity, CodeView{Email: a.email, Problem: c.T("signin.code.wrong")})
	}
	if err != nil {
		t.release()
		return fault.At("use the mailed code", err)
	}
	if err := t.succeed(r.Context()); err != nil {
		return fault.At("forget tries of a code", err)
	}
	forget(w)
	return d.letIn(w, r, u, "mailed code", a.next)
}

func (d *Doors) showCode(w http.ResponseWriter, r *http.Request, status int, v CodeView) error {
	c := d.o.Frame(r)
	c.Title = c.T("signin.code.title")
	v.Life = mailedLife
	return ui.Show(w, r, status, codePage(c, v))
}
