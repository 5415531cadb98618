package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store/internal/scoped"
)

type connectionRow struct {
	ID           record.ConnectionID
	Connector    string
	Name         string
	Settings     string
	AllowPrivate string
	CA           string `bun:"ca"`
	ReadOnly     bool
	Paused       bool
	CreatedAt    moment
}

const selectConnection = "SELECT id, connector, name, settings, allow_private, ca, read_only, paused, created_at FROM connections "

func (r connectionRow) connection() (remote.Connection, error) {
	c := remote.Connection{ID: r.ID, Connector: r.Connector, Name: r.Name, AllowPrivate: r.AllowPrivate,
		CA: r.CA, ReadOnly: r.ReadOnly, Paused: r.Paused, Created: r.CreatedAt.Time}
	return c, json.Unmarshal([]byte(r.Settings), &c.Settings)
}

// NewConnection is a connection with everything that it begins with.
type NewConnection struct {
	remote.Connection
	Streams []remote.Stream
	Secrets map[string][]byte // sealed, by field
	Queues  []string          // where new requests may go
	// Token is what a person brought from the system; one without Sealed is none.
	Token SealedToken
	// Companies are known before the first pull; none of them is matched.
	Companies []remote.Company
}

// CreateConnection adds a connection with the streams that its connector has.
func (y *System) CreateConnection(ctx context.Context, c remote.Connection, streams []remote.Stream) error {
	return y.Connect(ctx, NewConnection{Connection: c, Streams: streams})
}

