package store

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// Invitations asks to invite people. Of two with the same key by the same person,
// the second invites nobody again.
type Invitations struct {
	Account record.AccountID // zero invites to the staff
	People  []access.Invitee
	Key     string
	From    action.Origin
}

// inviting is taken by whatever makes, ends or accepts an invitation, and by the
// launch of an account: on PostgreSQL they would not see each other otherwise.
const inviting = "invitations"

// mayInvite asks for the right to invite into an account, or to the staff.
func mayInvite(s access.Scope, account record.AccountID) error {
	if account.IsZero() {
		return access.Administer(s)
	}
	return access.Invite(s, account)
}

// bidden is an entry of what somebody who is signed in did to a person.
func bidden(s access.Scope, from action.Origin, what audit.What, when time.Time, object string, facts ...string) audit.Entry {
	e := audit.New(what, when, s.User(), object)
	e.Facts = pairs(facts)
	e.Personal = map[string]string{"name": s.Name(), "mail": s.Email(), "ip": from.IP, "agent": from.Agent}
	return e
}

// Invite invites people, and says of each whether it did; in the order given.
// Those of an account that is not open to clients are mailed when it is.
func (y *System) Invite(ctx context.Context, s access.Scope, in Invitations) ([]access.Invited, error) {
	if err := mayInvite(s, in.Account); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	var out []access.Invited
	now := y.now().UTC()
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		out = make([]access.Invited, 0, len(in.People))
		if err := tx.Alone(ctx, inviting); err != nil {
			return fault.At("invite", err)
		}
		if err := mayStill(ctx, tx, s, in.Account); err != nil {
			return err
		}
		launched, err := launchedNow(ctx, tx, in.Account)
		if err != nil {
			return err
		}
		for _, p := range in.People {
			done, err := inviteOne(ctx, tx, s, in, p, launched, now)
			if err != nil {
				return fault.At("invite", err)
			}
			out = append(out, done)
		}
		return paced(ctx, tx, s, now)
	})
	return out, err
}

// check refuses what no page posts.
func (in *Invitations) check() error {
	if in.Key == "" || len(in.Key) > 100 {
		return fault.New(fault.Invalid, "The form could not be read. Open it again.")
	}
	if len(in.People) == 0 || len(in.People) > access.InvitesAtOnce {
		return fault.Newf(fault.Invalid, "Between 1 and %d people can be invited at once.", access.InvitesAtOnce)
	}
	for i := range in.People {
		p := &in.People[i]
		p.Email, p.Name = strings.ToLower(strings.TrimSpace(p.Email)), strings.TrimSpace(p.Name)
		parsed, err := mail.ParseAddress(p.Email)
		if err != nil || parsed.Address != p.Email || len(p.Email) > 254 {
			return fault.Newf(fault.Invalid, "%q is not a mail address.", p.Email).Field("email", "This is not a mail address.")
		}
		known := access.IsMemberRole(p.Role)
		if in.Account.IsZero() {
			known = access.IsStaffRole(p.Role)
		}
		if !known {
			return fault.Newf(fault.Invalid, "There is no role %q.", p.Role).Field("role", "Choose a role of the list.")
		}
	}
	return nil
}

// paced refuses somebody who invites without end (OWASP ASVS 5.0.0, 2.4.1). It counts
// what is there once everybody is invited, so that a form which comes again is not
// refused for those whom it invited before; what is too much is undone as a whole.
func paced(ctx context.Context, tx *scoped.Tx, s access.Scope, now time.Time) error {
	var made int
	err := tx.Find(ctx, &made, "SELECT count(*) FROM invitations WHERE invited_by = ? AND created_at > ?", s.User(), at(now.Add(-24*time.Hour)))
	if err == nil && made > access.InvitesPerDay {
		return fault.Newf(fault.Limited, "One person can invite %d people in a day. Go on tomorrow.", access.InvitesPerDay).After(24 * time.Hour)
	}
	return fault.At("count invitations", err)
}

// launchedNow reports whether whoever is invited may come in at once.
func launchedNow(ctx context.Context, tx *scoped.Tx, account record.AccountID) (bool, error) {
	if account.IsZero() {
		return true, nil
	}
	var steps []record.Launch
	err := tx.Find(ctx, &steps, "SELECT launch FROM accounts WHERE id = ?", account)
	if err == nil && len(steps) == 0 {
		return false, notFound()
	}
	return err == nil && steps[0] == record.LaunchInvited, fault.At("read account", err)
}

