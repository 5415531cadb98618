package store

import (
	"context"
	"encoding/json"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// hookDue says that a hook may be worked on: nothing is held, it is due, and
// nobody has it.
const hookDue = released + " AND state = 'due' AND (due_at IS NULL OR due_at <= ?) AND (lease_until IS NULL OR lease_until < ?)"

// ReceiveHook keeps a verified webhook; false when one with its key is there
// already, which changes nothing.
func (y *System) ReceiveHook(ctx context.Context, h run.Hook) (fresh bool, err error) {
	header, err := json.Marshal(h.Header)
	if err != nil {
		return false, fault.Wrap(fault.Internal, "encode header", err)
	}
	refs, err := json.Marshal(h.Refs)
	if err != nil {
		return false, fault.Wrap(fault.Internal, "encode hints", err)
	}
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, `INSERT INTO hooks (id, connection_id, key, received_at, header, body, refs) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (connection_id, key) DO NOTHING`, h.ID, h.Connection, plain(h.Key), at(y.now()), plain(string(header)), h.Body, plain(string(refs)))
		fresh = n > 0
		return fault.At("keep hook", err)
	})
	return fresh, err
}

// DueHooks lists hooks that may be worked on and nobody has, oldest first.
func (y *System) DueHooks(ctx context.Context, now time.Time, limit int) ([]run.HookID, error) {
	var ids []run.HookID
	err := y.db.Find(ctx, &ids, "SELECT id FROM hooks WHERE "+hookDue+" ORDER BY received_at, id LIMIT ?", at(now), at(now), limit)
	return ids, fault.At("list due hooks", err)
}

// ClaimHook leases a hook to one worker; false when there is nothing to do.
func (y *System) ClaimHook(ctx context.Context, id run.HookID, lease time.Duration) (run.Hook, bool, error) {
	now := y.now().UTC()
	var rows []struct {
		ConnectionID record.ConnectionID
		Key          string
		ReceivedAt   moment
		Refs         string
		Attempt      int
		Fence        int64
	}
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		rows = nil
		return tx.Find(ctx, &rows, "UPDATE hooks SET fence = fence + 1, lease_until = ?, holder = ? WHERE id = ? AND "+hookDue+
			" RETURNING connection_id, key, received_at, refs, attempt, fence", at(now.Add(lease)), y.signature(), id, at(now), at(now))
	})
	if err != nil || len(rows) == 0 {
		return run.Hook{}, false, fault.At("claim hook", err)
	}
	r := rows[0]
	h := run.Hook{ID: id, Connection: r.ConnectionID, Key: r.Key, Received: r.ReceivedAt.Time, Attempt: r.Attempt, Fence: r.Fence}
	return h, true, fault.Wrap(fault.Internal, "decode hints", json.Unmarshal([]byte(r.Refs), &h.Refs))
}

// SettleHook commits what a reading came to: the records that it brought, the
// streams that it hastens and the hook's own state, in one transaction. It is
// refused with fault.Conflict when the claim is no longer the newest.
func (y *System) SettleHook(ctx context.Context, h run.Hook, step run.HookStep) error {
	now := y.now().UTC()
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		if len(step.Records) > 0 { // the connection first, as everywhere
			if err := alone(ctx, tx, h.Connection); err != nil {
				return err
			}
		}
		state := "done"
		if !step.Again.IsZero() {
			state = "due"
		}
		n, err := tx.Run(ctx, `UPDATE hooks SET state = ?, due_at = ?, problem = ?, attempt = attempt + 1, lease_until = NULL
			WHERE id = ? AND fence = ? AND lease_until IS NOT NULL`, state, at(step.Again), step.Problem, h.ID, h.Fence)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "Another worker has taken over this hook.")
		}
		if err != nil {
			return fault.At("settle hook", err)
		}
		for _, stream := range step.Hasten {
			if _, err := tx.Run(ctx, "UPDATE streams SET next_at = NULL WHERE connection_id = ? AND stream = ?", h.Connection, stream); err != nil {
				return fault.At("hasten stream", err)
			}
		}
		return y.refresh(ctx, tx, h.Connection, step.Records, now)
	})
}
