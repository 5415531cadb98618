package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// ready says that an action may move: nothing is held, it is due, nobody has it,
// and nothing before it on the same record is still on its way.
const ready = released + ` AND a.state IN ('recorded', 'sending', 'accepted', 'retrying', 'unknown')
	AND (a.due_at IS NULL OR a.due_at <= ?) AND (a.lease_until IS NULL OR a.lease_until < ?)
	AND NOT EXISTS (SELECT 1 FROM actions b WHERE b.connection_id = a.connection_id AND b.external_id = a.external_id
		AND a.external_id <> '' AND b.seq < a.seq AND b.state IN ('recorded', 'sending', 'accepted', 'retrying', 'unknown'))`

// Claim leases an action to one worker; false when there is nothing to do now.
// Every claim raises the fence, so that a worker that was believed dead cannot
// settle any more.
func (y *System) Claim(ctx context.Context, id action.ID, lease time.Duration) (action.Claim, bool, error) {
	now := y.now().UTC()
	until := now.Add(lease)
	var row actionRow
	// A claim that a crash of the database forgets is refused by its fence when it settles.
	err := y.db.Lease(ctx, scoped.Person, &row, scoped.System+"UPDATE actions AS a SET fence = fence + 1, lease_until = ?, holder = ? WHERE a.id = ? AND "+ready+
		" RETURNING "+actionColumns, at(until), y.signature(), id, at(now), at(now))
	if errors.Is(err, sql.ErrNoRows) {
		return action.Claim{}, false, nil
	}
	if err != nil {
		return action.Claim{}, false, fault.At("claim action", err)
	}
	act, err := row.action()
	if err == nil {
		act.Contact, err = y.contactOf(ctx, act)
	}
	return action.Claim{Action: act, Fence: row.Fence, Until: until}, err == nil, err
}

// contactOf is the source's own id of who asked for an action. One person is another
// contact in each connected system, and staff are nobody's. Of an account that has
// several companies there, it is one of the company that something is asked for.
func (y *System) contactOf(ctx context.Context, a action.Action) (string, error) {
	if a.Actor.Staff || a.Actor.Email == "" {
		return "", nil
	}
	var ids []string
	err := y.db.Find(ctx, &ids, `SELECT r.external_id FROM (SELECT * FROM records WHERE account_id = ? AND kind = ? AND connection_id = ?) AS r
		JOIN identities i ON i.connection_id = r.connection_id AND i.kind = r.kind AND i.external_id = r.external_id
		WHERE lower(r.person) = lower(?) AND (? = '' OR i.company = ?) ORDER BY r.external_id LIMIT 2`,
		a.Account, record.KindContact, a.Connection, a.Actor.Email, a.Company, a.Company)
	if err != nil || len(ids) != 1 {
		return "", fault.At("find the contact of who asked", err)
	}
	return ids[0], nil
}

// DueActions lists what may move now and nobody works on, oldest first.
func (y *System) DueActions(ctx context.Context, now time.Time, limit int) ([]action.ID, error) {
	var rows []struct{ ID action.ID }
	err := y.db.Find(ctx, &rows, scoped.System+"SELECT a.id FROM actions a WHERE "+ready+" ORDER BY a.seq LIMIT ?", at(now), at(now), limit)
	ids := make([]action.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, fault.At("list due actions", err)
}

// Settle commits what a piece of work came to: the new state, what was read on
// the way, and the events that follow, in one transaction. It is refused with
// fault.Conflict when the claim is no longer the newest.
func (y *System) Settle(ctx context.Context, c action.Claim, step action.Step) error {
	now := y.now().UTC()
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		// In this order everywhere: the connection, the thing, then rows.
		if len(step.Records) > 0 {
			if err := alone(ctx, tx, c.Action.Connection); err != nil {
				return err
			}
		}
		if err := about(ctx, tx, c.Action); err != nil {
			return err
		}
		from, err := y.fenced(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := allowed(from, step); err != nil {
			return fault.Wrap(fault.Internal, "settle action "+c.Action.ID.String(), err)
		}
		if err := saveStep(ctx, tx, c, step, now); err != nil {
			return err
		}
		if err := y.refresh(ctx, tx, c.Action.Connection, step.Records, now); err != nil {
			return err
		}
		if err := moved(ctx, tx, c.Action, now); err != nil {
			return err
		}
		if step.State.Blocks() {
			return nil
		}
		if err := leave(ctx, tx, ended(c, step, now)); err != nil {
			return err
		}
		return ringNext(ctx, tx, c.Action, now)
	})
}