func inviteOne(ctx context.Context, tx *scoped.Tx, s access.Scope, in Invitations, p access.Invitee, launched bool, now time.Time) (access.Invited, error) {
	out := access.Invited{Invitee: p}
	var again bool
	if err := tx.Find(ctx, &again, "SELECT EXISTS (SELECT 1 FROM invitations WHERE invited_by = ? AND key = ? AND email = ?)", s.User(), in.Key, p.Email); err != nil {
		return out, err
	}
	if again {
		out.Done = true
		return out, nil
	}
	var err error
	if out.Why, err = hindrance(ctx, tx, s, in.Account, p.Email, now); err != nil || out.Why != "" {
		return out, err
	}
	id := access.NewInvitationID()
	if _, err := tx.Run(ctx, "INSERT INTO invitations (id, account_id, email, name, role, invited_by, key, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		id, in.Account, plain(p.Email), plain(p.Name), p.Role, s.User(), in.Key, at(now)); err != nil {
		return out, err
	}
	if launched {
		if err := oweInvitation(ctx, tx, id, now); err != nil {
			return out, err
		}
	}
	e := ofAccount(in.Account, bidden(s, in.From, audit.Invited, now, string(id), "role", string(p.Role)))
	e.Personal["invited"], e.Personal["invited_name"] = p.Email, p.Name
	out.Done = true
	return out, leave(ctx, tx, e)
}

// hindrance is why somebody is not invited. An owner learns only of the own
// account, and that somebody works for the provider.
func hindrance(ctx context.Context, tx *scoped.Tx, s access.Scope, account record.AccountID, email string, now time.Time) (access.NotInvited, error) {
	var open bool
	err := tx.Find(ctx, &open, "SELECT EXISTS (SELECT 1 FROM invitations WHERE email = ? AND "+invitedTo+` AND accepted_at IS NULL AND withdrawn_at IS NULL
		AND (expires_at IS NULL OR expires_at > ?))`, email, account, account, at(now))
	if err != nil {
		return "", err
	}
	var users []struct {
		ID        string
		StaffRole access.Role
		Disabled  bool
	}
	if err := tx.Find(ctx, &users, "SELECT id, staff_role, disabled FROM users WHERE email = ?", email); err != nil {
		return "", err
	}
	if len(users) == 0 {
		if open {
			return access.IsInvited, nil
		}
		return "", nil
	}
	u := users[0]
	var member bool
	if err := tx.Find(ctx, &member, "SELECT EXISTS (SELECT 1 FROM memberships WHERE account_id = ? AND user_id = ?)", account, u.ID); err != nil {
		return "", err
	}
	switch {
	case account.IsZero() && u.StaffRole == "", member:
		return access.IsMember, nil
	case u.StaffRole != "":
		return access.IsStaff, nil
	case u.Disabled && s.IsStaff():
		return access.IsBlocked, nil
	case open:
		return access.IsInvited, nil
	default:
		return "", nil
	}
}

// invitedTo compares where an invitation is to; its two parameters are the account.
const invitedTo = "(account_id = ? OR (account_id IS NULL AND ? IS NULL))"

// oweInvitation owes the mail of an invitation, and lets its time begin.
func oweInvitation(ctx context.Context, tx *scoped.Tx, id access.InvitationID, now time.Time) error {
	until, mail := now.Add(access.InvitationLife), notice.NewID()
	if _, err := tx.Run(ctx, "UPDATE invitations SET expires_at = ? WHERE id = ?", at(until), id); err != nil {
		return fault.At("let an invitation begin", err)
	}
	if _, err := tx.Run(ctx, `INSERT INTO mails (id, user_id, account_id, sort, created_at, due_at, expires_at)
		SELECT ?, invited_by, account_id, ?, ?, ?, ? FROM invitations WHERE id = ?`, mail, notice.Invitation, at(now), at(now), at(until), id); err != nil {
		return fault.At("owe an invitation", err)
	}
	_, err := tx.Run(ctx, "INSERT INTO invitation_mails (mail_id, invitation_id, sort, at) VALUES (?, ?, ?, ?)", mail, id, notice.Invitation, at(now))
	return fault.At("note the mail of an invitation", err)
}

// owePrepared owes what was prepared while an account was not open to clients.
func owePrepared(ctx context.Context, tx *scoped.Tx, account record.AccountID, now time.Time) error {
	var ids []access.InvitationID
	if err := tx.Find(ctx, &ids, `SELECT id FROM invitations WHERE account_id = ? AND expires_at IS NULL AND accepted_at IS NULL AND withdrawn_at IS NULL
		ORDER BY created_at, id`, account); err != nil {
		return fault.At("find prepared invitations", err)
	}
	for _, id := range ids {
		if err := oweInvitation(ctx, tx, id, now); err != nil {
			return err
		}
	}
	return nil
}

// mayStill asks once more, inside a transaction, whether who asks may: somebody else
// may have taken the right away at this very moment.
func mayStill(ctx context.Context, tx *scoped.Tx, s access.Scope, account record.AccountID) error {
	query, args := "SELECT EXISTS (SELECT 1 FROM users WHERE id = ? AND staff_role = 'admin' AND NOT disabled)", []any{s.User()}
	if !s.IsStaff() {
		query, args = `SELECT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id AND NOT u.disabled
			WHERE m.account_id = ? AND m.user_id = ? AND m.role = 'owner')`, []any{account, s.User()}
	}
	var may bool
	err := tx.Find(ctx, &may, query, args...)
	if err == nil && !may {
		return fault.New(fault.Forbidden, "You may not do this any more: somebody changed your role just now.")
	}
	return fault.At("look whether who asks still may", err)
}
