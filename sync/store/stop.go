package store

import (
	"context"

	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
)

// notTheirs is what a client reads when what they asked for was stopped.
const notTheirs = "This record no longer belongs to your account, so it was not sent."

// stopActions refuses what the old account asked for on a record that is no
// longer theirs and that was not sent yet. The fence rises, so that a worker
// that has just begun cannot send it either.
func (w *writer) stopActions(ctx context.Context, have identity) error {
	if err := about(ctx, w.tx, action.Action{Target: have.RecordID}); err != nil {
		return err
	}
	return w.stop(ctx, "account_id = ? AND target_id = ?", have.AccountID, have.RecordID)
}

// stopRequests is stopActions for what should be created under a company key.
func (w *writer) stopRequests(ctx context.Context, account record.AccountID, key string) error {
	if err := about(ctx, w.tx, action.Action{Connection: w.connection, Company: key}); err != nil {
		return err
	}
	return w.stop(ctx, "account_id = ? AND connection_id = ? AND company = ? AND target_id IS NULL", account, w.connection, key)
}

func (w *writer) stop(ctx context.Context, where string, args ...any) error {
	var stopped []struct {
		ID        action.ID
		AccountID record.AccountID
	}
	err := w.tx.Find(ctx, &stopped, `UPDATE actions SET state = 'refused', reason = ?, ended_at = ?, changed_at = ?,
		fence = fence + 1, lease_until = NULL WHERE `+where+" AND state IN ('recorded', 'retrying') RETURNING id, account_id",
		append([]any{notTheirs, at(w.now), at(w.now)}, args...)...)
	if err != nil {
		return fault.At("stop actions", err)
	}
	for _, a := range stopped {
		if err := emit(ctx, w.tx, change.New(change.ActionMoved, w.now, a.AccountID, record.KindTicket, a.ID.String())); err != nil {
			return err
		}
	}
	return nil
}
