package app

import (
	"context"
	"strings"
	"time"

	"portico/portal"
	"portico/portal/admin/users"
	"portico/portal/invitation"
	"portico/portal/people"
	"portico/portal/session"
	"portico/portal/signin/password"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/notify"
	"portico/sync/record"
	"portico/sync/store"
)

// guests is who may come in, as the pages ask for it: the store, which rings for
// the mails that it owes.
type guests struct {
	*store.System
	letters notify.Letters
	base    string // of links in mails, without a slash at its end
	now     func() time.Time
}

// people adds the pages of who is in an account, and of who is asked to come in.
func (a *App) people(to *portal.Pages, sys *store.System, letters notify.Letters, frame ui.FrameOptions) {
	g := guests{sys, letters, strings.TrimRight(a.cfg.URL(), "/"), a.now}
	list := people.New(people.Options{Members: sys, Invitations: g, Preset: grant.Preset, Frame: ui.NewFramer(frame)})
	door := invitation.New(invitation.Options{Invitations: g, Plain: frame.Plain,
		Passwords: invitation.Passwords{Check: password.Check, Hash: password.Hash, MinLength: password.MinLength}})
	all := users.New(users.Options{Directory: sys, Changes: g, Invitations: g, Preset: grant.Preset, Fresh: session.Fresh, Frame: ui.NewFramer(frame)})
	to.People = portal.People{
		List: list.List, InviteForm: list.InviteForm, Invite: list.Invite, Again: list.Again, Withdraw: list.Withdraw,
		Many: list.Many, ManyRead: list.Read, ManySend: list.Send,
		Member: list.Member, ChangeRole: list.ChangeRole, Remove: list.Remove,
		OpenInvitation: door.Open, Invitation: door.Show, InvitationCode: door.Code, InvitationAccept: door.Accept,
		InvitationAsk: door.JoinForm, InvitationIn: door.Join,
		Users: all.List, User: all.One, UserInviteForm: all.InviteForm, UserInvite: all.Invite, UserAgain: all.Again, UserWithdraw: all.Withdraw,
		UserStaff: all.Staff, UserOff: all.Off, UserOn: all.On, UserLink: all.Link, UserJoin: all.Join, UserAssign: all.Assign, UserUnassign: all.Unassign,
	}
}

// Invite invites people and has their mails sent at once.
func (g guests) Invite(ctx context.Context, s access.Scope, account record.AccountID, who []access.Invitee, key string, from action.Origin) ([]access.Invited, error) {
	out, err := g.System.Invite(ctx, s, store.Invitations{Account: account, People: who, Key: key, From: from})
	if err == nil {
		g.letters.Ring()
	}
	return out, err
}

// InviteAgain mails an invitation once more, at once.
func (g guests) InviteAgain(ctx context.Context, s access.Scope, account record.AccountID, id access.InvitationID, from action.Origin) error {
	err := g.System.InviteAgain(ctx, s, account, id, from)
	if err == nil {
		g.letters.Ring()
	}
	return err
}

// StartCode mails a code of which only the hash is kept.
func (g guests) StartCode(ctx context.Context, token string, _ access.Invitation) error {
	code := access.NewCode()
	m, err := g.letters.Code(code, access.CodeLife)
	if err != nil {
		return err
	}
	if err := g.System.StartCode(ctx, session.Hash(token), access.HashCode(token, code), m); err != nil {
		return err
	}
	g.letters.Ring()
	return nil
}

// Accept makes the user of an invitation.
func (g guests) Accept(ctx context.Context, token string, _ access.Invitation, in invitation.Answer) error {
	_, err := g.System.AcceptInvitation(ctx, store.Acceptance{Token: session.Hash(token), Code: access.HashCode(token, in.Code), Name: in.Name, Password: in.Password, From: in.From})
	return err
}

// Join lets a user in who exists.
func (g guests) Join(ctx context.Context, id access.InvitationID, u access.User, from action.Origin) error {
	_, err := g.System.JoinInvitation(ctx, id, u, from)
	return err
}

// linkLife is how long the link works that an administrator has mailed, as when
// somebody asks for it at the door.
const linkLife = 30 * time.Minute

// SendLink mails a link that sets a new password, for an administrator.
func (g guests) SendLink(ctx context.Context, s access.Scope, user string, from action.Origin) error {
	p, err := g.Person(ctx, s, user)
	if err != nil {
		return err
	}
	if p.Disabled {
		return fault.New(fault.Conflict, "This person is switched off. Switch them on first.")
	}
	token := session.NewToken()
	if err := g.StartReset(ctx, session.Hash(token), user, g.now().Add(linkLife)); err != nil {
		return err
	}
	g.letters.PasswordReset(p.User, g.base+"/reset?token="+token, linkLife)
	e := audit.New(audit.UserChanged, g.now(), s.User(), user)
	e.Facts = map[string]string{"link": "sent"}
	e.Personal = map[string]string{"name": s.Name(), "mail": s.Email(), "ip": from.IP, "agent": from.Agent}
	return g.Record(ctx, e)
}
