// Package store keeps the read model, the actions and everything that must be
// true together. It promises that a page and its checkpoint, an action and its
// outbox row, a result and the record it refreshed are committed in one
// transaction or not at all, and that no row of one account is reachable with
// the scope of another.
//
// There are three ways in and only these. Account serves one account with the
// viewer's grants as SQL predicates; Staff lists accounts for a member of the
// provider; System is for relay, schedules, leases, sessions and identities and
// is handed out by cmd to named packages only.
package store

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// Store owns the database.
type Store struct {
	core
}

// core is what the handles share. It has no exported method, so that whoever
// holds a handle reaches what the handle offers and nothing else.
type core struct {
	db      *scoped.DB
	now     func() time.Time
	zone    *time.Location
	present *presence
}

// Options say where the database is and which clock it uses.
type Options struct {
	Path   string           // file of SQLite; its folder is created with mode 0700
	Server Server           // PostgreSQL; when it is named, Path means nothing
	Now    func() time.Time // nil means time.Now
	// Zone is the provider's, by whose clocks quiet hours are; nil means UTC.
	Zone *time.Location
	// Guard makes any statement on an account's table without an account
	// predicate panic; tests set it.
	Guard bool
}

func (o Options) clock() func() time.Time {
	if o.Now == nil {
		return time.Now
	}
	return o.Now
}

// Server says how PostgreSQL is reached, by role.
type Server = scoped.Server

// Account is the handle for pages: one account, one viewer.
type Account struct{ *core }

// Staff is the handle for lists across accounts.
type Staff struct {
	*core
	across *scoped.DB // sees every account: only statements that hold a reach run on it
}

// System is the handle for work that belongs to no viewer.
type System struct {
	*core
	by *doer // nil is the command line
}

// Open opens the database, migrates it when migrate is true, and otherwise
// refuses one whose schema is not exactly the program's own (fault.Setup).
func Open(ctx context.Context, o Options, migrate bool) (*Store, error) {
	if !o.Server.Named() {
		if err := os.MkdirAll(filepath.Dir(o.Path), 0o700); err != nil {
			return nil, fault.Wrap(fault.Setup, "create the data folder", err)
		}
	}
	db, err := scoped.Open(ctx, scoped.Options{Path: o.Path, Server: o.Server, Guard: o.Guard})
	if err != nil {
		return nil, err
	}
	s := &Store{core: core{db: db, now: o.clock(), zone: o.Zone, present: &presence{}}}
	if s.zone == nil {
		s.zone = time.UTC
	}
	if err := s.ready(ctx, migrate); err != nil {
		_ = db.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) ready(ctx context.Context, migrate bool) error {
	if migrate {
		if err := s.Migrate(ctx); err != nil {
			return err
		}
	}
	if err := s.current(ctx); err != nil {
		return err
	}
	if err := s.db.Vet(ctx); err != nil {
		return err
	}
	return s.db.Prepare(ctx, writerStatements()...)
}

// Account returns the handle for pages.
func (s *Store) Account() *Account { return &Account{s.viewers()} }

// Staff returns the handle for staff lists.
func (s *Store) Staff() *Staff { return &Staff{core: s.viewers(), across: s.db} }

// viewers is the core on which no statement sees an account that it does not name.
func (s *Store) viewers() *core { return &core{db: s.db.Viewers(), now: s.now, present: s.present} }

// System returns the handle for work that belongs to no viewer.
func (s *Store) System() *System { return &System{core: &s.core} }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return fault.Wrap(fault.Unavailable, "ask the database", s.db.Find(ctx, &one, "SELECT 1"))
}

// Close ends every connection to the database.
func (s *Store) Close() error { return s.db.Close() }
