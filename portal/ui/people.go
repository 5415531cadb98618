package ui

import (
	"portico/sync/access"
	"portico/sync/record"
)

// Sees says in words what a role may read, one line each. It reads the preset
// that scopes are made of, so that no page promises what no scope grants.
func (c *Chrome) Sees(p access.Preset) []string {
	var out []string
	switch {
	case p.All:
		out = append(out, c.T("grant.all"))
	case p.Staff:
		out = append(out, c.T("grant.assigned"))
	}
	for _, k := range []record.Kind{record.KindTicket, record.KindApproval, record.KindInvoice, record.KindQuote, record.KindAsset, record.KindContact} {
		switch {
		case !has(p.See, k):
		case k == record.KindTicket && p.OwnOnly:
			out = append(out, c.T("grant.see.ticket.own"))
		default:
			out = append(out, c.T("grant.see."+string(k)))
		}
	}
	if len(out) == 0 {
		out = append(out, c.T("grant.see.account"))
	}
	return out
}

// Does says in words what a role may do, one line each; nothing when it only reads.
func (c *Chrome) Does(p access.Preset) []string {
	var out []string
	for _, k := range []record.Kind{record.KindTicket, record.KindApproval, record.KindInvoice, record.KindQuote} {
		if has(p.Act, k) {
			out = append(out, c.T("grant.act."+string(k)))
		}
	}
	if p.Invites {
		out = append(out, c.T("grant.invites"))
	}
	if p.Administers {
		out = append(out, c.T("grant.administers"))
	}
	return out
}

func has(kinds []record.Kind, k record.Kind) bool {
	for _, each := range kinds {
		if each == k {
			return true
		}
	}
	return false
}

// RoleName is a role in words; that of a member or of staff.
func (c *Chrome) RoleName(r access.Role) string {
	if r == "" {
		return c.T("role.none")
	}
	return c.T("role." + string(r))
}

// InvitationStatus says where an invitation is, by a word and a shape.
func (c *Chrome) InvitationStatus(i access.Invitation) (string, Tone) {
	word := c.T("invitation.state." + string(i.State))
	switch i.State {
	case access.InvitationAccepted:
		return word, Good
	case access.InvitationSent, access.InvitationOpened, access.InvitationWaiting:
		return word, Live
	case access.InvitationFailed:
		return word, Bad
	case access.InvitationExpired:
		return word, Attn
	default:
		return word, Neutral
	}
}

// InvitationSince is the moment that belongs to the state of an invitation, in words.
func (c *Chrome) InvitationSince(i access.Invitation) string {
	switch i.State {
	case access.InvitationAccepted, access.InvitationWithdrawn:
		return c.Ago(i.Ended)
	case access.InvitationOpened:
		return c.Ago(i.Opened)
	case access.InvitationSent, access.InvitationWaiting:
		return c.T("invitation.mailed", c.Ago(i.Mailed), c.Date(i.Expires))
	case access.InvitationExpired:
		return c.T("invitation.expired", c.Date(i.Expires))
	case access.InvitationFailed:
		return i.Problem
	default:
		return c.T("invitation.made", c.Ago(i.Made), i.By)
	}
}

// sendable reports whether mailing an invitation once more makes sense.
func sendable(i access.Invitation) bool {
	switch i.State {
	case access.InvitationSent, access.InvitationFailed, access.InvitationOpened, access.InvitationExpired:
		return true
	default:
		return false
	}
}

func guestName(i access.Invitation) string {
	if i.Name == "" {
		return i.Email
	}
	return i.Name
}
