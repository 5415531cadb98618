package scoped

import (
	"context"

	"github.com/uptrace/bun"
)

// Write runs f in one transaction. It commits when f returns nil and rolls back
// otherwise. SQLite has one writer at a time; on PostgreSQL transactions run
// side by side (READ COMMITTED), and what must not is kept apart by Tx.Alone and
// by the locks of rows.
func (db *DB) Write(ctx context.Context, p Priority, f func(ctx context.Context, tx *Tx) error) error {
	if db.dialect == Postgres {
		return db.writePostgres(ctx, p, f)
	}
	if err := db.lane.enter(ctx, p); err != nil {
		return err
	}
	defer db.lane.leave()
	return db.write.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		return f(ctx, &Tx{tx: tx, db: db})
	})
}

func (db *DB) writePostgres(ctx context.Context, p Priority, f func(ctx context.Context, tx *Tx) error) error {
	if p == Bulk {
		select {
		case db.bulk <- struct{}{}:
			defer func() { <-db.bulk }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	// Only the beginning knows the account: inside it is set already.
	return conn.RunInTx(db.within(ctx), nil, func(_ context.Context, tx bun.Tx) error {
		return f(ctx, &Tx{tx: tx, db: db, conn: conn})
	})
}

// Alone waits until no other transaction has named the same thing, and keeps it
// to this one until its end. On SQLite every transaction is alone.
func (tx *Tx) Alone(ctx context.Context, thing string) error {
	if tx.db.dialect == SQLite {
		return nil
	}
	_, err := tx.tx.Tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", thing)
	return err
}

// Free ends a query of rows that this transaction will change: rows that another
// one is changing are left out. SQLite has no such rows.
func (tx *Tx) Free() string {
	if tx.db.dialect == SQLite {
		return ""
	}
	return " FOR UPDATE SKIP LOCKED"
}

// Like compares without regard to upper and lower case: of A to Z on SQLite, of
// every letter on PostgreSQL.
func (db *DB) Like() string {
	if db.dialect == SQLite {
		return "LIKE"
	}
	return "ILIKE"
}
