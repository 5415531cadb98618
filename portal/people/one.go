package people

import (
	"net/http"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

type roleInput struct {
	Role access.Role `form:"role" validate:"required,max=40"`
}

type removeInput struct {
	Confirm bool `form:"confirm"`
}

type oneView struct {
	Chrome   *ui.Chrome
	Base     string
	One      access.Colleague
	Self     bool // who reads is who is shown
	Staff    bool // who reads decides for the provider
	Last     bool // the only owner who can sign in
	Chosen   access.Role
	Problem  string
	Problems map[string]string
	Preset   func(access.Role) access.Preset
}

// Member serves one person of the account: GET /a/{account}/people/members/{user}.
func (p *Pages) Member(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.one(r, s)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, onePage(v))
}

func (p *Pages) one(r *http.Request, s access.Scope) (oneView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return oneView{}, err
	}
	all, err := p.o.Members.Colleagues(r.Context(), s, s.Account())
	if err != nil {
		return oneView{}, err
	}
	v := oneView{Chrome: c, Base: base(s.Account()), Staff: s.IsStaff(), Preset: p.o.Preset}
	user, owners := r.PathValue("user"), 0
	for _, m := range all {
		if m.ID == user {
			v.One = m
		} else if m.Role == access.Owner && !m.Disabled {
			owners++
		}
	}
	if v.One.ID == "" {
		return v, fault.New(fault.NotFound, "This person is not in the account, or not any more.")
	}
	v.Self, v.Last, v.Chosen = user == s.User(), v.One.Role == access.Owner && owners == 0, v.One.Role
	c.Title = named(v.One)
	return v, nil
}

// ChangeRole serves POST …/members/{user}/role.
func (p *Pages) ChangeRole(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.one(r, s)
	if err != nil {
		return err
	}
	var in roleInput
	if err = form.Decode(w, r, &in); err == nil {
		v.Chosen = in.Role
		err = p.o.Members.ChangeColleague(r.Context(), s, s.Account(), v.One.ID, in.Role, from(r))
	}
	to := v.Base + "?done=changed"
	if v.Self && in.Role != access.Owner {
		to = ui.AccountPath(s.Account()) // this page is not theirs any more
	}
	return p.answer(w, r, v, err, to)
}

// Remove serves POST …/members/{user}/remove.
func (p *Pages) Remove(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.one(r, s)
	if err != nil {
		return err
	}
	var in removeInput
	err = form.Decode(w, r, &in)
	if err == nil && !in.Confirm {
		said := v.Chrome.T("people.one.confirm.needed")
		err = fault.New(fault.Invalid, said).Field("confirm", said)
	}
	if err == nil {
		err = p.o.Members.RemoveColleague(r.Context(), s, s.Account(), v.One.ID, from(r))
	}
	to := v.Base + "?done=removed"
	if v.Self {
		to = "/accounts"
	}
	return p.answer(w, r, v, err, to)
}

func (p *Pages) answer(w http.ResponseWriter, r *http.Request, v oneView, err error, to string) error {
	if err == nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	if !correctable(err) {
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	return ui.Show(w, r, status(err), onePage(v))
}

func named(m access.Colleague) string {
	if m.Name == "" {
		return m.Email
	}
	return m.Name
}
