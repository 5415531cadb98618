package app

import (
	"context"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/mapping"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store"
)

// carrier takes mappings along, for the command line and for the page.
type carrier struct{ fitter }

// Of implements transfer.Carrying.
func (c carrier) Of(ctx context.Context, id record.ConnectionID) (remote.Connection, remote.Spec, error) {
	connection, err := c.sys.Connection(ctx, id)
	if err != nil {
		return connection, remote.Spec{}, err
	}
	connector, ok := c.app.connector(connection.Connector)
	if !ok {
		return connection, remote.Spec{}, fault.Newf(fault.Setup, "This program has no connector %q.", connection.Connector)
	}
	return connection, connector.Spec(), nil
}

// Export implements transfer.Carrying.
func (c carrier) Export(ctx context.Context, s access.Scope, id record.ConnectionID) ([]byte, error) {
	if err := access.Administer(s); err != nil {
		return nil, err
	}
	return c.export(ctx, id)
}

func (c carrier) export(ctx context.Context, id record.ConnectionID) ([]byte, error) {
	state, err := c.state(ctx, id)
	if err != nil {
		return nil, err
	}
	return mapping.Of(state, c.app.now()).Text()
}

func (c carrier) state(ctx context.Context, id record.ConnectionID) (mapping.State, error) {
	_, spec, err := c.Of(ctx, id)
	if err != nil {
		return mapping.State{}, err
	}
	return c.sys.Mapping(ctx, id, spec)
}

// Look implements transfer.Carrying.
func (c carrier) Look(ctx context.Context, s access.Scope, id record.ConnectionID, text string) (mapping.Plan, error) {
	if err := access.Administer(s); err != nil {
		return mapping.Plan{}, err
	}
	plan, _, err := c.look(ctx, id, text)
	return plan, err
}

func (c carrier) look(ctx context.Context, id record.ConnectionID, text string) (mapping.Plan, mapping.State, error) {
	state, err := c.state(ctx, id)
	if err != nil {
		return mapping.Plan{}, state, err
	}
	file, err := mapping.Read([]byte(text), state)
	if err != nil {
		return mapping.Plan{}, state, err
	}
	plan, err := mapping.Compare(file, state)
	return plan, state, err
}

// Adopt implements transfer.Carrying.
func (c carrier) Adopt(ctx context.Context, s access.Scope, id record.ConnectionID, text, mark string) (mapping.Plan, error) {
	sys, err := c.on(ctx, s, id)
	if err != nil {
		return mapping.Plan{}, err
	}
	return c.adopt(ctx, sys, id, text, mark)
}

func (c carrier) adopt(ctx context.Context, sys *store.System, id record.ConnectionID, text, mark string) (mapping.Plan, error) {
	plan, state, err := c.look(ctx, id, text)
	if err != nil {
		return plan, err
	}
	if plan.Mark() != mark {
		return plan, fault.New(fault.Conflict, "Something changed while you were looking. This is what the file would change now.")
	}
	if err := c.tried(ctx, plan, state.Connection); err != nil {
		return plan, err
	}
	return plan, sys.Adopt(ctx, state.Connection, plan)
}

// tried asks the system whether it lets us in with settings that a file would change:
// none are saved before that, wherever they come from.
func (c carrier) tried(ctx context.Context, plan mapping.Plan, was remote.Connection) error {
	settled := plan.Settled(was.Settings)
	changes := false
	for name, value := range settled {
		changes = changes || was.Settings[name] != value
	}
	if !changes {
		return nil
	}
	if err := outward(ctx, c.sys); err != nil {
		return err
	}
	connector, conn, _, err := sources{c.app, c.sys, c.app.log}.Open(ctx, was.ID)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	conn.Settings = settled
	if report := connector.Check(ctx, conn); len(report.Items) == 0 || !report.Items[0].OK {
		why := "It did not answer."
		if len(report.Items) > 0 {
			why = report.Items[0].Detail
		}
		return fault.Newf(fault.Setup, "The system does not let us in with the settings of the file, so that nothing was changed: %s", why)
	}
	return nil
}

// ExportMapping returns the mapping of a connection as a file.
func (a *App) ExportMapping(ctx context.Context, name string) ([]byte, error) {
	c, id, err := a.carries(ctx, name)
	if err != nil {
		return nil, err
	}
	return c.export(ctx, id)
}

// ImportMapping says what a file would change in a connection, and with apply changes
// it, all of it or nothing.
func (a *App) ImportMapping(ctx context.Context, name, text string, apply bool) (mapping.Plan, error) {
	c, id, err := a.carries(ctx, name)
	if err != nil {
		return mapping.Plan{}, err
	}
	plan, _, err := c.look(ctx, id, text)
	if err != nil || !apply || plan.Changes() == 0 {
		return plan, err
	}
	return c.adopt(ctx, c.sys, id, text, plan.Mark())
}

func (a *App) carries(ctx context.Context, name string) (carrier, record.ConnectionID, error) {
	o, err := a.openNamed(ctx, name)
	return carrier{fitter{a, o.sys}}, o.connection.ID, err
}
