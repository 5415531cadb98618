// Package app wires the parts of Portico into one program and starts and stops
// them in order. It is the only place that knows every package; it decides
// nothing that a package could decide.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"portico/config"
	"portico/connectors/own"
	"portico/sync/files"
	"portico/sync/jobs"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store"
	"portico/sync/vault"
)

// App is one Portico: its data folder and what is open in it. It is safe for
// concurrent use.
type App struct {
	cfg config.Config
	log *slog.Logger
	now func() time.Time

	version string // release and revision
	own     *own.Folder

	mu      sync.Mutex
	store   *store.Store
	vault   *vault.Vault
	files   *files.Store
	budgets map[record.ConnectionID]remote.Budget
	ring    func(context.Context, jobs.Task) // of this process while it serves
	ways    map[way]http.RoundTripper
}

// New opens nothing: a command that only prints works beside a broken data folder.
func New(cfg config.Config, log *slog.Logger) *App {
	giveRoom()
	a := &App{cfg: cfg, log: log, now: time.Now,
		budgets: map[record.ConnectionID]remote.Budget{}, ways: map[way]http.RoundTripper{}}
	a.own = a.shelf()
	return a
}

// Named says which release and revision this program is; it is called before
// anything else.
func (a *App) Named(version string) *App {
	a.version = version
	return a
}

// Close gives back what was opened. What is asked for afterwards is opened anew.
func (a *App) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var problems error
	if a.files != nil {
		problems = a.files.Close()
	}
	if a.store != nil {
		problems = errors.Join(problems, a.store.Close())
	}
	a.store, a.vault, a.files, a.ring = nil, nil, nil, nil
	clear(a.budgets)
	clear(a.ways)
	return problems
}

// open opens the database, the key and the file store once. Only serve and
// migrate change the schema; everything else refuses one that is not current.
func (a *App) open(ctx context.Context, migrate bool) (*store.Store, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.store != nil {
		return a.store, nil
	}
	v, err := vault.Load(a.cfg.KeyFile)
	if err != nil {
		return nil, err
	}
	f, err := files.New(files.Options{Dir: filepath.Join(a.cfg.Data, "files"), Now: a.now})
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, a.database(), migrate)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	a.store, a.vault, a.files = s, v, f
	return s, nil
}

// database says where the store is.
func (a *App) database() store.Options {
	d := a.cfg.Database
	o := store.Options{Path: d.Path, Now: a.now, Zone: a.zone()}
	if d.Postgres() {
		o.Server = store.Server{App: d.URL, System: d.SystemURL, Owner: d.OwnerURL, Conns: d.Connections}
	}
	return o
}

// zone is the provider's; the configuration has been checked to name one that exists.
func (a *App) zone() *time.Location {
	zone, err := time.LoadLocation(a.cfg.Provider.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// system opens the store for a command that belongs to no viewer.
func (a *App) system(ctx context.Context) (*store.System, error) {
	s, err := a.open(ctx, false)
	if err != nil {
		return nil, err
	}
	return s.System(), nil
}
