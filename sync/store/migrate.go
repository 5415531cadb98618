package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/gofrs/flock"
	"github.com/uptrace/bun"

	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
	"portico/sync/store/migrations"
)

// lockWait is how long a second starter waits for the first one's migration.
const lockWait = 60 * time.Second

// Migrate brings the schema up to date. Each step is one transaction that also
// marks itself applied, so a crash leaves a whole number of steps behind it. A
// lock file beside the database lets one starter in at a time; the others wait.
func (s *Store) Migrate(ctx context.Context) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	steps, err := migrations.All(migrations.SQLite)
	if err != nil {
		return fault.Wrap(fault.Internal, "read migrations", err)
	}
	return s.apply(ctx, steps)
}

func (s *Store) apply(ctx context.Context, steps []migrations.Step) error {
	have, err := s.version(ctx)
	if err != nil {
		return err
	}
	if have > len(steps) {
		return newer(have, len(steps))
	}
	for _, step := range steps[have:] {
		if err := s.step(ctx, step.Up, "INSERT INTO schema_steps (number, name, applied_at) VALUES (?, ?, ?)",
			step.Number, step.Name, at(s.now())); err != nil {
			return fault.Wrap(fault.Internal, fmt.Sprintf("migrate up to %04d %s", step.Number, step.Name), err)
		}
	}
	return nil
}

// Rollback undoes the newest steps until the schema is at the given number.
func (s *Store) Rollback(ctx context.Context, to int) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	steps, err := migrations.All(migrations.SQLite)
	if err != nil {
		return fault.Wrap(fault.Internal, "read migrations", err)
	}
	have, err := s.version(ctx)
	if err != nil {
		return err
	}
	for n := min(have, len(steps)); n > to; n-- {
		if err := s.step(ctx, steps[n-1].Down, "DELETE FROM schema_steps WHERE number = ?", n); err != nil {
			return fault.Wrap(fault.Internal, fmt.Sprintf("migrate down from %04d", n), err)
		}
	}
	return nil
}

func (s *Store) step(ctx context.Context, ddl, mark string, args ...any) error {
	return s.db.Raw().RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.Tx.ExecContext(ctx, ddl); err != nil {
			return err
		}
		_, err := tx.NewRaw(mark, args...).Exec(ctx)
		return err
	})
}

// current refuses a schema that is not the program's own.
func (s *Store) current(ctx context.Context) error {
	steps, err := migrations.All(migrations.SQLite)
	if err != nil {
		return fault.Wrap(fault.Internal, "read migrations", err)
	}
	have, err := s.version(ctx)
	switch {
	case err != nil:
		return err
	case have > len(steps):
		return newer(have, len(steps))
	case have < len(steps):
		return fault.Newf(fault.Setup, "The database is at schema %d and this program needs %d. Run `portico migrate`.", have, len(steps))
	default:
		return nil
	}
}

func newer(have, want int) error {
	return fault.Newf(fault.Setup,
		"The database was written by a newer Portico (schema %d, this program knows %d). Start the newer program, or restore a backup from before the upgrade.", have, want)
}

// version returns how many steps are applied; 0 for an empty database.
func (s *Store) version(ctx context.Context) (int, error) {
	var name string
	err := s.db.Raw().NewRaw("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_steps'").Scan(ctx, &name)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = s.db.Raw().NewRaw(
			"CREATE TABLE IF NOT EXISTS schema_steps (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)").Exec(ctx)
		return 0, fault.Wrap(fault.Setup, "prepare the database", err)
	}
	if err != nil {
		return 0, fault.Wrap(fault.Setup, "read the schema of the database", err)
	}
	var n int
	err = s.db.Raw().NewRaw("SELECT coalesce(max(number), 0) FROM schema_steps").Scan(ctx, &n)
	return n, fault.Wrap(fault.Setup, "read the schema of the database", err)
}

// lock takes the lock file; the operating system frees it when its holder dies.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	lock := flock.New(s.path + ".migrate.lock")
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	ok, err := lock.TryLockContext(ctx, 50*time.Millisecond)
	if err != nil || !ok {
		return nil, fault.New(fault.Setup, "Another Portico is migrating this database and has not finished within a minute.").
			Because("lock the database for migration", err)
	}
	return func() { _ = lock.Unlock() }, nil
}

// Pending names the steps that Migrate would take on the database at path, and
// changes nothing; a database that does not exist lacks all of them.
func Pending(ctx context.Context, path string) ([]string, error) {
	steps, err := migrations.All(migrations.SQLite)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "read migrations", err)
	}
	have := 0
	if _, err := os.Stat(path); err == nil {
		db, err := scoped.Open(ctx, scoped.Options{Path: path})
		if err != nil {
			return nil, err
		}
		defer func() { _ = db.Close() }()
		if have, err = (&Store{core: core{db: db}}).version(ctx); err != nil {
			return nil, err
		}
	}
	if have > len(steps) {
		return nil, newer(have, len(steps))
	}
	var names []string
	for _, step := range steps[have:] {
		names = append(names, fmt.Sprintf("%04d %s", step.Number, step.Name))
	}
	return names, nil
}
