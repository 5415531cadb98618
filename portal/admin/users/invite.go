package users

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
	Typed    inviteInput
	Problem  string
	Problems map[string]string
	Preset   func(access.Role) access.Preset
}

// InviteForm asks whom to invite to the staff: GET /admin/users/invite.
func (p *Pages) InviteForm(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if err := p.o.Fresh(r.Context()); err != nil {
		return err
	}
	v, err := p.inviteView(r, s)
	if err != nil {
		return err
	}
	v.Typed = inviteInput{Role: access.Agent, Key: uuid.NewString()}
	return ui.Show(w, r, http.StatusOK, invitePage(v))
}

func (p *Pages) inviteView(r *http.Request, s access.Scope) (inviteView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return inviteView{}, err
	}
	c.Title = c.T("users.invite")
	return inviteView{Chrome: c, Preset: p.o.Preset}, nil
}

// Invite invites to the staff: POST /admin/users/invite.
func (p *Pages) Invite(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if err := p.o.Fresh(r.Context()); err != nil {
		return err
	}
	v, err := p.inviteView(r, s)
	if err != nil {
		return err
	}
	err = form.Decode(w, r, &v.Typed)
	if err == nil {
		err = p.inviteOne(r, s, v)
	}
	if err == nil {
		http.Redirect(w, r, Path+"?done=invited", http.StatusSeeOther)
		return nil
	}
	if !correctable(err) {
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	return ui.Show(w, r, status(err), invitePage(v))
}

func (p *Pages) inviteOne(r *http.Request, s access.Scope, v inviteView) error {
	out, err := p.o.Invitations.Invite(r.Context(), s, record.AccountID{}, []access.Invitee{{Email: v.Typed.Email, Name: v.Typed.Name, Role: v.Typed.Role}}, v.Typed.Key, from(r))
	if err != nil {
		return err
	}
	if why := out[0].Why; why != "" {
		said := v.Chrome.T("people.why", out[0].Email, v.Chrome.T("users.why."+string(why)))
		return fault.New(fault.Conflict, said).Field("email", said)
	}
	return nil
}

// Again mails an invitation once more: POST …/invitations/{invitation}/again.
func (p *Pages) Again(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.invitation(w, r, s, "again", func(id access.InvitationID) error {
		return p.o.Invitations.InviteAgain(r.Context(), s, record.AccountID{}, id, from(r))
	})
}

// Withdraw takes an invitation back: POST …/invitations/{invitation}/withdraw.
func (p *Pages) Withdraw(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.invitation(w, r, s, "withdrawn", func(id access.InvitationID) error {
		return p.o.Invitations.WithdrawInvitation(r.Context(), s, record.AccountID{}, id, from(r))
	})
}

func (p *Pages) invitation(w http.ResponseWriter, r *http.Request, s access.Scope, what string, do func(access.InvitationID) error) error {
	id := r.PathValue("invitation")
	if uuid.Validate(id) != nil {
		return fault.New(fault.NotFound, "")
	}
	err := do(access.InvitationID(id))
	if err == nil {
		http.Redirect(w, r, Path+"?done="+what, http.StatusSeeOther)
		return nil
	}
	if !correctable(err) {
		return err
	}
	v, lost := p.list(r, s, filter{})
	if lost != nil {
		return lost
	}
	v.Chrome.Flash = ui.Flash{Tone: ui.Attn, Text: fault.Public(err)}
	return ui.Show(w, r, status(err), listPage(v))
}
