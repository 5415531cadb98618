package store

import (
	"context"
	"encoding/json"
	"time"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store/internal/scoped"
)

// SealedToken is a connection's token as it is stored: what is secret in it is
// sealed, the times are not.
type SealedToken struct {
	Version     int64 // 0 when nothing was ever stored
	Sealed      []byte
	SignedIn    time.Time // when a person agreed; zero when nobody has to
	Got         time.Time
	Expires     time.Time
	RefreshEnds time.Time
	Ended       string // why nothing is asked with it any more, or ""
}

type tokenRow struct {
	Version       int64
	Sealed        []byte
	SignedInAt    moment
	GotAt         moment
	ExpiresAt     moment
	RefreshEndsAt moment
	Ended         string
}

// Token returns the newest token of a connection; one of version 0 when there is none.
func (y *System) Token(ctx context.Context, c record.ConnectionID) (SealedToken, error) {
	var rows []tokenRow
	err := y.db.Find(ctx, &rows, "SELECT version, sealed, signed_in_at, got_at, expires_at, refresh_ends_at, ended FROM tokens WHERE connection_id = ?", c)
	if err != nil || len(rows) == 0 {
		return SealedToken{}, fault.At("read token", err)
	}
	r := rows[0]
	return SealedToken{r.Version, r.Sealed, r.SignedInAt.Time, r.GotAt.Time, r.ExpiresAt.Time, r.RefreshEndsAt.Time, r.Ended}, nil
}

// LeaseToken takes the right to renew the token of that version for a time. False
// means that somebody else has it or that the version is not the newest. The lease
// is held by a row, so that it outlives no process for longer than it lasts; on
// PostgreSQL the database's own clock counts.
func (y *System) LeaseToken(ctx context.Context, c record.ConnectionID, version int64, lasts time.Duration) (mine bool, err error) {
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		now, err := y.clock(ctx, tx)
		if err != nil {
			return err
		}
		if version == 0 { // there may be no row to lease yet
			if _, err := tx.Run(ctx, "INSERT INTO tokens (connection_id, version, sealed) VALUES (?, 0, ?) ON CONFLICT DO NOTHING", c, []byte{}); err != nil {
				return err
			}
		}
		n, err := tx.Run(ctx, "UPDATE tokens SET leased_until = ? WHERE connection_id = ? AND version = ? AND (leased_until IS NULL OR leased_until <= ?)",
			at(now.Add(lasts)), c, version, at(now))
		mine = n == 1
		return err
	})
	return mine && err == nil, fault.At("lease token", err)
}

// SwapToken stores the token that follows a version and ends the lease. False means
// that another was stored meanwhile; nothing is changed then.
func (y *System) SwapToken(ctx context.Context, c record.ConnectionID, version int64, next SealedToken) (swapped bool, err error) {
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		swapped, err = swapToken(ctx, tx, c, version, next)
		return err
	})
	return swapped && err == nil, fault.At("store token", err)
}

// swapToken does it within a transaction. A row of version 0 may be there for its lease.
func swapToken(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, version int64, next SealedToken) (bool, error) {
	if version == 0 {
		if _, err := tx.Run(ctx, "INSERT INTO tokens (connection_id, version, sealed) VALUES (?, 0, ?) ON CONFLICT DO NOTHING", c, []byte{}); err != nil {
			return false, err
		}
	}
	n, err := tx.Run(ctx, `UPDATE tokens SET version = version + 1, sealed = ?, signed_in_at = ?, got_at = ?, expires_at = ?, refresh_ends_at = ?, ended = ?, leased_until = NULL
		WHERE connection_id = ? AND version = ?`,
		next.Sealed, at(next.SignedIn), at(next.Got), at(next.Expires), at(next.RefreshEnds), plain(next.Ended), c, version)
	return n == 1, err
}

// FreeToken ends the lease on a version without a new token.
func (y *System) FreeToken(ctx context.Context, c record.ConnectionID, version int64) error {
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "UPDATE tokens SET leased_until = NULL WHERE connection_id = ? AND version = ?", c, version)
		return err
	})
	return fault.At("free token", err)
}

// SignInAgain stores the token that a person has brought, whatever stands there, and
// the settings with what the system told. fault.Conflict is a connection whose
// settings somebody else changed meanwhile. Its leaf names who let us in.
func (y *System) SignInAgain(ctx context.Context, was remote.Connection, next SealedToken, settings map[string]string) error {
	before, err := json.Marshal(was.Settings)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode settings", err)
	}
	after, err := json.Marshal(settings)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode settings", err)
	}
	return y.administer(ctx, administered(audit.ConnectionMade, y.now(), was.ID.String(), "consent", "given"), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE connections SET settings = ? WHERE id = ? AND settings = ?", string(after), was.ID, string(before))
		if err != nil {
			return fault.At("store what was learned", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "Somebody else changed this connection meanwhile. Sign in once more.")
		}
		return putToken(ctx, tx, was.ID, next)
	})
}

// putToken stores a token over whatever is there. A renewal that is under way finds
// that its version is over.
func putToken(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, next SealedToken) error {
	_, err := tx.Run(ctx, `INSERT INTO tokens (connection_id, version, sealed, signed_in_at, got_at, expires_at, refresh_ends_at, ended) VALUES (?, 1, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (connection_id) DO UPDATE SET version = tokens.version + 1, sealed = excluded.sealed, signed_in_at = excluded.signed_in_at,
		got_at = excluded.got_at, expires_at = excluded.expires_at, refresh_ends_at = excluded.refresh_ends_at, ended = excluded.ended, leased_until = NULL`,
		c, next.Sealed, at(next.SignedIn), at(next.Got), at(next.Expires), at(next.RefreshEnds), plain(next.Ended))
	return fault.At("store token", err)
}
