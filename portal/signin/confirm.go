package signin

import (
	"log/slog"
	"net/http"
	"time"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/signin/password"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/audit"
	"portico/sync/fault"
)

// ConfirmView is what the page that asks who is there shows.
type ConfirmView struct {
	Email    string
	Next     string
	Password bool // the reader has one
	Code     bool // the reader has an authenticator
	Problem  string
}

// Confirm asks the reader to prove once more who they are: GET /confirm. Pages lead
// here by session.Fresh.
func (d *Doors) Confirm(w http.ResponseWriter, r *http.Request, s access.Session) error {
	return d.showConfirm(w, r, s, http.StatusOK, ConfirmView{Next: r.URL.Query().Get("next")})
}

type confirmForm struct {
	Password string `form:"password,exact" validate:"max=1024"`
	Code     string `form:"code" validate:"max=100"`
	Next     string `form:"next" validate:"max=2000"`
}

// Confirmed takes the proof and starts the session anew: POST /confirm.
func (d *Doors) Confirmed(w http.ResponseWriter, r *http.Request, s access.Session) error {
	var in confirmForm
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	u, stored, err := d.o.Users.UserByEmail(r.Context(), s.User.Email)
	if err != nil {
		return fault.At("look up the reader", err)
	}
	var how string
	var wait time.Duration
	if in.Code != "" && u.SecondStep {
		how, wait, err = d.prove(r, u, in.Code)
	} else {
		how, wait, err = d.provePassword(r, u, stored, in.Password)
	}
	c, v := d.o.Frame(r), ConfirmView{Next: in.Next}
	switch {
	case err != nil:
		return err
	case wait > 0:
		retryAfter(w, wait)
		v.Problem = c.T("confirm.wait", c.Span(roundUp(wait)))
		return d.showConfirm(w, r, s, http.StatusTooManyRequests, v)
	case how == "":
		d.refused(r, u, u.Email)
		v.Problem = c.T("confirm.wrong")
		return d.showConfirm(w, r, s, http.StatusUnprocessableEntity, v)
	}
	return d.confirm(w, r, u, how, in.Next)
}

// provePassword compares a password under the limits of signing in; how is "" when
// it is not right.
func (d *Doors) provePassword(r *http.Request, u access.User, stored, typed string) (how string, wait time.Duration, err error) {
	t, wait, err := d.limiter.begin(r.Context(), d.subjects(r, u, u.Email)...)
	if err != nil || wait > 0 {
		return "", wait, fault.At("look up sign-in attempts", err)
	}
	right, err := password.Verify(r.Context(), stored, typed)
	switch {
	case err != nil:
		t.release()
		return "", 0, err
	case !right:
		_, err = t.fail(r.Context())
	default:
		how, err = "password", t.succeed(r.Context())
	}
	return how, 0, fault.At("note the attempt", err)
}

// confirm starts a session in the place of the one that was confirmed, with a
// token of its own, and leads back.
func (d *Doors) confirm(w http.ResponseWriter, r *http.Request, u access.User, by, next string) error {
	if err := d.again(w, r, u.Email); err != nil {
		return err
	}
	d.o.Log.InfoContext(r.Context(), "confirmed who it is", slog.String("user", u.ID), slog.String("by", by),
		slog.String("request", session.RequestID(r.Context())))
	e := d.entry(r, audit.Confirmed, u, u.Email)
	e.Facts = map[string]string{"by": by}
	d.o.Journal(r.Context(), e)
	back(w, r, next)
	return nil
}

func (d *Doors) showConfirm(w http.ResponseWriter, r *http.Request, s access.Session, status int, v ConfirmView) error {
	_, stored, err := d.o.Users.UserByEmail(r.Context(), s.User.Email)
	if err != nil {
		return fault.At("look up the reader", err)
	}
	c := d.o.Frame(r)
	c.Title = c.T("confirm.title")
	v.Email, v.Password, v.Code, v.Next = s.User.Email, stored != "", s.User.SecondStep, session.Local(v.Next)
	return ui.Show(w, r, status, confirmPage(c, v))
}
