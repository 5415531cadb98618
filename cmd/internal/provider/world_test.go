package provider_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/cmd/internal/provider"
	"portico/config"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/notify"
	"portico/sync/store"
	"portico/sync/vault"
)

// world is one database, with as many processes on it as a test asks for.
type world struct {
	store *store.Store
	vault *vault.Vault
	mu    sync.Mutex
	now   time.Time
	away  bool // the database does not answer
	tests []notify.Server
	to    []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	var err error
	w.store, err = store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "p.db"), Now: w.clock}, true)
	must(t, err)
	t.Cleanup(func() { must(t, w.store.Close()) })
	w.vault, err = vault.Load(filepath.Join(t.TempDir(), "key"))
	must(t, err)
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// process is one process, with the configuration that the variables make.
func (w *world) process(t *testing.T, environ ...string) *provider.Provider {
	t.Helper()
	c, err := config.Load("", environ)
	must(t, err)
	p := provider.New(provider.Options{Config: c, Store: flaky{w.store.System(), w}, Vault: w.vault, Log: slog.New(slog.DiscardHandler), Now: w.clock})
	return p.Checked(func(_ context.Context, s notify.Server, to string) error {
		w.tests, w.to = append(w.tests, s), append(w.to, to)
		return nil
	})
}

// flaky is the store, until it is away.
type flaky struct {
	*store.System
	w *world
}

func (f flaky) Setting(ctx context.Context, name string) (store.Setting, error) {
	if f.w.away {
		return store.Setting{}, errors.New("away")
	}
	return f.System.Setting(ctx, name)
}

func (w *world) admin(t *testing.T, name string) access.Scope {
	t.Helper()
	u := access.User{ID: access.NewUserID(), Name: name, Email: strings.ToLower(name) + "@halden.example", Staff: access.Admin}
	must(t, w.store.System().CreateUser(t.Context(), u, ""))
	return grant.Staff(grant.User{ID: u.ID, Name: u.Name, Email: u.Email}, access.Admin, nil)
}
