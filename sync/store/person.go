package store

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// People lists users to an administrator, staff first, and whether there are more.
func (y *System) People(ctx context.Context, s access.Scope, q access.PeopleQuery) (list []access.PersonRow, more bool, err error) {
	if err := access.Administer(s); err != nil {
		return nil, false, err
	}
	q.Limit = min(max(q.Limit, 1), 200)
	where, args := y.peopleWhere(q)
	var rows []struct {
		userRow

		SeenAt   moment
		Accounts int
		Account  string
	}
	err = y.db.Find(ctx, &rows, `SELECT u.id, u.name, u.email, u.staff_role, '' AS password_hash, u.disabled, u.epoch, u.locale, u.zone, u.created_at, u.seen_at,
		(SELECT count(*) FROM memberships m WHERE m.user_id = u.id) + (SELECT count(*) FROM staff_accounts f WHERE f.user_id = u.id) AS accounts,
		coalesce((SELECT min(a.name) FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE m.user_id = u.id), '') AS account
		FROM users u WHERE `+where+` ORDER BY CASE WHEN u.staff_role = '' THEN 1 ELSE 0 END, lower(u.name), u.email LIMIT ? OFFSET ?`, append(args, q.Limit+1, max(q.Offset, 0))...)
	if err != nil {
		return nil, false, fault.At("list users", err)
	}
	if more = len(rows) > q.Limit; more {
		rows = rows[:q.Limit]
	}
	list = make([]access.PersonRow, len(rows))
	for i, r := range rows {
		list[i] = access.PersonRow{User: r.user(), Seen: r.SeenAt.Time, Accounts: r.Accounts, Account: r.Account}
	}
	return list, more, nil
}

// longestWord is how much of a word is looked for.
const longestWord = 100

func (y *System) peopleWhere(q access.PeopleQuery) (string, []any) {
	where, args := []string{"1 = 1"}, []any(nil)
	switch q.State {
	case "staff":
		where = append(where, "u.staff_role <> ''")
	case "members":
		where = append(where, "u.staff_role = ''")
	case "off":
		where = append(where, "u.disabled")
	}
	if q.Role != "" {
		where, args = append(where, "u.staff_role = ?"), append(args, q.Role)
	}
	like := " " + y.db.Like() + " ? ESCAPE '!'"
	for word := range strings.FieldsSeq(q.Search) {
		for utf8.RuneCountInString(word) > longestWord {
			word = string([]rune(word)[:longestWord])
		}
		pattern := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(plain(word)) + "%"
		where = append(where, "(u.name"+like+" OR u.email"+like+` OR EXISTS (SELECT 1 FROM memberships m JOIN accounts a ON a.id = m.account_id
			WHERE m.user_id = u.id AND a.name`+like+"))")
		args = append(args, pattern, pattern, pattern)
	}
	return strings.Join(where, " AND "), args
}

// Person returns a user with every place they have, to an administrator;
// fault.NotFound when there is none.
func (y *System) Person(ctx context.Context, s access.Scope, user string) (access.Person, error) {
	var p access.Person
	if err := access.Administer(s); err != nil {
		return p, err
	}
	var users []struct {
		userRow

		SeenAt moment
	}
	err := y.db.Find(ctx, &users, strings.Replace(selectUser, " FROM", ", seen_at FROM", 1)+"WHERE id = ?", user)
	if err == nil && len(users) == 0 {
		err = notFound()
	}
	if err != nil {
		return p, fault.At("read user", err)
	}
	p.User, p.Seen, p.Password = users[0].user(), users[0].SeenAt.Time, users[0].PasswordHash != ""
	var members []memberRow
	if err := y.db.Find(ctx, &members, selectMember+"WHERE m.user_id = ? ORDER BY lower(a.name), a.id", user); err != nil {
		return p, fault.At("list memberships", err)
	}
	for _, m := range members {
		p.Memberships = append(p.Memberships, m.membership())
	}
	p.Assigned, err = y.accounts(ctx, selectAccount+"WHERE id IN (SELECT account_id FROM staff_accounts WHERE user_id = ?) ORDER BY lower(name), id", user)
	return p, err
}

// administrators is taken by whatever changes who administers.
const administrators = "administrators"

