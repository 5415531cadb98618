package store

import (
	"context"
	"strings"
	"time"

	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// delivered counts how many at the beginning of a list were simply delivered,
// all with the same answer.
func delivered(list []delivery.Settled) int {
	for i, s := range list {
		step := s.Step
		if step.State != delivery.Delivered || step.Attempt == nil || step.Disable != "" || !step.Hold.IsZero() || step.Attempt.Problem != "" ||
			step.Attempt.Status != list[0].Step.Attempt.Status {
			return i
		}
	}
	return len(list)
}

// settleDelivered is settle for many that were delivered: a statement per table
// and not per delivery.
func settleDelivered(ctx context.Context, tx *scoped.Tx, list []delivery.Settled, now time.Time) error {
	rows, claims, ids := make([]any, 0, 7*len(list)), make([]any, 0, 2*len(list)), make([]any, 0, 2+3*len(list))
	ids = append(ids, at(now), list[0].Step.Attempt.Status)
	for _, s := range list {
		a := s.Step.Attempt
		rows = append(rows, s.Claim.Delivery.ID, at(a.At), a.Took.Microseconds(), a.Status, a.Request, a.Answer, a.Problem)
		ids = append(ids, s.Claim.Delivery.ID)
		claims = append(claims, s.Claim.Delivery.ID, s.Claim.Fence)
	}
	if _, err := tx.Run(ctx, insertAttempts+values(7, len(list)), rows...); err != nil {
		return fault.At("log attempts", err)
	}
	pairs := strings.TrimSuffix(strings.Repeat("(?, ?), ", len(list)), ", ")
	// The ids are named by themselves, too: SQLite finds no index for pairs.
	n, err := tx.Run(ctx, `UPDATE webhook_deliveries SET lease_until = NULL, state = 'delivered', ended_at = ?, attempt = attempt + 1, status = ?, problem = ''
		WHERE id IN (`+marks(len(list))+") AND (id, fence) IN (VALUES "+pairs+") AND lease_until IS NOT NULL", append(ids, claims...)...)
	if err != nil || n == 0 {
		return fault.At("settle deliveries", err)
	}
	_, err = tx.Run(ctx, "UPDATE webhook_endpoints SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL", list[0].Claim.Endpoint.ID)
	return fault.At("note how the endpoint is", err)
}

const insertAttempts = "INSERT INTO webhook_attempts (delivery_id, at, took, status, request, answer, problem) VALUES "
