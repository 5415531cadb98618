package portal

import (
	"net/http"

	"portico/portal/session"
)

// People are the handlers of who is in an account and who is asked to come in.
type People struct {
	List, InviteForm, Invite    session.Page
	Again, Withdraw             session.Page
	Many, ManyRead, ManySend    session.Page
	Member, ChangeRole, Remove  session.Page
	Invitation, OpenInvitation  session.Open
	InvitationCode              session.Open
	InvitationAccept            session.Open
	InvitationAsk, InvitationIn session.Personal // as who is signed in

	Users, User                      session.Page
	UserInviteForm, UserInvite       session.Page
	UserAgain, UserWithdraw          session.Page
	UserStaff, UserOff, UserOn       session.Page
	UserLink, UserJoin               session.Page
	Ready, ReadyRecords, ReadyLaunch session.Page
	Legal, LegalSave                 session.Page
	UserAssign, UserUnassign         session.Page
}

// peopleDoors lists them. An invitation is public: the token of the mail, in a
// cookie, is what the handler asks for.
func peopleDoors(p People) []door {
	const get, post = http.MethodGet, http.MethodPost
	return []door{
		{get, "/invitation", public, p.OpenInvitation},
		{get, "/invitation/{invitation}", public, p.Invitation},
		{post, "/invitation/{invitation}", public, p.InvitationAccept},
		{get, "/invitation/{invitation}/code", public, p.Invitation},
		{post, "/invitation/{invitation}/code", public, p.InvitationCode},
		{get, "/invitation/{invitation}/join", signedIn, p.InvitationAsk},
		{post, "/invitation/{invitation}/join", signedIn, p.InvitationIn},

		{get, "/admin/ready", admin, p.Ready},
		{get, "/admin/ready/{form:records|launch}", admin, p.Ready},
		{post, "/admin/ready/records", admin, p.ReadyRecords},
		{post, "/admin/ready/launch", admin, p.ReadyLaunch},
		{get, "/admin/legal", admin, p.Legal},
		{post, "/admin/legal", admin, p.LegalSave},
		{get, "/admin/users", admin, p.Users},
		{get, "/admin/users/invite", admin, p.UserInviteForm},
		{post, "/admin/users/invite", admin, p.UserInvite},
		{get, "/admin/users/invitations/{invitation}/{form:again|withdraw}", admin, p.Users},
		{post, "/admin/users/invitations/{invitation}/again", admin, p.UserAgain},
		{post, "/admin/users/invitations/{invitation}/withdraw", admin, p.UserWithdraw},
		{get, "/admin/users/{user}", admin, p.User},
		// A form that comes back with what is wrong has the address that it was posted
		// to: reading that anew shows the person.
		{get, "/admin/users/{user}/{form:staff|off|on|link|join|assign|unassign}", admin, p.User},
		{post, "/admin/users/{user}/staff", admin, p.UserStaff},
		{post, "/admin/users/{user}/off", admin, p.UserOff},
		{post, "/admin/users/{user}/on", admin, p.UserOn},
		{post, "/admin/users/{user}/link", admin, p.UserLink},
		{post, "/admin/users/{user}/join", admin, p.UserJoin},
		{post, "/admin/users/{user}/assign", admin, p.UserAssign},
		{post, "/admin/users/{user}/unassign", admin, p.UserUnassign},

		{get, "/a/{account}/people", inAccount, p.List},
		{get, "/a/{account}/people/invite", invites, p.InviteForm},
		{post, "/a/{account}/people/invite", invites, p.Invite},
		{get, "/a/{account}/people/many", invites, p.Many},
		{post, "/a/{account}/people/many", invites, p.ManyRead},
		{get, "/a/{account}/people/many/send", invites, p.Many},
		{post, "/a/{account}/people/many/send", invites, p.ManySend},
		{get, "/a/{account}/people/members/{user}", invites, p.Member},
		{get, "/a/{account}/people/members/{user}/{form:role|remove}", invites, p.Member},
		{post, "/a/{account}/people/members/{user}/role", invites, p.ChangeRole},
		{post, "/a/{account}/people/members/{user}/remove", invites, p.Remove},
		{get, "/a/{account}/people/invitations/{invitation}/{form:again|withdraw}", invites, p.List},
		{post, "/a/{account}/people/invitations/{invitation}/again", invites, p.Again},
		{post, "/a/{account}/people/invitations/{invitation}/withdraw", invites, p.Withdraw},
	}
}
