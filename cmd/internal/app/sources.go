package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"portico/connectors"
	"portico/sync/egress"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store"
	"portico/sync/vault"
)

// purpose separates connection secrets from anything else that is ever sealed.
const purpose = "connection"

// sources opens connections for pulls, actions and the administrator's tools.
type sources struct {
	app *App
	sys *store.System
	log *slog.Logger
}

// Open finds the connector of a connection and gives it everything it may use.
func (s sources) Open(ctx context.Context, id record.ConnectionID) (remote.Connector, remote.Conn, remote.Connection, error) {
	connection, err := s.sys.Connection(ctx, id)
	if err != nil {
		return nil, remote.Conn{}, connection, err
	}
	connector, ok := s.app.connector(connection.Connector)
	if !ok {
		return nil, remote.Conn{}, connection, fault.Newf(fault.Setup, "This program has no connector %q.", connection.Connector)
	}
	transport, err := s.app.transport(s.sys, connection)
	if err != nil {
		return nil, remote.Conn{}, connection, err
	}
	conn := remote.Conn{
		ID:        id,
		Settings:  connection.Settings,
		Secret:    func(name string) (string, error) { return s.secret(ctx, id, name) },
		Tokens:    s.app.tokens(s.sys, id),
		Transport: transport,
		Budget:    s.app.budget(s.sys, id, connector),
		Drop:      s.app.cfg.Connectors.Drop,
		File:      func(ctx context.Context, id string) (io.ReadCloser, error) { return s.app.files.Open(ctx, id) },
		Log:       s.log.With("connection", connection.Name),
		Now:       s.app.now,
	}
	return connector, conn, connection, nil
}

// secret opens a credential at call time, so that a rotated one is used at once.
func (s sources) secret(ctx context.Context, id record.ConnectionID, field string) (string, error) {
	sealed, err := s.sys.Secret(ctx, id, field)
	if err != nil {
		return "", err
	}
	text, err := s.app.vault.Open(place(id, field), string(sealed))
	if err != nil {
		return "", err
	}
	return text.Reveal(), nil
}

func place(id record.ConnectionID, field string) vault.Place {
	return vault.Place{Purpose: purpose, Connection: id, Field: field}
}

// transport is one guarded way out per connection and setting of it, kept so
// that its connections are used again.
func (a *App) transport(sys *store.System, c remote.Connection) (http.RoundTripper, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := way{c.ID, c.AllowPrivate, c.CA}
	if t, ok := a.ways[key]; ok {
		return t, nil
	}
	policy, err := egress.Connection(c.AllowPrivate)
	if err != nil {
		return nil, err
	}
	t, err := egress.Transport(egress.Options{Policy: policy, CA: c.CA})
	if err != nil {
		return nil, err
	}
	a.ways[key] = wall{sys, t}
	return a.ways[key], nil
}

// way is what makes two transports of a connection different.
type way struct {
	connection       record.ConnectionID
	allowPrivate, ca string
}

// budget is one per connection, shared by everything that talks to it: in this
// process, and on PostgreSQL in all.
func (a *App) budget(sys *store.System, id record.ConnectionID, connector remote.Connector) remote.Budget {
	a.mu.Lock()
	defer a.mu.Unlock()
	if b, ok := a.budgets[id]; ok {
		return b
	}
	b := connectors.NewBudget(connector, a.now)
	if a.cfg.Database.Postgres() {
		b = connectors.NewSharedBudget(connector, purse{sys, id}, a.now, a.log)
	}
	a.budgets[id] = b
	return b
}

// purse is what all processes take from for one connection.
type purse struct {
	sys *store.System
	id  record.ConnectionID
}

func (p purse) Take(ctx context.Context, pace remote.Pace, class remote.Class, want int) (int, time.Duration, error) {
	return p.sys.TakeBudget(ctx, p.id, pace, class, want)
}

func (p purse) Hold(ctx context.Context, d time.Duration) error {
	return p.sys.HoldBudget(ctx, p.id, d)
}

// SetBudget gives a connection a budget of the caller's instead of the one that
// its connector asks for. Only a measurement has a reason to, against a source
// that bears anything.
func (a *App) SetBudget(id record.ConnectionID, b remote.Budget) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.budgets[id] = b
}
