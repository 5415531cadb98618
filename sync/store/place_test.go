package store_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"portico/sync/store"
	"portico/sync/store/storetest"
)

// server is the address of a PostgreSQL that tests may do with as they like, as
// a superuser; "" while the tests run on SQLite.
var server string

const postgres = "PORTICO_TEST_POSTGRES"

// Roles of the tests, as an administrator would make them.
const (
	ownerRole  = storetest.Owner
	appRole    = storetest.App
	systemRole = storetest.System
	password   = storetest.Password
)

// place is where a database of a test is: a file of SQLite, or a schema of its
// own in PostgreSQL. It is a text, so that it can be handed to another process.
type place string

const inSchema = "schema "

// newPlace is a database that does not exist yet.
func newPlace(t *testing.T) place {
	t.Helper()
	p, drop := makePlace(t)
	t.Cleanup(drop)
	return p
}

func makePlace(t *testing.T) (p place, drop func()) {
	t.Helper()
	// Asked here, not only in TestMain, so that the result is not reused when it changes.
	if os.Getenv(postgres) == "" || server == "" {
		return place(filepath.Join(t.TempDir(), "portico.db")), func() {}
	}
	storetest.MakeRoles(t, server)
	schema := "test_" + strings.ToLower(rand.Text())
	p = place(inSchema + schema)
	// hex is a function of SQLite that tests use.
	must(t, p.exec(t.Context(), "CREATE SCHEMA "+schema+" AUTHORIZATION "+ownerRole+
		"; CREATE FUNCTION hex(bytea) RETURNS text LANGUAGE sql RETURN encode($1, 'hex')"))
	return p, func() {
		must(t, p.exec(context.Background(), "DROP SCHEMA "+schema+" CASCADE"))
		db, _ := beside.LoadAndDelete(p)
		must(t, db.(*bun.DB).Close())
	}
}

// options are those of a store at the place.
func (p place) options() store.Options {
	if schema, ok := p.schema(); ok {
		as := func(role string) string { return address(url.UserPassword(role, password), schema) }
		return store.Options{Server: store.Server{App: as(appRole), System: as(systemRole), Owner: as(ownerRole), Conns: 4}, Guard: true}
	}
	return store.Options{Path: string(p), Guard: true}
}

func (p place) schema() (string, bool) { return strings.CutPrefix(string(p), inSchema) }

// address is the server's, for somebody else.
func address(who *url.Userinfo, schema string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(err)
	}
	if who != nil {
		u.User = who
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// beside are open connections past the store, by place.
var beside sync.Map

// outside looks at the database past the store and every lock of it.
func (p place) outside(look func(db *bun.DB) error) error {
	if db, ok := beside.Load(p); ok {
		return look(db.(*bun.DB))
	}
	schema, ok := p.schema()
	if !ok {
		file, err := sql.Open("sqlite", "file:"+string(p)+"?_pragma=busy_timeout(10000)")
		if err != nil {
			return err
		}
		db := bun.NewDB(file, sqlitedialect.New())
		defer func() { _ = db.Close() }()
		return look(db)
	}
	cfg, err := pgx.ParseConfig(address(nil, schema))
	if err != nil {
		return err
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxIdleConns(1)
	beside.Store(p, bun.NewDB(pool, pgdialect.New()))
	return p.outside(look)
}

func (p place) exec(ctx context.Context, query string, args ...any) error {
	return p.outside(func(db *bun.DB) error {
		_, err := db.NewRaw(query, args...).Exec(ctx)
		return err
	})
}

// texts answers a query of one text column.
func (p place) texts(t *testing.T, query string, args ...any) (out []string) {
	t.Helper()
	must(t, p.outside(func(db *bun.DB) error { return db.NewRaw(query, args...).Scan(t.Context(), &out) }))
	return out
}

// Texts is place.texts past every guard of the open database.
func (w *world) Texts(ctx context.Context, query string, args ...any) (out []string, err error) {
	if w.place == "" || server == "" {
		return w.Store.Texts(ctx, query, args...)
	}
	err = w.place.outside(func(db *bun.DB) error { return db.NewRaw(query, args...).Scan(ctx, &out) })
	return out, err
}

// Exec runs a statement past every guard. Triggers are told in SQLite's words.
func (w *world) Exec(ctx context.Context, query string, args ...any) error {
	if w.place == "" || server == "" {
		return w.Store.Exec(ctx, query, args...)
	}
	return w.place.exec(ctx, inPostgres(query), args...)
}

var (
	sqliteTrigger = regexp.MustCompile(`CREATE TRIGGER (\w+) ((?:BEFORE|AFTER) \w+ ON \w+)(?: WHEN (.*?))? BEGIN (.*); END`)
	sqliteRaise   = regexp.MustCompile(`SELECT RAISE\(ABORT, ('[^']*')\)`)
	sqliteDrop    = regexp.MustCompile(`DROP TRIGGER (\w+)`)
)

// inPostgres says a trigger as PostgreSQL does: it is a function, made by one
// whom no policy holds, because SQLite's triggers see everything too.
func inPostgres(query string) string {
	query = sqliteRaise.ReplaceAllString(query, "RAISE EXCEPTION $1")
	query = sqliteDrop.ReplaceAllString(query, `DROP FUNCTION "$1" CASCADE`)
	return sqliteTrigger.ReplaceAllStringFunc(query, func(text string) string {
		m := sqliteTrigger.FindStringSubmatch(text)
		return fmt.Sprintf("CREATE FUNCTION \"%[1]s\"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN IF %[3]s THEN %[4]s; END IF; RETURN NEW; END $$;"+
			"CREATE TRIGGER \"%[1]s\" %[2]s FOR EACH ROW EXECUTE FUNCTION \"%[1]s\"()", m[1], m[2], cmp.Or(m[3], "true"), m[4])
	})
}

// checkpointText is the checkpoint of the stream of tickets, "0" when it has none.
func (w *world) checkpointText(t *testing.T) string {
	t.Helper()
	connections, err := w.sys.Connections(t.Context())
	must(t, err)
	streams, err := w.sys.Streams(t.Context(), connections[0].ID)
	must(t, err)
	return cmp.Or(string(streams[0].Checkpoint), "0")
}

// both runs the tests on SQLite and, when one is named, on PostgreSQL too. What
// only PostgreSQL has is not told as skipped when its turn comes.
func both(m *testing.M) int {
	address := os.Getenv(postgres)
	if address == "" {
		return m.Run()
	}
	later := unlessSet("test.skip", "^TestPostgres")
	code := m.Run()
	later()
	server = address
	fmt.Println("=== the same on PostgreSQL")
	unlessSet("rapid.checks", "20") // a schema for each takes its time
	return max(code, m.Run())
}

// unlessSet sets a flag that the command line did not, until undo.
func unlessSet(name, value string) (undo func()) {
	f := flag.Lookup(name)
	if f.Value.String() != f.DefValue {
		return func() {}
	}
	set := func(value string) {
		if err := f.Value.Set(value); err != nil {
			panic(err)
		}
	}
	set(value)
	return func() { set(f.DefValue) }
}
