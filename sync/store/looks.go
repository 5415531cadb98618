package store

import (
	"context"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// MemberIn returns somebody who could sign in and has a place in an account,
// whatever its launch; fault.NotFound for everybody else, and for staff.
func (y *System) MemberIn(ctx context.Context, user string, account record.AccountID) (access.User, access.Role, error) {
	var rows []struct {
		userRow
		Role access.Role
	}
	err := y.db.Find(ctx, &rows, `SELECT u.id, u.name, u.email, u.locale, u.zone, u.created_at, m.role FROM memberships m JOIN users u ON u.id = m.user_id
		WHERE m.account_id = ? AND m.user_id = ? AND NOT u.disabled AND u.staff_role = ''`, account, user)
	if err == nil && len(rows) == 0 {
		err = notFound()
	}
	if err != nil {
		return access.User{}, "", fault.At("look for a member", err)
	}
	return rows[0].user(), rows[0].Role, nil
}

// StartLook lets a session of somebody on the staff look at the account of their
// scope as one of its members, for access.LookMost, and leaves in the log that it
// did. Somebody who is no member is fault.NotFound; somebody who could not sign in
// sees nothing, which is fault.Invalid in words.
func (f *Staff) StartLook(ctx context.Context, s access.Scope, account record.AccountID, session, member string, from action.Origin) (access.Look, error) {
	if err := acting(s); err != nil {
		return access.Look{}, err
	}
	now := f.now().UTC()
	look := access.Look{Account: account, User: member, Until: now.Add(access.LookMost)}
	err := f.across.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		var rows []accountRow
		err := tx.Find(ctx, &rows, selectAccount+"WHERE id = ?", account)
		if err == nil && (len(rows) == 0 || !reaches(s, rows[0].info())) {
			err = notFound()
		}
		if err != nil {
			return fault.At("look for an account", err)
		}
		if look.Name, err = lookable(ctx, tx, account, member); err != nil {
			return err
		}
		return switchTo(ctx, tx, s, look, session, from, now)
	})
	return look, err
}

// switchTo writes the look beside the session, which has to be the viewer's own.
func switchTo(ctx context.Context, tx *scoped.Tx, s access.Scope, look access.Look, session string, from action.Origin, now time.Time) error {
	n, err := tx.Run(ctx, `INSERT INTO looks (token_hash, account_id, user_id, until)
		SELECT token_hash, ?, ?, ? FROM sessions WHERE id = ? AND user_id = ?
		ON CONFLICT (token_hash) DO UPDATE SET account_id = excluded.account_id, user_id = excluded.user_id, until = excluded.until`,
		look.Account, look.User, at(look.Until), session, s.User())
	if err == nil && n == 0 {
		err = signedOut()
	}
	if err != nil {
		return fault.At("start a look", err)
	}
	e := audit.New(audit.AccountLookedAt, now, s.User(), look.Account.String())
	e.Account, e.Facts = look.Account, pairs([]string{"as", look.User, "until", look.Until.Format(time.RFC3339)})
	e.Personal = map[string]string{"name": s.Name(), "mail": s.Email(), "as": look.Name, "ip": from.IP, "agent": from.Agent}
	return leave(ctx, tx, e)
}

// lookable returns the name of a member as whom one can look.
func lookable(ctx context.Context, tx *scoped.Tx, account record.AccountID, member string) (string, error) {
	var rows []struct {
		Name, StaffRole string
		Disabled        bool
	}
	err := tx.Find(ctx, &rows, "SELECT u.name, u.staff_role, u.disabled FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.account_id = ? AND m.user_id = ?", account, member)
	switch {
	case err != nil:
		return "", fault.At("look for a member", err)
	case len(rows) == 0:
		return "", notFound()
	case rows[0].Disabled:
		return "", fault.Newf(fault.Invalid, "%s is switched off and cannot sign in, so there is nothing that they see.", rows[0].Name)
	case rows[0].StaffRole != "":
		return "", fault.Newf(fault.Invalid, "%s works for the provider and sees accounts as staff do.", rows[0].Name)
	default:
		return rows[0].Name, nil
	}
}

// EndLook lets a session see with its own eyes again.
func (y *System) EndLook(ctx context.Context, session string) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "DELETE FROM looks WHERE token_hash IN (SELECT token_hash FROM sessions WHERE id = ?)", session)
		return fault.At("end a look", err)
	})
}
