package store

import (
	"context"
	"time"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// Consent is somebody who is at a vendor to let us in.
type Consent struct {
	State      []byte // hash of what comes back with the person
	Session    []byte // hash of the session that began it
	User       string
	Connection record.ConnectionID
	Sealed     []byte
	Expires    time.Time
}

// BeginConsent notes that somebody was sent to a vendor, in the name of who is there.
func (y *System) BeginConsent(ctx context.Context, c Consent, connector string) error {
	e := administered(audit.ConnectionMade, y.now(), c.Connection.String(), "consent", "asked", "connector", connector)
	return y.administer(ctx, e, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "INSERT INTO consents (state_hash, session_hash, user_id, connection_id, sealed, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
			c.State, c.Session, c.User, c.Connection, c.Sealed, at(y.now()), at(c.Expires))
		return fault.At("note a consent", err)
	})
}

// TakeConsent returns what was begun, once. fault.NotFound is a state that is not
// known or belongs to another session, fault.Conflict one that was used, and
// fault.Limited one that is too old.
func (y *System) TakeConsent(ctx context.Context, state, session []byte) (Consent, error) {
	var c Consent
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		var rows []struct {
			UserID       string
			ConnectionID record.ConnectionID
			Sealed       []byte
			ExpiresAt    moment
			UsedAt       moment
		}
		err := tx.Find(ctx, &rows, "SELECT user_id, connection_id, sealed, expires_at, used_at FROM consents WHERE state_hash = ? AND session_hash = ?", state, session)
		if err != nil {
			return fault.At("read a consent", err)
		}
		if len(rows) == 0 {
			return fault.New(fault.NotFound, "")
		}
		r := rows[0]
		switch {
		case !r.UsedAt.IsZero():
			return fault.New(fault.Conflict, "")
		case !y.now().Before(r.ExpiresAt.Time):
			return fault.New(fault.Limited, "")
		}
		n, err := tx.Run(ctx, "UPDATE consents SET used_at = ?, sealed = ? WHERE state_hash = ? AND used_at IS NULL", at(y.now()), []byte{}, state)
		if err != nil {
			return fault.At("use a consent", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "")
		}
		c = Consent{State: state, Session: session, User: r.UserID, Connection: r.ConnectionID, Sealed: r.Sealed, Expires: r.ExpiresAt.Time}
		return nil
	})
	return c, err
}

// NoteConsent leaves in the log what came of a consent, in a word.
func (y *System) NoteConsent(ctx context.Context, c record.ConnectionID, what string) error {
	return y.administer(ctx, administered(audit.ConnectionMade, y.now(), c.String(), "consent", what), func(context.Context, *scoped.Tx) error { return nil })
}
