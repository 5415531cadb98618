package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

type colleagueRow struct {
	userRow
	Role   access.Role
	SeenAt moment
}

// Colleagues lists who is in an account, by name, to whoever may invite there.
func (y *System) Colleagues(ctx context.Context, s access.Scope, account record.AccountID) ([]access.Colleague, error) {
	if err := access.Invite(s, account); err != nil {
		return nil, err
	}
	var rows []colleagueRow
	err := y.db.Find(ctx, &rows, `SELECT u.id, u.name, u.email, u.staff_role, '' AS password_hash, u.disabled, u.epoch, u.locale, u.zone, u.created_at, u.seen_at, m.role
		FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.account_id = ? ORDER BY lower(u.name), u.email`, account)
	if err != nil {
		return nil, fault.At("list colleagues", err)
	}
	contacts, err := y.contacts(ctx, account)
	if err != nil {
		return nil, err
	}
	out := make([]access.Colleague, len(rows))
	for i, r := range rows {
		out[i] = access.Colleague{User: r.user(), Role: r.Role, Seen: r.SeenAt.Time, Off: off(contacts, r.Email)}
	}
	return out, nil
}

// Contacts lists the people of an account whom its sources know, by name.
func (y *System) Contacts(ctx context.Context, s access.Scope, account record.AccountID) ([]access.Contact, error) {
	if err := access.Invite(s, account); err != nil {
		return nil, err
	}
	all, err := y.contacts(ctx, account)
	if err != nil {
		return nil, err
	}
	var members, invited []string
	if err := y.db.Find(ctx, &members, "SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.account_id = ?", account); err != nil {
		return nil, fault.At("list members", err)
	}
	if err := y.db.Find(ctx, &invited, `SELECT email FROM invitations WHERE account_id = ? AND accepted_at IS NULL AND withdrawn_at IS NULL
		AND (expires_at IS NULL OR expires_at > ?)`, account, at(y.now())); err != nil {
		return nil, fault.At("list who is invited", err)
	}
	for i := range all {
		all[i].Member, all[i].Invited = slices.Contains(members, all[i].Email), slices.Contains(invited, all[i].Email)
	}
	return all, nil
}

// contacts are those of the read model, one for each address and source.
func (y *System) contacts(ctx context.Context, account record.AccountID) ([]access.Contact, error) {
	var rows []struct {
		Body       []byte
		Connection string
	}
	err := y.db.Find(ctx, &rows, `SELECT r.body, c.name AS connection FROM records r JOIN connections c ON c.id = r.connection_id
		WHERE r.account_id = ? AND r.kind = ? ORDER BY lower(r.title), r.person, c.name, r.id`, account, record.KindContact)
	if err != nil {
		return nil, fault.At("list contacts", err)
	}
	out, seen := make([]access.Contact, 0, len(rows)), map[[2]string]bool{}
	for _, r := range rows {
		decoded, err := record.DecodeBody(record.KindContact, r.Body)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "read contact", err)
		}
		body, _ := decoded.(record.Contact)
		c := access.Contact{Name: body.Name, Email: strings.ToLower(strings.TrimSpace(body.Email)), Disabled: body.Disabled, Connection: r.Connection}
		if key := [2]string{c.Email, c.Connection}; c.Email != "" && !seen[key] {
			seen[key] = true
			out = append(out, c)
		}
	}
	return out, nil
}

// off names who says that a person is switched off, unless somebody says otherwise.
func off(contacts []access.Contact, email string) []string {
	var names []string
	for _, c := range contacts {
		switch {
		case c.Email != email:
		case !c.Disabled:
			return nil
		default:
			names = append(names, c.Connection)
		}
	}
	return names
}

// rosterOf is taken by whatever takes people out of an account or changes what
// they are, so that no two of them leave it without an owner.
func rosterOf(account record.AccountID) string { return "people of " + account.String() }

// ChangeColleague gives somebody in an account another role. The last owner keeps
// theirs, unless an administrator decides.
func (y *System) ChangeColleague(ctx context.Context, s access.Scope, account record.AccountID, user string, role access.Role, from action.Origin) error {
	if !access.IsMemberRole(role) {
		return fault.Newf(fault.Invalid, "There is no role %q.", role).Field("role", "Choose a role of the list.")
	}
	return y.changeColleague(ctx, s, account, user, role, from, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "UPDATE memberships SET role = ? WHERE account_id = ? AND user_id = ?", role, account, user)
		return fault.At("change role", err)
	})
}

