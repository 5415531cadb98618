package scoped

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"runtime"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"portico/sync/fault"
	"portico/sync/store/internal/folded"
)

// folding gives SQLite, which folds ASCII only, a function for the step of the
// schema that fills what searches look at. The driver keeps functions for the
// whole process.
var folding = sync.OnceValue(func() error {
	return sqlite.RegisterDeterministicScalarFunction("portico_fold", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		text, ok := args[0].(string)
		if !ok {
			return nil, fault.New(fault.Internal, "portico_fold takes a text")
		}
		return folded.Text(text), nil
	})
})

func openSQLite(ctx context.Context, o Options) (*DB, error) {
	if err := folding(); err != nil {
		return nil, fault.Wrap(fault.Setup, "prepare the database", err)
	}
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
	p := &pools{dialect: SQLite, viewers: bun.NewDB(reader, sqlitedialect.New()), system: bun.NewDB(writer, sqlitedialect.New()),
		path: o.Path, lane: newLane(), guard: o.Guard, prepared: map[string]*sql.Stmt{}}
	return &DB{pools: p, read: p.viewers, write: p.system}, nil
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
	if err := reach(ctx, db); err != nil {
		_ = db.Close()
		return nil, fault.Wrap(fault.Setup, "open database "+path, err)
	}
	return db, nil
}

// openWait is how long a database is waited for that another process keeps
// locked while it opens it.
const openWait = 20 * time.Second

// reach makes the first connection. Turning a fresh database to WAL needs it
// alone, and SQLite answers "busy" to the others at once, whatever busy_timeout
// says (https://www.sqlite.org/wal.html, "Activating And Configuring WAL Mode").
func reach(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()
	for {
		err := db.PingContext(ctx)
		var e *sqlite.Error
		if err == nil || !errors.As(err, &e) || e.Code()&0xff != sqlite3.SQLITE_BUSY {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// CopyTo writes a copy of SQLite as it is at one moment to a file that must not
// exist. Other processes go on writing meanwhile; this one does not.
func (db *DB) CopyTo(ctx context.Context, path string) error {
	_, err := db.system.DB.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}
