package store

import (
	"context"
	"slices"
	"strings"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// CountHooks adds to what became of the webhooks of connections. One that is gone is
// left out.
func (y *System) CountHooks(ctx context.Context, counts []run.HookCounts) error {
	counts = slices.SortedFunc(slices.Values(counts), func(a, b run.HookCounts) int { return strings.Compare(a.Connection.String(), b.Connection.String()) })
	return fault.At("count webhooks", y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
		for _, c := range counts {
			_, err := tx.Run(ctx, `INSERT INTO hook_counts (connection_id, taken, repeated, refused, taken_at, refused_at, problem)
				SELECT id, ?, ?, ?, ?, ?, ? FROM connections WHERE id = ? AND removing_at IS NULL
				ON CONFLICT (connection_id) DO UPDATE SET taken = hook_counts.taken + excluded.taken, repeated = hook_counts.repeated + excluded.repeated,
				refused = hook_counts.refused + excluded.refused, taken_at = COALESCE(excluded.taken_at, hook_counts.taken_at),
				problem = CASE WHEN excluded.refused_at IS NULL THEN hook_counts.problem ELSE excluded.problem END,
				refused_at = COALESCE(excluded.refused_at, hook_counts.refused_at)`,
				c.Taken, c.Repeated, c.Refused, at(c.LastTaken), at(c.LastRefused), c.Problem, c.Connection)
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

// HookCounts is what became of the webhooks of a connection; zero when none came.
func (y *System) HookCounts(ctx context.Context, c record.ConnectionID) (run.HookCounts, error) {
	out := run.HookCounts{Connection: c}
	var rows []struct {
		Taken, Repeated, Refused int
		TakenAt, RefusedAt       moment
		Problem                  string
	}
	err := y.db.Find(ctx, &rows, "SELECT taken, repeated, refused, taken_at, refused_at, problem FROM hook_counts WHERE connection_id = ?", c)
	if err != nil || len(rows) == 0 {
		return out, fault.At("read counts of webhooks", err)
	}
	r := rows[0]
	out.Taken, out.Repeated, out.Refused = r.Taken, r.Repeated, r.Refused
	out.LastTaken, out.LastRefused, out.Problem = r.TakenAt.Time, r.RefusedAt.Time, r.Problem
	return out, nil
}