// ChangeStaff gives a staff member another role, or none. At least one
// administrator who can sign in stays, whoever decides at the same time.
func (y *System) ChangeStaff(ctx context.Context, s access.Scope, user string, role access.Role, from action.Origin) error {
	if role != "" && !access.IsStaffRole(role) {
		return fault.Newf(fault.Invalid, "There is no role %q.", role).Field("role", "Choose a role of the list.")
	}
	said := string(role)
	if role == "" {
		said = "none"
	}
	e := bidden(s, from, audit.UserChanged, y.now(), user, "staff", said)
	return y.changeUserBy(ctx, s, e, user, func(ctx context.Context, tx *scoped.Tx, u userRow) error {
		var member bool
		if err := tx.Find(ctx, &member, "SELECT EXISTS (SELECT 1 FROM memberships WHERE user_id = ?)", user); err != nil {
			return fault.At("look for memberships", err)
		}
		if member && u.StaffRole == "" {
			return fault.New(fault.Conflict, "This person is in a client's account. Take that away first: nobody is both.")
		}
		if u.StaffRole == access.Admin && role != access.Admin {
			if err := otherAdmin(ctx, tx, user); err != nil {
				return err
			}
		}
		return changeUser(ctx, tx, user, "staff_role = ?, epoch = epoch + 1", role)
	})
}

// SwitchUser refuses somebody the sign-in, or allows it again; every session of
// theirs ends at once.
func (y *System) SwitchUser(ctx context.Context, s access.Scope, user string, disabled bool, from action.Origin) error {
	e := bidden(s, from, audit.UserChanged, y.now(), user, "disabled", strconv.FormatBool(disabled))
	return y.changeUserBy(ctx, s, e, user, func(ctx context.Context, tx *scoped.Tx, u userRow) error {
		if disabled && u.StaffRole == access.Admin {
			if err := otherAdmin(ctx, tx, user); err != nil {
				return err
			}
		}
		if _, err := tx.Run(ctx, "DELETE FROM resets WHERE user_id = ?", user); err != nil {
			return fault.At("end resets", err)
		}
		return changeUser(ctx, tx, user, "disabled = ?, epoch = epoch + 1", disabled)
	})
}

// AssignAccount lets a staff member whose role does not reach every account see
// one, or not any more.
func (y *System) AssignAccount(ctx context.Context, s access.Scope, user string, account record.AccountID, yes bool, from action.Origin) error {
	said := "no"
	if yes {
		said = "yes"
	}
	e := ofAccount(account, bidden(s, from, audit.UserChanged, y.now(), user, "assigned", said))
	return y.changeUserBy(ctx, s, e, user, func(ctx context.Context, tx *scoped.Tx, u userRow) error {
		if u.StaffRole == "" {
			return fault.New(fault.Conflict, "Only staff are assigned accounts. Add a membership instead.")
		}
		if !yes {
			_, err := tx.Run(ctx, "DELETE FROM staff_accounts WHERE user_id = ? AND account_id = ?", user, account)
			return fault.At("unassign staff", err)
		}
		var there bool
		if err := tx.Find(ctx, &there, "SELECT EXISTS (SELECT 1 FROM accounts WHERE id = ?)", account); err != nil || !there {
			return fault.At("assign staff", orNotFound(err))
		}
		_, err := tx.Run(ctx, "INSERT INTO staff_accounts (user_id, account_id) VALUES (?, ?) ON CONFLICT DO NOTHING", user, account)
		return fault.At("assign staff", err)
	})
}

func orNotFound(err error) error {
	if err == nil {
		return notFound()
	}
	return err
}

func (y *System) changeUserBy(ctx context.Context, s access.Scope, e audit.Entry, user string, f func(context.Context, *scoped.Tx, userRow) error) error {
	if err := access.Administer(s); err != nil {
		return err
	}
	return y.administer(ctx, e, func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, administrators); err != nil {
			return fault.At("change user", err)
		}
		if err := mayStill(ctx, tx, s, record.AccountID{}); err != nil {
			return err
		}
		var users []userRow
		if err := tx.Find(ctx, &users, selectUser+"WHERE id = ?", user); err != nil {
			return fault.At("read user", err)
		}
		if len(users) == 0 {
			return notFound()
		}
		return f(ctx, tx, users[0])
	})
}

// otherAdmin refuses to leave the portal without an administrator.
func otherAdmin(ctx context.Context, tx *scoped.Tx, user string) error {
	var others int
	err := tx.Find(ctx, &others, "SELECT count(*) FROM users WHERE staff_role = 'admin' AND NOT disabled AND id <> ?", user)
	if err == nil && others == 0 {
		return fault.New(fault.Conflict, "This is the last administrator. Make somebody else one first.")
	}
	return fault.At("look for another administrator", err)
}
