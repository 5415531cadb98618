package scoped

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"
)

// Tx is one write transaction.
type Tx struct {
	tx bun.Tx // not embedded: everything that runs passes the guard
	db *DB
}

// Write runs f in one transaction of the single writer. It commits when f
// returns nil and rolls back otherwise.
func (db *DB) Write(ctx context.Context, p Priority, f func(ctx context.Context, tx *Tx) error) error {
	if err := db.lane.enter(ctx, p); err != nil {
		return err
	}
	defer db.lane.leave()
	return db.write.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		return f(ctx, &Tx{tx, db})
	})
}

// Find runs a query that reads, with bun's placeholders, into dest.
func (db *DB) Find(ctx context.Context, dest any, query string, args ...any) error {
	db.check(query)
	if out, ok := column(dest); ok {
		return list(ctx, db.read, out, query, args...)
	}
	return db.read.NewRaw(query, args...).Scan(ctx, dest)
}

// Find is DB.Find inside the transaction.
func (tx *Tx) Find(ctx context.Context, dest any, query string, args ...any) error {
	tx.db.check(query)
	if out, ok := column(dest); ok {
		return list(ctx, tx.tx, out, query, args...)
	}
	return tx.tx.NewRaw(query, args...).Scan(ctx, dest)
}

// Run executes a statement and returns how many rows it touched.
func (tx *Tx) Run(ctx context.Context, query string, args ...any) (int64, error) {
	tx.db.check(query)
	res, err := tx.tx.NewRaw(query, args...).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Hot runs a prepared read: the statement is planned once per connection. The
// text must come from a bounded set (it is the cache's key), values only in args.
func (db *DB) Hot(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := db.statement(ctx, db.read.DB, "r", query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// Hot is DB.Hot inside the transaction.
func (tx *Tx) Hot(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := tx.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// Do executes a prepared statement inside the transaction.
func (tx *Tx) Do(ctx context.Context, query string, args ...any) (sql.Result, error) {
	st, err := tx.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

// statement prepares on the transaction's own connection: asking the pool for
// one while the only connection is in use would wait for ever.
func (tx *Tx) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	tx.db.mu.Lock()
	st, ok := tx.db.prepared["w"+query]
	tx.db.mu.Unlock()
	if ok {
		return tx.tx.StmtContext(ctx, st), nil
	}
	tx.db.check(query)
	return tx.tx.PrepareContext(ctx, query)
}

// Prepare plans statements of the writer ahead of use.
func (db *DB) Prepare(ctx context.Context, queries ...string) error {
	for _, q := range queries {
		if _, err := db.statement(ctx, db.write.DB, "w", q); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) statement(ctx context.Context, pool *sql.DB, side, query string) (*sql.Stmt, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if st, ok := db.prepared[side+query]; ok {
		return st, nil
	}
	db.check(query)
	st, err := pool.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	db.prepared[side+query] = st
	return st, nil
}
