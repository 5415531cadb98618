package store

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/uptrace/bun"

	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
	"portico/sync/store/migrations"
)

// Migrate brings the schema up to date. Each step is one transaction that also
// marks itself applied, so a crash leaves a whole number of steps behind it. A
// lock lets one starter in at a time; the others wait. On PostgreSQL it also
// gives the roles their rights.
func (s *Store) Migrate(ctx context.Context) error {
	steps, err := s.steps()
	if err != nil {
		return err
	}
	return s.apply(ctx, steps)
}

func (s *Store) steps() ([]migrations.Step, error) {
	dialect := migrations.SQLite
	if s.db.Dialect() == scoped.Postgres {
		dialect = migrations.Postgres
	}
	steps, err := migrations.All(dialect)
	return steps, fault.Wrap(fault.Internal, "read migrations", err)
}

func (s *Store) apply(ctx context.Context, steps []migrations.Step) error {
	return s.db.Owner(ctx, func(own bun.IDB) error {
		_, err := own.NewRaw("CREATE TABLE IF NOT EXISTS schema_steps (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)").Exec(ctx)
		if err != nil {
			return fault.Wrap(fault.Setup, "prepare the database", err)
		}
		missing, err := s.missing(ctx, own, steps)
		if err != nil {
			return err
		}
		for _, step := range missing {
			if err := s.step(ctx, own, step.Up, "INSERT INTO schema_steps (number, name, applied_at) VALUES (?, ?, ?)",
				step.Number, step.Name, at(s.now())); err != nil {
				return fault.Wrap(fault.Internal, fmt.Sprintf("migrate up to %04d %s", step.Number, step.Name), err)
			}
		}
		return s.permit(ctx, own)
	})
}

// permit gives the roles of PostgreSQL what they may do with the schema as it is now.
func (s *Store) permit(ctx context.Context, own bun.IDB) error {
	if s.db.Dialect() == scoped.SQLite {
		return nil
	}
	var schema string
	if err := own.NewRaw("SELECT quote_ident(current_schema())").Scan(ctx, &schema); err != nil {
		return fault.Wrap(fault.Setup, "find the schema", err)
	}
	err := own.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.Tx.ExecContext(ctx, s.db.Named(migrations.Roles(), schema))
		return err
	})
	return fault.Wrap(fault.Setup, "give the roles their rights", err)
}

// Rollback undoes the newest steps until the schema is at the given number.
func (s *Store) Rollback(ctx context.Context, to int) error {
	steps, err := s.steps()
	if err != nil {
		return err
	}
	return s.db.Owner(ctx, func(own bun.IDB) error {
		have, err := s.applied(ctx, own)
		if err != nil {
			return err
		}
		for _, step := range slices.Backward(steps) {
			if step.Number <= to || !slices.Contains(have, step.Number) {
				continue
			}
			if err := s.step(ctx, own, step.Down, "DELETE FROM schema_steps WHERE number = ?", step.Number); err != nil {
				return fault.Wrap(fault.Internal, fmt.Sprintf("migrate down from %04d", step.Number), err)
			}
		}
		return nil
	})
}

func (s *Store) step(ctx context.Context, own bun.IDB, ddl, mark string, args ...any) error {
	return own.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.Tx.ExecContext(ctx, ddl); err != nil {
			return err
		}
		_, err := tx.NewRaw(mark, args...).Exec(ctx)
		return err
	})
}

// current refuses a schema that is not the program's own.
func (s *Store) current(ctx context.Context) error {
	steps, err := s.steps()
	if err != nil {
		return err
	}
	missing, err := s.missing(ctx, s.db.Raw(), steps)
	if err != nil || len(missing) == 0 {
		return err
	}
	have, err := s.schema(ctx)
	if err != nil {
		return err
	}
	return fault.Newf(fault.Setup, "The database is at schema %d and this program needs %d. Run `portico migrate`.", have, migrations.Newest(steps))
}

// missing are the steps that a database lacks, whatever their place in the order;
// one that has a later step than the program knows is refused.
func (s *Store) missing(ctx context.Context, from bun.IDB, steps []migrations.Step) ([]migrations.Step, error) {
	have, err := s.applied(ctx, from)
	if err != nil {
		return nil, err
	}
	if len(have) > 0 && slices.Max(have) > migrations.Newest(steps) {
		return nil, newer(slices.Max(have), migrations.Newest(steps))
	}
	return slices.DeleteFunc(slices.Clone(steps), func(step migrations.Step) bool { return slices.Contains(have, step.Number) }), nil
}

func newer(have, want int) error {
	return fault.Newf(fault.Setup,
		"The database was written by a newer Portico (schema %d, this program knows %d). Start the newer program, or restore a backup from before the upgrade.", have, want)
}

// schema returns the newest step that is applied, as the program sees it.
func (s *Store) schema(ctx context.Context) (int, error) { return s.version(ctx, s.db.Raw()) }

// version returns the number of the newest step that is applied; 0 for an empty
// database.
func (s *Store) version(ctx context.Context, from bun.IDB) (int, error) {
	have, err := s.applied(ctx, from)
	if err != nil || len(have) == 0 {
		return 0, err
	}
	return slices.Max(have), nil
}

// applied lists the numbers of the steps that are applied. A starter that died
// between its steps and the rights of the roles leaves steps that nobody but the
// owner may see: to the others they are missing, so that they ask for a migration,
// which completes it.
func (s *Store) applied(ctx context.Context, from bun.IDB) ([]int, error) {
	const (
		onSQLite   = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_steps'"
		onPostgres = "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace(current_schema()) AND relname = 'schema_steps' AND has_table_privilege(oid, 'SELECT')"
	)
	exists := onSQLite
	if s.db.Dialect() == scoped.Postgres {
		exists = onPostgres
	}
	var n int
	var numbers []int
	err := from.NewRaw(exists).Scan(ctx, &n)
	if err == nil && n > 0 {
		err = from.NewRaw("SELECT number FROM schema_steps").Scan(ctx, &numbers)
	}
	return numbers, fault.Wrap(fault.Setup, "read the schema of the database", err)
}

// Pending names the steps that Migrate would take on a database, and changes
// nothing; a file that does not exist lacks all of them.
func Pending(ctx context.Context, o Options) ([]string, error) {
	s := &Store{}
	if _, err := os.Stat(o.Path); err == nil || o.Server.Named() {
		db, err := scoped.Open(ctx, scoped.Options{Path: o.Path, Server: o.Server})
		if err != nil {
			return nil, err
		}
		defer func() { _ = db.Close() }()
		s.db = db
	}
	return s.pending(ctx)
}

func (s *Store) pending(ctx context.Context) ([]string, error) {
	var missing []migrations.Step
	var err error
	if s.db == nil {
		missing, err = migrations.All(migrations.SQLite)
	} else if steps, read := s.steps(); read != nil {
		err = read
	} else {
		missing, err = s.missing(ctx, s.db.Raw(), steps)
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, step := range missing {
		names = append(names, fmt.Sprintf("%04d %s", step.Number, step.Name))
	}
	return names, nil
}
