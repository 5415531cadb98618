package store

import (
	"context"
	"errors"
	"strings"

	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// CopyTo writes a copy of the database as it is at one moment to a new file,
// while others go on writing. PostgreSQL has Snapshot.
func (s *Store) CopyTo(ctx context.Context, path string) error {
	if s.db.Dialect() == scoped.Postgres {
		return fault.Wrap(fault.Internal, "copy", errors.New("PostgreSQL is no file"))
	}
	return fault.Wrap(fault.Unavailable, "copy the database", s.db.CopyTo(ctx, path))
}

// Condition is what can be seen of a database from outside.
type Condition struct {
	Schema int              // how many steps were applied
	Rows   map[string]int64 // by table
	Damage []string         // what SQLite finds broken, at most a hundred sentences
}

// Examine looks at a file of SQLite that nobody else uses. It changes no row.
func Examine(ctx context.Context, path string) (Condition, error) {
	db, err := scoped.Open(ctx, scoped.Options{Path: path})
	if err != nil {
		return Condition{}, err
	}
	c, err := (&Store{core: core{db: db}}).examine(ctx)
	if closed := db.Close(); err == nil {
		err = closed // the last one to close puts everything into the one file
	}
	return c, err
}

func (s *Store) examine(ctx context.Context) (Condition, error) {
	c := Condition{Rows: map[string]int64{}}
	var found []string
	if err := s.db.Find(ctx, &found, "PRAGMA integrity_check"); err != nil {
		return c, fault.Wrap(fault.Broken, "check the database", err)
	}
	for _, sentence := range found {
		if sentence != "ok" {
			c.Damage = append(c.Damage, sentence)
		}
	}
	var orphans []string
	if err := s.db.Find(ctx, &orphans, "SELECT DISTINCT \"table\" || ' names a row of ' || parent || ' that is not there' FROM pragma_foreign_key_check"); err != nil {
		return c, fault.Wrap(fault.Broken, "check the database", err)
	}
	c.Damage = append(c.Damage, orphans...)
	var tables []string
	if err := s.db.Find(ctx, &tables, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"); err != nil {
		return c, fault.Wrap(fault.Broken, "list tables", err)
	}
	for _, name := range tables {
		var n int64
		if err := s.db.Find(ctx, &n, `SELECT count(*) FROM "`+strings.ReplaceAll(name, `"`, `""`)+`"`); err != nil {
			return c, fault.Wrap(fault.Broken, "count "+name, err)
		}
		c.Rows[name] = n
	}
	var err error
	c.Schema, err = s.schema(ctx)
	return c, err
}
