package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

const (
	// bulkRows is how many records one statement takes on PostgreSQL.
	bulkRows = 1000
	// mergeRows is from how many on COPY is faster than statements of their own.
	mergeRows = 10
)

// Binary implements scoped.Binary.
func (m moment) Binary() any {
	if m.IsZero() {
		return nil
	}
	return m.UTC().Truncate(time.Microsecond)
}

// binaryID is an id for COPY; the zero one is NULL.
func binaryID(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return [16]byte(id)
}

// Both tables that a record is written to come in as one.
var incomingRecords = scoped.Incoming{Name: "incoming_records",
	Define:  "LIKE records, hash bytea, company text, parent_kind text, parent_external text",
	Columns: append(slices.Clone(recordColumns), identityColumns[5:]...)}

var (
	insertRecords    = scoped.Target{Table: "records", Columns: recordColumns}
	insertIdentities = scoped.Target{Table: "identities", Columns: identityColumns,
		From: append([]string{"connection_id", "kind", "external_id", "id", "account_id"}, identityColumns[5:]...)}

	mergeRecords    = insertRecords.On("(account_id, id) DO UPDATE SET " + strings.Join(setRecords(), ", "))
	mergeIdentities = insertIdentities.On("(connection_id, kind, external_id) DO UPDATE SET " + strings.Join(setIdentities(), ", ") +
		" WHERE (identities.account_id, identities.hash) IS DISTINCT FROM (excluded.account_id, excluded.hash)")
)

var (
	incomingStaging = scoped.Incoming{Name: "incoming_staging", Define: "LIKE staging", Columns: stagingColumns}
	mergeStaging    = scoped.Target{Table: "staging", Columns: stagingColumns,
		Conflict: "(connection_id, kind, external_id) DO UPDATE SET " + setStaging + " WHERE staging.hash <> excluded.hash"}
)

// perStatement is how many records are looked up at once.
func (w *writer) perStatement() int {
	if w.tx.Bulk() {
		return bulkRows
	}
	return lookupRows
}

// among is a query by a unique key whose last part is one of many values: marks
// for lookupRows values, or one array.
type among struct{ list, array string }

// in completes a query that ends in the last column of its key. PostgreSQL is
// told to look each value up: planned once, on a table that was empty then, it
// would read everything under the rest of the key for ever.
func in(query string) among {
	return among{list: query + " IN (" + marks(lookupRows) + ")",
		array: "SELECT found.* FROM unnest(?::text[]) AS want(key) CROSS JOIN LATERAL (" + query + " = want.key LIMIT 1) AS found"}
}

// lookup asks for rows of the given values, at most perStatement of them.
func (w *writer) lookup(ctx context.Context, q among, first []any, values []string) (*sql.Rows, error) {
	if w.tx.Bulk() {
		return w.tx.Hot(ctx, q.array, append([]any{values}, first...)...)
	}
	args := make([]any, len(first), len(first)+lookupRows)
	copy(args, first)
	for _, v := range values {
		args = append(args, v)
	}
	for range lookupRows - len(values) {
		args = append(args, nil)
	}
	return w.tx.Hot(ctx, q.list, args...)
}

// merge writes the batch with COPY. What was not known is inserted without
// another look for it: nobody else writes things of the connection now.
func (w *writer) merge(ctx context.Context) error {
	var fresh, known []place
	for _, p := range w.batch {
		if p.known {
			known = append(known, p)
		} else {
			fresh = append(fresh, p)
		}
	}
	if err := w.send(ctx, fresh, insertRecords, insertIdentities); err != nil {
		return err
	}
	return w.send(ctx, known, mergeRecords, mergeIdentities)
}

func (w *writer) send(ctx context.Context, batch []place, into ...scoped.Target) error {
	if len(batch) == 0 {
		return nil
	}
	rows := make([][]any, len(batch))
	connection := binaryID(w.connection.UUID)
	for i, p := range batch {
		row, err := w.row(ctx, p)
		if err != nil {
			return err
		}
		row[0], row[1], row[2], row[5] = binaryID(p.account.UUID), binaryID(p.id.UUID), connection, binaryID(p.parent.UUID)
		rows[i] = append(row, p.hash, p.Company, string(p.ParentKind), p.Parent)
	}
	return fault.At("write records", w.tx.Merge(ctx, incomingRecords, rows, into...))
}

// flushStaged writes what was staged meanwhile.
func (w *writer) flushStaged(ctx context.Context) error {
	rows := make([][]any, 0, len(w.toStage))
	for _, row := range w.toStage {
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil
	}
	clear(w.toStage)
	w.staged = nil
	if len(rows) >= mergeRows {
		for _, row := range rows {
			row[0] = binaryID(w.connection.UUID)
		}
		return fault.At("stage records", w.tx.Merge(ctx, incomingStaging, rows, mergeStaging))
	}
	for _, row := range rows {
		if _, err := w.tx.Do(ctx, stageOne, row...); err != nil {
			return fault.At("stage record", err)
		}
	}
	return nil
}

// findParents looks up what the items belong to, in one query per kind.
func (w *writer) findParents(ctx context.Context, items []item) error {
	if !w.tx.Bulk() {
		return nil
	}
	parents := make([]item, 0, len(items))
	asked := map[record.Ref]bool{}
	for _, it := range items {
		of := record.Ref{Connection: w.connection, Kind: it.ParentKind, External: it.Parent}
		if it.Parent != "" && !asked[of] {
			asked[of] = true
			parents = append(parents, item{Record: record.Record{Kind: it.ParentKind, External: it.Parent}})
		}
	}
	found, err := w.known(ctx, parents)
	if err != nil {
		return err
	}
	for of := range asked {
		w.parents[of] = found[of] // zero when it is not there, which is an answer too
	}
	return nil
}
