package signin

import (
	"log/slog"
	"net/http"

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
	Problem  string
}

// Confirm asks the reader to prove once more who they are: GET /confirm. Pages lead
// here by session.Fresh.
func (d *Doors) Confirm(w http.ResponseWriter, r *http.Request, s access.Session) error {
	return d.showConfirm(w, r, s, http.StatusOK, ConfirmView{Next: r.URL.Query().Get("next")})
}

type confirmForm struct {
	Password string `form:"password,exact" validate:"max=1024"`
	Next     string `form:"next" validate:"max=2000"`
}

// Confirmed takes the proof and starts the session anew: POST /confirm.
func (d *Doors) Confirmed(w http.ResponseWriter, r *http.Request, s access.Session) error {
	var in confirmForm
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	v := ConfirmView{Next: in.Next}
	u, stored, err := d.o.Users.UserByEmail(r.Context(), s.User.Email)
	if err != nil {
		return fault.At("look up the reader", err)
	}
	t, wait, err := d.limiter.begin(r.Context(), d.subjects(r, u, u.Email)...)
	if err != nil {
		return fault.At("look up sign-in attempts", err)
	}
	c := d.o.Frame(r)
	if wait > 0 {
		retryAfter(w, wait)
		v.Problem = c.T("confirm.wait", c.Span(roundUp(wait)))
		return d.showConfirm(w, r, s, http.StatusTooManyRequests, v)
	}
	right, err := password.Verify(r.Context(), stored, in.Password)
	if err != nil {
		t.release()
		return err
	}
	if !right {
		if _, err := t.fail(r.Context()); err != nil {
			return fault.At("note the attempt", err)
		}
		d.refused(r, u, u.Email)
		v.Problem = c.T("confirm.wrong")
		return d.showConfirm(w, r, s, http.StatusUnprocessableEntity, v)
	}
	if err := t.succeed(r.Context()); err != nil {
		return fault.At("forget sign-in attempts", err)
	}
	return d.confirm(w, r, u, "password", in.Next)
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
	v.Email, v.Password, v.Next = s.User.Email, stored != "", session.Local(v.Next)
	return ui.Show(w, r, status, confirmPage(c, v))
}
