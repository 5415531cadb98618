// Package scoped is the only holder of the raw database handle. It keeps one
// writer with a priority lane, a pool of read-only connections, a cache of
// prepared statements for the hot reads, and, in tests, a guard that refuses
// any statement on an account's table that does not name the account.
package scoped

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"runtime"
	"sync"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"portico/sync/fault"
)

// DB is the database. It is safe for concurrent use.
type DB struct {
	read  *bun.DB
	write *bun.DB
	lane  lane
	guard bool

	mu       sync.Mutex
	prepared map[string]*sql.Stmt
}

// Options say where the database is.
type Options struct {
	Path string // file of the SQLite database; its folder must exist
	// Guard refuses statements on account tables without an account predicate.
	// Tests set it; it costs a regular expression per statement.
	Guard bool
}

// Open opens or creates the database file. It does not migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	writer, err := connect(ctx, o.Path, 1, "&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	reader, err := connect(ctx, o.Path, readers, "&_pragma=query_only(1)")
	if err != nil {
		_ = writer.Close()
		return nil, err
	}
	return &DB{
		read: bun.NewDB(reader, sqlitedialect.New()), write: bun.NewDB(writer, sqlitedialect.New()),
		lane: newLane(), guard: o.Guard, prepared: map[string]*sql.Stmt{},
	}, nil
}

// connect opens a pool of n connections. synchronous=FULL because "recorded" is
// said to a client only after the commit has reached the disk.
func connect(ctx context.Context, path string, n int, extra string) (*sql.DB, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-16000)&_pragma=temp_store(MEMORY)" + extra
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fault.Wrap(fault.Setup, "open database "+path, err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, fault.Wrap(fault.Setup, "open database "+path, err)
	}
	return db, nil
}

// Close waits for running statements and closes both pools.
func (db *DB) Close() error {
	db.mu.Lock()
	for _, st := range db.prepared {
		_ = st.Close()
	}
	db.prepared = map[string]*sql.Stmt{}
	db.mu.Unlock()
	if err := db.read.Close(); err != nil {
		return fmt.Errorf("close readers: %w", err)
	}
	return db.write.Close()
}

// Raw returns the writer for migrations, which own the whole database.
func (db *DB) Raw() *bun.DB { return db.write }
