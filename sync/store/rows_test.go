package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portico/sync/access"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store"
	"portico/sync/store/storetest"
)

// onPostgres leaves out what only PostgreSQL has.
func onPostgres(t *testing.T) {
	t.Helper()
	if server == "" {
		t.Skip("PostgreSQL is absent: row-level security is its own")
	}
}

// as connects a role of the tests past the store.
func (p place) as(t *testing.T, role string) *pgx.Conn {
	t.Helper()
	schema, _ := p.schema()
	conn, err := pgx.Connect(t.Context(), address(url.UserPassword(role, password), schema))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

var protected = []string{"records", "actions", "identities", "companies", "approvals", "approval_people", "approval_versions"}

func rows(t *testing.T, in interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}, table string) (n int) {
	t.Helper()
	must(t, in.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func TestPostgresShowsOneAccountOrNone(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	d := newDesk(t)
	d.submit(t, "1", "k")
	d.ask(t, "q")
	other := d.world.account(t, "Other")
	d.pull(t, "tickets", ticket("9", "Other", "theirs", "open", d.clock()))
	d.match(t, "Other", other)
	app := d.place.as(t, appRole)
	for round := range 3 { // at first the setting is NULL, after a transaction it is ''
		for _, table := range protected {
			if n := rows(t, app, table); n != 0 {
				t.Errorf("round %d: %d rows of %s without an account", round, n, table)
			}
		}
		tx, err := app.Begin(t.Context())
		must(t, err)
		_, err = tx.Exec(t.Context(), "SELECT set_config('app.account', $1, true)", d.account)
		must(t, err)
		for table, want := range map[string]int{"records": 2, "actions": 1, "identities": 2, "companies": 1, "approvals": 1, "approval_people": 1, "approval_versions": 1} {
			if n := rows(t, tx, table); n != want {
				t.Errorf("%d rows of %s with the account, want %d", n, table, want)
			}
		}
		must(t, tx.Commit(t.Context()))
	}
	for _, table := range []string{"users", "sessions", "resets", "secrets", "staging", "memberships", "runs", "connections", "approval_links"} {
		if _, err := app.Exec(t.Context(), "SELECT * FROM "+table); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("the app role reads %s: %v", table, err)
		}
	}
}

func TestPostgresLetsOneAccountBeWritten(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	d := newDesk(t)
	mine := d.submit(t, "1", "k")
	other := d.world.account(t, "Other")
	app := d.place.as(t, appRole)
	for name, c := range map[string]struct {
		as   record.AccountID
		stmt string
	}{
		"moves a row away":    {d.account, fmt.Sprintf("UPDATE actions SET account_id = '%s'", other)},
		"copies it elsewhere": {d.account, fmt.Sprintf("INSERT INTO actions (account_id, id, ref, user_id, actor, key, kind, connection_id, external_id, company, base, input, state, recorded_at, changed_at) SELECT '%s', id, 'x', user_id, actor, key, kind, connection_id, external_id, company, base, input, state, recorded_at, changed_at FROM actions", other)},
		"takes another's":     {other, fmt.Sprintf("UPDATE actions SET state = 'withdrawn' WHERE id = '%s'", mine.ID)},
		"writes a record":     {d.account, "UPDATE records SET title = 'x'"},
		"deletes":             {d.account, "DELETE FROM actions"},
		"rewrites a version":  {d.account, "UPDATE approval_versions SET words = 'x'"},
		"forgets a question":  {d.account, "DELETE FROM approvals"},
		"looks away":          {d.account, "SET row_security = off; SELECT * FROM records"},
		"changes the table":   {d.account, "ALTER TABLE records DISABLE ROW LEVEL SECURITY"},
		"becomes the system":  {d.account, "SET ROLE " + systemRole},
	} {
		tx, err := app.Begin(t.Context())
		must(t, err)
		_, err = tx.Exec(t.Context(), "SELECT set_config('app.account', $1, true)", c.as)
		must(t, err)
		if tag, err := tx.Exec(t.Context(), c.stmt); err == nil && tag.RowsAffected() > 0 {
			t.Errorf("%s: %s", name, tag)
		} else if err == nil && c.as != other {
			t.Errorf("%s is not refused", name)
		}
		must(t, tx.Rollback(t.Context()))
	}
	if got := d.state(t, mine.ID); got != "recorded" {
		t.Errorf("the action is %s", got)
	}
}

// TestPostgresConnectionsRememberNoAccount lets many viewers of two accounts share few
// connections and give up at any moment.
func TestPostgresConnectionsRememberNoAccount(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	d := newDesk(t)
	other := d.world.account(t, "Other")
	d.pull(t, "tickets", ticket("9", "Other", "theirs", "open", d.clock()))
	d.match(t, "Other", other)
	viewers := []struct {
		who     access.Scope
		account record.AccountID
		rows    int
	}{{d.owner, d.account, 2}, {owner(other), other, 1}}
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			v := viewers[i%2]
			for n := range 40 {
				ctx, cancel := context.WithCancel(t.Context())
				if n%3 == 0 {
					time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, cancel)
				}
				page, err := d.acc.List(ctx, v.who, v.account, record.Query{Kind: record.KindTicket})
				gaveUp := ctx.Err() != nil
				cancel()
				if err != nil && !gaveUp || err == nil && len(page.Rows) != v.rows {
					t.Errorf("%d rows, %v; want %d", len(page.Rows), err, v.rows)
				}
				if n%5 == 0 {
					if got, err := d.Unnamed(t.Context()); err != nil || got != 0 {
						t.Errorf("a statement that names no account sees %d rows, %v", got, err)
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestPostgresRolesThatTurnTheLockOffAreRefused(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	admin, err := pgx.Connect(t.Context(), server)
	must(t, err)
	defer func() { _ = admin.Close(context.Background()) }()
	storetest.MakeRoles(t, server)
	_, err = admin.Exec(t.Context(), fmt.Sprintf(`SELECT pg_advisory_lock(1702);
		DROP ROLE IF EXISTS portico_test_bypass, portico_test_member, portico_test_creator;
		CREATE ROLE portico_test_bypass LOGIN BYPASSRLS PASSWORD '%[1]s';
		CREATE ROLE portico_test_creator LOGIN CREATEROLE PASSWORD '%[1]s';
		CREATE ROLE portico_test_member LOGIN NOINHERIT IN ROLE %[2]s PASSWORD '%[1]s'`, password, ownerRole))
	must(t, err)
	super, err := url.Parse(server)
	must(t, err)
	for name, c := range map[string]struct {
		role     *url.Userinfo
		spoil    string
		sentence string
	}{
		"superuser":       {super.User, "", "is a superuser"},
		"owner":           {url.UserPassword(ownerRole, password), "", "owns tables"},
		"owner's member":  {url.UserPassword("portico_test_member", password), "", "owns tables"},
		"BYPASSRLS":       {url.UserPassword("portico_test_bypass", password), "", "BYPASSRLS"},
		"CREATEROLE":      {url.UserPassword("portico_test_creator", password), "", "CREATEROLE"},
		"system":          {url.UserPassword(systemRole, password), "", "system_url"},
		"not forced":      {nil, "ALTER TABLE records NO FORCE ROW LEVEL SECURITY", "in records"},
		"taken off":       {nil, "ALTER TABLE actions DISABLE ROW LEVEL SECURITY", "in actions"},
		"a view":          {nil, "CREATE VIEW seen AS SELECT * FROM records; GRANT SELECT ON seen TO " + appRole, "in seen"},
		"a system policy": {nil, "DROP POLICY system ON records", "does not see all of records"},
	} {
		at := newPlace(t)
		o := at.options()
		s, err := store.Open(t.Context(), o, true)
		must(t, err)
		must(t, s.Close())
		if c.spoil != "" {
			must(t, at.exec(t.Context(), c.spoil))
		}
		if c.role != nil {
			schema, _ := at.schema()
			must(t, at.exec(t.Context(), "GRANT USAGE ON SCHEMA "+schema+" TO PUBLIC"))
			o.Server.App = address(c.role, schema)
		}
		if s, err := store.Open(t.Context(), o, false); !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), c.sentence) {
			t.Errorf("%s: %v", name, err)
			if err == nil {
				must(t, s.Close())
			}
		} else if strings.Contains(err.Error(), password) {
			t.Errorf("%s: the error holds a password", name)
		}
	}
}

func TestPostgresAddressesAreRefusedInWords(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	o := newPlace(t).options()
	for name, c := range map[string]struct {
		spoil func(*store.Server)
		want  string
	}{
		"no system":      {func(s *store.Server) { s.System = "" }, "database.system_url is missing"},
		"no app":         {func(s *store.Server) { s.App = "" }, "database.url is missing"},
		"no owner":       {func(s *store.Server) { s.Owner = "" }, "database.owner_url is missing"},
		"not an address": {func(s *store.Server) { s.App = "postgres://a:b@:x" }, "database.url is not an address"},
		"wrong database": {func(s *store.Server) { s.App = strings.Replace(s.App, "/postgres?", "/nowhere?", 1) }, "the database nowhere (database.url)"},
	} {
		spoiled := o
		c.spoil(&spoiled.Server)
		if _, err := store.Open(t.Context(), spoiled, true); !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), c.want) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), password) {
			t.Errorf("%s: the error holds a password", name)
		}
	}
}

