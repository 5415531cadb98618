package scoped

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// Hot runs a prepared read inside the transaction. The text must come from a
// bounded set (it is the cache's key), values only in args.
func (tx *Tx) Hot(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if tx.db.dialect == Postgres {
		tx.db.check(query)
		return tx.tx.Tx.QueryContext(ctx, tx.db.number(query), args...)
	}
	st, err := tx.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// Do executes a prepared statement inside the transaction.
func (tx *Tx) Do(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if tx.db.dialect == Postgres {
		tx.db.check(query)
		return tx.tx.Tx.ExecContext(ctx, tx.db.number(query), args...)
	}
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

// Prepare plans statements of the writer ahead of use, where they are planned by
// the pool and not by each connection.
func (db *DB) Prepare(ctx context.Context, queries ...string) error {
	for _, q := range queries {
		if db.dialect == Postgres {
			db.check(q)
			continue
		}
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

// number turns each ? outside of quotes into $1, $2, … once per text.
func (p *pools) number(query string) string {
	if done, ok := p.numbered.Load(query); ok {
		return done.(string)
	}
	var out strings.Builder
	quoted, n := false, 0
	for _, c := range []byte(query) {
		switch {
		case c == '\'':
			quoted = !quoted
		case c == '?' && !quoted:
			n++
			out.WriteString("$" + strconv.Itoa(n))
			continue
		}
		out.WriteByte(c)
	}
	done, _ := p.numbered.LoadOrStore(query, out.String())
	return done.(string)
}
