package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// chunkRows is how many records are written between two looks whether a person
// waits for the writer (100 rows take about 5 ms).
const chunkRows = 100

// Commit stores a page: records that differ, deletions, rejects, changes and,
// with the last rows, the checkpoint and the counts of the run. It is one
// transaction unless a person waits meanwhile; then what there is is committed
// and the rest follows. Records are written before the checkpoint moves, and
// writing one again changes nothing, so that a crash in between only repeats
// work. It returns the run with its counts and checkpoint moved on;
// fault.Conflict when the lease was lost.
func (y *System) Commit(ctx context.Context, r run.Run, p remote.Page, lease time.Duration) (run.Run, error) {
	return y.CommitNext(ctx, func() (run.Run, error) { return r, nil }, p, lease)
}

// CommitNext is Commit for a page whose predecessor may be under way still: it
// is encoded at once and committed when turn returns the run as that one left it.
// When turn fails, nothing is stored.
func (y *System) CommitNext(ctx context.Context, turn func() (run.Run, error), p remote.Page, lease time.Duration) (run.Run, error) {
	items, failed := encode(p.Records)
	r, err := turn()
	if err = cmp.Or(err, failed); err != nil {
		return r, err
	}
	for {
		next, rest := r, items
		err := y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
			next = r
			if err := hold(ctx, tx, r, y.now().Add(lease)); err != nil {
				return err
			}
			counts, left, err := y.putSome(ctx, tx, r, items)
			if err != nil {
				return err
			}
			rest, next.Counts = left, r.Counts.Add(counts)
			if len(rest) > 0 {
				return nil
			}
			return y.commitRest(ctx, tx, &next, p)
		})
		if err != nil {
			return r, err
		}
		if r, items = next, rest; len(items) == 0 {
			return r, nil
		}
	}
}

// chunk is how many records are written at once: on PostgreSQL nobody waits for
// a writer, and many rows are sent together.
func (w *writer) chunk() int {
	if w.tx.Bulk() {
		return bulkRows
	}
	return chunkRows
}

// putSome writes items until all are there or a person waits, and returns those
// that are left.
func (y *System) putSome(ctx context.Context, tx *scoped.Tx, r run.Run, items []item) (run.Counts, []item, error) {
	w, err := newWriter(ctx, tx, r.Connection, y.now().UTC())
	if err != nil {
		return run.Counts{}, nil, err
	}
	w.quiet = r.First || r.Mode == remote.Everything
	for {
		n := min(w.chunk(), len(items))
		if err := w.put(ctx, items[:n]); err != nil {
			return run.Counts{}, nil, err
		}
		if items = items[n:]; len(items) == 0 || tx.Wanted() {
			return w.counts, items, w.publish(ctx)
		}
	}
}

// commitRest stores what belongs to the page as a whole.
func (y *System) commitRest(ctx context.Context, tx *scoped.Tx, r *run.Run, p remote.Page) error {
	n, err := y.removeAll(ctx, tx, r.Connection, p.Deleted)
	if err != nil {
		return err
	}
	r.Counts.Deleted += n
	for i, rej := range p.Rejects {
		if _, err := tx.Run(ctx, "INSERT INTO rejects (run_id, position, kind, external_id, reason) VALUES (?, ?, ?, ?, ?)",
			r.ID, r.Counts.Rejected+i, plain(string(rej.Kind)), plain(rej.External), plain(rej.Reason)); err != nil {
			return fault.At("note reject", err)
		}
	}
	r.Counts.Rejected += len(p.Rejects)
	if p.Next != nil {
		r.Checkpoint = p.Next
		if _, err := tx.Run(ctx, "UPDATE streams SET checkpoint = ? WHERE connection_id = ? AND stream = ? AND fence = ?",
			[]byte(p.Next), r.Connection, r.Stream, r.Fence); err != nil {
			return fault.At("move checkpoint", err)
		}
	}
	return saveRun(ctx, tx, *r)
}

// removeAll deletes what the source says is gone and tells the accounts.
func (y *System) removeAll(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, gone []record.Ref) (int, error) {
	if len(gone) == 0 {
		return 0, nil
	}
	w, err := newWriter(ctx, tx, c, y.now().UTC())
	if err != nil {
		return 0, err
	}
	total := 0
	for _, ref := range gone {
		n, err := w.remove(ctx, ref.Kind, plain(ref.External))
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, w.publish(ctx)
}

// publish writes an outbox row per account and kind that changed. What happened
// just now is named in full, in several rows if need be, because somebody may be
// owed a message about each; of the rest a page only needs to know that there is.
func (w *writer) publish(ctx context.Context) error {
	if err := w.flush(ctx); err != nil {
		return err
	}
	if err := w.attach(ctx); err != nil {
		return err
	}
	events := make([]change.Event, 0, len(w.changed)+len(w.quieted))
	for key := range w.quieted {
		e := change.New(change.RecordsChanged, w.now, key.account, key.kind)
		e.Quiet, e.Many = true, true
		events = append(events, e)
	}
	for key, ids := range w.changed {
		if w.quiet {
			e := change.New(change.RecordsChanged, w.now, key.account, key.kind, ids...)
			e.Quiet = true
			events = append(events, e)
			continue
		}
		for part := range slices.Chunk(ids, change.MaxIDs) {
			e := change.New(change.RecordsChanged, w.now, key.account, key.kind, part...)
			for _, id := range part {
				if w.created[id] {
					e.New = append(e.New, id)
				}
			}
			events = append(events, e)
		}
	}
	return emit(ctx, w.tx, events...)
}

type changedKey struct {
	account record.AccountID
	kind    record.Kind
}
