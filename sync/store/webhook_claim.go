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

// free says that a delivery may be attempted: nothing is held, it is due and
// nobody has it.
const free = released + " AND d.state = 'due' AND d.due_at <= ? AND (d.lease_until IS NULL OR d.lease_until < ?)"

// DueEndpoints lists endpoints that something can be delivered to now.
func (y *System) DueEndpoints(ctx context.Context, now time.Time, limit int) ([]delivery.EndpointID, error) {
	var ids []delivery.EndpointID
	err := y.db.Find(ctx, &ids, `SELECT e.id FROM webhook_endpoints e WHERE e.enabled AND (e.ready_at IS NULL OR e.ready_at <= ?)
		AND EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND `+free+`) ORDER BY e.id LIMIT ?`, at(now), at(now), at(now), limit)
	return ids, fault.At("list endpoints with due deliveries", err)
}

// ClaimDeliveries leases the deliveries that have been due for longest of an endpoint, as many as
// its rate allows in a second and no more than limit. Every claim raises the
// fence. next says when there may be more, or is zero.
func (y *System) ClaimDeliveries(ctx context.Context, id delivery.EndpointID, limit int, lease time.Duration) (claims []delivery.Claim, next time.Time, err error) {
	now := y.now().UTC()
	err = y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
		claims, next = nil, time.Time{}
		if err := tx.Alone(ctx, "endpoint "+string(id)); err != nil {
			return fault.At("wait for other claims", err)
		}
		var rows []endpointRow
		if err := tx.Find(ctx, &rows, selectEndpoint+"WHERE id = ? AND enabled", id); err != nil || len(rows) == 0 {
			return fault.At("read endpoint", err)
		}
		endpoint, ready := rows[0].endpoint(), rows[0].ReadyAt.Time
		if ready.After(now) {
			next = ready
			return nil
		}
		got, err := take(ctx, tx, endpoint, min(limit, max(1, endpoint.Rate)), now, now.Add(lease), y.signature())
		if err != nil {
			return err
		}
		if len(got) == 0 {
			next, err = comesDue(ctx, tx, id)
			return err
		}
		claims = got
		next = now.Add(time.Second * time.Duration(len(claims)) / time.Duration(max(1, endpoint.Rate)))
		_, err = tx.Run(ctx, "UPDATE webhook_endpoints SET ready_at = ? WHERE id = ?", at(next), id)
		return fault.At("pace endpoint", err)
	})
	return claims, next, err
}

// take leases deliveries and reads what they say.
func take(ctx context.Context, tx *scoped.Tx, e delivery.Endpoint, limit int, now, until time.Time, holder any) ([]delivery.Claim, error) {
	var seqs []int64
	err := tx.Find(ctx, &seqs, "SELECT d.seq FROM webhook_deliveries d WHERE d.endpoint_id = ? AND "+free+" ORDER BY d.due_at, d.seq LIMIT ?", e.ID, at(now), at(now), limit)
	if err != nil || len(seqs) == 0 {
		return nil, fault.At("find due deliveries", err)
	}
	if _, err := tx.Run(ctx, "UPDATE webhook_deliveries SET fence = fence + 1, lease_until = ?, holder = ? WHERE seq IN (?)", at(until), holder, bun.List(seqs)); err != nil {
		return nil, fault.At("lease deliveries", err)
	}
	var rows []deliveryRow
	if err := tx.Find(ctx, &rows, selectDelivery+"WHERE d.seq IN (?) ORDER BY d.seq", bun.List(seqs)); err != nil {
		return nil, fault.At("read deliveries", err)
	}
	claims := make([]delivery.Claim, len(rows))
	for i, r := range rows {
		claims[i] = delivery.Claim{Delivery: r.delivery(), Endpoint: e, Fence: r.Fence, Until: until}
	}
	return claims, nil
}

// comesDue is when the next delivery of an endpoint can be claimed that waits for
// its time or for the lease of a worker that may have died; zero for none.
func comesDue(ctx context.Context, tx *scoped.Tx, id delivery.EndpointID) (time.Time, error) {
	var rows []struct{ Due moment }
	err := tx.Find(ctx, &rows, `SELECT CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END AS due FROM webhook_deliveries
		WHERE endpoint_id = ? AND state = 'due' ORDER BY due LIMIT 1`, id)
	if err != nil || len(rows) == 0 {
		return time.Time{}, fault.At("find the next delivery", err)
	}
	return rows[0].Due.Time, nil
}

