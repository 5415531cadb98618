package store

import (
	"context"
	"time"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// Backlog tells what clients asked for on a connection and what became of it.
func (y *System) Backlog(ctx context.Context, c record.ConnectionID) (run.Backlog, error) {
	var out run.Backlog
	for _, states := range []string{"('recorded', 'sending', 'accepted', 'retrying', 'unknown')", "('dead', 'conflict')"} {
		var rows []struct {
			State  action.State
			N      int
			Oldest moment
		}
		err := y.db.Find(ctx, &rows, scoped.System+`SELECT state, count(*) AS n, min(recorded_at) AS oldest FROM actions
			WHERE connection_id = ? AND state IN `+states+" GROUP BY state", c)
		if err != nil {
			return out, fault.At("count the actions of a connection", err)
		}
		for _, r := range rows {
			if !r.State.Blocks() {
				out.Stuck += r.N
				continue
			}
			out.Waiting += r.N
			if out.Oldest.IsZero() || r.Oldest.Before(out.Oldest) {
				out.Oldest = r.Oldest.Time
			}
		}
	}
	var last []moment
	err := y.db.Find(ctx, &last, scoped.System+"SELECT max(ended_at) FROM actions WHERE connection_id = ? AND state = ?", c, action.Confirmed)
	if len(last) > 0 {
		out.LastWrite = last[0].Time
	}
	return out, fault.At("read the last write of a connection", err)
}

// countMost is how long counting may take before a page goes without.
const countMost = 5 * time.Second

// Holdings counts the records that a connection has brought into accounts, by
// kind; nil when counting takes too long.
func (y *System) Holdings(ctx context.Context, c record.ConnectionID) (map[record.Kind]int, error) {
	var rows []struct {
		Kind record.Kind
		N    int
	}
	if done, err := y.within(ctx, &rows, "SELECT kind, count(*) AS n FROM identities WHERE connection_id = ? GROUP BY kind", c); err != nil || !done {
		return nil, fault.At("count the records of a connection", err)
	}
	out := make(map[record.Kind]int, len(rows))
	for _, r := range rows {
		out[r.Kind] = r.N
	}
	return out, nil
}

// Uses counts the records in accounts that have each status of the dictionary, by
// kind and raw value; nil when counting takes too long.
func (y *System) Uses(ctx context.Context, c record.ConnectionID) (map[record.Meaning]int, error) {
	var rows []struct {
		Kind record.Kind
		Raw  string
		N    int
	}
	if done, err := y.within(ctx, &rows, scoped.System+`SELECT kind, status_raw AS raw, count(*) AS n FROM records
		WHERE connection_id = ? AND status_raw <> '' GROUP BY kind, status_raw`, c); err != nil || !done {
		return nil, fault.At("count the records of each status", err)
	}
	out := make(map[record.Meaning]int, len(rows))
	for _, r := range rows {
		out[record.Meaning{Kind: r.Kind, Raw: r.Raw}] = r.N
	}
	return out, nil
}

// within finds rows unless that takes too long: no index serves these counts,
// because it would cost every pull more than a page is worth.
func (y *System) within(ctx context.Context, out any, query string, args ...any) (done bool, err error) {
	limited, cancel := context.WithTimeout(ctx, countMost)
	defer cancel()
	err = y.db.Find(limited, out, query, args...)
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		return false, nil
	}
	return err == nil, err
}

// UnmatchedCompanies counts the companies of a connection that wait for a person.
func (y *System) UnmatchedCompanies(ctx context.Context, c record.ConnectionID) (n int, err error) {
	err = y.db.Find(ctx, &n, "SELECT count(*) FROM companies WHERE connection_id = ? AND account_id IS NULL", c)
	return n, fault.At("count companies", err)
}

// GuessedMeanings counts the statuses of a connection that nobody has looked at.
func (y *System) GuessedMeanings(ctx context.Context, c record.ConnectionID) (n int, err error) {
	err = y.db.Find(ctx, &n, "SELECT count(*) FROM meanings WHERE connection_id = ? AND guessed", c)
	return n, fault.At("count guessed statuses", err)
}
