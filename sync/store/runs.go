package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// Begin takes the lease of a stream for one run. ok is false when somebody else
// has it, or when nothing may leave (Hold); a dead holder's lease is taken over when it has run out.
func (y *System) Begin(ctx context.Context, due run.Due, lease time.Duration) (r run.Run, ok bool, err error) {
	now := y.now().UTC()
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		var row struct {
			Fence       int64
			Checkpoint  []byte
			CompletedAt moment
			Failures    int
		}
		err := tx.Find(ctx, &row, `UPDATE streams SET fence = fence + 1, lease_until = ?, holder = ?
			WHERE connection_id = ? AND stream = ? AND (lease_until IS NULL OR lease_until < ?) AND `+released+`
			RETURNING fence, checkpoint, completed_at, failures`, at(now.Add(lease)), y.signature(), due.Connection, due.Stream, at(now))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fault.At("lease stream", err)
		}
		r = run.Run{ID: run.NewID(), Connection: due.Connection, Stream: due.Stream, Mode: due.Mode, Fence: row.Fence,
			Checkpoint: row.Checkpoint, Failures: row.Failures, First: row.CompletedAt.IsZero(), Started: now, State: run.Running, Total: -1}
		ok = true
		// A run that is still "running" here lost its process: its lease ran out.
		if _, err := tx.Run(ctx, "UPDATE runs SET state = ?, ended_at = ?, problem = ? WHERE connection_id = ? AND stream = ? AND state = ?",
			run.Stopped, at(now), "The process that ran it ended; the next run went on from its checkpoint.", due.Connection, due.Stream, run.Running); err != nil {
			return fault.At("close lost runs", err)
		}
		_, err = tx.Run(ctx, "INSERT INTO runs (id, connection_id, stream, mode, first, started_at, state) VALUES (?, ?, ?, ?, ?, ?, ?)",
			r.ID, r.Connection, r.Stream, r.Mode, r.First, at(now), r.State)
		return fault.At("begin run", err)
	})
	return r, ok, err
}

// hold proves inside a transaction that the run still has its lease, and extends it.
func hold(ctx context.Context, tx *scoped.Tx, r run.Run, until time.Time) error {
	n, err := tx.Run(ctx, "UPDATE streams SET lease_until = ? WHERE connection_id = ? AND stream = ? AND fence = ?",
		at(until), r.Connection, r.Stream, r.Fence)
	if err != nil {
		return fault.At("extend lease", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "Another run has taken over this stream.")
	}
	return nil
}

// Beat stores how far a run is and extends its lease; fault.Conflict when the
// lease was lost.
func (y *System) Beat(ctx context.Context, r run.Run, lease time.Duration) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		if err := hold(ctx, tx, r, y.now().Add(lease)); err != nil {
			return err
		}
		return saveRun(ctx, tx, r)
	})
}

// Reclaim ends every lease at once. Only the one process of embedded mode may
// call it, when it starts: whoever held a lease before is dead, and the fences
// are raised in case it is not.
func (y *System) Reclaim(ctx context.Context) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		for _, table := range leased {
			if _, err := tx.Run(ctx, scoped.System+"UPDATE "+table+" SET lease_until = NULL, fence = fence + 1 WHERE lease_until IS NOT NULL"); err != nil {
				return fault.At("end leases of "+table, err)
			}
		}
		return nil
	})
}

func saveRun(ctx context.Context, tx *scoped.Tx, r run.Run) error {
	counts, err := json.Marshal(r.Counts)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode counts", err)
	}
	// A run that was closed as lost stays closed, whatever its process still believes.
	_, err = tx.Run(ctx, "UPDATE runs SET counts = ?, done = ?, total = ?, state = ?, ended_at = ?, problem = ? WHERE id = ? AND state = ?",
		string(counts), r.Done, r.Total, r.State, at(r.Ended), r.Problem, r.ID, run.Running)
	return fault.At("save run", err)
}

