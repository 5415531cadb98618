package app

import (
	"context"

	"portico/cmd/internal/backup"
	"portico/cmd/internal/dump"
	"portico/sync/fault"
	"portico/sync/store"
)

// dumpDatabase is copyDatabase for PostgreSQL: what is counted and what is
// dumped is the same moment.
func (a *App) dumpDatabase(ctx context.Context, s *store.Store, to string) (backup.Manifest, error) {
	m, err := a.manifest(ctx)
	if err != nil {
		return m, err
	}
	err = s.Snapshot(ctx, func(at store.Snapshot) error {
		m.Schema, m.Rows = at.Schema, at.Rows
		return dump.Write(ctx, dump.Source{Address: a.cfg.Database.SystemURL, Schema: at.Namespace, Snapshot: at.ID, Server: at.Server}, to)
	})
	return m, err
}

// loadDatabase fills the empty database of the configuration. Until awaken gives
// the other roles their rights nobody but the owner can look into it.
func (a *App) loadDatabase(ctx context.Context, from string, m backup.Manifest) error {
	if !a.cfg.Database.Postgres() || a.cfg.Database.OwnerURL == "" {
		return fault.New(fault.Setup, "This backup is of a PostgreSQL database. Name an empty one in the configuration: database.url, database.system_url and database.owner_url.")
	}
	to, err := store.Vacant(ctx, a.database())
	if err != nil {
		return err
	}
	if err := dump.Load(ctx, a.cfg.Database.OwnerURL, from, to.Server, store.SystemPolicy); err != nil {
		return err
	}
	return store.Adopt(ctx, a.database(), store.Condition{Schema: m.Schema, Rows: m.Rows})
}
