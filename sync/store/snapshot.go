package store

import (
	"context"
	"errors"
	"maps"

	"github.com/uptrace/bun"

	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// SystemPolicy is the policy that is made for a role of the configuration, and
// that a database with other roles makes anew.
const SystemPolicy = "system"

// Snapshot is a PostgreSQL at one moment that others can look at, too.
type Snapshot struct {
	Condition
	ID        string // as pg_export_snapshot names it
	Namespace string // the schema that holds the tables
	Server    int    // major version
}

// Snapshot calls f with the database as it is now, and keeps that moment until f
// returns. Everything is counted as the system role sees it.
func (s *Store) Snapshot(ctx context.Context, f func(Snapshot) error) error {
	if s.db.Dialect() != scoped.Postgres {
		return fault.Wrap(fault.Internal, "snapshot", errors.New("SQLite is copied"))
	}
	return s.db.Moment(ctx, func(tx bun.IDB) error {
		var at Snapshot
		err := tx.NewRaw("SELECT pg_export_snapshot(), current_schema(), current_setting('server_version_num')::int / 10000").Scan(ctx, &at.ID, &at.Namespace, &at.Server)
		if err != nil {
			return fault.Wrap(fault.Unavailable, "take a snapshot", err)
		}
		if at.Condition, err = s.count(ctx, tx); err != nil {
			return err
		}
		return f(at)
	})
}

// count describes the schema that a connection is in.
func (s *Store) count(ctx context.Context, in bun.IDB) (Condition, error) {
	c := Condition{Rows: map[string]int64{}}
	var tables []string
	if err := in.NewRaw("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").Scan(ctx, &tables); err != nil {
		return c, fault.Wrap(fault.Unavailable, "list tables", err)
	}
	for _, name := range tables {
		var n int64
		if err := in.NewRaw("SELECT count(*) FROM ?", bun.Ident(name)).Scan(ctx, &n); err != nil {
			return c, fault.Wrap(fault.Unavailable, "count "+name, err)
		}
		c.Rows[name] = n
	}
	var err error
	c.Schema, err = s.version(ctx, in)
	return c, err
}

// Vacant returns where a dump would be loaded, or refuses (fault.Invalid) when
// something is there already.
func Vacant(ctx context.Context, o Options) (Snapshot, error) {
	var at Snapshot
	err := beside(ctx, o, func(_ *Store, own bun.IDB) error {
		var things int
		err := own.NewRaw(`SELECT coalesce(current_schema(), ''), current_setting('server_version_num')::int / 10000,
			(SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace)`).Scan(ctx, &at.Namespace, &at.Server, &things)
		if err == nil && things > 0 {
			err = fault.New(fault.Invalid, "The database is not empty. A restore never writes over anything: name an empty one.")
		}
		return fault.Wrap(fault.Setup, "look at the database", err)
	})
	return at, err
}

// Adopt holds a database that was just loaded against what it should contain,
// and puts it on hold before any role but its owner may look into it. Hold says
// later why.
func Adopt(ctx context.Context, o Options, want Condition) error {
	return beside(ctx, o, func(s *Store, own bun.IDB) error {
		is, err := s.counted(ctx, own)
		if err != nil {
			return err
		}
		if is.Schema != want.Schema || !maps.Equal(is.Rows, want.Rows) {
			return fault.New(fault.Broken, "The database in the backup does not hold what its manifest says.")
		}
		_, err = own.NewRaw("INSERT INTO hold (one, since, why) VALUES (1, ?, '') ON CONFLICT (one) DO NOTHING", at(s.now())).Exec(ctx)
		return fault.Wrap(fault.Unavailable, "hold what was restored", err)
	})
}

// counted is count by the owner, for whom the policies are lifted meanwhile.
func (s *Store) counted(ctx context.Context, own bun.IDB) (Condition, error) {
	tx, err := own.BeginTx(ctx, nil)
	if err != nil {
		return Condition{}, fault.Wrap(fault.Unavailable, "count rows", err)
	}
	defer func() { _ = tx.Rollback() }() // which brings the policies back
	var forced []string
	if err := tx.NewRaw("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relforcerowsecurity").Scan(ctx, &forced); err != nil {
		return Condition{}, fault.Wrap(fault.Unavailable, "list protected tables", err)
	}
	for _, name := range forced {
		if _, err := tx.NewRaw("ALTER TABLE ? NO FORCE ROW LEVEL SECURITY", bun.Ident(name)).Exec(ctx); err != nil {
			return Condition{}, fault.Wrap(fault.Unavailable, "look into "+name, err)
		}
	}
	return s.count(ctx, tx)
}

// beside runs f as the owner of a PostgreSQL that this program does not serve.
func beside(ctx context.Context, o Options, f func(s *Store, own bun.IDB) error) error {
	db, err := scoped.Open(ctx, scoped.Options{Server: o.Server})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	s := &Store{core: core{db: db, now: o.clock()}}
	return db.Owner(ctx, func(own bun.IDB) error { return f(s, own) })
}
