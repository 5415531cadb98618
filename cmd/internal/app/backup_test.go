package app_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portico/cmd/internal/app"
	"portico/sync/fault"
	"portico/sync/files"
	"portico/sync/store"
	"portico/sync/store/storetest"
)

func backedUp(t *testing.T) (a *app.App, dir, archive string) {
	t.Helper()
	dir = t.TempDir()
	archive = filepath.Join(dir, "b.tar.gz")
	at := storetest.New(t)
	at.Path = filepath.Join(dir, "data", "portico.db")
	a = firm(t, filepath.Join(dir, "data"), at)
	if _, err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	info, err := a.AddAccount(t.Context(), "Nordwind", "")
	if err != nil {
		t.Fatal(err)
	}
	stock(t, at, info.ID)
	must(t, a.AuditExport(t.Context(), io.Discard)) // which numbers the leaves and signs a head
	kept := uploads(t, filepath.Join(dir, "data"))
	if _, err := kept.Keep(t.Context(), "note.txt", strings.NewReader("some words")); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Backup(t.Context(), archive, nil); err != nil {
		t.Fatal(err)
	}
	return a, dir, archive
}

func uploads(t *testing.T, data string) *files.Store {
	t.Helper()
	s, err := files.New(files.Options{Dir: filepath.Join(data, "files")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// texts are the contents of the kept files.
func texts(t *testing.T, s *files.Store) []string {
	t.Helper()
	var out []string
	err := s.Each(t.Context(), func(id string, _ int64) error {
		r, err := s.Open(t.Context(), id)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(r)
		out = append(out, string(text))
		return errors.Join(err, r.Close())
	})
	if err != nil {
		t.Error(err)
	}
	return out
}

func TestARestoredCopyIsTheSameAndHeld(t *testing.T) {
	t.Parallel()
	_, dir, archive := backedUp(t)
	into := filepath.Join(dir, "copy", "data")
	at := storetest.New(t)
	at.Path = filepath.Join(into, "portico.db")
	b := firm(t, into, at)
	m, log, err := b.Restore(t.Context(), archive, into, "")
	if err != nil {
		t.Fatal(err)
	}
	if m.Program != "1.0 abc" || m.Rows["accounts"] != 1 || m.Rows["records"] != 1 || m.Rows["actions"] != 1 || log.Covered < 4 || log.Leaves != m.Rows["audit_leaves"] {
		t.Errorf("%+v %+v", m, log)
	}
	if got := texts(t, uploads(t, into)); len(got) != 1 || got[0] != "some words" {
		t.Errorf("uploads %q", got)
	}
	accounts, err := b.Accounts(t.Context())
	if err != nil || len(accounts) != 1 || accounts[0].Name != "Nordwind" {
		t.Errorf("%v %v", accounts, err)
	}
	if got := waiting(t, at); got["unknown"] != 1 || got["recorded"] != 0 {
		t.Errorf("what waited is not in doubt: %v", got)
	}
	report, err := b.Doctor(t.Context())
	if err != nil || report.OK {
		t.Errorf("the doctor finds a held copy well: %+v %v", report, err)
	}
	if err := b.Release(t.Context()); err != nil {
		t.Error(err)
	}
	if err := b.Release(t.Context()); !fault.Is(err, fault.Conflict) {
		t.Errorf("released twice: %v", err)
	}
	if list, err := os.ReadDir(filepath.Join(dir, "data")); err != nil || strings.Contains(names(list), "backup.tmp") {
		t.Errorf("left behind: %s %v", names(list), err)
	}
}

func TestARestoreThatFailsLeavesTheFolderEmpty(t *testing.T) {
	t.Parallel()
	_, dir, archive := backedUp(t)
	a := firm(t, filepath.Join(dir, "other"), storetest.New(t))
	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "cut.tar.gz")
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(dir, "new")
	for _, from := range []string{cut, filepath.Join(dir, "nothing")} {
		if _, _, err := a.Restore(t.Context(), from, into, ""); err == nil {
			t.Errorf("%s was restored", from)
		}
		if list, err := os.ReadDir(into); err != nil || len(list) > 0 {
			t.Errorf("left: %s %v", names(list), err)
		}
	}
	if _, _, err := a.Restore(t.Context(), archive, dir, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("restored over other files: %v", err)
	}
	if _, _, err := a.Restore(t.Context(), archive, into, ""); err != nil {
		t.Errorf("into the folder of a failed restore: %v", err)
	}
}

func names(list []os.DirEntry) string {
	var out []string
	for _, e := range list {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

func TestADumpIsLoadedIntoAnEmptyDatabaseOnly(t *testing.T) {
	t.Parallel()
	if storetest.Server() == "" {
		t.Skip("PostgreSQL is absent: a folder cannot hold two databases (PORTICO_TEST_POSTGRES)")
	}
	a, dir, archive := backedUp(t)
	for name, b := range map[string]*app.App{
		"into itself":   a,
		"into SQLite":   firm(t, filepath.Join(dir, "sqlite"), store.Options{}),
		"without owner": firm(t, filepath.Join(dir, "owner"), unowned(storetest.New(t))),
	} {
		into := filepath.Join(dir, "into")
		_, _, err := b.Restore(t.Context(), archive, into, "")
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Setup) || fault.Public(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if list, err := os.ReadDir(into); err != nil || len(list) > 0 {
			t.Errorf("%s left %s %v", name, names(list), err)
		}
	}
}

func unowned(o store.Options) store.Options { o.Server.Owner = ""; return o }
