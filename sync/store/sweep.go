package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// Allowed is how many of known records a census may remove by itself: 5 %, and
// in a small stream up to three but never more than a fifth. Anything above
// stops and asks a person, because a source that suddenly lost that much is
// more often broken than emptied.
func Allowed(known int) int { return max(known/20, min(3, known/5)) }

// leaseWhileSweeping keeps the stream while one chunk of deletions is written.
const leaseWhileSweeping = time.Minute

func heldReason(kind record.Kind, res run.SweepResult) string {
	return fmt.Sprintf("%d of %d records of kind %s are missing at the source. Nothing was removed: look at the source, then confirm.",
		res.Missing, res.Known, kind)
}

// known are the records of a kind that a census which began at a moment should
// have seen. What was read by itself since then may be younger than the census.
const known = scoped.System + `SELECT i.external_id FROM identities i JOIN records r ON r.account_id = i.account_id AND r.id = i.record_id
	WHERE i.connection_id = ? AND i.kind = ? AND (r.reread_at IS NULL OR r.reread_at < ?)
	UNION SELECT external_id FROM staging WHERE connection_id = ? AND kind = ? AND at < ?`

// Sweep removes records of one kind that a whole census did not see. With
// force, a person has confirmed that they are really gone.
func (y *System) Sweep(ctx context.Context, r run.Run, kind record.Kind, seen []string, force bool) (run.SweepResult, error) {
	exists := make(map[string]bool, len(seen))
	for _, external := range seen {
		exists[plain(external)] = true
	}
	var have []string
	err := y.db.Find(ctx, &have, known, r.Connection, kind, at(r.Started), r.Connection, kind, at(r.Started))
	if err != nil {
		return run.SweepResult{}, fault.At("list known records", err)
	}
	res := run.SweepResult{Known: len(have)}
	missing := slices.DeleteFunc(have, func(external string) bool { return exists[external] })
	res.Missing = len(missing)
	if res.Missing > Allowed(res.Known) && !force {
		res.Held = true
		return res, y.setHeld(ctx, r, heldReason(kind, res))
	}
	for chunk := range slices.Chunk(missing, chunkRows) {
		n, err := y.sweep(ctx, r, kind, chunk)
		res.Deleted += n
		if err != nil {
			return res, err
		}
	}
	return res, y.unsetHeld(ctx, r, kind)
}

// sweep removes a few records, unless they were read meanwhile.
func (y *System) sweep(ctx context.Context, r run.Run, kind record.Kind, missing []string) (removed int, err error) {
	err = y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
		if err := hold(ctx, tx, r, y.now().Add(leaseWhileSweeping)); err != nil {
			return err
		}
		var still []string
		err := tx.Find(ctx, &still, scoped.System+"SELECT external_id FROM ("+known+") AS k WHERE external_id IN (?)",
			r.Connection, kind, at(r.Started), r.Connection, kind, at(r.Started), bun.List(missing))
		if err != nil {
			return fault.At("look at missing records again", err)
		}
		gone := make([]record.Ref, len(still))
		for i, external := range still {
			gone[i] = record.Ref{Connection: r.Connection, Kind: kind, External: external}
		}
		removed, err = y.removeAll(ctx, tx, r.Connection, gone)
		return err
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}

func (y *System) setHeld(ctx context.Context, r run.Run, why string) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "UPDATE streams SET held = ? WHERE connection_id = ? AND stream = ? AND held <> ?", why, r.Connection, r.Stream, why)
		return fault.At("hold sweep", err)
	})
}

// unsetHeld ends the hold that this kind was the reason for; a stream may hold
// another kind back at the same time.
func (y *System) unsetHeld(ctx context.Context, r run.Run, kind record.Kind) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, `UPDATE streams SET held = '', wanted = CASE WHEN wanted = ? THEN '' ELSE wanted END
			WHERE connection_id = ? AND stream = ? AND held LIKE ?`,
			remote.Census, r.Connection, r.Stream, "% of kind "+string(kind)+" are missing%")
		return fault.At("end the hold of a sweep", err)
	})
}
