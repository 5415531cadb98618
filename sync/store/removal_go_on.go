package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"portico/sync/audit"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// removedAtOnce is how many rows of a connection one transaction removes: few
// enough that nobody who waits for the database notices.
const removedAtOnce = 500

// Remove goes on with every removal that was begun, until nothing is left of it or
// ctx ends; it returns how many connections are gone. It may be called at any time,
// by several processes at once, and again after a crash: what one transaction took
// away stays away, and the others are carried out by whoever comes.
func (y *System) Remove(ctx context.Context) (int, error) {
	var ids []record.ConnectionID
	err := y.db.Find(ctx, &ids, "SELECT id FROM connections WHERE removing_at IS NOT NULL AND removed_at IS NULL ORDER BY removing_at, id")
	if err != nil {
		return 0, fault.At("list removals", err)
	}
	for n, c := range ids {
		if err := y.remove(ctx, c); err != nil {
			return n, fault.At("remove connection "+c.String(), err)
		}
	}
	return len(ids), nil
}

func (y *System) remove(ctx context.Context, c record.ConnectionID) error {
	// First what was a copy of something here is shown again, so that no client
	// loses sight of a thing that another system holds.
	rules, err := authorities(ctx, y.db, "WHERE a.authority_id = ?", c)
	for _, r := range rules {
		if err == nil {
			err = y.DropAuthority(ctx, r.Kind, r.Other)
		}
		if fault.Is(err, fault.NotFound) { // another process was faster
			err = nil
		}
	}
	if err != nil {
		return err
	}
	for done := false; !done; {
		if err := y.removeRecords(ctx, c); err != nil {
			return err
		}
		for _, part := range heaps {
			if err := y.removeHeap(ctx, c, part); err != nil {
				return err
			}
		}
		if done, err = y.removed(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// identityKey is where a pass through the identities is.
type identityKey struct {
	Kind       record.Kind
	ExternalID string
	RecordID   record.ID
	AccountID  record.AccountID
}

// removeRecords takes the records out of their accounts and forgets what they were
// called. It goes on behind what it removed, because a database skips dead rows
// one by one.
func (y *System) removeRecords(ctx context.Context, c record.ConnectionID) error {
	var last identityKey
	for more := true; more; {
		var err error
		if more, err = y.removeSome(ctx, c, &last); err != nil {
			return err
		}
	}
	return nil
}

// removeSome removes the records behind the last one, so many as one transaction
// may; false when there are no more.
func (y *System) removeSome(ctx context.Context, c record.ConnectionID, last *identityKey) (more bool, err error) {
	err = y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
		if err := alone(ctx, tx, c); err != nil {
			return err
		}
		var rows []identityKey
		err := tx.Find(ctx, &rows, `SELECT kind, external_id, record_id, account_id FROM identities
			WHERE connection_id = ? AND (kind, external_id) > (?, ?) ORDER BY kind, external_id LIMIT ?`, c, last.Kind, last.ExternalID, removedAtOnce)
		if err != nil {
			return fault.At("find records", err)
		}
		if more = len(rows) == removedAtOnce; len(rows) == 0 {
			return nil
		}
		if err := removeThese(ctx, tx, c, rows, y.now()); err != nil {
			return err
		}
		from, to := rows[0], rows[len(rows)-1]
		_, err = tx.Run(ctx, "DELETE FROM identities WHERE connection_id = ? AND (kind, external_id) >= (?, ?) AND (kind, external_id) <= (?, ?)",
			c, from.Kind, from.ExternalID, to.Kind, to.ExternalID)
		*last = to
		return fault.At("forget identities", err)
	})
	return more, err
}

// removeThese removes records and tells the open pages of their accounts, quietly.
func removeThese(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, rows []identityKey, now time.Time) error {
	ids := make([]record.ID, len(rows))
	var events []change.Event
	told := map[changedKey]bool{}
	for i, r := range rows {
		ids[i] = r.RecordID
		if key := (changedKey{r.AccountID, r.Kind}); !told[key] {
			told[key] = true
			e := change.New(change.RecordsChanged, now, r.AccountID, r.Kind)
			e.Quiet, e.Many = true, true
			events = append(events, e)
		}
	}
	if _, err := tx.Run(ctx, scoped.System+"DELETE FROM records WHERE id IN (?) AND connection_id = ?", bun.List(ids), c); err != nil {
		return fault.At("remove records", err)
	}
	return emit(ctx, tx, events...)
}

// heap is a table of which a connection may have very many rows.
type heap struct{ table, key string }

var heaps = []heap{{"staging", "kind, external_id"}, {"hooks", "id"}, {"runs", "id"}}

func (y *System) removeHeap(ctx context.Context, c record.ConnectionID, h heap) error {
	for more := true; more; {
		err := y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
			n, err := tx.Run(ctx, "DELETE FROM "+h.table+" WHERE connection_id = ? AND ("+h.key+") IN (SELECT "+h.key+" FROM "+h.table+
				" WHERE connection_id = ? LIMIT ?)", c, c, removedAtOnce)
			more = n == removedAtOnce
			return fault.At("empty "+h.table, err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// removed ends a removal, unless something has come meanwhile; false then. What
// clients asked for keeps the row, under a name that nobody takes.
func (y *System) removed(ctx context.Context, c record.ConnectionID) (done bool, err error) {
	now := y.now().UTC()
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		done = false
		if err := alone(ctx, tx, c); err != nil {
			return err
		}
		var names []string
		if err := tx.Find(ctx, &names, "SELECT name FROM connections WHERE id = ? AND removed_at IS NULL", c); err != nil {
			return fault.At("look at the removal", err)
		}
		if len(names) == 0 { // another process was faster
			done = true
			return nil
		}
		left := false
		if err := tx.Find(ctx, &left, "SELECT EXISTS (SELECT 1 FROM identities WHERE connection_id = ?) OR EXISTS (SELECT 1 FROM staging WHERE connection_id = ?)", c, c); err != nil || left {
			return fault.At("look for what is left", err)
		}
		done = true
		if err := forget(ctx, tx, c, append([]string{"hooks", "runs", "rules", "custom_fields", "companies", "meanings", "budgets", "hook_counts", "streams"}, credentials...)...); err != nil {
			return err
		}
		if _, err := tx.Run(ctx, "DELETE FROM authorities WHERE other_id = ? OR authority_id = ?", c, c); err != nil {
			return fault.At("end authority", err)
		}
		if _, err := tx.Run(ctx, "DELETE FROM sameness WHERE one_id = ? OR other_id = ?", c, c); err != nil {
			return fault.At("forget what is the same", err)
		}
		id := c.String()
		if _, err := tx.Run(ctx, "UPDATE connections SET removed_at = ?, name = ?, settings = '{}', allow_private = '', ca = '', queues = '[]' WHERE id = ?",
			at(now), names[0]+" (removed "+now.Format(time.DateOnly)+", "+id[len(id)-4:]+")", c); err != nil {
			return fault.At("end removal", err)
		}
		return leave(ctx, tx, administered(audit.ConnectionRemoved, now, id, "name", names[0], "step", "done"))
	})
	return done, err
}
