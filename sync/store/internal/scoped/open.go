// Package scoped is the only holder of the raw database handle. It hides which
// of the two databases is behind it, and keeps what must hold for every
// statement: on SQLite one writer with a priority lane and, in tests, a guard
// that refuses any statement on an account's table that does not name the
// account; on PostgreSQL a role for viewers whose every statement travels
// together with the account that it is for.
package scoped

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/uptrace/bun"
)

// DB is the database as one of its users sees it. It is safe for concurrent use.
type DB struct {
	*pools
	read    *bun.DB
	write   *bun.DB
	account string // PostgreSQL: whose rows every statement is for; "" is nobody's
	plainly bool   // SQLite, in test builds: reads take what those of an account take
}

// pools is what all views of one database share.
type pools struct {
	dialect Dialect
	system  *bun.DB // SQLite: the writer
	viewers *bun.DB // SQLite: the readers
	address Server  // PostgreSQL
	path    string  // SQLite: the file
	lane    lane    // SQLite: one writer at a time
	bulk    chan struct{}
	guard   bool

	mu       sync.Mutex
	prepared map[string]*sql.Stmt // SQLite: statements that are planned once
	numbered sync.Map             // PostgreSQL: the same statement with $1, $2
	plans    sync.Map             // statements of Read by their shape
}

// Dialect is the kind of a database.
type Dialect int

// Kinds of databases.
const (
	SQLite Dialect = iota
	Postgres
)

// Options say where the database is: a file of SQLite, or PostgreSQL.
type Options struct {
	Path   string // file of the SQLite database; its folder must exist
	Server Server // PostgreSQL, when one is named
	// Guard refuses statements on account tables without an account predicate.
	// Tests set it; it costs a regular expression per statement.
	Guard bool
}

// Open opens the database, and creates the file of SQLite. It does not migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Server.Named() {
		return openPostgres(ctx, o)
	}
	return openSQLite(ctx, o)
}

// Dialect is the kind of the database.
func (db *DB) Dialect() Dialect { return db.dialect }

// Viewers is the view for what is done for somebody who looks. On PostgreSQL it
// sees no account's rows until For names one.
func (db *DB) Viewers() *DB {
	view := *db
	if db.dialect == Postgres {
		view.read, view.write, view.account = db.viewers, db.viewers, ""
	}
	return &view
}

// For is the view of one account. SQLite has no second lock, and the view there
// is db itself.
func (db *DB) For(account fmt.Stringer) *DB {
	if db.dialect == SQLite {
		return db.vetted()
	}
	view := *db.Viewers()
	view.account = account.String()
	return &view
}

// Close waits for running statements and closes every pool.
func (db *DB) Close() error {
	db.mu.Lock()
	for _, st := range db.prepared {
		_ = st.Close()
	}
	db.prepared = map[string]*sql.Stmt{}
	db.mu.Unlock()
	if err := errors.Join(db.viewers.Close(), db.system.Close()); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

// Pools are the connections by who uses them: on SQLite those who read and the
// one that writes, on PostgreSQL the two roles.
func (db *DB) Pools() map[string]sql.DBStats {
	names := [2]string{"read", "write"}
	if db.dialect == Postgres {
		names = [2]string{"app", "system"}
	}
	return map[string]sql.DBStats{names[0]: db.viewers.Stats(), names[1]: db.system.Stats()}
}
