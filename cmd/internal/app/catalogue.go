package app

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"portico/connectors"
	"portico/connectors/own"
	"portico/portal/admin/connections"
	"portico/portal/admin/health"
	"portico/sync/remote"
	"portico/sync/store"
)

// shelf is the folder of connectors of the administrator's own.
func (a *App) shelf() *own.Folder {
	dir := a.cfg.Connectors.Folder
	if abs, err := filepath.Abs(dir); err == nil && dir != "" { // people read it
		dir = abs
	}
	return own.New(own.Options{
		Dir: dir, Keep: filepath.Join(a.cfg.Data, "connectors"), Log: a.log,
		Expected: a.cfg.Origin("connectors.folder") != "default",
		BuiltIn: func(id string) bool {
			_, ok := connectors.Find(id)
			return ok
		},
	})
}

// connector finds what a connection names: a built-in connector, or one of the
// administrator's own as it is now.
func (a *App) connector(id string) (remote.Connector, bool) {
	if c, ok := connectors.Find(id); ok {
		return c, true
	}
	v, ok := a.own.Find(id)
	return v.Connector, ok
}

// Connectors lists what can be connected: what is built in, then the
// administrator's own.
func (a *App) Connectors() []remote.Spec {
	var out []remote.Spec
	for _, c := range connectors.Catalog() {
		out = append(out, c.Spec())
	}
	for _, v := range a.own.Versions() {
		if !v.Gone {
			out = append(out, v.Spec())
		}
	}
	return out
}

// follow takes up changes of the folder while a process serves. Work under way ends
// with the version that it began with.
func (a *App) follow(sys *store.System) func(context.Context) error {
	return func(ctx context.Context) error {
		return a.own.Run(ctx, func(ctx context.Context, ids []string) error { return a.adopt(ctx, sys, ids) })
	}
}

// adopt brings the connections of changed connectors up to their streams and limits.
func (a *App) adopt(ctx context.Context, sys *store.System, ids []string) error {
	list, err := sys.Connections(ctx)
	if err != nil {
		return err
	}
	var problems error
	for _, c := range list {
		connector, ok := a.connector(c.Connector)
		if !ok || !slices.Contains(ids, c.Connector) {
			continue
		}
		problems = errors.Join(problems, sys.EnsureStreams(ctx, c.ID, connector.Spec().Streams))
		a.mu.Lock()
		if b, ok := a.budgets[c.ID]; ok {
			connectors.Adapt(b, connector)
		}
		a.mu.Unlock()
	}
	return problems
}

// Shelf implements connections.Owning.
func (f fitter) Shelf(ctx context.Context) (connections.Shelf, error) {
	out := connections.Shelf{Folder: f.app.own.Dir(), Runs: map[string]connections.Homemade{}}
	for _, v := range f.app.own.Versions() {
		if !v.Gone {
			out.Runs[v.ID] = connections.Homemade{File: v.File, Hash: v.Hash}
		}
	}
	for _, m := range f.app.own.Mistakes() {
		out.Broken = append(out.Broken, connections.Broken{File: m.File, Says: m.Says, Runs: m.Runs})
	}
	list, err := f.sys.Connections(ctx)
	if err != nil {
		return out, err
	}
	out.Orphans = f.app.orphans(list)
	return out, nil
}

// manifests is how the administrator's own connectors do, for the page of health.
func (a *App) manifests(list []remote.Connection) []health.Manifest {
	var out []health.Manifest
	ill := map[string]bool{}
	for _, m := range a.own.Mistakes() {
		name := m.File
		if name == "" {
			name = a.own.Dir()
		}
		ill[m.ID] = true
		out = append(out, health.Manifest{Name: name, Hash: m.Runs, Problem: m.Says[0], More: len(m.Says) - 1})
	}
	orphans := a.orphans(list)
	for _, v := range a.own.Versions() {
		if ill[v.ID] || v.Gone && len(orphans[v.ID]) == 0 {
			continue
		}
		out = append(out, health.Manifest{Name: v.ID, Hash: v.Hash, Gone: v.Gone})
	}
	return out
}

// orphans are the connections whose connector has no file any more, by its id.
func (a *App) orphans(list []remote.Connection) map[string][]string {
	out := map[string][]string{}
	for _, v := range a.own.Versions() {
		for _, c := range list {
			if v.Gone && c.Connector == v.ID {
				out[v.ID] = append(out[v.ID], c.Name)
			}
		}
	}
	return out
}
