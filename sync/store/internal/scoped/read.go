package scoped

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5"
)

// Query is a read that is planned once per connection. Rest is the text from
// FROM on; it must come from a bounded set (it is the key of what is planned),
// values only in Args. Row takes each row before the next one is read.
type Query struct {
	Columns *Columns
	Rest    string
	Args    []any
	Row     func(f *Fields)
}

// Read runs queries in their order. PostgreSQL gets them, and the account of the
// view, in one go.
func (db *DB) Read(ctx context.Context, queries ...Query) error {
	if db.dialect == Postgres {
		return db.readTogether(ctx, queries)
	}
	for i := range queries {
		if err := db.readPacked(ctx, &queries[i]); err != nil {
			return err
		}
	}
	return nil
}

// shape is what makes two queries the same statement.
type shape struct {
	columns *Columns
	rest    string
}

// plan is a statement that was made ready.
type plan struct {
	text string
	st   *sql.Stmt // SQLite; PostgreSQL's driver prepares, and remembers by text
}

// plan makes the statement of a query ready, once.
func (db *DB) plan(ctx context.Context, q *Query) (*plan, error) {
	key := shape{q.Columns, q.Rest}
	if done, ok := db.plans.Load(key); ok {
		return done.(*plan), nil
	}
	made := &plan{text: "SELECT " + q.Columns.selected(db.dialect) + " " + q.Rest}
	db.check(made.text)
	if db.dialect == Postgres {
		made.text = db.number(made.text)
	} else {
		st, err := db.statement(ctx, db.read.DB, "r", made.text)
		if err != nil {
			return nil, err
		}
		made.st = st
	}
	done, _ := db.plans.LoadOrStore(key, made)
	return done.(*plan), nil
}

func (db *DB) readPacked(ctx context.Context, q *Query) error {
	p, err := db.plan(ctx, q)
	if err != nil {
		return err
	}
	rows, err := p.st.QueryContext(ctx, q.Args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	f := Fields{packed: true, n: q.Columns.n}
	to := []any{&f.row}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return err
		}
		f.next, f.at = 0, 0
		q.Row(&f)
		if err := f.done(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// tries is how many connections are tried of which the first bytes cannot be
// sent, as many as database/sql tries.
const tries = 3

func (db *DB) readTogether(ctx context.Context, queries []Query) (err error) {
	for range tries {
		var conn *sql.Conn
		if conn, err = db.read.DB.Conn(ctx); err != nil {
			return err
		}
		err = conn.Raw(func(c any) error { return c.(*session).read(ctx, db, queries) })
		_ = conn.Close()
		if !errors.Is(err, driver.ErrBadConn) {
			break
		}
	}
	return away(err)
}

// read sends the account and the queries in one batch, which PostgreSQL runs as
// one transaction.
func (s *session) read(ctx context.Context, db *DB, queries []Query) error {
	conn := s.Conn.Conn()
	if conn.IsClosed() {
		return driver.ErrBadConn
	}
	batch := &pgx.Batch{QueuedQueries: make([]*pgx.QueuedQuery, 0, len(queries)+1)}
	if db.account != "" {
		batch.Queue(setAccount, db.account)
	}
	for i := range queries {
		q := &queries[i]
		values := make([]any, len(q.Args))
		for i, a := range q.Args {
			v, err := driver.DefaultParameterConverter.ConvertValue(a)
			if err != nil {
				return err
			}
			values[i] = v
		}
		p, err := db.plan(ctx, q)
		if err != nil {
			return err
		}
		batch.Queue(p.text, values...)
	}
	results := conn.SendBatch(ctx, batch)
	err := s.take(results, db.account != "", queries)
	if closed := results.Close(); err == nil && closed != nil {
		err = lost(closed)
	}
	return err
}

func (s *session) take(results pgx.BatchResults, account bool, queries []Query) error {
	if account {
		if _, err := results.Exec(); err != nil {
			return lost(err)
		}
	}
	for i := range queries {
		rows, err := results.Query()
		if err != nil {
			return lost(err)
		}
		if err := queries[i].take(rows); err != nil {
			return err
		}
	}
	return nil
}

// take copies each row into one piece of memory: what the driver hands over is
// its own and only there until the next one.
func (q *Query) take(rows pgx.Rows) error {
	defer rows.Close()
	f := Fields{n: q.Columns.n, ends: make([]int, q.Columns.n)}
	var all []byte
	for rows.Next() {
		values := rows.RawValues()
		if len(values) != f.n {
			return errFields
		}
		all = all[:0]
		for i, v := range values {
			all = append(all, v...)
			f.ends[i] = len(all)
		}
		f.row, f.next, f.at = string(all), 0, 0
		q.Row(&f)
		if err := f.done(); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return lost(err)
	}
	return nil
}