// Finish ends a run and gives its lease back. It is due again at next, or, when it
// is done, after the interval that somebody chose for its stream. A whole pass (run.Done) moves
// freshness and promotes what arrived before its parent did; a census that
// ended Done moves the time of the last count; any other end moves neither.
func (y *System) Finish(ctx context.Context, r run.Run, next time.Time) error {
	now := y.now().UTC()
	r.Ended = now
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		if err := saveRun(ctx, tx, r); err != nil {
			return err
		}
		chosen, err := release(ctx, tx, r)
		if err != nil {
			return err
		}
		if chosen > 0 && r.State == run.Done {
			next = now.Add(chosen)
		}
		set, args := "next_at = ?", []any{at(next)}
		switch {
		case r.State == run.Done && r.Mode == remote.Census:
			set += ", counted_at = ?, failures = 0, failing_since = NULL, problem = ''"
			args = append(args, at(now))
			if r.Uncounted { // or a census that nobody can take would be asked for for ever
				set += ", wanted = CASE WHEN wanted = ? THEN '' ELSE wanted END"
				args = append(args, remote.Census)
			}
		case r.State == run.Done:
			// Facts are as old as the beginning of the pass that read them, or older.
			// A first pass has seen everything, so the first census can wait its turn.
			set += ", completed_at = ?, counted_at = coalesce(counted_at, ?), failures = 0, failing_since = NULL, problem = ''"
			args = append(args, at(r.Facts()), at(r.Started))
			if r.Mode == remote.Everything {
				set += ", wanted = CASE WHEN wanted = ? THEN '' ELSE wanted END"
				args = append(args, remote.Everything)
			}
		case r.State == run.Failed:
			set += ", failures = failures + 1, failing_since = coalesce(failing_since, ?), problem = ?"
			args = append(args, at(now), r.Problem)
		}
		_, err = tx.Run(ctx, "UPDATE streams SET "+set+" WHERE connection_id = ? AND stream = ? AND fence = ?",
			append(args, r.Connection, r.Stream, r.Fence)...)
		return fault.At("finish run", err)
	})
	if err != nil || r.State != run.Done {
		return err
	}
	return y.Promote(ctx, r.Connection)
}

// release gives the lease of a run back and tells which interval somebody chose for
// its stream, perhaps while it ran; 0 is none. The row stays ours until the commit.
func release(ctx context.Context, tx *scoped.Tx, r run.Run) (time.Duration, error) {
	var chosen []int64
	err := tx.Find(ctx, &chosen, "UPDATE streams SET lease_until = NULL WHERE connection_id = ? AND stream = ? AND fence = ? RETURNING chosen_every",
		r.Connection, r.Stream, r.Fence)
	if err != nil || len(chosen) == 0 {
		return 0, fault.At("give the lease back", err)
	}
	return time.Duration(chosen[0]) * time.Second, nil
}

// Runs lists the newest runs of a connection.
func (y *System) Runs(ctx context.Context, c record.ConnectionID, limit int) ([]run.Run, error) {
	var rows []struct {
		ID                 run.ID
		Stream             string
		Mode               remote.PullMode
		First              bool
		StartedAt, EndedAt moment
		State              run.State
		Counts             string
		Done, Total        int
		Problem            string
	}
	err := y.db.Find(ctx, &rows, `SELECT id, stream, mode, first, started_at, ended_at, state, counts, done, total, problem
		FROM runs WHERE connection_id = ? ORDER BY started_at DESC, id DESC LIMIT ?`, c, limit)
	if err != nil {
		return nil, fault.At("list runs", err)
	}
	out := make([]run.Run, len(rows))
	for i, r := range rows {
		out[i] = run.Run{ID: r.ID, Connection: c, Stream: r.Stream, Mode: r.Mode, First: r.First, Started: r.StartedAt.Time,
			Ended: r.EndedAt.Time, State: r.State, Done: r.Done, Total: r.Total, Problem: r.Problem}
		if err := json.Unmarshal([]byte(r.Counts), &out[i].Counts); err != nil {
			return nil, fault.Wrap(fault.Internal, "decode counts", err)
		}
	}
	return out, nil
}

// RejectsOf lists what a run set aside.
func (y *System) RejectsOf(ctx context.Context, id run.ID) ([]remote.Reject, error) {
	var rows []struct {
		Kind       record.Kind
		ExternalID string
		Reason     string
	}
	err := y.db.Find(ctx, &rows, "SELECT kind, external_id, reason FROM rejects WHERE run_id = ? ORDER BY position", id)
	out := make([]remote.Reject, len(rows))
	for i, r := range rows {
		out[i] = remote.Reject{Kind: r.Kind, External: r.ExternalID, Reason: r.Reason}
	}
	return out, fault.At("list rejects", err)
}