// Connect adds a connection whole, so that no pull begins before its credential
// is there. A name that is taken is fault.Conflict.
func (y *System) Connect(ctx context.Context, n NewConnection) error {
	settings, queues, err := encoded(n)
	if err != nil {
		return err
	}
	c := n.Connection
	return y.administer(ctx, administered(audit.ConnectionMade, y.now(), c.ID.String(), "connector", c.Connector, "allow_private", c.AllowPrivate), func(ctx context.Context, tx *scoped.Tx) error {
		if err := nameFree(ctx, tx, c); err != nil {
			return err
		}
		_, err := tx.Run(ctx, `INSERT INTO connections (id, connector, name, settings, allow_private, ca, queues, read_only, paused, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.ID, c.Connector, plain(c.Name), settings, c.AllowPrivate, c.CA, queues, c.ReadOnly, c.Paused, at(y.now()))
		if err != nil {
			return fault.At("create connection", err)
		}
		if err := y.putSecrets(ctx, tx, c.ID, n.Secrets); err != nil {
			return err
		}
		if len(n.Token.Sealed) > 0 {
			if err := putToken(ctx, tx, c.ID, n.Token); err != nil {
				return err
			}
		}
		for _, company := range n.Companies {
			if _, err := tx.Run(ctx, "INSERT INTO companies (connection_id, key, name, seen_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
				c.ID, plain(company.Key), plain(company.Name), at(y.now())); err != nil {
				return fault.At("enter companies", err)
			}
		}
		return ensureStreams(ctx, tx, c.ID, n.Streams)
	})
}

func encoded(n NewConnection) (settings, queues string, err error) {
	s, err := json.Marshal(n.Settings)
	if err != nil {
		return "", "", fault.Wrap(fault.Internal, "encode settings", err)
	}
	if n.Queues == nil {
		n.Queues = []string{}
	}
	q, err := json.Marshal(n.Queues)
	return string(s), string(q), fault.Wrap(fault.Internal, "encode queues", err)
}

// nameFree refuses a name that another connection has.
func nameFree(ctx context.Context, tx *scoped.Tx, c remote.Connection) error {
	var taken int
	if err := tx.Find(ctx, &taken, "SELECT count(*) FROM connections WHERE name = ? AND id <> ?", plain(c.Name), c.ID); err != nil {
		return fault.At("look for the name", err)
	}
	if taken > 0 {
		var leaving bool
		if err := tx.Find(ctx, &leaving, "SELECT EXISTS (SELECT 1 FROM connections WHERE name = ? AND removing_at IS NOT NULL)", plain(c.Name)); err != nil {
			return fault.At("look for the name", err)
		}
		if leaving {
			return fault.Newf(fault.Conflict, "A connection named %q is being removed. Its name is free when that is done.", c.Name).Field("name", "This name is free in a while.")
		}
		return fault.Newf(fault.Conflict, "A connection named %q exists already.", c.Name).Field("name", "This name is taken.")
	}
	return nil
}

// EnsureStreams adds streams that a newer connector has and refreshes the schedule
// of the others. An interval that somebody chose stays, and so that facts are not
// called late before they can be read anew, they count as current for two of them.
func (y *System) EnsureStreams(ctx context.Context, c record.ConnectionID, streams []remote.Stream) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		return ensureStreams(ctx, tx, c, streams)
	})
}

func ensureStreams(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, streams []remote.Stream) error {
	for i, s := range streams {
		kinds := make([]string, len(s.Kinds))
		for n, k := range s.Kinds {
			kinds[n] = string(k)
		}
		census := s.Census
		if !s.Sweep {
			census = 0
		}
		_, err := tx.Run(ctx, `INSERT INTO streams (connection_id, stream, position, kinds, every, census_every, fresh_for) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (connection_id, stream) DO UPDATE SET position = excluded.position, kinds = excluded.kinds, census_every = excluded.census_every,
			every = CASE WHEN streams.chosen_every > 0 THEN streams.chosen_every ELSE excluded.every END,
			fresh_for = CASE WHEN excluded.fresh_for > 0 AND excluded.fresh_for < 2 * streams.chosen_every THEN 2 * streams.chosen_every ELSE excluded.fresh_for END`,
			c, s.Name, i, strings.Join(kinds, " "), seconds(s.Every), seconds(census), seconds(s.FreshFor))
		if err != nil {
			return fault.At("add stream "+s.Name, err)
		}
	}
	return nil
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// Connection returns one connection; fault.NotFound when there is none.
func (y *System) Connection(ctx context.Context, id record.ConnectionID) (remote.Connection, error) {
	return y.connection(ctx, "WHERE removing_at IS NULL AND id = ?", id)
}

// ConnectionNamed is Connection by its name.
func (y *System) ConnectionNamed(ctx context.Context, name string) (remote.Connection, error) {
	return y.connection(ctx, "WHERE removing_at IS NULL AND name = ?", name)
}

func (y *System) connection(ctx context.Context, where string, arg any) (remote.Connection, error) {
	var r connectionRow
	err := y.db.Find(ctx, &r, selectConnection+where, arg)
	if errors.Is(err, sql.ErrNoRows) {
		return remote.Connection{}, fault.New(fault.NotFound, "There is no such connection.")
	}
	if err != nil {
		return remote.Connection{}, fault.At("read connection", err)
	}
	return r.connection()
}

// Connections lists every connection by name.
func (y *System) Connections(ctx context.Context) ([]remote.Connection, error) {
	var rows []connectionRow
	if err := y.db.Find(ctx, &rows, selectConnection+"WHERE removing_at IS NULL ORDER BY name"); err != nil {
		return nil, fault.At("list connections", err)
	}
	out := make([]remote.Connection, 0, len(rows))
	for _, r := range rows {
		c, err := r.connection()
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "read connection "+r.Name, err)
		}
		out = append(out, c)
	}
	return out, nil
}

// SetQueues remembers where new requests may go, as the source names it.
func (y *System) SetQueues(ctx context.Context, c record.ConnectionID, queues []string) error {
	data, err := json.Marshal(queues)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode queues", err)
	}
	return y.changeConnection(ctx, c, "queues = ?", string(data))
}

// SetPaused stops or resumes pulling.
func (y *System) SetPaused(ctx context.Context, c record.ConnectionID, paused bool) error {
	return y.changeConnection(ctx, c, "paused = ?", paused)
}

// SetReadOnly holds back or releases actions.
func (y *System) SetReadOnly(ctx context.Context, c record.ConnectionID, readOnly bool) error {
	return y.changeConnection(ctx, c, "read_only = ?", readOnly)
}

// SetAllowPrivate confirms an address on a private network, "host:port", or none.
func (y *System) SetAllowPrivate(ctx context.Context, c record.ConnectionID, address string) error {
	return y.changeConnection(ctx, c, "allow_private = ?", address)
}

// SetSettings replaces the settings of a connection.
func (y *System) SetSettings(ctx context.Context, c record.ConnectionID, settings map[string]string) error {
	data, err := json.Marshal(settings)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode settings", err)
	}
	return y.changeConnection(ctx, c, "settings = ?", string(data))
}

func (y *System) changeConnection(ctx context.Context, c record.ConnectionID, set string, value any) error {
	return y.administer(ctx, administered(audit.ConnectionMade, y.now(), c.String(), "changed", set), func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "UPDATE connections SET "+set+" WHERE id = ?", value, c)
		return fault.At("change connection", err)
	})
}

// PutSecret stores a sealed credential of a connection.
func (y *System) PutSecret(ctx context.Context, c record.ConnectionID, field string, sealed []byte) error {
	return y.administer(ctx, administered(audit.ConnectionMade, y.now(), c.String(), "secret", field), func(ctx context.Context, tx *scoped.Tx) error {
		return y.putSecrets(ctx, tx, c, map[string][]byte{field: sealed})
	})
}

func (y *System) putSecrets(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, sealed map[string][]byte) error {
	for field, text := range sealed {
		_, err := tx.Run(ctx, `INSERT INTO secrets (connection_id, field, sealed, changed_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (connection_id, field) DO UPDATE SET sealed = excluded.sealed, changed_at = excluded.changed_at`,
			c, field, text, at(y.now()))
		if err != nil {
			return fault.At("store secret", err)
		}
	}
	return nil
}

// Secret returns a sealed credential; fault.Setup when it was never entered.
func (y *System) Secret(ctx context.Context, c record.ConnectionID, field string) ([]byte, error) {
	var sealed []byte
	err := y.db.Find(ctx, &sealed, "SELECT sealed FROM secrets WHERE connection_id = ? AND field = ?", c, field)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Newf(fault.Setup, "The connection has no %s yet. Enter it again.", field).Because("read secret", remote.ErrNoSecret)
	}
	return sealed, fault.At("read secret", err)
}
