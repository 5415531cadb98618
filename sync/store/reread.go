package store

import (
	"context"

	"github.com/goccy/go-json"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// Kept returns a record of a connection as it is stored, in an account or waiting for
// its company; nil when it is not.
func (y *System) Kept(ctx context.Context, ref record.Ref) (*record.Record, error) {
	var staged [][]byte
	err := y.db.Find(ctx, &staged, "SELECT record FROM staging WHERE connection_id = ? AND kind = ? AND external_id = ?", ref.Connection, ref.Kind, ref.External)
	if err != nil {
		return nil, fault.At("look for a staged record", err)
	}
	if len(staged) > 0 {
		var out record.Record
		return &out, fault.Wrap(fault.Internal, "decode staged record", json.Unmarshal(staged[0], &out))
	}
	var rows []childRow
	err = y.db.Find(ctx, &rows, scoped.System+`SELECT r.id, r.kind, r.external_id, r.version, r.url, r.created_at, r.updated_at, r.body,
		i.parent_kind, i.parent_external, r.account_id
		FROM identities i JOIN records r ON r.id = i.record_id AND r.account_id = i.account_id
		WHERE i.connection_id = ? AND i.kind = ? AND i.external_id = ?`, ref.Connection, ref.Kind, ref.External)
	if err != nil || len(rows) == 0 {
		return nil, fault.At("look for a record", err)
	}
	if rows[0].body, err = record.DecodeBody(rows[0].Kind, rows[0].Body); err != nil {
		return nil, fault.Wrap(fault.Internal, "decode body", err)
	}
	out := rows[0].record()
	return &out, nil
}

// Reread stores what a person had read anew, by the same path as a pull, and says what
// that did. Nothing is deleted by it: what was not handed over is left to its stream.
func (y *System) Reread(ctx context.Context, ref record.Ref, records []record.Record) (run.Counts, error) {
	var counts run.Counts
	now := y.now().UTC()
	e := administered(audit.ConnectionMade, now, ref.Connection.String(), "read", string(ref.Kind), "external", ref.External)
	err := y.administer(ctx, e, func(ctx context.Context, tx *scoped.Tx) error {
		var err error
		counts, err = y.refreshed(ctx, tx, ref.Connection, records, now)
		return err
	})
	return counts, err
}
