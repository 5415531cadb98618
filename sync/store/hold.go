package store

import (
	"context"
	"time"

	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// released ends the conditions of every claim on work that leaves the program.
const released = "NOT EXISTS (SELECT 1 FROM hold)"

// Hold says since when nothing leaves, and why; the zero Hold is none.
type Hold struct {
	Since time.Time
	Why   string
}

// On reports whether there is a hold.
func (h Hold) On() bool { return !h.Since.IsZero() }

var holdFields = scoped.NewColumns("since", "why")

// Held returns the hold. It is asked before every request that leaves, so it is
// planned once.
func (y *System) Held(ctx context.Context) (h Hold, err error) {
	err = y.db.Read(ctx, scoped.Query{Columns: holdFields, Rest: "FROM hold", Row: func(f *scoped.Fields) {
		h = Hold{f.Time(), f.Text()}
	}})
	return h, fault.At("read the hold", err)
}

// Hold keeps everything from leaving until Release: no claim is given any more,
// and who has one of an action that was not sent yet loses it. What waits now may
// have been sent by another copy of this database, so it will be looked for
// before it is sent; what is recorded from now on is certainly not. Mails that
// wait are given up. Holding again changes nothing, except after Adopt, whose hold
// has no reason yet.
func (y *System) Hold(ctx context.Context, why string) error {
	now := y.now().UTC()
	return y.administer(ctx, administered(audit.OutwardHeld, now, "", "why", why), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, `INSERT INTO hold (one, since, why) VALUES (1, ?, ?)
			ON CONFLICT (one) DO UPDATE SET since = excluded.since, why = excluded.why WHERE hold.why = ''`, at(now), why)
		if err != nil {
			return fault.At("hold", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "Everything is held already. `portico release` lifts it.")
		}
		if err := forgetMail(ctx, tx, now); err != nil {
			return err
		}
		return doubt(ctx, tx, now)
	})
}

// doubt makes every action that waits to be sent one whose effect is not known.
func doubt(ctx context.Context, tx *scoped.Tx, now time.Time) error {
	var waiting []struct {
		ID        string
		AccountID record.AccountID
		Kind      action.Kind
	}
	err := tx.Find(ctx, &waiting, scoped.System+`UPDATE actions SET state = 'unknown', due_at = NULL, reason = '', changed_at = ?,
		fence = fence + 1, lease_until = NULL WHERE state IN ('recorded', 'retrying') RETURNING id, account_id, kind`, at(now))
	if err != nil {
		return fault.At("put waiting actions in doubt", err)
	}
	for _, a := range waiting {
		if err := emit(ctx, tx, change.New(change.ActionMoved, now, a.AccountID, a.Kind.About(), a.ID)); err != nil {
			return err
		}
	}
	return nil
}

// Release lets everything leave again. Waiting counts from now, so that nothing
// is given up because it was held for long.
func (y *System) Release(ctx context.Context) error {
	now := y.now().UTC()
	return y.administer(ctx, administered(audit.OutwardReleased, now, ""), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "DELETE FROM hold")
		if err != nil {
			return fault.At("release", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "Nothing is held.")
		}
		_, err = tx.Run(ctx, scoped.System+"UPDATE actions SET began_at = ? WHERE state IN ('recorded', 'sending', 'accepted', 'retrying', 'unknown')", at(now))
		if err != nil {
			return fault.At("let actions wait from now", err)
		}
		_, err = tx.Run(ctx, "UPDATE webhook_endpoints SET failing_since = NULL WHERE failing_since IS NOT NULL")
		return fault.At("let endpoints fail from now", err)
	})
}
