package store

import (
	"context"
	"database/sql"
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

var (
	mergeRecords = scoped.Target{Table: "records", Columns: recordColumns,
		Conflict: "(account_id, id) DO UPDATE SET " + strings.Join(setRecords(), ", ")}
	mergeIdentities = scoped.Target{Table: "identities", Columns: identityColumns,
		Conflict: "(connection_id, kind, external_id) DO UPDATE SET " + strings.Join(setIdentities(), ", ") +
			" WHERE (identities.account_id, identities.hash) IS DISTINCT FROM (excluded.account_id, excluded.hash)"}
	mergeStaging = scoped.Target{Table: "staging", Columns: stagingColumns,
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

// merge writes the batch with COPY.
func (w *writer) merge(ctx context.Context) error {
	records, identities := make([][]any, len(w.batch)), make([][]any, len(w.batch))
	connection := binaryID(w.connection.UUID)
	for i, p := range w.batch {
		row, err := w.row(ctx, p)
		if err != nil {
			return err
		}
		id, account := binaryID(p.id.UUID), binaryID(p.account.UUID)
		row[0], row[1], row[2], row[5] = account, id, connection, binaryID(p.parent.UUID)
		records[i] = row
		identities[i] = []any{connection, string(p.Kind), p.External, id, account, p.hash, p.Company, string(p.ParentKind), p.Parent}
	}
	if err := w.tx.Merge(ctx, mergeRecords, records); err != nil {
		return fault.At("write records", err)
	}
	return fault.At("write identities", w.tx.Merge(ctx, mergeIdentities, identities))
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
		return fault.At("stage records", w.tx.Merge(ctx, mergeStaging, rows))
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
