package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

type userRow struct {
	ID           string
	Name         string
	Email        string
	StaffRole    access.Role
	PasswordHash string
	Disabled     bool
	Epoch        int
	Locale       string
	Zone         string
	CreatedAt    moment
	SecondStep   bool
}

const selectUser = "SELECT id, name, email, staff_role, password_hash, disabled, epoch, locale, zone, created_at, totp <> '' AS second_step FROM users "

func (r userRow) user() access.User {
	return access.User{ID: r.ID, Name: r.Name, Email: r.Email, Staff: r.StaffRole, Disabled: r.Disabled,
		Epoch: r.Epoch, Created: r.CreatedAt.Time, Locale: r.Locale, Zone: r.Zone, SecondStep: r.SecondStep}
}

// UserByEmail finds a user and the password hash; fault.NotFound when there is none.
func (y *System) UserByEmail(ctx context.Context, email string) (access.User, string, error) {
	var r userRow
	err := y.db.Find(ctx, &r, selectUser+"WHERE email = ?", strings.ToLower(strings.TrimSpace(email)))
	if errors.Is(err, sql.ErrNoRows) {
		return access.User{}, "", fault.New(fault.NotFound, "Nobody has this mail address.")
	}
	return r.user(), r.PasswordHash, fault.At("find user", err)
}

// Users lists everybody, by mail address.
func (y *System) Users(ctx context.Context) ([]access.User, error) {
	var rows []userRow
	if err := y.db.Find(ctx, &rows, selectUser+"ORDER BY email"); err != nil {
		return nil, fault.At("list users", err)
	}
	out := make([]access.User, len(rows))
	for i, r := range rows {
		out[i] = r.user()
	}
	return out, nil
}

// CreateUser adds a person. The mail address is kept in lower case; a second
// user with the same one is refused with fault.Conflict.
func (y *System) CreateUser(ctx context.Context, u access.User, passwordHash string) error {
	return y.administer(ctx, ofPerson(u, administered(audit.UserChanged, y.now(), u.ID, "made", "yes", "staff", string(u.Staff))), func(ctx context.Context, tx *scoped.Tx) error {
		return insertUser(ctx, tx, u, passwordHash, y.now())
	})
}

func insertUser(ctx context.Context, tx *scoped.Tx, u access.User, passwordHash string, now time.Time) error {
	u.Email = strings.ToLower(strings.TrimSpace(u.Email))
	var taken int
	if err := tx.Find(ctx, &taken, "SELECT count(*) FROM users WHERE email = ?", u.Email); err != nil {
		return fault.At("create user", err)
	}
	if taken > 0 {
		return fault.Newf(fault.Conflict, "Somebody with the mail address %s exists already. One address belongs to one person.", u.Email).
			Field("email", "This address is taken.")
	}
	_, err := tx.Run(ctx, `INSERT INTO users (id, name, email, staff_role, password_hash, epoch, locale, zone, created_at)
		VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)`, u.ID, plain(u.Name), plain(u.Email), u.Staff, passwordHash, plain(u.Locale), plain(u.Zone), at(now))
	return fault.At("create user", err)
}

// SetPassword stores a hash and ends every session and every open link of the
// user: an older one in a mailbox must not outlive the new password.
func (y *System) SetPassword(ctx context.Context, user, hash string) error {
	return y.administer(ctx, administered(audit.PasswordChanged, y.now(), user), func(ctx context.Context, tx *scoped.Tx) error {
		for _, links := range []string{"resets", "signin_mails"} {
			if _, err := tx.Run(ctx, "DELETE FROM "+links+" WHERE user_id = ?", user); err != nil {
				return fault.At("end links in mails", err)
			}
		}
		return changeUser(ctx, tx, user, "password_hash = ?, epoch = epoch + 1", hash)
	})
}

// DisableUser refuses or allows sign-in again; either way every session ends. The
// last administrator who can sign in stays (fault.Conflict).
func (y *System) DisableUser(ctx context.Context, user string, disabled bool) error {
	return y.administer(ctx, administered(audit.UserChanged, y.now(), user, "disabled", strconv.FormatBool(disabled)), func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, administrators); err != nil {
			return fault.At("change user", err)
		}
		var users []userRow
		if err := tx.Find(ctx, &users, selectUser+"WHERE id = ?", user); err != nil {
			return fault.At("read user", err)
		}
		if disabled && len(users) == 1 && users[0].StaffRole == access.Admin && !users[0].Disabled {
			if err := otherAdmin(ctx, tx, user); err != nil {
				return err
			}
		}
		return changeUser(ctx, tx, user, "disabled = ?, epoch = epoch + 1", disabled)
	})
}

// SaveProfile keeps what a user calls themselves and in which zone (IANA) they
// read; "" is the provider's.
func (y *System) SaveProfile(ctx context.Context, user, name, zone string) error {
	return y.administer(ctx, byPerson(audit.UserChanged, y.now(), user, "profile", "saved"), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE users SET name = ?, zone = ? WHERE id = ?", plain(name), plain(zone), user)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "There is no such user.")
		}
		return fault.At("save profile", err)
	})
}

func changeUser(ctx context.Context, tx *scoped.Tx, user, set string, value any) error {
	n, err := tx.Run(ctx, "UPDATE users SET "+set+" WHERE id = ?", value, user)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "There is no such user.")
	}
	return fault.At("change user", err)
}

// AddMember gives a user a role in an account, or changes it.
func (y *System) AddMember(ctx context.Context, account record.AccountID, user string, role access.Role) error {
	return y.administer(ctx, ofAccount(account, administered(audit.UserChanged, y.now(), user, "role", string(role))), func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, `INSERT INTO memberships (account_id, user_id, role) VALUES (?, ?, ?)
			ON CONFLICT (account_id, user_id) DO UPDATE SET role = excluded.role`, account, user, role)
		return fault.At("add member", err)
	})
}

// RemoveMember takes a user out of an account; unsent actions are refused when
// the worker looks at the rights again.
func (y *System) RemoveMember(ctx context.Context, account record.AccountID, user string) error {
	return y.administer(ctx, ofAccount(account, administered(audit.UserChanged, y.now(), user, "role", "none")), func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "DELETE FROM memberships WHERE account_id = ? AND user_id = ?", account, user)
		return fault.At("remove member", err)
	})
}

// AssignStaff lets a staff member whose role does not reach every account see one.
func (y *System) AssignStaff(ctx context.Context, user string, account record.AccountID) error {
	return y.administer(ctx, ofAccount(account, administered(audit.UserChanged, y.now(), user, "assigned", "yes")), func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "INSERT INTO staff_accounts (user_id, account_id) VALUES (?, ?) ON CONFLICT DO NOTHING", user, account)
		return fault.At("assign staff", err)
	})
}

// StaffAccounts lists the accounts assigned to a staff member.
func (y *System) StaffAccounts(ctx context.Context, user string) ([]record.AccountID, error) {
	var rows []struct{ AccountID record.AccountID }
	err := y.db.Find(ctx, &rows, "SELECT account_id FROM staff_accounts WHERE user_id = ?", user)
	ids := make([]record.AccountID, len(rows))
	for i, r := range rows {
		ids[i] = r.AccountID
	}
	return ids, fault.At("list assigned accounts", err)
}
