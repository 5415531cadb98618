package app

import (
	"context"
	"maps"

	"portico/portal"
	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store"
)

// tailored is what a connector does for a connection with these settings.
func tailored(c remote.Connector, settings map[string]string) remote.Spec {
	spec := c.Spec()
	if t, ok := c.(remote.Tailored); ok {
		spec.Streams = t.StreamsOf(settings)
	}
	return spec
}

// tables adds the pages where columns of files are explained.
func (a *App) tables(to *portal.Pages, p *connections.Pages) {
	to.Tables = portal.Tables{List: p.Tables, Table: p.Table, Explain: p.Explain}
}

// tabular opens a connection whose tables somebody explains.
func (f fitter) tabular(ctx context.Context, s access.Scope, id record.ConnectionID) (*store.System, remote.Tabular, remote.Conn, remote.Connection, error) {
	sys, err := f.on(ctx, s, id)
	if err != nil {
		return nil, nil, remote.Conn{}, remote.Connection{}, err
	}
	connector, conn, connection, err := sources{f.app, sys, f.app.log}.Open(ctx, id)
	if err != nil {
		return nil, nil, conn, connection, err
	}
	t, ok := connector.(remote.Tabular)
	if !ok {
		return nil, nil, conn, connection, fault.New(fault.NotFound, "This system has no files to explain.")
	}
	return sys, t, conn, connection, nil
}

// Tables implements connections.Explaining.
func (f fitter) Tables(ctx context.Context, s access.Scope, id record.ConnectionID) (remote.Tables, error) {
	_, t, conn, _, err := f.tabular(ctx, s, id)
	if err != nil {
		return remote.Tables{}, err
	}
	return t.Tables(ctx, conn)
}

// Look implements connections.Explaining.
func (f fitter) Look(ctx context.Context, s access.Scope, id record.ConnectionID, table string, l *remote.Layout) (remote.TableLook, error) {
	_, t, conn, _, err := f.tabular(ctx, s, id)
	if err != nil {
		return remote.TableLook{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	return t.Look(ctx, conn, table, l)
}

// Explain implements connections.Explaining. What was read before by another layout is
// read again by the new one, because the bookmark does not fit it any more.
func (f fitter) Explain(ctx context.Context, s access.Scope, id record.ConnectionID, table, seen string, l remote.Layout) error {
	sys, t, _, was, err := f.tabular(ctx, s, id)
	if err != nil {
		return err
	}
	if connections.Mark(was) != seen {
		return fault.New(fault.Conflict, "Somebody else changed this connection while you were writing. What you chose stands below; the page shows theirs when you open it again.")
	}
	is := was
	if is.Settings, err = t.Explain(maps.Clone(was.Settings), table, l); err != nil {
		return err
	}
	if err := sys.ReviseConnection(ctx, was, is, nil); err != nil {
		return err
	}
	if err := sys.EnsureStreams(ctx, id, t.StreamsOf(is.Settings)); err != nil {
		return err
	}
	return sys.Hasten(ctx, id, table)
}
