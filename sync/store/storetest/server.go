package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"portico/sync/store"
	"portico/sync/store/migrations"
)

// Roles of the tests, as an administrator would make them, and their password.
const (
	Owner    = "portico_test_owner"
	App      = "portico_test_app"
	System   = "portico_test_system"
	Password = "only-for-tests"
)

// Server is the address of a PostgreSQL that tests may do with as they like, as
// a superuser; "" means that tests run on SQLite.
func Server() string { return os.Getenv("PORTICO_TEST_POSTGRES") }

// As is an address of PostgreSQL for one of the roles.
func As(role, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // the address was connected to before
	}
	u.User = url.UserPassword(role, Password)
	return u.String()
}

var made sync.Once

// MakeRoles makes the roles where they are missing, once. Other test programs
// may do the same at this moment.
func MakeRoles(t testing.TB, address string) {
	t.Helper()
	made.Do(func() {
		s := reach(t, address)
		s.alone(func() {
			for _, role := range []string{Owner, App, System} {
				s.run(fmt.Sprintf(`DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '%[1]s') THEN
					CREATE ROLE %[1]s LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD '%[2]s'; END IF; END $$`, role, Password))
			}
		})
	})
}

// server is one connection of a superuser for the time of a test.
type server struct {
	t       testing.TB
	address string
	conn    *pgx.Conn
}

func reach(t testing.TB, address string) *server {
	t.Helper()
	s := &server{t: t, address: address}
	conn, err := pgx.Connect(context.Background(), address) // in a Cleanup the test's own context has ended
	s.must(err)
	t.Cleanup(func() { s.must(conn.Close(context.Background())) })
	s.conn = conn
	return s
}

func (s *server) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("PostgreSQL of the tests: %v", err)
	}
}

func (s *server) run(statement string) {
	s.t.Helper()
	_, err := s.conn.Exec(context.Background(), statement)
	s.must(err)
}

// alone keeps other test programs from making the same thing meanwhile.
func (s *server) alone(do func()) {
	s.t.Helper()
	s.run("SELECT pg_advisory_lock(1701)")
	do()
	s.run("SELECT pg_advisory_unlock(1701)")
}

// create makes a database of the owner's that is like another one.
func (s *server) create(like string) (name string) {
	s.t.Helper()
	name = "portico_test_" + strings.ToLower(rand.Text())
	s.run(`CREATE DATABASE "` + name + `" OWNER ` + Owner + ` TEMPLATE "` + like + `"`)
	return name
}

// template names a database with this program's schema, and makes it once. It
// stays, for other test programs and the next run.
func (s *server) template() (name string) {
	s.t.Helper()
	name = "portico_template_" + fingerprint(s.t)
	s.alone(func() {
		var there bool
		err := s.conn.QueryRow(context.Background(), "SELECT true FROM pg_database WHERE datname = $1", name).Scan(&there)
		if there {
			return
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			s.must(err)
		}
		draft := s.create("template0")
		o := s.options(draft)
		st, err := store.Open(context.Background(), o, true)
		s.must(err)
		s.must(st.Close())
		s.run(`ALTER DATABASE "` + draft + `" RENAME TO "` + name + `"`)
	})
	return name
}

// fingerprint is another for every change of the schema.
func fingerprint(t testing.TB) string {
	t.Helper()
	steps, err := migrations.All(migrations.Postgres)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	for _, step := range steps {
		sum.Write([]byte(step.Up))
	}
	sum.Write([]byte(migrations.Roles()))
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

func (s *server) options(database string) store.Options {
	u, err := url.Parse(s.address)
	s.must(err)
	u.Path = "/" + database
	as := func(role string) string { return As(role, u.String()) }
	return store.Options{Server: store.Server{App: as(App), System: as(System), Owner: as(Owner), Conns: 4}, Guard: true}
}
