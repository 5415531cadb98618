package scoped

import (
	"context"
	"database/sql"
	"reflect"

	"github.com/uptrace/bun"
)

// Tx is one write transaction.
type Tx struct {
	tx   bun.Tx // not embedded: everything that runs passes the guard
	db   *DB
	conn bun.Conn // PostgreSQL: the connection that tx is on
}

// Find runs a query that reads, with bun's placeholders, into dest. Values that
// bun writes in its own way (bun.In) are for views of no account.
func (db *DB) Find(ctx context.Context, dest any, query string, args ...any) error {
	db.check(query)
	db.plain(query, args)
	out, isColumn := column(dest)
	if db.account != "" {
		// One text whatever the values, so that PostgreSQL plans it once.
		rows, err := db.read.DB.QueryContext(db.within(ctx), db.number(query), args...)
		switch {
		case err != nil:
			return err
		case isColumn:
			return list(rows, out)
		default:
			return scan(ctx, db.read, rows, dest)
		}
	}
	if isColumn {
		rows, err := db.read.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		return list(rows, out)
	}
	return db.read.NewRaw(query, args...).Scan(ctx, dest)
}

// scan reads rows into dest; sql.ErrNoRows when it is one struct and there is none.
func scan(ctx context.Context, db *bun.DB, rows *sql.Rows, dest any) error {
	to := reflect.ValueOf(dest).Elem()
	if to.Kind() != reflect.Struct {
		return db.ScanRows(ctx, rows, dest)
	}
	all := reflect.New(reflect.SliceOf(to.Type()))
	if err := db.ScanRows(ctx, rows, all.Interface()); err != nil {
		return err
	}
	if all.Elem().Len() == 0 {
		return sql.ErrNoRows
	}
	to.Set(all.Elem().Index(0))
	return nil
}

// Dialect is the kind of the database.
func (tx *Tx) Dialect() Dialect { return tx.db.dialect }

// Find is DB.Find inside the transaction.
func (tx *Tx) Find(ctx context.Context, dest any, query string, args ...any) error {
	tx.db.check(query)
	if out, ok := column(dest); ok {
		rows, err := tx.tx.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		return list(rows, out)
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
