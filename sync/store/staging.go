package store

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-json"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// stage keeps an item that nobody may see yet. If somebody could see it until
// now (its company changed to one that is not matched), it leaves them first.
func (w *writer) stage(ctx context.Context, it item, have identity, exists bool) error {
	w.counts.Unmatched++
	if exists {
		if err := w.withdraw(ctx, it.Kind, have); err != nil {
			return err
		}
	}
	if w.tx.Bulk() {
		return w.stageLater(it)
	}
	var same bool
	err := w.tx.Find(ctx, &same, `SELECT EXISTS (SELECT 1 FROM staging WHERE connection_id = ? AND kind = ? AND external_id = ? AND hash = ?)`,
		w.connection, it.Kind, it.External, it.hash)
	if err != nil || same {
		return fault.At("look at staging", err)
	}
	data, err := json.Marshal(it.Record)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode record", err)
	}
	_, err = w.tx.Do(ctx, stageOne, w.connection, string(it.Kind), it.External, it.Company, string(it.ParentKind), it.Parent, it.hash, data, at(w.now))
	w.staged = nil
	return fault.At("stage record", err)
}

const setStaging = `company = excluded.company, parent_kind = excluded.parent_kind, parent_external = excluded.parent_external,
	hash = excluded.hash, record = excluded.record, at = excluded.at`

var stagingColumns = []string{"connection_id", "kind", "external_id", "company", "parent_kind", "parent_external", "hash", "record", "at"}

var stageOne = "INSERT INTO staging (" + strings.Join(stagingColumns, ", ") + ") VALUES " + values(len(stagingColumns), 1) +
	" ON CONFLICT (connection_id, kind, external_id) DO UPDATE SET " + setStaging + " WHERE staging.hash <> excluded.hash"

// stageLater keeps an item for the next flush.
func (w *writer) stageLater(it item) error {
	data, err := json.Marshal(it.Record)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode record", err)
	}
	w.toStage[ref(w.connection, it)] = []any{w.connection, string(it.Kind), it.External, it.Company, string(it.ParentKind), it.Parent, it.hash, data, at(w.now)}
	return nil
}

// unstage forgets the staged copy of an item that found its account. Most
// connections have nothing in staging, and then this costs one question per
// transaction instead of one statement per record.
func (w *writer) unstage(ctx context.Context, it item) error {
	delete(w.toStage, ref(w.connection, it))
	if w.staged == nil {
		var some bool
		if err := w.tx.Find(ctx, &some, "SELECT EXISTS (SELECT 1 FROM staging WHERE connection_id = ?)", w.connection); err != nil {
			return fault.At("look at staging", err)
		}
		w.staged = &some
	}
	if !*w.staged {
		return nil
	}
	_, err := w.tx.Run(ctx, "DELETE FROM staging WHERE connection_id = ? AND kind = ? AND external_id = ?", w.connection, it.Kind, it.External)
	return fault.At("take record out of staging", err)
}

// withdraw takes a record and what belongs to it out of the account that sees
// it, and keeps what belongs to it in staging until its parent is back.
func (w *writer) withdraw(ctx context.Context, kind record.Kind, have identity) error {
	if err := w.flush(ctx); err != nil {
		return err
	}
	below, err := descendants(ctx, w.tx, have.AccountID, have.RecordID)
	if err != nil {
		return err
	}
	for _, c := range below {
		it, err := newItem(c.record())
		if err != nil {
			return err
		}
		if err := w.drop(ctx, c.Kind, c.ExternalID, have.AccountID, c.ID); err != nil {
			return err
		}
		if err := w.stage(ctx, it, identity{}, false); err != nil {
			return err
		}
		w.counts.Unmatched-- // it was counted with its parent
	}
	if err := w.stopActions(ctx, have); err != nil {
		return err
	}
	return w.drop(ctx, kind, have.ExternalID, have.AccountID, have.RecordID)
}

func (w *writer) drop(ctx context.Context, kind record.Kind, external string, account record.AccountID, id record.ID) error {
	if _, err := w.tx.Run(ctx, "DELETE FROM records WHERE account_id = ? AND id = ?", account, id); err != nil {
		return fault.At("remove record", err)
	}
	_, err := w.tx.Run(ctx, "DELETE FROM identities WHERE connection_id = ? AND kind = ? AND external_id = ?", w.connection, kind, external)
	w.note(account, kind, id)
	delete(w.here, record.Ref{Connection: w.connection, Kind: kind, External: external})
	return fault.At("forget identity", err)
}

// move takes a record and what belongs to it from the account that has them to
// another one, in this transaction. Both accounts are told.
func (w *writer) move(ctx context.Context, r record.Record, have identity, to record.AccountID) error {
	if err := w.flush(ctx); err != nil {
		return err
	}
	below, err := descendants(ctx, w.tx, have.AccountID, have.RecordID)
	if err != nil {
		return err
	}
	for _, c := range below {
		if err := w.rehome(ctx, c.Kind, c.ExternalID, c.ID, have.AccountID, to); err != nil {
			return err
		}
	}
	if err := w.stopActions(ctx, have); err != nil {
		return err
	}
	return w.rehome(ctx, r.Kind, r.External, have.RecordID, have.AccountID, to)
}

