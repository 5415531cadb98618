package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
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

func heldReason(res run.SweepResult) string {
	return fmt.Sprintf("%d of %d records are missing at the source. Nothing was removed: look at the source, then confirm.", res.Missing, res.Known)
}

// Sweep removes records of one kind that a whole census did not see. seen must
// be sorted. With force, a person has confirmed that they are really gone.
func (y *System) Sweep(ctx context.Context, r run.Run, kind record.Kind, seen []string, force bool) (run.SweepResult, error) {
	var known []string
	// What arrived while the census was reading cannot have been seen by it.
	err := y.db.Find(ctx, &known, `SELECT external_id FROM identities WHERE connection_id = ? AND kind = ? AND record_id < ?
		UNION SELECT external_id FROM staging WHERE connection_id = ? AND kind = ? AND at < ?`,
		r.Connection, kind, firstIDAt(r.Started), r.Connection, kind, at(r.Started))
	if err != nil {
		return run.SweepResult{}, fault.At("list known records", err)
	}
	res := run.SweepResult{Known: len(known)}
	var missing []record.Ref
	for _, external := range known {
		if _, ok := slices.BinarySearch(seen, external); !ok {
			missing = append(missing, record.Ref{Connection: r.Connection, Kind: kind, External: external})
		}
	}
	res.Missing = len(missing)
	if len(missing) > Allowed(len(known)) && !force {
		res.Held = true
		return res, y.setHeld(ctx, r, heldReason(res))
	}
	for chunk := range slices.Chunk(missing, chunkRows) {
		err := y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
			if err := hold(ctx, tx, r, y.now().Add(leaseWhileSweeping)); err != nil {
				return err
			}
			n, err := y.removeAll(ctx, tx, r.Connection, chunk)
			res.Deleted += n
			return err
		})
		if err != nil {
			return res, err
		}
	}
	return res, y.setHeld(ctx, r, "")
}

// firstIDAt is the lowest UUIDv7 of a moment: its first 48 bits are milliseconds (RFC 9562).
func firstIDAt(t time.Time) string {
	ms := fmt.Sprintf("%012x", t.UnixMilli())
	return ms[:8] + "-" + ms[8:] + "-7000-8000-000000000000"
}

func (y *System) setHeld(ctx context.Context, r run.Run, why string) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "UPDATE streams SET held = ? WHERE connection_id = ? AND stream = ? AND held <> ?", why, r.Connection, r.Stream, why)
		return fault.At("hold sweep", err)
	})
}
