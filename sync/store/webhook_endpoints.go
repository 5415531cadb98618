package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"portico/sync/audit"
	"portico/sync/change"
	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

type endpointRow struct {
	ID           delivery.EndpointID
	AccountID    record.AccountID
	URL          string `bun:"url"`
	Description  string
	Types        string
	Headers      string
	Rate         int
	Secret       string
	OldSecret    string
	OldUntil     moment
	Enabled      bool
	Why          string
	FailingSince moment
	ReadyAt      moment
	CreatedAt    moment
}

const selectEndpoint = `SELECT id, account_id, url, description, types, headers, rate, secret, old_secret, old_until, enabled, why,
	failing_since, ready_at, created_at FROM webhook_endpoints `

func (r endpointRow) endpoint() delivery.Endpoint {
	e := delivery.Endpoint{ID: r.ID, Account: r.AccountID, URL: r.URL, Description: r.Description, Headers: r.Headers, Rate: r.Rate,
		Secret: r.Secret, OldSecret: r.OldSecret, OldUntil: r.OldUntil.Time, Enabled: r.Enabled, Why: r.Why,
		FailingSince: r.FailingSince.Time, Created: r.CreatedAt.Time}
	for t := range strings.FieldsSeq(r.Types) {
		e.Types = append(e.Types, delivery.Type(t))
	}
	return e
}

func endpointsOf(rows []endpointRow) []delivery.Endpoint {
	out := make([]delivery.Endpoint, len(rows))
	for i, r := range rows {
		out[i] = r.endpoint()
	}
	return out
}

// CreateEndpoint adds a webhook endpoint that is on. It is told of what happens
// from now on.
func (y *System) CreateEndpoint(ctx context.Context, e delivery.Endpoint) error {
	types := make([]string, len(e.Types))
	for i, t := range e.Types {
		types[i] = string(t)
	}
	entry := ofAccount(e.Account, administered(audit.EndpointChanged, y.now(), string(e.ID), "step", "added", "url", e.URL, "types", strings.Join(types, " ")))
	return y.administer(ctx, entry, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, `INSERT INTO webhook_endpoints (id, account_id, url, description, types, headers, rate, secret, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.ID, e.Account, e.URL, e.Description, strings.Join(types, " "), e.Headers, e.Rate, e.Secret, at(y.now()))
		return fault.At("create endpoint", err)
	})
}

// Endpoints lists every webhook endpoint, oldest first.
func (y *System) Endpoints(ctx context.Context) ([]delivery.Endpoint, error) {
	var rows []endpointRow
	err := y.db.Find(ctx, &rows, selectEndpoint+"ORDER BY created_at, id")
	return endpointsOf(rows), fault.At("list endpoints", err)
}

// Endpoint returns one of them; fault.NotFound when there is none.
func (y *System) Endpoint(ctx context.Context, id delivery.EndpointID) (delivery.Endpoint, error) {
	var r endpointRow
	err := y.db.Find(ctx, &r, selectEndpoint+"WHERE id = ?", id)
	if errors.Is(err, sql.ErrNoRows) {
		return delivery.Endpoint{}, noEndpoint()
	}
	return r.endpoint(), fault.At("read endpoint", err)
}

func noEndpoint() error {
	return fault.New(fault.NotFound, "There is no such endpoint. `portico webhook list` names them.")
}

// ChangeEndpoint stores what is told to whom, how fast, and whether at all. What is
// sealed stays as it is but for the headers.
func (y *System) ChangeEndpoint(ctx context.Context, e delivery.Endpoint) error {
	types := make([]string, len(e.Types))
	for i, t := range e.Types {
		types[i] = string(t)
	}
	entry := ofAccount(e.Account, administered(audit.EndpointChanged, y.now(), string(e.ID), "step", "changed", "url", e.URL, "types", strings.Join(types, " ")))
	return y.administer(ctx, entry, func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE webhook_endpoints SET url = ?, description = ?, types = ?, headers = ?, rate = ? WHERE id = ?",
			e.URL, plain(e.Description), strings.Join(types, " "), e.Headers, e.Rate, e.ID)
		if err == nil && n == 0 {
			return noEndpoint()
		}
		return fault.At("change endpoint", err)
	})
}

// RemoveEndpoint takes an endpoint away, with what it is owed and with its log.
func (y *System) RemoveEndpoint(ctx context.Context, id delivery.EndpointID) error {
	e, err := y.Endpoint(ctx, id)
	if err != nil {
		return err
	}
	return y.administer(ctx, ofAccount(e.Account, administered(audit.EndpointChanged, y.now(), string(id), "step", "removed", "url", e.URL)), func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, "endpoint "+string(id)); err != nil {
			return fault.At("wait for claims of the endpoint", err)
		}
		n, err := tx.Run(ctx, "DELETE FROM webhook_endpoints WHERE id = ?", id)
		if err == nil && n == 0 {
			return noEndpoint()
		}
		return fault.At("remove endpoint", err)
	})
}

// RotateEndpoint gives an endpoint a new sealed secret. The one before signs as
// well for delivery.OldSecretFor; one that was replaced earlier ends now.
func (y *System) RotateEndpoint(ctx context.Context, id delivery.EndpointID, secret string) error {
	return y.changeEndpoint(ctx, id, "secret replaced", "old_secret = secret, old_until = ?, secret = ?", at(y.now().Add(delivery.OldSecretFor)), secret)
}

// EnableEndpoint switches an endpoint on. What was due when it went off is
// delivered; its failures are forgotten.
func (y *System) EnableEndpoint(ctx context.Context, id delivery.EndpointID) error {
	return y.changeEndpoint(ctx, id, "switched on", "enabled = ?, why = '', failing_since = NULL, ready_at = NULL", true)
}

// DisableEndpoint switches an endpoint off, for a reason that its owner reads.
func (y *System) DisableEndpoint(ctx context.Context, id delivery.EndpointID, why string) error {
	return y.changeEndpoint(ctx, id, "switched off", "enabled = ?, why = ?", false, why)
}

func (y *System) changeEndpoint(ctx context.Context, id delivery.EndpointID, step, set string, args ...any) error {
	return y.administer(ctx, administered(audit.EndpointChanged, y.now(), string(id), "step", step), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE webhook_endpoints SET "+set+" WHERE id = ?", append(args, id)...)
		if err == nil && n == 0 {
			return noEndpoint()
		}
		return fault.At("change endpoint", err)
	})
}

// switchOff is DisableEndpoint because of an answer, inside the transaction that
// stores the answer. Whoever watches over endpoints is told.
func switchOff(ctx context.Context, tx *scoped.Tx, e delivery.Endpoint, why string, now moment) error {
	n, err := tx.Run(ctx, "UPDATE webhook_endpoints SET enabled = ?, why = ? WHERE id = ? AND enabled", false, why, e.ID)
	if err != nil || n == 0 {
		return fault.At("switch endpoint off", err)
	}
	if err := leave(ctx, tx, ofAccount(e.Account, administered(audit.EndpointChanged, now.Time, string(e.ID), "step", "switched off by its answers", "why", why))); err != nil {
		return err
	}
	return emit(ctx, tx, change.New(change.EndpointOff, now.Time, e.Account, "", string(e.ID)))
}
