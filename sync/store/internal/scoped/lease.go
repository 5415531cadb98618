package scoped

import "context"

// unhurried is the setting under which a commit does not wait for the disk. It is
// local to the transaction (the third argument), always.
const unhurried = "SELECT set_config('synchronous_commit', $1, true)"

// Lease runs one statement that takes work for a while, in a transaction of its
// own, and reads the row that it returns into dest, a struct; sql.ErrNoRows when
// it took nothing.
//
// On PostgreSQL that is one trip, and it does not wait for the disk: a server that
// crashes may forget the newest leases
// (https://www.postgresql.org/docs/current/wal-async-commit.html). So a lease must be
// all that the statement writes, and who holds it must be refused by its fence
// before anything is done that counts. A later commit that waited for the disk is
// never kept without the lease it was made under.
func (db *DB) Lease(ctx context.Context, p Priority, dest any, query string, args ...any) error {
	if db.dialect == SQLite {
		return db.Write(ctx, p, func(ctx context.Context, tx *Tx) error { return tx.Find(ctx, dest, query, args...) })
	}
	db.check(query)
	ctx = context.WithValue(ctx, settingKey{}, setting{unhurried, "off"})
	rows, err := db.write.DB.QueryContext(ctx, db.number(query), args...)
	if err != nil {
		return err
	}
	return scan(ctx, db.write, rows, dest)
}
