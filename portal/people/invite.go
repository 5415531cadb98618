package people

import (
	"net/http"

	"github.com/google/uuid"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

type inviteInput struct {
	Email string      `form:"email" validate:"required,email,max=254"`
	Name  string      `form:"name" validate:"max=200"`
	Role  access.Role `form:"role" validate:"required,max=40"`
	Key   string      `form:"key" validate:"required,max=100"`
}

type inviteView struct {
	Chrome   *ui.Chrome
	Base     string
	Typed    inviteInput
	Problem  string
	Problems map[string]string
	Preset   func(access.Role) access.Preset
}

// InviteForm asks whom to invite: GET /a/{account}/people/invite.
func (p *Pages) InviteForm(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.inviteView(r, s)
	if err != nil {
		return err
	}
	v.Typed = inviteInput{Email: r.URL.Query().Get("email"), Name: r.URL.Query().Get("name"), Role: access.Contributor, Key: uuid.NewString()}
	return ui.Show(w, r, http.StatusOK, invitePage(v))
}

// Invite invites one person: POST /a/{account}/people/invite.
func (p *Pages) Invite(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.inviteView(r, s)
	if err != nil {
		return err
	}
	err = form.Decode(w, r, &v.Typed)
	if err == nil {
		err = p.inviteOne(r, s, v)
	}
	if err == nil {
		http.Redirect(w, r, v.Base+"?done="+invitedWord(v.Chrome), http.StatusSeeOther)
		return nil
	}
	if !correctable(err) {
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	return ui.Show(w, r, status(err), invitePage(v))
}

func (p *Pages) inviteOne(r *http.Request, s access.Scope, v inviteView) error {
	out, err := p.o.Invitations.Invite(r.Context(), s, s.Account(), []access.Invitee{{Email: v.Typed.Email, Name: v.Typed.Name, Role: v.Typed.Role}}, v.Typed.Key, from(r))
	if err != nil {
		return err
	}
	if why := out[0].Why; why != "" {
		said := v.Chrome.T("people.why", out[0].Email, v.Chrome.T("people.why."+string(why)))
		return fault.New(fault.Conflict, said).Field("email", said)
	}
	return nil
}

func (p *Pages) inviteView(r *http.Request, s access.Scope) (inviteView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return inviteView{}, err
	}
	c.Title = c.T("people.invite")
	return inviteView{Chrome: c, Base: base(s.Account()), Preset: p.o.Preset}, nil
}

// open reports whether mails of the account leave at once.
func open(c *ui.Chrome) bool { return c.Account.Launch == record.LaunchInvited }

func invitedWord(c *ui.Chrome) string {
	if open(c) {
		return "invited"
	}
	return "prepared"
}
