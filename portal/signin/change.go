package signin

import (
	"log/slog"
	"net/http"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/signin/password"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

type changeForm struct {
	Old      string `form:"old,exact" validate:"max=1024"`
	Password string `form:"password,exact"`
	Again    string `form:"again,exact"`
}

// ChangeView is what the page for another password shows.
type ChangeView struct {
	Chrome *ui.Chrome
	Email  string
	None   bool // there is no password yet
	// What is wrong with each field, or "".
	Old, Password, Again string
}

// Change shows the page for another password: GET /me/password.
func (d *Doors) Change(w http.ResponseWriter, r *http.Request, s access.Session) error {
	v, _, err := d.changeView(r, s)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, changePage(v))
}

func (d *Doors) changeView(r *http.Request, s access.Session) (v ChangeView, stored string, err error) {
	if err := session.Fresh(r.Context()); err != nil {
		return v, "", err
	}
	if v.Chrome, err = d.personal(r, s); err != nil {
		return v, "", err
	}
	v.Chrome.Title = v.Chrome.T("me.password.title")
	if _, stored, err = d.o.Users.UserByEmail(r.Context(), s.User.Email); err != nil {
		return v, "", fault.At("look up the reader", err)
	}
	v.Email, v.None = s.User.Email, stored == ""
	return v, stored, nil
}

// ChangePassword takes the old password and a new one: POST /me/password. Every
// other session of the reader ends.
func (d *Doors) ChangePassword(w http.ResponseWriter, r *http.Request, s access.Session) error {
	v, stored, err := d.changeView(r, s)
	if err != nil {
		return err
	}
	var in changeForm
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	if !v.None {
		how, wait, err := d.provePassword(r, s.User, stored, in.Old)
		switch {
		case err != nil:
			return err
		case wait > 0:
			retryAfter(w, wait)
			v.Old = v.Chrome.T("confirm.wait", v.Chrome.Span(roundUp(wait)))
			return ui.Show(w, r, http.StatusTooManyRequests, changePage(v))
		case how == "":
			d.refused(r, s.User, s.User.Email)
			v.Old = v.Chrome.T("me.password.old.wrong")
			return ui.Show(w, r, http.StatusUnprocessableEntity, changePage(v))
		}
	}
	return d.replace(w, r, s, in, v)
}

// replace checks the new password and puts it in the place of the old one.
func (d *Doors) replace(w http.ResponseWriter, r *http.Request, s access.Session, in changeForm, v ChangeView) error {
	c := v.Chrome
	if err := password.Check(in.Password, s.User.Name, s.User.Email, c.Provider.Name); err != nil {
		v.Password = fault.Fields(err)["password"]
		return ui.Show(w, r, http.StatusUnprocessableEntity, changePage(v))
	}
	if in.Password != in.Again {
		v.Again = c.T("reset.differs")
		return ui.Show(w, r, http.StatusUnprocessableEntity, changePage(v))
	}
	stored, err := password.Hash(r.Context(), in.Password)
	if err != nil {
		return err
	}
	if err := d.o.Users.SetPassword(r.Context(), s.User.ID, stored); err != nil {
		return fault.At("set the password", err)
	}
	d.o.Mailer.PasswordChanged(s.User, d.o.Now())
	d.o.Log.InfoContext(r.Context(), "password changed", slog.String("user", s.User.ID),
		slog.String("ip", d.o.Gate.Peer(r).String()), slog.String("request", session.RequestID(r.Context())))
	if err := d.again(w, r, s.User.Email); err != nil {
		return err
	}
	http.Redirect(w, r, mePath+"?done=password", http.StatusSeeOther)
	return nil
}
