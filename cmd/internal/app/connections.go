package app

import (
	"context"
	"slices"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
	"portico/sync/vault"
)

// Connections lists what is connected.
func (a *App) Connections(ctx context.Context) ([]remote.Connection, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return nil, err
	}
	return sys.Connections(ctx)
}

// AddConnection stores the settings and seals the secrets, by field name.
func (a *App) AddConnection(ctx context.Context, c remote.Connection, secrets map[string]string) (remote.Connection, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return c, err
	}
	c.ID = record.NewConnectionID()
	return c, a.connect(ctx, sys, store.NewConnection{Connection: c}, secrets)
}

// connect stores a connection whole, with what its connector has.
func (a *App) connect(ctx context.Context, sys *store.System, n store.NewConnection, secrets map[string]string) error {
	connector, ok := a.connector(n.Connector)
	if !ok {
		return fault.Newf(fault.Invalid, "There is no connector %q.", n.Connector)
	}
	if err := checkSettings(connector.Spec(), n.Settings); err != nil {
		return err
	}
	sealed, err := a.sealed(n.ID, secrets)
	if err != nil {
		return err
	}
	n.Streams, n.Secrets = tailored(connector, n.Settings).Streams, sealed
	return sys.Connect(ctx, n)
}

// sealed are secrets as they are stored.
func (a *App) sealed(id record.ConnectionID, secrets map[string]string) (map[string][]byte, error) {
	out := make(map[string][]byte, len(secrets))
	for field, text := range secrets {
		if wrong := remote.WrongSecret(text); wrong != "" {
			return nil, fault.Newf(fault.Invalid, "%s: %s", field, wrong)
		}
		box, err := a.vault.Seal(place(id, field), vault.NewSecret(text))
		if err != nil {
			return nil, err
		}
		out[field] = []byte(box)
	}
	return out, nil
}

// checkSettings finds what can be seen to be wrong without asking the system.
func checkSettings(spec remote.Spec, settings map[string]string) error {
	wrong := spec.Wrong(settings)
	for _, f := range spec.Fields {
		if problem := wrong[f.Name]; problem != "" {
			return fault.Newf(fault.Invalid, "%s: %s", f.Label, problem)
		}
	}
	return nil
}

// opened is a connection by its name, ready to be talked to.
type opened struct {
	sys        *store.System
	connector  remote.Connector
	conn       remote.Conn
	connection remote.Connection
}

func (a *App) openNamed(ctx context.Context, name string) (opened, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return opened{}, err
	}
	c, err := sys.ConnectionNamed(ctx, name)
	if fault.Is(err, fault.NotFound) {
		return opened{}, fault.Newf(fault.NotFound, "There is no connection %q. `portico connector list` names them.", name)
	}
	if err != nil {
		return opened{}, err
	}
	connector, conn, connection, err := sources{a, sys, a.log}.Open(ctx, c.ID)
	return opened{sys, connector, conn, connection}, err
}

// CheckConnection says whether the connection works and what it may do.
func (a *App) CheckConnection(ctx context.Context, name string) (remote.Report, error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return remote.Report{}, err
	}
	return o.connector.Check(ctx, o.conn), nil
}

// Discover reads what the system calls its things, and remembers where new
// requests may go.
func (a *App) Discover(ctx context.Context, name string) (remote.Catalog, error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return remote.Catalog{}, err
	}
	found, err := o.connector.Discover(ctx, o.conn)
	if err != nil {
		return found, err
	}
	if err := o.sys.DefineFields(ctx, o.connection.ID, fieldsOf(found)); err != nil {
		return found, err
	}
	return found, o.sys.SetQueues(ctx, o.connection.ID, usualFirst(found.Queues, o.connection.Settings["queue"]))
}

// usualFirst puts the queue that the administrator chose first, because the
// first one is what the form for a new request proposes.
func usualFirst(queues []string, usual string) []string {
	out := slices.Clone(queues)
	slices.SortStableFunc(out, func(a, b string) int {
		switch {
		case a == usual && b != usual:
			return -1
		case b == usual && a != usual:
			return 1
		default:
			return 0
		}
	})
	return out
}

// Companies lists the companies of the connection, unmatched ones first.
func (a *App) Companies(ctx context.Context, name string) ([]run.Company, error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return nil, err
	}
	return o.sys.Companies(ctx, o.connection.ID)
}

// Match ties a company to an account; its waiting records become visible there.
func (a *App) Match(ctx context.Context, name, key, account string) (record.AccountInfo, error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return record.AccountInfo{}, err
	}
	info, err := accountNamed(ctx, o.sys, account)
	if err != nil {
		return info, err
	}
	return info, o.sys.Match(ctx, o.connection.ID, key, info.ID, "command line")
}

// streamsOf returns the named streams, or all.
func streamsOf(spec remote.Spec, names []string) ([]remote.Stream, error) {
	if len(names) == 0 {
		return spec.Streams, nil
	}
	var out []remote.Stream
	for _, s := range spec.Streams {
		if slices.Contains(names, s.Name) {
			out = append(out, s)
		}
	}
	if len(out) != len(names) {
		return nil, fault.Newf(fault.Invalid, "%s does not have all of these streams: %v.", spec.Name, names)
	}
	return out, nil
}
