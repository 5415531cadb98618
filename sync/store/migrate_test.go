package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store"
	"portico/sync/store/migrations"
)

// schema lists everything that the steps made.
func schema() string {
	if server == "" {
		return "SELECT coalesce(sql, name) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
	}
	return `SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || coalesce(column_default, '') AS what
		FROM information_schema.columns WHERE table_schema = current_schema()
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
		UNION ALL SELECT conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
		UNION ALL SELECT tablename || ' ' || policyname || ' ' || array_to_string(roles, ',') || coalesce(qual, '') FROM pg_policies WHERE schemaname = current_schema()
		UNION ALL SELECT relname || ' ' || relrowsecurity || relforcerowsecurity || coalesce(array_to_string(relacl, ' '), '') FROM pg_class
			WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY 1`
}

// tables are those that the steps made.
func tables() string {
	if server == "" {
		return "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	}
	return "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
}

// dialect is that of the database that the tests run on.
func dialect() migrations.Dialect {
	if server == "" {
		return migrations.SQLite
	}
	return migrations.Postgres
}

// steps is the program's own folder of steps, to be added to.
func steps(t *testing.T) fstest.MapFS {
	t.Helper()
	all, err := migrations.All(dialect())
	must(t, err)
	files := fstest.MapFS{}
	for _, s := range all {
		add(files, s.Number, s.Name, s.Up, s.Down)
	}
	return files
}

func add(files fstest.MapFS, number int, name, up, down string) {
	base := fmt.Sprintf("%04d_%s", number, name)
	files[base+".up.sql"] = &fstest.MapFile{Data: []byte(up)}
	files[base+".down.sql"] = &fstest.MapFile{Data: []byte(down)}
}

func open(t *testing.T, path place, migrate bool) (*store.Store, error) {
	t.Helper()
	s, err := store.Open(t.Context(), path.options(), migrate)
	if err == nil {
		t.Cleanup(func() { must(t, s.Close()) })
	}
	return s, err
}

func TestTheSchemaGoesUpDownAndUpAgain(t *testing.T) {
	t.Parallel()
	path := newPlace(t)
	s, err := open(t, path, true)
	must(t, err)
	up := path.texts(t, schema())
	must(t, s.Rollback(t.Context(), 0))
	down := path.texts(t, tables())
	if len(down) != 1 || down[0] != "schema_steps" {
		t.Errorf("after the way back: %q", down)
	}
	must(t, s.Migrate(t.Context()))
	again := path.texts(t, schema())
	if !slices.Equal(up, again) || len(up) < 20 {
		t.Errorf("the second way up made another schema:\n%q\n%q", up, again)
	}
}

func TestStepsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(fstest.MapFS, int){
		"no way back": func(f fstest.MapFS, n int) {
			add(f, n+1, "oneway", "", "")
			delete(f, fmt.Sprintf("%04d_oneway.down.sql", n+1))
		},
		"a duplicate":           func(f fstest.MapFS, n int) { add(f, n, "zz", "", "") },
		"a name without digits": func(f fstest.MapFS, _ int) { add(f, 0, "x", "", ""); f["x.up.sql"] = &fstest.MapFile{} },
	} {
		files := steps(t)
		all, err := migrations.Read(files)
		must(t, err)
		change(files, migrations.Newest(all))
		if got, err := migrations.Read(files); err == nil {
			t.Errorf("%s is accepted: %d steps", name, len(got))
		}
	}
}

// Steps are made side by side: one may come to a database after one with a higher
// number did.
func TestAStepThatWasLeftOutIsTakenLater(t *testing.T) {
	t.Parallel()
	path := newPlace(t)
	s, err := open(t, path, true)
	must(t, err)
	first, err := s.Version(t.Context())
	must(t, err)
	files := steps(t)
	add(files, first+3, "later", "CREATE TABLE later (a TEXT)", "DROP TABLE later")
	must(t, s.Apply(t.Context(), files))
	add(files, first+2, "between", "CREATE TABLE between_them (a TEXT)", "DROP TABLE between_them")
	must(t, s.Apply(t.Context(), files))
	if have, err := s.Version(t.Context()); err != nil || have != first+3 {
		t.Errorf("at step %d, %v; want %d", have, err, first+3)
	}
	if names := path.texts(t, tables()); !slices.Contains(names, "between_them") || !slices.Contains(names, "later") {
		t.Errorf("a step is missing: %v", names)
	}
}

func TestABrokenStepLeavesAWholeNumberOfSteps(t *testing.T) {
	t.Parallel()
	path := newPlace(t)
	s, err := open(t, path, true)
	must(t, err)
	first, err := s.Version(t.Context())
	must(t, err)
	files := steps(t)
	add(files, first+1, "good", "CREATE TABLE good (a TEXT)", "DROP TABLE good")
	add(files, first+2, "broken", "CREATE TABLE half (a TEXT); INSERT INTO half VALUES ('x'); CREATE TABLE good (a TEXT)", "DROP TABLE half")
	if err := s.Apply(t.Context(), files); !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "broken") {
		t.Fatalf("a broken step: %v", err)
	}
	if have, err := s.Version(t.Context()); err != nil || have != first+1 {
		t.Fatalf("after the crash: step %d, %v; want %d", have, err, first+1)
	}
	if names := path.texts(t, tables()); slices.Contains(names, "half") {
		t.Fatalf("half a step stayed: %v", names)
	}
	files[fmt.Sprintf("%04d_broken.up.sql", first+2)] = &fstest.MapFile{Data: []byte("CREATE TABLE half (a TEXT)")}
	must(t, s.Apply(t.Context(), files))
	if have, err := s.Version(t.Context()); err != nil || have != first+2 {
		t.Errorf("the next start does not heal: step %d, %v", have, err)
	}
}

