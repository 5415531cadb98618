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

type resetForm struct {
	Token    string `form:"token" validate:"max=100"`
	Password string `form:"password,exact"`
	Again    string `form:"again,exact"`
}

// ResetView is what the page behind a mailed link shows.
type ResetView struct {
	Token    string
	Email    string // whose password it is, for password keepers
	Password string // what is wrong with the password, or ""
	Again    string // what is wrong with its repetition, or ""
}

// Reset shows the form behind a mailed link. It changes nothing, because mail
// scanners open links before people do.
func (d *Doors) Reset(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	u, err := d.o.Resets.PeekReset(r.Context(), session.Hash(token), d.o.Now())
	if fault.Is(err, fault.NotFound) {
		return d.showSpent(w, r)
	}
	if err != nil {
		return fault.At("look at the reset link", err)
	}
	return d.showReset(w, r, http.StatusOK, ResetView{Token: token, Email: u.Email})
}

// SetPassword uses the link: once, and only with a password that will do.
func (d *Doors) SetPassword(w http.ResponseWriter, r *http.Request) error {
	var in resetForm
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	hash := session.Hash(in.Token)
	u, err := d.o.Resets.PeekReset(r.Context(), hash, d.o.Now())
	if fault.Is(err, fault.NotFound) {
		return d.showSpent(w, r)
	}
	if err != nil {
		return fault.At("look at the reset link", err)
	}
	c := d.o.Frame(r)
	v := ResetView{Token: in.Token, Email: u.Email}
	if err := password.Check(in.Password, u.Name, u.Email, c.Provider.Name); err != nil {
		v.Password = fault.Fields(err)["password"]
		return d.showReset(w, r, http.StatusUnprocessableEntity, v)
	}
	if in.Password != in.Again {
		v.Again = c.T("reset.differs")
		return d.showReset(w, r, http.StatusUnprocessableEntity, v)
	}
	stored, err := password.Hash(r.Context(), in.Password)
	if err != nil {
		return err
	}
	return d.change(w, r, hash, u, stored)
}

// change consumes the link before the password is set: two that arrive at once
// cannot both win.
func (d *Doors) change(w http.ResponseWriter, r *http.Request, hash [32]byte, u access.User, stored string) error {
	user, err := d.o.Resets.UseReset(r.Context(), hash, d.o.Now())
	if fault.Is(err, fault.NotFound) {
		return d.showSpent(w, r)
	}
	if err != nil {
		return fault.At("use the reset link", err)
	}
	if err := d.o.Users.SetPassword(r.Context(), user, stored); err != nil {
		return fault.At("set the password", err)
	}
	d.o.Mailer.PasswordChanged(u, d.o.Now())
	d.o.Log.InfoContext(r.Context(), "password changed by mailed link", slog.String("user", user),
		slog.String("ip", d.o.Gate.Peer(r).String()), slog.String("request", session.RequestID(r.Context())))
	if err := d.o.Gate.End(w, r); err != nil {
		return err
	}
	http.Redirect(w, r, "/signin?done=reset", http.StatusSeeOther)
	return nil
}

func (d *Doors) showReset(w http.ResponseWriter, r *http.Request, status int, v ResetView) error {
	c := d.o.Frame(r)
	c.Title = c.T("reset.title")
	return ui.Show(w, r, status, resetPage(c, v))
}

func (d *Doors) showSpent(w http.ResponseWriter, r *http.Request) error {
	c := d.o.Frame(r)
	c.Title = c.T("reset.spent")
	return ui.Show(w, r, http.StatusGone, spentPage(c))
}
