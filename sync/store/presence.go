package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"slices"
	"sync/atomic"

	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// leased are the tables whose rows processes lease.
var leased = []string{"streams", "actions", "webhook_deliveries", "hooks"}

// Attendance is how processes on one PostgreSQL know of each other's end. Each
// holds a lock that ends with its session, and signs its leases with the number
// of the lock. Leases of a number that nobody holds are given to others at once,
// instead of when they run out. That is safe even for a process that lives and
// only lost its session: giving a lease away raises the fence, so that it can
// announce and settle nothing any more; and of an action that was announced
// before, the time until which its request may be under way stays in due_at,
// before which nobody takes it. It is for one goroutine.
type Attendance struct {
	sys    *System
	number int64
	lock   *scoped.Presence
	absent []int64 // who was away at the last look
}

// presence is what claims are signed with; 0 means that nobody could tell
// whether this process lives, and its leases end by time alone.
type presence struct{ number atomic.Int64 }

// signature is the holder of a lease that is taken now.
func (y *System) signature() any {
	if n := y.present.number.Load(); n != 0 {
		return n
	}
	return nil
}

// Attend begins to be present. On SQLite there is nobody else, and it returns
// nil, which may be used.
func (y *System) Attend() (*Attendance, error) {
	if y.db.Dialect() == scoped.SQLite {
		return nil, nil
	}
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, fault.Wrap(fault.Internal, "draw a number", err)
	}
	// Positive, and far from the numbers that people choose.
	return &Attendance{sys: y, number: int64(binary.BigEndian.Uint64(random[:])>>2) | 1<<61}, nil
}

// Look sees to it that this process is known to be alive, and frees the leases of
// those that are gone. It is to be called every second or two: a process counts
// as gone when two looks in a row found nobody holding its lock, so that one that
// lost its session has time for a new one. freed is how many leases that were.
func (a *Attendance) Look(ctx context.Context) (freed int64, err error) {
	if a == nil {
		return 0, nil
	}
	if err := a.appear(ctx); err != nil {
		return 0, fault.At("be present", err)
	}
	absent, err := a.sys.absent(ctx)
	if err != nil {
		return 0, fault.At("look for processes that are gone", err)
	}
	was := a.absent
	a.absent = absent
	for _, number := range absent {
		if number == a.number || !slices.Contains(was, number) {
			continue
		}
		n, err := a.sys.free(ctx, number)
		if err != nil {
			return freed, fault.At("free the leases of a process that is gone", err)
		}
		freed += n
	}
	return freed, nil
}

// Leave ends being present.
func (a *Attendance) Leave() {
	if a == nil || a.lock == nil {
		return
	}
	a.sys.present.number.Store(0)
	a.lock.End()
	a.lock = nil
}

// appear holds the lock, and takes it anew when its session was lost.
func (a *Attendance) appear(ctx context.Context) error {
	if a.lock != nil {
		err := a.lock.Lasts(ctx)
		if err == nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		a.Leave()
	}
	lock, err := a.sys.db.Attend(ctx, a.number)
	if err != nil {
		return err
	}
	a.lock = lock
	a.sys.present.number.Store(a.number)
	return nil
}

// deserted are the holders of leases whose lock nobody holds. A lock with one number
// is listed by its halves (PostgreSQL, pg_locks).
const deserted = scoped.System + `SELECT DISTINCT l.holder FROM (SELECT holder FROM streams WHERE lease_until IS NOT NULL
	UNION ALL SELECT holder FROM actions WHERE lease_until IS NOT NULL
	UNION ALL SELECT holder FROM webhook_deliveries WHERE lease_until IS NOT NULL
	UNION ALL SELECT holder FROM hooks WHERE lease_until IS NOT NULL) l
	WHERE l.holder IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_locks p WHERE p.locktype = 'advisory' AND p.objsubid = 1 AND p.granted
		AND p.database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND (p.classid::bigint << 32) | p.objid::bigint = l.holder)`

func (y *System) absent(ctx context.Context) (numbers []int64, err error) {
	return numbers, y.db.Find(ctx, &numbers, deserted)
}

// free ends the leases of a process whose lock can be had.
func (y *System) free(ctx context.Context, number int64) (n int64, err error) {
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		n = 0
		var had []bool
		if err := tx.Find(ctx, &had, "SELECT pg_try_advisory_xact_lock(?)", number); err != nil || !had[0] {
			return err // it is back, or another process frees
		}
		for _, table := range leased {
			freed, err := tx.Run(ctx, scoped.System+"UPDATE "+table+" SET lease_until = NULL, holder = NULL, fence = fence + 1 WHERE holder = ? AND lease_until IS NOT NULL", number)
			if err != nil {
				return err
			}
			n += freed
		}
		return nil
	})
	return n, err
}
