package session

import (
	"context"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
)

// scopeIn mints the scope of a person in the account that the address names.
// Their place there was asked for with this request, so that a right that was
// taken away ends with the next click. Malformed (zero), missing and foreign are
// the same fault.
func (g *Gate) scopeIn(ctx context.Context, s access.Session, m access.Membership, id record.AccountID) (access.Scope, error) {
	u := s.User
	if id.IsZero() {
		return access.Scope{}, notHere()
	}
	if s.Look.User != "" {
		return g.lookIn(ctx, s, id)
	}
	if u.Staff != "" {
		return g.staffIn(ctx, u, id)
	}
	if m.User != u.ID || m.Account.ID != id || m.Account.Launch != record.LaunchInvited {
		return access.Scope{}, notHere()
	}
	return grant.Member(who(u), id, m.Role), nil
}

// staffIn lets staff look into an account that they reach, once somebody
// decided that it may be looked at. Whoever decides that may look before.
func (g *Gate) staffIn(ctx context.Context, u access.User, id record.AccountID) (access.Scope, error) {
	reach, err := g.staffScope(ctx, u)
	if err != nil {
		return access.Scope{}, err
	}
	info, err := g.o.People.AccountInfo(ctx, id)
	if err != nil {
		return access.Scope{}, fault.At("look up account", err)
	}
	if !shown(info.Launch, u.Staff) || info.ID != id || !reach.Covers(id) {
		return access.Scope{}, notHere()
	}
	return grant.StaffIn(who(u), u.Staff, id), nil
}

// shown reports whether staff of a role see an account at a step of its launch.
// An unknown step is nobody's.
func shown(l record.Launch, role access.Role) bool {
	switch l {
	case record.LaunchInvited, record.LaunchPreview:
		return true
	case record.LaunchHidden:
		return role == access.Admin
	default:
		return false
	}
}

// staffScope mints the scope of a staff member: over every account for the
// roles that reach all, over the assigned ones for the others.
func (g *Gate) staffScope(ctx context.Context, u access.User) (access.Scope, error) {
	if u.Staff == "" {
		return access.Scope{}, notHere()
	}
	if g.o.Demands != nil && !u.SecondStep && g.o.Demands(ctx) {
		return access.Scope{}, fault.New(fault.Forbidden, "Set up a second step for your sign-in first.").
			Because("look into the portal as staff", detour{enrolPath})
	}
	all := grant.Staff(who(u), u.Staff, nil)
	if all.All() {
		return all, nil
	}
	assigned, err := g.o.People.StaffAccounts(ctx, u.ID)
	if err != nil {
		return access.Scope{}, fault.At("look up assigned accounts", err)
	}
	return grant.Staff(who(u), u.Staff, assigned), nil
}

func who(u access.User) grant.User { return grant.User{ID: u.ID, Name: u.Name, Email: u.Email} }

func notHere() error {
	return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
}
