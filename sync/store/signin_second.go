package store

import (
	"context"
	"database/sql"
	"errors"

	"portico/sync/access"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// SecondStep returns how a user proves a sign-in; the zero value when the first
// step is enough.
func (y *System) SecondStep(ctx context.Context, user string) (access.SecondStep, error) {
	var r struct {
		Totp      string
		TotpStep  int64
		TotpSince moment
		Codes     int
	}
	err := y.db.Find(ctx, &r, `SELECT totp, totp_step, totp_since, (SELECT count(*) FROM recovery_codes c WHERE c.user_id = u.id) AS codes
		FROM users u WHERE id = ?`, user)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "There is no such user.")
	}
	return access.SecondStep{Sealed: r.Totp, Last: r.TotpStep, Since: r.TotpSince.Time, Codes: r.Codes}, fault.At("read the second step", err)
}

// StartSecondStep sets up or replaces a user's second step: the sealed secret, the
// step of the code that proved it, and the hashes of fresh recovery codes. Every
// session but the one that is kept ends.
func (y *System) StartSecondStep(ctx context.Context, user string, s access.SecondStep, codes [][32]byte, keep string) error {
	now := y.now()
	return y.administer(ctx, byPerson(audit.SecondStepMade, now, user), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE users SET totp = ?, totp_step = ?, totp_since = ? WHERE id = ? AND NOT disabled", s.Sealed, s.Last, at(now), user)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "There is no such user.")
		}
		if err == nil {
			err = recoverable(ctx, tx, user, codes)
		}
		if err == nil {
			_, err = tx.Run(ctx, "DELETE FROM sessions WHERE user_id = ? AND id <> ?", user, keep)
		}
		return fault.At("set up the second step", err)
	})
}

// NewRecoveryCodes replaces the recovery codes of a user who has a second step.
func (y *System) NewRecoveryCodes(ctx context.Context, user string, codes [][32]byte) error {
	return y.administer(ctx, byPerson(audit.SecondStepMade, y.now(), user, "codes", "new"), func(ctx context.Context, tx *scoped.Tx) error {
		var has bool
		if err := tx.Find(ctx, &has, "SELECT EXISTS (SELECT 1 FROM users WHERE id = ? AND totp <> '')", user); err != nil {
			return fault.At("look for the second step", err)
		}
		if !has {
			return noSecondStep()
		}
		return fault.At("keep recovery codes", recoverable(ctx, tx, user, codes))
	})
}

// recoverable replaces the recovery codes of a user.
func recoverable(ctx context.Context, tx *scoped.Tx, user string, codes [][32]byte) error {
	if _, err := tx.Run(ctx, "DELETE FROM recovery_codes WHERE user_id = ?", user); err != nil {
		return err
	}
	for _, code := range codes {
		if _, err := tx.Run(ctx, "INSERT INTO recovery_codes (user_id, code_hash) VALUES (?, ?)", user, code[:]); err != nil {
			return err
		}
	}
	return nil
}

// UseStep spends the code of a step, and with it those of the steps before: a code
// that was read over somebody's shoulder opens nothing (RFC 6238 §5.2). Of two
// that try at once one succeeds; the other gets fault.Conflict.
func (y *System) UseStep(ctx context.Context, user string, step int64) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE users SET totp_step = ? WHERE id = ? AND totp <> '' AND totp_step < ?", step, user, step)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "This code was used already.")
		}
		return fault.At("use a code", err)
	})
}

// UseRecoveryCode spends one of a user's recovery codes; fault.NotFound when it is
// none of them, or not any more.
func (y *System) UseRecoveryCode(ctx context.Context, user string, code [32]byte) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "DELETE FROM recovery_codes WHERE user_id = ? AND code_hash = ?", user, code[:])
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "This is no recovery code, or it was used.")
		}
		return fault.At("use a recovery code", err)
	})
}

// EndSecondStep takes a user's second step away; by is who does it, "" for the
// command line, which also ends every session.
func (y *System) EndSecondStep(ctx context.Context, user, by string) error {
	e := byPerson(audit.SecondStepEnded, y.now(), user)
	set := "totp = ''"
	if by == "" {
		e, set = administered(audit.SecondStepEnded, y.now(), user), set+", epoch = epoch + 1"
	}
	return y.administer(ctx, e, func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE users SET "+set+", totp_since = NULL WHERE id = ? AND totp <> ''", user)
		if err == nil && n == 0 {
			return noSecondStep()
		}
		if err == nil {
			_, err = tx.Run(ctx, "DELETE FROM recovery_codes WHERE user_id = ?", user)
		}
		return fault.At("end the second step", err)
	})
}

func noSecondStep() error {
	return fault.New(fault.NotFound, "This person signs in without a second step.")
}
