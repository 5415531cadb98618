package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// Deliveries lists the newest deliveries of an endpoint with their attempts,
// newest first; only those in a state, unless that is "".
func (y *System) Deliveries(ctx context.Context, e delivery.EndpointID, state delivery.State, limit int) ([]delivery.Log, error) {
	return y.DeliveryPage(ctx, e, delivery.Query{State: state, Limit: limit})
}

// DeliveryPage is Deliveries that goes on after one.
func (y *System) DeliveryPage(ctx context.Context, e delivery.EndpointID, q delivery.Query) ([]delivery.Log, error) {
	var rows []deliveryRow
	where, args := "WHERE d.endpoint_id = ?", []any{e}
	if q.State != "" {
		where, args = where+" AND d.state = ?", append(args, q.State)
	}
	if q.After != "" {
		where += " AND d.seq < coalesce((SELECT b.seq FROM webhook_deliveries b WHERE b.endpoint_id = ? AND b.id = ?), 0)"
		args = append(args, e, q.After)
	}
	err := y.db.Find(ctx, &rows, selectDelivery+where+" ORDER BY d.seq DESC LIMIT ?", append(args, q.Limit)...)
	if err != nil || len(rows) == 0 {
		return nil, fault.At("list deliveries", err)
	}
	out, ids, index := make([]delivery.Log, len(rows)), make([]delivery.ID, len(rows)), map[delivery.ID]int{}
	for i, r := range rows {
		out[i].Delivery, ids[i], index[r.ID] = r.delivery(), r.ID, i
	}
	var attempts []struct {
		DeliveryID               delivery.ID
		At                       moment
		Took                     int64
		Status                   int
		Request, Answer, Problem string
	}
	err = y.db.Find(ctx, &attempts, "SELECT delivery_id, at, took, status, request, answer, problem FROM webhook_attempts WHERE delivery_id IN (?) ORDER BY seq", bun.List(ids))
	for _, a := range attempts {
		l := &out[index[a.DeliveryID]]
		l.Attempts = append(l.Attempts, delivery.Attempt{At: a.At.Time, Took: time.Duration(a.Took) * time.Microsecond,
			Status: a.Status, Request: a.Request, Answer: a.Answer, Problem: a.Problem})
	}
	return out, fault.At("list attempts", err)
}

// again makes deliveries due at once, with all attempts before them.
const again = "UPDATE webhook_deliveries SET state = 'due', attempt = 0, due_at = ?, ended_at = NULL, fence = fence + 1, lease_until = NULL WHERE "

// Resend makes one delivery due again, whatever became of it; it keeps its
// message and so its id. fault.NotFound when there is none.
func (y *System) Resend(ctx context.Context, id delivery.ID) error {
	n, err := y.resend(ctx, "id = ?", id)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "There is no such delivery. `portico webhook deliveries` names them.")
	}
	return err
}

// ResendOf is Resend for a delivery of one endpoint.
func (y *System) ResendOf(ctx context.Context, e delivery.EndpointID, id delivery.ID) error {
	n, err := y.resend(ctx, "endpoint_id = ? AND id = ?", e, id)
	if err == nil && n == 0 {
		return notFound()
	}
	return err
}

// ResendFailed makes everything due again that was given up at an endpoint since
// a moment, and returns how many that were.
func (y *System) ResendFailed(ctx context.Context, e delivery.EndpointID, since time.Time) (int, error) {
	return y.resend(ctx, "endpoint_id = ? AND state = 'failed' AND ended_at >= ?", e, at(since))
}

func (y *System) resend(ctx context.Context, which string, args ...any) (count int, err error) {
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, again+which, append([]any{at(y.now())}, args...)...)
		count = int(n)
		return fault.At("send again", err)
	})
	return count, err
}

// SendTest owes an endpoint a test message; it must be on (fault.Conflict).
func (y *System) SendTest(ctx context.Context, id delivery.EndpointID) (delivery.MessageID, error) {
	e, err := y.Endpoint(ctx, id)
	if err != nil {
		return "", err
	}
	if !e.Enabled {
		return "", fault.New(fault.Conflict, "The endpoint is off. Switch it on, then test it.")
	}
	m, err := delivery.ForTest(y.now(), record.AccountID{})
	if err != nil {
		return "", err
	}
	return m.ID, y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		return insertMessages(ctx, tx, []owed{{key: string(delivery.Test) + " " + string(m.ID), message: m, to: []delivery.EndpointID{id}}}, y.now())
	})
}