// TestPostgresWritesNothingThatIsEqual looks at where PostgreSQL keeps each row: a
// row that is written again moves.
func TestPostgresWritesNothingThatIsEqual(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	w := newWorld(t)
	page := bigPage(300, "Nordwind", "t", w.clock())
	where := func(table string) string {
		return strings.Join(w.place.texts(t, "SELECT ctid::text || xmin::text || external_id AS at FROM "+table+" ORDER BY external_id"), " ")
	}
	commit(t, w, "tickets", page)
	staged := where("staging")
	commit(t, w, "tickets", page)
	if staged == "" || where("staging") != staged {
		t.Error("staged rows were written again")
	}
	w.match(t, "Nordwind", w.account(t, "Nordwind"))
	records, identities := where("records"), where("identities")
	commit(t, w, "tickets", page)
	if records == "" || where("records") != records || where("identities") != identities {
		t.Error("equal rows were written again")
	}
}

// TestPostgresThatEndsConnectionsIsUnavailable ends every connection of the
// store, as a restart of the server does, while it is used.
func TestPostgresThatEndsConnectionsIsUnavailable(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	d := newDesk(t)
	schema, _ := d.place.schema()
	o := d.place.options()
	o.Server.App += "&application_name=" + schema
	o.Server.System += "&application_name=" + schema
	s, err := store.Open(t.Context(), o, false)
	must(t, err)
	defer func() { must(t, s.Close()) }()
	var wg sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	for i := range 4 {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				key := fmt.Sprint(i, n)
				if _, err := s.Account().Submit(ctx, d.owner, d.draft("1", key)); err != nil && ctx.Err() == nil && !fault.Is(err, fault.Unavailable) {
					t.Errorf("submit: %v", err)
				}
				if _, err := s.System().TakeOutbox(ctx, 10, func(change.Event) error { return nil }); err != nil && ctx.Err() == nil && !fault.Is(err, fault.Unavailable) {
					t.Errorf("relay: %v", err)
				}
			}
		})
	}
	ended := 0
	for range 20 {
		ended += len(d.place.texts(t, "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE application_name = ?", schema))
	}
	stop()
	wg.Wait()
	if ended == 0 {
		t.Error("no connection was ended, so nothing was tested")
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