func (w *writer) rehome(ctx context.Context, kind record.Kind, external string, id record.ID, from, to record.AccountID) error {
	if _, err := w.tx.Run(ctx, "UPDATE records SET account_id = ? WHERE account_id = ? AND id = ?", to, from, id); err != nil {
		return fault.At("move record", err)
	}
	_, err := w.tx.Run(ctx, "UPDATE identities SET account_id = ? WHERE connection_id = ? AND kind = ? AND external_id = ?", to, w.connection, kind, external)
	w.note(from, kind, id)
	w.note(to, kind, id)
	ref := record.Ref{Connection: w.connection, Kind: kind, External: external}
	if have, ok := w.here[ref]; ok {
		have.AccountID = to
		w.here[ref] = have
	}
	return fault.At("move identity", err)
}

// childRow is what is needed to stage a child again.
type childRow struct {
	ID             record.ID
	Kind           record.Kind
	ExternalID     string
	Version        string
	URL            string `bun:"url"`
	CreatedAt      moment
	UpdatedAt      moment
	Body           []byte
	ParentKind     record.Kind
	ParentExternal string
	AccountID      record.AccountID
	Custom         string
	body           record.Body
}

func (c childRow) record() record.Record {
	return record.Record{Kind: c.Kind, External: c.ExternalID, Version: c.Version, URL: c.URL, Created: c.CreatedAt.Time,
		Updated: c.UpdatedAt.Time, Parent: c.ParentExternal, ParentKind: c.ParentKind, Body: c.body, Custom: c.custom()}
}

// custom are the custom fields of a record that is here; what they are called
// stands with the connection.
func (c childRow) custom() []record.Custom {
	values, err := record.DecodeCustom([]byte(c.Custom))
	if err != nil {
		return nil // it has none
	}
	var out []record.Custom
	for _, id := range slices.Sorted(maps.Keys(values)) {
		out = append(out, record.Custom{ID: id, Values: values[id]})
	}
	return out
}

// customHere is the custom fields of a record r, as a column.
const customHere = "coalesce((SELECT CAST(v.body AS text) FROM customs v WHERE v.account_id = ? AND v.record_id = r.id), '') AS custom"

// descendants lists what belongs to a record, and what belongs to that.
func descendants(ctx context.Context, tx *scoped.Tx, account record.AccountID, of record.ID) ([]childRow, error) {
	var rows []childRow
	err := tx.Find(ctx, &rows, `WITH RECURSIVE below(id) AS (SELECT id FROM records WHERE account_id = ? AND parent_id = ?
		UNION SELECT c.id FROM below b JOIN (SELECT * FROM records WHERE account_id = ? AND parent_id IS NOT NULL) AS c ON c.parent_id = b.id)
		SELECT r.id, r.kind, r.external_id, r.version, r.url, r.created_at, r.updated_at, r.body, i.parent_kind, i.parent_external, `+customHere+`
		FROM (SELECT * FROM records WHERE account_id = ?) AS r
		JOIN identities i ON i.connection_id = r.connection_id AND i.kind = r.kind AND i.external_id = r.external_id
		WHERE r.id IN (SELECT id FROM below)`, account, of, account, account, account)
	if err != nil {
		return nil, fault.At("list what belongs to a record", err)
	}
	for i := range rows {
		if rows[i].body, err = record.DecodeBody(rows[i].Kind, rows[i].Body); err != nil {
			return nil, fault.Wrap(fault.Internal, "decode body", err)
		}
	}
	return rows, nil
}

// remove deletes a thing that the source no longer has, with what belongs to it,
// wherever it is. It returns how many records that were.
func (w *writer) remove(ctx context.Context, kind record.Kind, external string) (int, error) {
	staged, err := w.tx.Run(ctx, `WITH RECURSIVE gone(kind, external_id) AS (SELECT ?, ?
		UNION SELECT s.kind, s.external_id FROM gone g JOIN staging s ON s.parent_kind = g.kind AND s.parent_external = g.external_id
		AND s.connection_id = ? AND s.parent_external <> '')
		DELETE FROM staging WHERE connection_id = ? AND (kind, external_id) IN (SELECT kind, external_id FROM gone)`,
		kind, external, w.connection, w.connection)
	if err != nil {
		return 0, fault.At("remove staged record", err)
	}
	have, err := w.find(ctx, kind, external)
	if err != nil || have.RecordID.IsZero() {
		return int(staged), err
	}
	below, err := descendants(ctx, w.tx, have.AccountID, have.RecordID)
	if err != nil {
		return 0, err
	}
	for _, c := range below {
		if err := w.drop(ctx, c.Kind, c.ExternalID, have.AccountID, c.ID); err != nil {
			return 0, err
		}
	}
	if err := w.holdActions(ctx, have); err != nil {
		return 0, err
	}
	return int(staged) + 1 + len(below), w.drop(ctx, kind, external, have.AccountID, have.RecordID)
}
