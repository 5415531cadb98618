package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// StartReset stores the hash of a password-reset token.
func (y *System) StartReset(ctx context.Context, token [32]byte, user string, expires time.Time) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "INSERT INTO resets (token_hash, user_id, expires_at) VALUES (?, ?, ?)", token[:], user, at(expires))
		return fault.At("start reset", err)
	})
}

// UseReset consumes a token and returns whose it is. Of two that try at once,
// one succeeds; the other gets fault.NotFound.
func (y *System) UseReset(ctx context.Context, token [32]byte, now time.Time) (user string, err error) {
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		return tx.Find(ctx, &user,
			"UPDATE resets SET used_at = ? WHERE token_hash = ? AND used_at IS NULL AND expires_at > ? RETURNING user_id",
			at(now), token[:], at(now))
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", spent()
	}
	return user, fault.At("use reset", err)
}

// PeekReset returns whose token it is and consumes nothing, because mail
// scanners open links before people do.
func (y *System) PeekReset(ctx context.Context, token [32]byte, now time.Time) (access.User, error) {
	var r userRow
	err := y.db.Find(ctx, &r, selectUser+`WHERE NOT disabled AND id =
		(SELECT user_id FROM resets WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?)`, token[:], at(now))
	if errors.Is(err, sql.ErrNoRows) {
		return access.User{}, spent()
	}
	return r.user(), fault.At("look at reset", err)
}

func spent() error {
	return fault.New(fault.NotFound, "This link was used already or has expired. Ask for a new one.")
}

// CountAttempts counts what was noted under key since then.
func (y *System) CountAttempts(ctx context.Context, key string, since time.Time) (int, error) {
	var n int
	err := y.db.Find(ctx, &n, "SELECT count(*) FROM attempts WHERE key = ? AND at > ?", key, at(since))
	return n, fault.At("count attempts", err)
}

// attemptsKept is how long attempts matter to any limit.
const attemptsKept = 24 * time.Hour

// NoteAttempt notes one attempt under key and forgets those of yesterday.
func (y *System) NoteAttempt(ctx context.Context, key string, when time.Time) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		if _, err := tx.Run(ctx, "DELETE FROM attempts WHERE key = ? AND at < ?", key, at(when.Add(-attemptsKept))); err != nil {
			return fault.At("forget attempts", err)
		}
		_, err := tx.Run(ctx, "INSERT INTO attempts (key, at) VALUES (?, ?)", key, at(when))
		return fault.At("note attempt", err)
	})
}

// ClearAttempts forgets what was noted under key.
func (y *System) ClearAttempts(ctx context.Context, key string) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "DELETE FROM attempts WHERE key = ?", key)
		return fault.At("clear attempts", err)
	})
}