// RemoveColleague takes somebody out of an account; what they asked for and was
// not sent is refused when the worker looks at the rights again.
func (y *System) RemoveColleague(ctx context.Context, s access.Scope, account record.AccountID, user string, from action.Origin) error {
	return y.changeColleague(ctx, s, account, user, "none", from, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "DELETE FROM memberships WHERE account_id = ? AND user_id = ?", account, user)
		return fault.At("remove member", err)
	})
}

func (y *System) changeColleague(ctx context.Context, s access.Scope, account record.AccountID, user string, to access.Role, from action.Origin, f func(context.Context, *scoped.Tx) error) error {
	if err := cmp.Or(access.Invite(s, account), access.Write(s)); err != nil {
		return err
	}
	e := ofAccount(account, bidden(s, from, audit.UserChanged, y.now(), user, "role", string(to)))
	return y.administer(ctx, e, func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, rosterOf(account)); err != nil {
			return fault.At("change who is in an account", err)
		}
		if err := mayStill(ctx, tx, s, account); err != nil {
			return err
		}
		var roles []access.Role
		if err := tx.Find(ctx, &roles, "SELECT role FROM memberships WHERE account_id = ? AND user_id = ?", account, user); err != nil {
			return fault.At("read role", err)
		}
		if len(roles) == 0 {
			return fault.New(fault.NotFound, "This person is not in the account, or not any more.")
		}
		if roles[0] == access.Owner && to != access.Owner && !s.IsStaff() {
			if err := otherOwner(ctx, tx, account, user); err != nil {
				return err
			}
		}
		return f(ctx, tx)
	})
}

// otherOwner refuses to leave an account without an owner who can sign in.
func otherOwner(ctx context.Context, tx *scoped.Tx, account record.AccountID, user string) error {
	var others int
	err := tx.Find(ctx, &others, `SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id AND NOT u.disabled
		WHERE m.account_id = ? AND m.user_id <> ? AND m.role = 'owner'`, account, user)
	if err == nil && others == 0 {
		return fault.New(fault.Conflict, "The account needs an owner. Make somebody else an owner first, or ask us to.")
	}
	return fault.At("look for another owner", err)
}

// AddColleague gives a user who exists a place in an account, by an administrator
// and without a mail.
func (y *System) AddColleague(ctx context.Context, s access.Scope, account record.AccountID, user string, role access.Role, from action.Origin) error {
	if err := access.Administer(s); err != nil {
		return err
	}
	if !access.IsMemberRole(role) {
		return fault.Newf(fault.Invalid, "There is no role %q.", role).Field("role", "Choose a role of the list.")
	}
	e := ofAccount(account, bidden(s, from, audit.UserChanged, y.now(), user, "role", string(role)))
	return y.administer(ctx, e, func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, rosterOf(account)); err != nil {
			return fault.At("add member", err)
		}
		if err := mayStill(ctx, tx, s, account); err != nil {
			return err
		}
		var of []access.Role
		if err := tx.Find(ctx, &of, "SELECT staff_role FROM users WHERE id = ? AND EXISTS (SELECT 1 FROM accounts WHERE id = ?)", user, account); err != nil {
			return fault.At("add member", err)
		}
		switch {
		case len(of) == 0:
			return notFound()
		case of[0] != "":
			return fault.New(fault.Conflict, "Staff are not members of accounts. Assign the account instead.")
		}
		n, err := tx.Run(ctx, "INSERT INTO memberships (account_id, user_id, role) VALUES (?, ?, ?) ON CONFLICT (account_id, user_id) DO NOTHING", account, user, role)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "This person is in the account already.")
		}
		return fault.At("add member", err)
	})
}

// seen is when a user last used the portal, written at most once a minute.
func seen(ctx context.Context, tx *scoped.Tx, token [32]byte, now time.Time) error {
	_, err := tx.Run(ctx, "UPDATE users SET seen_at = ? WHERE id = (SELECT user_id FROM sessions WHERE token_hash = ?)", at(now), token[:])
	return fault.At("note when a user was seen", err)
}

// Owners lists the names of those who decide who is in an account, to whoever is
// in it.
func (y *System) Owners(ctx context.Context, s access.Scope, account record.AccountID) ([]string, error) {
	if !s.Covers(account) {
		return nil, notFound()
	}
	var names []string
	err := y.db.Find(ctx, &names, `SELECT u.name FROM memberships m JOIN users u ON u.id = m.user_id AND NOT u.disabled
		WHERE m.account_id = ? AND m.role = 'owner' ORDER BY lower(u.name), u.id`, account)
	return names, fault.At("list owners", err)
}
