package store

import (
	"context"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store/internal/scoped"
)

// TakeBudget takes up to want requests out of the purse that all processes share
// for a connection, and returns how many, or after how long to ask again. What is
// taken may be spent for remote.Stale. On PostgreSQL the database's own clock
// counts, because those of the processes may differ.
func (y *System) TakeBudget(ctx context.Context, c record.ConnectionID, pace remote.Pace, class remote.Class, want int) (n int, wait time.Duration, err error) {
	err = y.purse(ctx, c, time.Time{}, func(p *remote.Purse, now time.Time) {
		n, wait = p.Take(pace, class, want, now)
	})
	return n, wait, fault.At("take from a budget", err)
}

// HoldBudget lets no process take anything for a while (Retry-After).
func (y *System) HoldBudget(ctx context.Context, c record.ConnectionID, d time.Duration) error {
	err := y.purse(ctx, c, time.Time{}, func(p *remote.Purse, now time.Time) { p.Hold(d, now) })
	return fault.At("hold a budget", err)
}

// purse lets a purse be changed while nobody else does. at stands for the clock
// in tests.
func (y *System) purse(ctx context.Context, c record.ConnectionID, at time.Time, change func(p *remote.Purse, now time.Time)) error {
	// A person may be waiting for the request that this is about.
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, "budget "+c.String()); err != nil {
			return err
		}
		now := at
		if now.IsZero() {
			var err error
			if now, err = y.clock(ctx, tx); err != nil {
				return err
			}
		}
		var rows []struct{ SecondPaid, MinutePaid, DayPaid, HeldUntil moment }
		if err := tx.Find(ctx, &rows, "SELECT second_paid, minute_paid, day_paid, held_until FROM budgets WHERE connection_id = ?", c); err != nil {
			return err
		}
		var p remote.Purse
		if len(rows) > 0 {
			p = remote.Purse{Second: rows[0].SecondPaid.Time, Minute: rows[0].MinutePaid.Time, Day: rows[0].DayPaid.Time, Held: rows[0].HeldUntil.Time}
		}
		before := p
		change(&p, now)
		if p == before {
			return nil
		}
		_, err := tx.Run(ctx, `INSERT INTO budgets (connection_id, second_paid, minute_paid, day_paid, held_until) VALUES (?, ?, ?, ?, ?) ON CONFLICT (connection_id)
			DO UPDATE SET second_paid = excluded.second_paid, minute_paid = excluded.minute_paid, day_paid = excluded.day_paid, held_until = excluded.held_until`,
			c, moment{p.Second}, moment{p.Minute}, moment{p.Day}, moment{p.Held})
		return err
	})
}

// clock is one that all who share the database agree on.
func (y *System) clock(ctx context.Context, tx *scoped.Tx) (time.Time, error) {
	if y.db.Dialect() == scoped.SQLite {
		return y.now().UTC(), nil
	}
	var rows []struct{ Now moment }
	if err := tx.Find(ctx, &rows, "SELECT clock_timestamp() AS now"); err != nil {
		return time.Time{}, err
	}
	return rows[0].Now.Time, nil
}
