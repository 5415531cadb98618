package scoped_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

func open(t *testing.T) *scoped.DB {
	t.Helper()
	db, err := scoped.Open(t.Context(), scoped.Options{Path: filepath.Join(t.TempDir(), "a.db"), Guard: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Raw().Exec("CREATE TABLE records (account_id TEXT, id TEXT, parent_id TEXT); CREATE TABLE actions (account_id TEXT, id TEXT); CREATE TABLE identities (account_id TEXT, record_id TEXT)"); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestUnscoped(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]bool{
		"SELECT id FROM records WHERE account_id = ?":                                                        false,
		"SELECT id FROM records WHERE id = ?":                                                                true,
		"select id from RECORDS where id = ?":                                                                true,
		"SELECT id FROM records":                                                                             true,
		"DELETE FROM actions WHERE id = ?":                                                                   true,
		"UPDATE records SET account_id = ? WHERE id = ?":                                                     true,
		"UPDATE records SET account_id = ? WHERE account_id = ? AND id = ?":                                  false,
		"INSERT INTO records (account_id, id) VALUES (?, ?)":                                                 false,
		"INSERT INTO records (id) VALUES (?)":                                                                true,
		"SELECT id FROM records WHERE account_id = ? AND parent_id IN (SELECT id FROM records)":              true,
		"SELECT r.id FROM identities i JOIN records r ON r.account_id = i.account_id AND r.id = i.record_id": true,
		"SELECT r.id FROM identities i JOIN records r ON r.account_id = ? AND r.id = i.record_id":            false,
		"SELECT id FROM records WHERE id = ? OR account_id = ?":                                              true,
		scoped.System + "SELECT id FROM records":                                                             false,
		"SELECT id FROM records " + scoped.System:                                                            true,
		"SELECT record_id FROM identities":                                                                   false,
	} {
		if got := scoped.Unscoped(query); got != want {
			t.Errorf("Unscoped(%q) = %v", query, got)
		}
	}
}

// TestEveryWayToRunAStatementPassesTheGuard tries each door of the package with
// a statement that lacks its predicate.
func TestEveryWayToRunAStatementPassesTheGuard(t *testing.T) {
	t.Parallel()
	const read, write = "SELECT id FROM records", "DELETE FROM records"
	inside := func(f func(ctx context.Context, tx *scoped.Tx)) func(*scoped.DB) {
		return func(db *scoped.DB) {
			_ = db.Write(t.Context(), scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
				f(ctx, tx)
				return nil
			})
		}
	}
	var ids []string
	for name, try := range map[string]func(*scoped.DB){
		"DB.Find": func(db *scoped.DB) { _ = db.Find(t.Context(), &ids, read) },
		"DB.Read": func(db *scoped.DB) {
			_ = db.Read(t.Context(), scoped.Query{Columns: scoped.NewColumns("id"), Rest: "FROM records", Row: func(*scoped.Fields) {}})
		},
		"DB.Prepare": func(db *scoped.DB) { _ = db.Prepare(t.Context(), write) },
		"Tx.Find":    inside(func(ctx context.Context, tx *scoped.Tx) { _ = tx.Find(ctx, &ids, read) }),
		"Tx.Run":     inside(func(ctx context.Context, tx *scoped.Tx) { _, _ = tx.Run(ctx, write) }),
		"Tx.Hot":     inside(func(ctx context.Context, tx *scoped.Tx) { _, _ = tx.Hot(ctx, read) }),
		"Tx.Do":      inside(func(ctx context.Context, tx *scoped.Tx) { _, _ = tx.Do(ctx, write) }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			if said := objection(func() { try(db) }); !strings.Contains(said, "without an account predicate") {
				t.Errorf("the guard said %q", said)
			}
			// The panic gave the writer back.
			if err := db.Write(t.Context(), scoped.Person, func(context.Context, *scoped.Tx) error { return nil }); err != nil {
				t.Errorf("the writer is stuck: %v", err)
			}
		})
	}
}

// TestAReadOfAnAccountTakesPlainValues: what only bun can write breaks on PostgreSQL
// alone, so the guard refuses it on SQLite.
func TestAReadOfAnAccountTakesPlainValues(t *testing.T) {
	t.Parallel()
	db, account := open(t), record.NewAccountID()
	var ids []string
	const query = "SELECT id FROM records WHERE account_id = ? AND id IN (?)"
	for name, value := range map[string]any{"bun.List": bun.List([]string{"a"}), "a slice": []string{"a"}} {
		if said := objection(func() { _ = db.For(account).Find(t.Context(), &ids, query, account, value) }); !strings.Contains(said, "takes plain values") {
			t.Errorf("%s: the guard said %q", name, said)
		}
	}
	for name, try := range map[string]func() error{
		"plain values": func() error { return db.For(account).Find(t.Context(), &ids, query, account, "a") },
		"bytes":        func() error { return db.For(account).Find(t.Context(), &ids, query, account, []byte("a")) },
		"the system":   func() error { return db.Find(t.Context(), &ids, query, account, bun.List([]string{"a"})) },
		"a write": func() error {
			return db.For(account).Write(t.Context(), scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
				return tx.Find(ctx, &ids, query, account, bun.List([]string{"a"}))
			})
		},
	} {
		if err := try(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func objection(f func()) (said string) {
	defer func() { said, _ = recover().(string) }()
	f()
	return ""
}
