package scoped

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"portico/sync/fault"
)

// lockWait is how long a second starter waits for the first one's migration.
const lockWait = 60 * time.Second

// Raw returns what may read how the database is made: the writer of SQLite, the
// system role of PostgreSQL.
func (db *DB) Raw() *bun.DB { return db.system }

// Owner runs f with what may change the schema, while no other process does. The
// lock dies with its holder: it is a locked file beside SQLite and an advisory
// lock of the connection on PostgreSQL.
func (db *DB) Owner(ctx context.Context, f func(own bun.IDB) error) error {
	if db.dialect == SQLite {
		return db.ownFile(ctx, f)
	}
	pool, err := dial(ctx, "owner_url", db.address.Owner, 1)
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fault.Wrap(fault.Setup, "connect the owner", err)
	}
	defer func() { _ = conn.Close() }()
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	if _, err := conn.ExecContext(waiting, "SELECT pg_advisory_lock(hashtextextended('portico schema ' || current_schema(), 0))"); err != nil {
		return busy(err)
	}
	return f(conn)
}

// Moment runs f with the database as the system role of PostgreSQL sees it at
// one moment; nothing can be written.
func (db *DB) Moment(ctx context.Context, f func(at bun.IDB) error) error {
	return db.system.RunInTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, func(_ context.Context, tx bun.Tx) error { return f(tx) })
}

func (db *DB) ownFile(ctx context.Context, f func(own bun.IDB) error) error {
	lock := flock.New(db.path + ".migrate.lock")
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	ok, err := lock.TryLockContext(waiting, 50*time.Millisecond)
	if err != nil || !ok {
		return busy(err)
	}
	defer func() { _ = lock.Unlock() }()
	return f(db.system)
}

func busy(cause error) error {
	return fault.New(fault.Setup, "Another Portico is migrating this database and has not finished within a minute.").
		Because("lock the database for migration", cause)
}

// Named replaces :app, :system and :schema in a statement by the names of the
// roles and of the schema, which is quoted already.
func (db *DB) Named(query, schema string) string {
	quote := func(address string) string { return pgx.Identifier{role(address)}.Sanitize() }
	return strings.NewReplacer(":app", quote(db.address.App), ":system", quote(db.address.System), ":schema", schema).Replace(query)
}
