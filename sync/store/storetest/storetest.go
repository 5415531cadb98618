// Package storetest gives a test a database of its own: a file of SQLite, or a
// database in the PostgreSQL that PORTICO_TEST_POSTGRES names. It promises that
// tests do not meet, and that on PostgreSQL the store is reached by the three
// roles that an administrator would make; it hides which of the two it is.
package storetest

import (
	"path/filepath"
	"testing"
	"time"

	"portico/sync/store"
)

// New says where a database is that has no tables yet. It is gone after the test.
func New(t testing.TB) store.Options {
	t.Helper()
	return place(t, func(s *server) string { return s.create("template0") })
}

// Migrated is New with the schema of this program and no rows.
func Migrated(t testing.TB) store.Options {
	t.Helper()
	return place(t, func(s *server) string { return s.create(s.template()) })
}

// Open opens a store without rows and closes it after the test. now may be nil.
func Open(t testing.TB, now func() time.Time) *store.Store {
	t.Helper()
	o := Migrated(t)
	o.Now = now
	s, err := store.Open(t.Context(), o, !o.Server.Named())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func place(t testing.TB, create func(*server) string) store.Options {
	t.Helper()
	address := Server()
	if address == "" {
		return store.Options{Path: filepath.Join(t.TempDir(), "portico.db"), Guard: true}
	}
	MakeRoles(t, address)
	s := reach(t, address)
	name := create(s)
	t.Cleanup(func() { s.run(`DROP DATABASE "` + name + `" WITH (FORCE)`) })
	return s.options(name)
}
