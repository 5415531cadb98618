package store

import (
	"context"
	"fmt"
	"time"

	"portico/sync/access"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// setter is who sets a Portico up before anybody can sign in.
const setter = "first run"

// Unset reports whether nobody can sign in because there is no user at all.
func (y *System) Unset(ctx context.Context) (bool, error) {
	var some bool
	err := y.db.Find(ctx, &some, "SELECT EXISTS (SELECT 1 FROM users)")
	return !some, fault.At("look for users", err)
}

// StartSetup keeps the hash of the token that opens the first-run page, in the
// place of an older one; false, and nothing kept, when there is a user.
func (y *System) StartSetup(ctx context.Context, token [32]byte, expires time.Time) (started bool, err error) {
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, `INSERT INTO setup (only_row, token_hash, expires_at) SELECT 1, ?, ? WHERE NOT EXISTS (SELECT 1 FROM users)
			ON CONFLICT (only_row) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at`, token[:], at(expires))
		started = n > 0
		return fault.At("start the first run", err)
	})
	return started, err
}

// CheckSetup reports whether a token opens the first-run page now: fault.Conflict
// when there is a user, fault.Forbidden when it is wrong or has ended.
func (y *System) CheckSetup(ctx context.Context, token [32]byte) error {
	return y.mayset(ctx, y.db, token)
}

func (y *System) mayset(ctx context.Context, db finder, token [32]byte) error {
	var r struct{ Users, Opens bool }
	err := db.Find(ctx, &r, `SELECT EXISTS (SELECT 1 FROM users) AS users,
		EXISTS (SELECT 1 FROM setup WHERE token_hash = ? AND expires_at > ?) AS opens`, token[:], at(y.now()))
	switch {
	case err != nil:
		return fault.At("look for the first run", err)
	case r.Users:
		return fault.New(fault.Conflict, "This Portico has been set up already. Sign in.")
	case !r.Opens:
		return fault.New(fault.Forbidden, "This is not the token that the console shows, or it has ended. A restart of the program prints a new one.")
	default:
		return nil
	}
}

// setUp runs f for who has the token; one at a time, whatever process they reach.
func (y *System) setUp(ctx context.Context, token [32]byte, e audit.Entry, f func(ctx context.Context, tx *scoped.Tx) error) error {
	return y.administer(ctx, e, func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, setter); err != nil {
			return fault.At("set up", err)
		}
		if err := y.mayset(ctx, tx, token); err != nil {
			return err
		}
		return f(ctx, tx)
	})
}

// SaveFirstSetting is SaveSetting for who has the token of the first run: By and
// From of the change mean nothing.
func (y *System) SaveFirstSetting(ctx context.Context, token [32]byte, c SettingChange) error {
	now, version := y.now(), c.Seen+1
	e := settingEntry(c, version, now)
	e.Actor = setter
	return y.setUp(ctx, token, e, func(ctx context.Context, tx *scoped.Tx) error {
		return putSetting(ctx, tx, c, version, "", now)
	})
}

// FirstAdministrator makes the first user, who is an administrator, and ends the
// first run. Of two who try at once one succeeds; the other gets fault.Conflict.
func (y *System) FirstAdministrator(ctx context.Context, token [32]byte, u access.User, passwordHash string) error {
	if u.Staff != access.Admin {
		return fault.Wrap(fault.Internal, "set up", fmt.Errorf("the first user is %q", u.Staff))
	}
	e := ofPerson(u, administered(audit.UserChanged, y.now(), u.ID, "made", "yes", "staff", string(u.Staff)))
	e.Actor = setter
	return y.setUp(ctx, token, e, func(ctx context.Context, tx *scoped.Tx) error {
		if err := insertUser(ctx, tx, u, passwordHash, y.now()); err != nil {
			return err
		}
		_, err := tx.Run(ctx, "DELETE FROM setup")
		return fault.At("end the first run", err)
	})
}