// SettleDeliveries commits what attempts at one endpoint came to. A claim that
// is no longer the newest changes nothing but the log: its request did go out.
func (y *System) SettleDeliveries(ctx context.Context, id delivery.EndpointID, list []delivery.Settled) error {
	now := y.now().UTC()
	return y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, "endpoint "+string(id)); err != nil {
			return fault.At("wait for other claims", err)
		}
		// In the order in which it became known: the endpoint is as the last one left it.
		for len(list) > 0 {
			n := delivered(list)
			if n == 0 {
				if err := settle(ctx, tx, list[0], now); err != nil {
					return err
				}
				list = list[1:]
				continue
			}
			if err := settleDelivered(ctx, tx, list[:n], now); err != nil {
				return err
			}
			list = list[n:]
		}
		return nil
	})
}

func settle(ctx context.Context, tx *scoped.Tx, s delivery.Settled, now time.Time) error {
	step, d := s.Step, s.Claim.Delivery
	set, args := "lease_until = NULL, state = ?", []any{step.State}
	if step.State == delivery.Due {
		set, args = set+", due_at = ?", append(args, at(step.Due))
	} else {
		set, args = set+", ended_at = ?", append(args, at(now))
	}
	if a := step.Attempt; a != nil {
		set, args = set+", attempt = attempt + 1, status = ?, problem = ?", append(args, a.Status, a.Problem)
		_, err := tx.Run(ctx, insertAttempts+values(7, 1),
			d.ID, at(a.At), a.Took.Microseconds(), a.Status, a.Request, a.Answer, a.Problem)
		if err != nil {
			return fault.At("log attempt", err)
		}
	}
	n, err := tx.Run(ctx, "UPDATE webhook_deliveries SET "+set+" WHERE id = ? AND fence = ? AND lease_until IS NOT NULL", append(args, d.ID, s.Claim.Fence)...)
	if err != nil || n == 0 {
		return fault.At("settle delivery", err)
	}
	return health(ctx, tx, s, now)
}

// health follows what an answer says about the endpoint itself.
func health(ctx context.Context, tx *scoped.Tx, s delivery.Settled, now time.Time) error {
	e, step := s.Claim.Endpoint, s.Step
	if step.Attempt != nil {
		set, args := "failing_since = NULL", []any{}
		if step.State != delivery.Delivered {
			set, args = "failing_since = coalesce(failing_since, ?)", append(args, at(step.Attempt.At))
		}
		if !step.Hold.IsZero() {
			set, args = set+", ready_at = ?", append(args, at(step.Hold))
		}
		if _, err := tx.Run(ctx, "UPDATE webhook_endpoints SET "+set+" WHERE id = ?", append(args, e.ID)...); err != nil {
			return fault.At("note how the endpoint is", err)
		}
	}
	if step.Disable == "" {
		return nil
	}
	return switchOff(ctx, tx, e, step.Disable, at(now))
}

type deliveryRow struct {
	ID         delivery.ID
	EndpointID delivery.EndpointID
	MessageID  delivery.MessageID
	Type       delivery.Type
	AccountID  record.AccountID
	MessageAt  moment
	Payload    string
	State      delivery.State
	Attempt    int
	Status     int
	Problem    string
	CreatedAt  moment
	DueAt      moment
	EndedAt    moment
	Fence      int64
}

const selectDelivery = `SELECT d.id, d.endpoint_id, d.message_id, m.type, m.account_id, m.at AS message_at, m.payload, d.state, d.attempt, d.status,
	d.problem, d.created_at, d.due_at, d.ended_at, d.fence FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id `

func (r deliveryRow) delivery() delivery.Delivery {
	return delivery.Delivery{ID: r.ID, Endpoint: r.EndpointID, State: r.State, Attempt: r.Attempt, Status: r.Status, Problem: r.Problem,
		Due: r.DueAt.Time, Created: r.CreatedAt.Time, Ended: r.EndedAt.Time,
		Message: delivery.Message{ID: r.MessageID, Type: r.Type, Account: r.AccountID, At: r.MessageAt.Time, Payload: []byte(r.Payload)}}
}
