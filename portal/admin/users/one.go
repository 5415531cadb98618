package users

import (
	"net/http"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

type oneView struct {
	Chrome   *ui.Chrome
	One      access.Person
	Self     bool
	Choose   []ui.Option // accounts that may be added
	Staff    access.Role // as chosen
	Account  string
	Role     access.Role
	Problem  string
	Problems map[string]string
	Preset   func(access.Role) access.Preset
}

func (v oneView) path(do string) string { return Path + "/" + v.One.ID + "/" + do }

// One serves GET /admin/users/{user}.
func (p *Pages) One(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.one(r, s)
	if err != nil {
		return err
	}
	flash(v.Chrome, r)
	return ui.Show(w, r, http.StatusOK, onePage(v))
}

func (p *Pages) one(r *http.Request, s access.Scope) (oneView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return oneView{}, err
	}
	v := oneView{Chrome: c, Preset: p.o.Preset, Role: access.Contributor}
	if v.One, err = p.o.Directory.Person(r.Context(), s, r.PathValue("user")); err != nil {
		return v, err
	}
	all, err := p.o.Directory.AllAccounts(r.Context())
	if err != nil {
		return v, err
	}
	in := map[record.AccountID]bool{}
	for _, m := range v.One.Memberships {
		in[m.Account.ID] = true
	}
	for _, a := range v.One.Assigned {
		in[a.ID] = true
	}
	v.Choose = []ui.Option{{Label: c.T("users.choose")}}
	for _, a := range all {
		if !in[a.ID] {
			v.Choose = append(v.Choose, ui.Option{Value: a.ID.String(), Label: a.Name})
		}
	}
	v.Self, v.Staff = v.One.ID == s.User(), v.One.Staff
	c.Title = named(v.One.Name, v.One.Email)
	return v, nil
}

// assignable reports whether the person sees only the accounts assigned to them.
func (v oneView) assignable() bool { return v.One.Staff != "" && !v.Preset(v.One.Staff).All }

type staffInput struct {
	Role access.Role `form:"role" validate:"max=40"`
}

// Staff changes the staff role, or takes it away: POST …/{user}/staff.
func (p *Pages) Staff(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if err := p.o.Fresh(r.Context()); err != nil {
		return err
	}
	var in staffInput
	return p.change(w, r, s, &in, "staff", func(v *oneView) error {
		v.Staff = in.Role
		return p.o.Changes.ChangeStaff(r.Context(), s, v.One.ID, in.Role, from(r))
	})
}

// Off refuses the sign-in and ends every session: POST …/{user}/off.
func (p *Pages) Off(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.change(w, r, s, &struct{}{}, "off", func(v *oneView) error {
		return p.o.Changes.SwitchUser(r.Context(), s, v.One.ID, true, from(r))
	})
}

// On allows the sign-in again: POST …/{user}/on.
func (p *Pages) On(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.change(w, r, s, &struct{}{}, "on", func(v *oneView) error {
		return p.o.Changes.SwitchUser(r.Context(), s, v.One.ID, false, from(r))
	})
}

// Link mails a link that sets a new password: POST …/{user}/link.
func (p *Pages) Link(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.change(w, r, s, &struct{}{}, "link", func(v *oneView) error {
		return p.o.Changes.SendLink(r.Context(), s, v.One.ID, from(r))
	})
}

type placeInput struct {
	Account string      `form:"account" validate:"required,uuid"`
	Role    access.Role `form:"role" validate:"max=40"`
}

// Join gives a place in an account: POST …/{user}/join.
func (p *Pages) Join(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in placeInput
	return p.change(w, r, s, &in, "joined", func(v *oneView) error {
		v.Account, v.Role = in.Account, in.Role
		account, err := record.ParseAccountID(in.Account)
		if err != nil {
			return noAccount(v)
		}
		return p.o.Changes.AddColleague(r.Context(), s, account, v.One.ID, in.Role, from(r))
	})
}

// Assign lets staff see an account: POST …/{user}/assign.
func (p *Pages) Assign(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.assign(w, r, s, "assigned", true)
}

// Unassign takes an account away again: POST …/{user}/unassign.
func (p *Pages) Unassign(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.assign(w, r, s, "unassigned", false)
}

func (p *Pages) assign(w http.ResponseWriter, r *http.Request, s access.Scope, what string, yes bool) error {
	var in placeInput
	return p.change(w, r, s, &in, what, func(v *oneView) error {
		v.Account = in.Account
		account, err := record.ParseAccountID(in.Account)
		if err != nil {
			return noAccount(v)
		}
		return p.o.Changes.AssignAccount(r.Context(), s, v.One.ID, account, yes, from(r))
	})
}

func noAccount(v *oneView) error {
	said := v.Chrome.T("users.choose.needed")
	return fault.New(fault.Invalid, said).Field("account", said)
}

// change reads a form, does what it asks for and leads back, or says what is wrong.
func (p *Pages) change(w http.ResponseWriter, r *http.Request, s access.Scope, in any, what string, do func(v *oneView) error) error {
	v, err := p.one(r, s)
	if err != nil {
		return err
	}
	if err = form.Decode(w, r, in); err == nil {
		err = do(&v)
	}
	if err == nil {
		to := Path + "/" + v.One.ID + "?done=" + what
		if v.Self && (what == "off" || what == "staff") {
			to = "/" // whoever changes themselves is signed out
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	if !correctable(err) {
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	return ui.Show(w, r, status(err), onePage(v))
}
