package scoped

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// session is a connection to PostgreSQL that sends each statement together with
// what is set for it, the account that it is for above all. A setting ends with
// the statement's transaction, so the next borrower of the connection finds none.
type session struct{ *stdlib.Conn }

// setting is sent ahead of a statement.
type setting struct{ statement, value string }

// settingKey is how a view tells the session what to set. It never leaves this
// package: who calls it passes accounts as parameters.
type settingKey struct{}

// within marks ctx with the account of a view.
func (db *DB) within(ctx context.Context) context.Context {
	if db.account == "" {
		return ctx
	}
	return context.WithValue(ctx, settingKey{}, setting{setAccount, db.account})
}

// setAccount is local to the transaction (the third argument), always.
const setAccount = "SELECT set_config('app.account', $1, true)"

// QueryContext implements driver.QueryerContext. Statements whose values are in
// their text are not worth a prepared statement.
func (s *session) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if first, ok := ctx.Value(settingKey{}).(setting); ok {
		return s.together(ctx, first, query, args)
	}
	if len(args) == 0 {
		args = []driver.NamedValue{{Ordinal: 1, Value: pgx.QueryExecModeSimpleProtocol}}
	}
	rows, err := s.Conn.QueryContext(ctx, query, args)
	return rows, away(err)
}

// ExecContext implements driver.ExecerContext.
func (s *session) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := s.Conn.ExecContext(ctx, query, args)
	return result, away(err)
}

// together sends a setting and the query in one batch, which PostgreSQL runs as
// one transaction.
func (s *session) together(ctx context.Context, first setting, query string, args []driver.NamedValue) (driver.Rows, error) {
	if s.Conn.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a.Value
	}
	batch := &pgx.Batch{}
	batch.Queue(first.statement, first.value)
	batch.Queue(query, values...)
	results := s.Conn.Conn().SendBatch(ctx, batch)
	if _, err := results.Exec(); err != nil {
		_ = results.Close()
		return nil, lost(err)
	}
	rows, err := results.Query()
	if err != nil {
		_ = results.Close()
		return nil, lost(err)
	}
	r := &answer{results: results, rows: rows}
	// The columns are known once the first row is here.
	if r.ahead = rows.Next(); !r.ahead && rows.Err() != nil {
		_ = r.Close()
		return nil, lost(rows.Err())
	}
	return r, nil
}

// BeginTx implements driver.ConnBeginTx: the account is set before anything else
// can run in the transaction.
func (s *session) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	begun, err := s.Conn.BeginTx(ctx, o)
	if err != nil {
		return nil, away(err)
	}
	tx := transaction{begun}
	if first, ok := ctx.Value(settingKey{}).(setting); ok {
		if _, err := s.Conn.Conn().Exec(ctx, first.statement, first.value); err != nil {
			_ = tx.Rollback()
			return nil, lost(err)
		}
	}
	return tx, nil
}

// transaction tells what a commit failed of. A commit whose answer was lost may
// have happened.
type transaction struct{ driver.Tx }

// Commit implements driver.Tx.
func (t transaction) Commit() error { return away(t.Tx.Commit()) }