func TestAMigrationThatIsCutOffIsUndone(t *testing.T) {
	t.Parallel()
	s, err := open(t, newPlace(t), true)
	must(t, err)
	first, err := s.Version(t.Context())
	must(t, err)
	files := steps(t)
	add(files, first+1, "endless", `CREATE TABLE half (a TEXT);
		WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) INSERT INTO half SELECT x FROM n WHERE x < 0`, "DROP TABLE half")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Apply(ctx, files) }()
	cancel()
	if err := <-done; err == nil {
		t.Fatal("the endless step ended")
	}
	if have, err := s.Version(t.Context()); err != nil || have != first {
		t.Errorf("after the cut: step %d, %v; want %d", have, err, first)
	}
}

func TestPostgresMigrationThatDiedBeforeTheRightsIsCompleted(t *testing.T) {
	t.Parallel()
	onPostgres(t)
	path := newPlace(t)
	_, err := open(t, path, true)
	must(t, err)
	must(t, path.exec(t.Context(), fmt.Sprintf("REVOKE ALL ON ALL TABLES IN SCHEMA %s FROM %s, %s", strings.TrimPrefix(string(path), inSchema), appRole, systemRole)))
	if _, err := open(t, path, false); !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), "Run `portico migrate`") {
		t.Errorf("without the rights: %v", err)
	}
	if missing, err := store.Pending(t.Context(), path.options()); err != nil || len(missing) == 0 {
		t.Errorf("pending: %q, %v", missing, err)
	}
	_, err = open(t, path, true)
	must(t, err)
	_, err = open(t, path, false)
	must(t, err)
}

func TestANewerSchemaIsRefusedInWords(t *testing.T) {
	t.Parallel()
	path := newPlace(t)
	s, err := open(t, path, true)
	must(t, err)
	files := steps(t)
	have, err := s.Version(t.Context())
	must(t, err)
	add(files, have+1, "future", "CREATE TABLE future (a TEXT)", "DROP TABLE future")
	must(t, s.Apply(t.Context(), files))
	want := fmt.Sprintf("The database was written by a newer Portico (schema %d, this program knows %d). Start the newer program, or restore a backup from before the upgrade.", have+1, have)
	for _, migrate := range []bool{true, false} {
		if _, err := open(t, path, migrate); !fault.Is(err, fault.Setup) || fault.Public(err) != want {
			t.Errorf("migrate=%v: %v", migrate, err)
		}
	}
}

func TestAnOlderSchemaIsRefusedUnlessItMayBeMigrated(t *testing.T) {
	t.Parallel()
	path := newPlace(t)
	_, err := open(t, path, false)
	if !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), "Run `portico migrate`") {
		t.Fatalf("an empty database: %v", err)
	}
	_, err = open(t, path, true)
	must(t, err)
	_, err = open(t, path, false)
	must(t, err)
}

func TestManyStartersMigrateOnce(t *testing.T) {
	t.Parallel()
	path := newPlace(t)
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			s, err := store.Open(context.Background(), path.options(), true)
			if err != nil {
				t.Errorf("starter %d: %v", i, err)
				return
			}
			if err := s.Close(); err != nil {
				t.Errorf("starter %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	migratedOnce(t, path)
}

func TestManyProcessesMigrateOnce(t *testing.T) {
	t.Parallel()
	path := newPlace(t)
	type started struct {
		cmd *exec.Cmd
		out *bytes.Buffer
	}
	var all []started
	for range 3 {
		cmd, out := process(t, "open", path), new(bytes.Buffer)
		cmd.Stdout, cmd.Stderr = out, out
		must(t, cmd.Start())
		all = append(all, started{cmd, out})
	}
	for _, p := range all {
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("a process: %v: %s", err, p.out)
		}
	}
	migratedOnce(t, path)
}

// openOnce is what each of those processes does: it starts, and adds an account.
func openOnce(path place) error {
	s, err := store.Open(context.Background(), path.options(), true)
	if err != nil {
		return err
	}
	if err := s.System().CreateAccount(context.Background(), record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind"}); err != nil {
		return err
	}
	return s.Close()
}

func migratedOnce(t *testing.T, path place) {
	t.Helper()
	_, err := open(t, path, false)
	must(t, err)
	have := path.texts(t, "SELECT number FROM schema_steps ORDER BY number")
	all, err := migrations.All(dialect())
	must(t, err)
	if len(have) != len(all) {
		t.Errorf("steps applied: %q, want %d", have, len(all))
	}
}
