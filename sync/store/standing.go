package store

import (
	"context"
	"time"

	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// AuditStanding is how far the audit log is signed.
type AuditStanding struct {
	Head     time.Time // when the newest head was signed; zero when none was
	Unsigned int       // entries that no head covers yet
	Schema   int       // the newest step of the database
}

// AuditState tells how far the audit log is signed.
func (y *System) AuditState(ctx context.Context) (AuditStanding, error) {
	var out AuditStanding
	var heads []struct {
		Size int64
		At   moment
	}
	if err := y.db.Find(ctx, &heads, "SELECT size, at FROM audit_heads ORDER BY size DESC LIMIT 1"); err != nil {
		return out, fault.At("read the newest head", err)
	}
	covered := int64(0)
	if len(heads) > 0 {
		out.Head, covered = heads[0].At.Time, heads[0].Size
	}
	if err := y.db.Find(ctx, &out.Unsigned, "SELECT count(*) FROM audit_leaves WHERE n IS NULL OR n >= ?", covered); err != nil {
		return out, fault.At("count entries without a head", err)
	}
	err := y.db.Find(ctx, &out.Schema, "SELECT coalesce(max(number), 0) FROM schema_steps")
	return out, fault.At("read the schema", err)
}

// Processes counts those that work on this database; on SQLite there is one.
func (y *System) Processes(ctx context.Context) (n int, err error) {
	if y.db.Dialect() == scoped.SQLite {
		return 1, nil
	}
	// The numbers of processes are within this range, see Attend. Those of other locks
	// may be too (one in eight): while such a lock is held, for the length of a
	// transaction, the count is one too high.
	err = y.db.Find(ctx, &n, `SELECT count(*) FROM pg_locks p WHERE p.locktype = 'advisory' AND p.objsubid = 1 AND p.granted
		AND p.database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND (p.classid::bigint << 32) | p.objid::bigint >= ? AND (p.classid::bigint << 32) | p.objid::bigint < ?`, int64(1)<<61, int64(1)<<62)
	return n, fault.At("count processes", err)
}
