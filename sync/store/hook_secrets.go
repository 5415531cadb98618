package store

import (
	"context"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// theSystem stands in a leaf for the system of record itself.
const theSystem = "system"

// LearnSecret keeps a sealed credential that the system told us by itself; false when
// there is one already, which stays. Its leaf names the system.
func (y *System) LearnSecret(ctx context.Context, c record.ConnectionID, field string, sealed []byte) (kept bool, err error) {
	e := audit.New(audit.ConnectionMade, y.now(), theSystem, c.String())
	e.Facts = pairs([]string{"secret learned", field})
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, `INSERT INTO secrets (connection_id, field, sealed, changed_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (connection_id, field) DO NOTHING`, c, field, sealed, at(y.now()))
		if err != nil {
			return err
		}
		if kept = n > 0; !kept {
			return nil
		}
		return leave(ctx, tx, e)
	})
	return kept, fault.At("keep a secret that the system told", err)
}

// DropSecret forgets a credential of a connection, so that nothing counts that it proves.
func (y *System) DropSecret(ctx context.Context, c record.ConnectionID, field string) error {
	return y.administer(ctx, administered(audit.ConnectionMade, y.now(), c.String(), "secret removed", field), func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "DELETE FROM secrets WHERE connection_id = ? AND field = ?", c, field)
		return fault.At("forget secret", err)
	})
}