// fenced returns the state that the claim still owns.
func (y *System) fenced(ctx context.Context, tx *scoped.Tx, c action.Claim) (action.State, error) {
	var states []action.State
	err := tx.Find(ctx, &states, "SELECT state FROM actions WHERE account_id = ? AND id = ? AND fence = ? AND lease_until IS NOT NULL",
		c.Action.Account, c.Action.ID, c.Fence)
	if err == nil && len(states) == 0 {
		err = fault.New(fault.Conflict, "Another worker has taken over this action.")
	}
	if err != nil {
		return "", fault.At("check claim", err)
	}
	return states[0], nil
}

// allowed lets a step stay where it is (a lease given back), unless that is an
// end, and otherwise asks the state machine.
func allowed(from action.State, step action.Step) error {
	if from == step.State && !from.Final() {
		return nil
	}
	return action.Move(from, step.State)
}

func saveStep(ctx context.Context, tx *scoped.Tx, c action.Claim, step action.Step, now time.Time) error {
	set := "state = ?, reason = ?, due_at = ?, changed_at = ?"
	args := []any{step.State, step.Reason, at(step.Due), at(now)}
	if step.Begin {
		set += ", attempt = attempt + 1, sent_at = ?"
		args = append(args, at(now))
	}
	if step.Mark != "" {
		set += ", mark = ?"
		args = append(args, step.Mark)
	}
	if step.Reference != "" {
		set += ", reference = ?"
		args = append(args, step.Reference)
	}
	if step.State == action.Accepted || step.State == action.Confirmed {
		set += ", accepted_at = coalesce(accepted_at, ?)"
		args = append(args, at(now))
	}
	if step.State.Final() {
		set += ", ended_at = ?"
		args = append(args, at(now))
	}
	if !step.Keep {
		set += ", lease_until = NULL"
	}
	_, err := tx.Run(ctx, "UPDATE actions SET "+set+" WHERE account_id = ? AND id = ? AND fence = ?",
		append(args, c.Action.Account, c.Action.ID, c.Fence)...)
	return fault.At("settle action", err)
}

// refresh stores records that were read on the way, by the same path as a pull.
func (y *System) refresh(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, records []record.Record, now time.Time) error {
	_, err := y.refreshed(ctx, tx, c, records, now)
	return err
}

// refreshed is refresh, and says what it did.
func (y *System) refreshed(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, records []record.Record, now time.Time) (run.Counts, error) {
	if len(records) == 0 {
		return run.Counts{}, nil
	}
	items, err := encode(records)
	if err != nil {
		return run.Counts{}, err
	}
	w, err := newWriter(ctx, tx, c, now)
	if err != nil {
		return run.Counts{}, err
	}
	// A pull loses its lease to a removal; what is read one by one has none.
	gone, err := leaving(ctx, tx, c)
	if err == nil && gone {
		err = fault.New(fault.Conflict, "This system was disconnected just now. Nothing was stored.")
	}
	if err != nil {
		return run.Counts{}, err
	}
	w.reread = true
	if err := w.put(ctx, items); err != nil {
		return run.Counts{}, err
	}
	return w.counts, w.publish(ctx)
}

// moved tells pages and workers that an action has a new state.
func moved(ctx context.Context, tx *scoped.Tx, a action.Action, now time.Time) error {
	return emit(ctx, tx, change.New(change.ActionMoved, now, a.Account, a.Kind.About(), a.ID.String()))
}

// ringNext wakes the action that waited behind this one on the same record.
func ringNext(ctx context.Context, tx *scoped.Tx, a action.Action, now time.Time) error {
	if a.External == "" {
		return nil
	}
	var next []struct {
		ID        action.ID
		AccountID record.AccountID
		Kind      action.Kind
	}
	err := tx.Find(ctx, &next, scoped.System+`SELECT id, account_id, kind FROM actions WHERE connection_id = ? AND external_id = ?
		AND state IN ('recorded', 'sending', 'accepted', 'retrying', 'unknown') ORDER BY seq LIMIT 1`, a.Connection, a.External)
	if err != nil || len(next) == 0 {
		return fault.At("find the next action", err)
	}
	return emit(ctx, tx, change.New(change.ActionDue, now, next[0].AccountID, next[0].Kind.About(), next[0].ID.String()))
}
