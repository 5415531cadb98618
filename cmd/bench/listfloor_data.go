package main

import (
	"context"
	"database/sql"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// floorConns is how many connections a floor's list has.
const floorConns = 4

// floorSQLite asks by prepared statements.
type floorSQLite struct {
	db         *sql.DB
	who, which *sql.Stmt
}

func newFloorSQLite(ctx context.Context, path string) (*floorSQLite, error) {
	db, err := openFloor(path, floorConns)
	if err != nil {
		return nil, err
	}
	f := &floorSQLite{db: db}
	if f.who, err = db.PrepareContext(ctx, floorSession); err != nil {
		return nil, err
	}
	f.which, err = db.PrepareContext(ctx, floorRows)
	return f, err
}

func (f *floorSQLite) close() { _ = f.db.Close() }

func (f *floorSQLite) session(ctx context.Context, hash []byte) error {
	var id, name, email, expires string
	return f.who.QueryRowContext(ctx, hash).Scan(&id, &name, &email, &expires)
}

func (f *floorSQLite) rows(ctx context.Context, account string, add func(string, time.Time, floorRow)) error {
	rows, err := f.which.QueryContext(ctx, account)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row floorRow
		var id, updated string
		var since sql.NullString
		if err := rows.Scan(&id, &row.Number, &row.Title, &row.Person, &row.Label, &row.Turn, &since, &updated); err != nil {
			return err
		}
		at, err := time.Parse(floorLayout, updated)
		if err != nil {
			return err
		}
		add(id, at, row)
	}
	return rows.Err()
}

// floorPostgres asks pgx, which prepares a statement on each connection, as a
// superuser, whom no policy holds up.
type floorPostgres struct{ idle chan *pgx.Conn }

func newFloorPostgres(ctx context.Context, address string, as *url.Userinfo) (*floorPostgres, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	u.User = as
	f := &floorPostgres{make(chan *pgx.Conn, floorConns)}
	for range floorConns {
		conn, err := pgx.Connect(ctx, u.String())
		if err != nil {
			return nil, err
		}
		f.idle <- conn
	}
	return f, nil
}

func (f *floorPostgres) close() {
	for range floorConns {
		_ = (<-f.idle).Close(context.Background())
	}
}

var (
	floorSessionPostgres = strings.Replace(floorSession, "?", "$1", 1)
	floorRowsPostgres    = strings.Replace(floorRows, "?", "$1", 1)
)

func (f *floorPostgres) session(ctx context.Context, hash []byte) error {
	conn := <-f.idle
	defer func() { f.idle <- conn }()
	var id, name, email string
	var expires time.Time
	return conn.QueryRow(ctx, floorSessionPostgres, hash).Scan(&id, &name, &email, &expires)
}

func (f *floorPostgres) rows(ctx context.Context, account string, add func(string, time.Time, floorRow)) error {
	conn := <-f.idle
	defer func() { f.idle <- conn }()
	rows, err := conn.Query(ctx, floorRowsPostgres, account)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row floorRow
		var id string
		var since *time.Time
		var at time.Time
		if err := rows.Scan(&id, &row.Number, &row.Title, &row.Person, &row.Label, &row.Turn, &since, &at); err != nil {
			return err
		}
		add(id, at.UTC(), row)
	}
	return rows.Err()
}
