package store

import (
	"context"

	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
)

// What a client reads when what they asked for was stopped.
const (
	notTheirs = "This record no longer belongs to your account, so it was not sent."
	deleted   = "The request was deleted in the other system before this could be sent."
)

// stopActions refuses what the old account asked for on a record that is no
// longer theirs and that was not sent yet. The fence rises, so that a worker
// that has just begun cannot send it either.
func (w *writer) stopActions(ctx context.Context, have identity) error {
	if err := about(ctx, w.tx, action.Action{Target: have.RecordID}); err != nil {
		return err
	}
	return w.stop(ctx, action.Refused, notTheirs, "account_id = ? AND target_id = ?", have.AccountID, have.RecordID)
}

// holdActions lets a person decide on what was asked for on a record that the
// source no longer has: somebody wrote words that nobody there will read.
func (w *writer) holdActions(ctx context.Context, have identity) error {
	if err := about(ctx, w.tx, action.Action{Target: have.RecordID}); err != nil {
		return err
	}
	return w.stop(ctx, action.Dead, deleted, "account_id = ? AND target_id = ?", have.AccountID, have.RecordID)
}

// stopRequests is stopActions for what should be created under a company key.
func (w *writer) stopRequests(ctx context.Context, account record.AccountID, key string) error {
	if err := about(ctx, w.tx, action.Action{Connection: w.connection, Company: key}); err != nil {
		return err
	}
	return w.stop(ctx, action.Refused, notTheirs, "account_id = ? AND connection_id = ? AND company = ? AND target_id IS NULL", account, w.connection, key)
}

func (w *writer) stop(ctx context.Context, state action.State, reason, where string, args ...any) error {
	now, ended := at(w.now), any(nil)
	if state.Final() {
		ended = now
	}
	var stopped []struct {
		ID        action.ID
		AccountID record.AccountID
		Kind      action.Kind
	}
	err := w.tx.Find(ctx, &stopped, `UPDATE actions SET state = ?, reason = ?, ended_at = ?, changed_at = ?,
		due_at = NULL, fence = fence + 1, lease_until = NULL WHERE `+where+" AND state IN ('recorded', 'retrying') RETURNING id, account_id, kind",
		append([]any{state, reason, ended, now}, args...)...)
	if err != nil {
		return fault.At("stop actions", err)
	}
	for _, a := range stopped {
		if err := emit(ctx, w.tx, change.New(change.ActionMoved, w.now, a.AccountID, a.Kind.About(), a.ID.String())); err != nil {
			return err
		}
	}
	return nil
}
