package scoped

import (
	"context"
	"database/sql/driver"

	"github.com/uptrace/bun"
)

// Presence is an advisory lock of PostgreSQL that lasts as long as the session
// that it was taken in, and therefore ends with the process, however that ends.
// It keeps one connection of the system role to itself, and is for one goroutine.
type Presence struct {
	conn   bun.Conn
	number int64
}

// Attend takes the lock of a number, which nobody else may use.
func (db *DB) Attend(ctx context.Context, number int64) (*Presence, error) {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	p := &Presence{conn: conn, number: number}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(?)", number); err != nil {
		p.End()
		return nil, err
	}
	return p, nil
}

// Lasts asks whether the session is there; when it is not, the lock is gone.
func (p *Presence) Lasts(ctx context.Context) error {
	_, err := p.conn.ExecContext(ctx, "SELECT 1")
	return err
}

// End ends the session, and the lock with it: back in the pool it would be kept.
func (p *Presence) End() {
	_ = p.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = p.conn.Close()
}
