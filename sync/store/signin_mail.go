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

// StartMailedSignIn keeps the hashes of a sign-in by mail; it takes the place of
// an older one of the same user.
func (y *System) StartMailedSignIn(ctx context.Context, m access.MailedSignIn) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, `INSERT INTO signin_mails (user_id, link_hash, code_hash, expires_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (user_id) DO UPDATE SET link_hash = excluded.link_hash, code_hash = excluded.code_hash, expires_at = excluded.expires_at`,
			m.User, m.Link[:], m.Code[:], at(m.Expires))
		return fault.At("start sign-in by mail", err)
	})
}

// PeekMailedSignIn returns whose link it is and consumes nothing, because mail
// scanners open links before people do; fault.NotFound when it opens nothing.
func (y *System) PeekMailedSignIn(ctx context.Context, link [32]byte, now time.Time) (access.User, error) {
	var r userRow
	err := y.db.Find(ctx, &r, selectUser+`WHERE NOT disabled AND id =
		(SELECT user_id FROM signin_mails WHERE link_hash = ? AND expires_at > ?)`, link[:], at(now))
	if errors.Is(err, sql.ErrNoRows) {
		return access.User{}, spent()
	}
	return r.user(), fault.At("look at sign-in by mail", err)
}

// UseMailedLink consumes the sign-in of a link and returns whose it is. Of two
// that try at once, one succeeds; the other gets fault.NotFound, as somebody does
// who was disabled since the mail was sent.
func (y *System) UseMailedLink(ctx context.Context, link [32]byte, now time.Time) (access.User, error) {
	return y.useMailed(ctx, "link_hash", link, now)
}

// UseMailedCode is UseMailedLink for the code.
func (y *System) UseMailedCode(ctx context.Context, code [32]byte, now time.Time) (access.User, error) {
	return y.useMailed(ctx, "code_hash", code, now)
}

func (y *System) useMailed(ctx context.Context, by string, hash [32]byte, now time.Time) (access.User, error) {
	var r userRow
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		var user string
		err := tx.Find(ctx, &user, "DELETE FROM signin_mails WHERE "+by+" = ? AND expires_at > ? RETURNING user_id", hash[:], at(now))
		if err != nil {
			return err
		}
		return tx.Find(ctx, &r, selectUser+"WHERE id = ? AND NOT disabled", user)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return access.User{}, spent()
	}
	return r.user(), fault.At("use sign-in by mail", err)
}
