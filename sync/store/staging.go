package store

import (
	"context"

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
	_, err = w.tx.Run(ctx, `INSERT INTO staging (connection_id, kind, external_id, company, parent_kind, parent_external, hash, record, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection_id, kind, external_id) DO UPDATE SET company = excluded.company,
		parent_kind = excluded.parent_kind, parent_external = excluded.parent_external, hash = excluded.hash, record = excluded.record, at = excluded.at`,
		w.connection, it.Kind, it.External, it.Company, it.ParentKind, it.Parent, it.hash, data, at(w.now))
	w.staged = nil
	return fault.At("stage record", err)
}

// unstage forgets the staged copy of an item that found its account. Most
// connections have nothing in staging, and then this costs one question per
// transaction instead of one statement per record.
func (w *writer) unstage(ctx context.Context, it item) error {
	if w.staged == nil {
		var any bool
		if err := w.tx.Find(ctx, &any, "SELECT EXISTS (SELECT 1 FROM staging WHERE connection_id = ?)", w.connection); err != nil {
			return fault.At("look at staging", err)
		}
		w.staged = &any
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
	children, err := childrenOf(ctx, w.tx, have.AccountID, have.RecordID)
	if err != nil {
		return err
	}
	for _, c := range children {
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
	return w.drop(ctx, kind, have.ExternalID, have.AccountID, have.RecordID)
}

func (w *writer) drop(ctx context.Context, kind record.Kind, external string, account record.AccountID, id record.ID) error {
	if _, err := w.tx.Run(ctx, "DELETE FROM records WHERE account_id = ? AND id = ?", account, id); err != nil {
		return fault.At("remove record", err)
	}
	_, err := w.tx.Run(ctx, "DELETE FROM identities WHERE connection_id = ? AND kind = ? AND external_id = ?", w.connection, kind, external)
	w.note(account, kind, id)
	return fault.At("forget identity", err)
}

// move takes a record and its children from the account that has them to
// another one, in this transaction. Both accounts are told.
func (w *writer) move(ctx context.Context, r record.Record, have identity, to record.AccountID) error {
	children, err := childrenOf(ctx, w.tx, have.AccountID, have.RecordID)
	if err != nil {
		return err
	}
	for _, c := range children {
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
	return fault.At("move identity", err)
}

// stopActions refuses what the old account asked for on a record that is no
// longer theirs and that was not sent yet.
func (w *writer) stopActions(ctx context.Context, have identity) error {
	_, err := w.tx.Run(ctx, `UPDATE actions SET state = 'refused', reason = ?, ended_at = ?, changed_at = ?
		WHERE account_id = ? AND target_id = ? AND state IN ('recorded', 'retrying')`,
		"This record no longer belongs to your account, so it was not sent.", at(w.now), at(w.now), have.AccountID, have.RecordID)
	return fault.At("stop actions", err)
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
	body           record.Body
}

func (c childRow) record() record.Record {
	return record.Record{Kind: c.Kind, External: c.ExternalID, Version: c.Version, URL: c.URL, Created: c.CreatedAt.Time,
		Updated: c.UpdatedAt.Time, Parent: c.ParentExternal, ParentKind: c.ParentKind, Body: c.body}
}

func childrenOf(ctx context.Context, tx *scoped.Tx, account record.AccountID, parent record.ID) ([]childRow, error) {
	var rows []childRow
	err := tx.Find(ctx, &rows, `SELECT r.id, r.kind, r.external_id, r.version, r.url, r.created_at, r.updated_at, r.body, i.parent_kind, i.parent_external
		FROM (SELECT * FROM records WHERE account_id = ?) AS r
		JOIN identities i ON i.connection_id = r.connection_id AND i.kind = r.kind AND i.external_id = r.external_id
		WHERE r.parent_id = ?`, account, parent)
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

// remove deletes a thing that the source no longer has, with what belongs to it.
func remove(ctx context.Context, w *writer, ref record.Ref) (int, error) {
	if _, err := w.tx.Run(ctx, `DELETE FROM staging WHERE connection_id = ? AND (kind = ? AND external_id = ? OR parent_kind = ? AND parent_external = ?)`,
		ref.Connection, ref.Kind, ref.External, ref.Kind, ref.External); err != nil {
		return 0, fault.At("remove staged record", err)
	}
	have, err := w.find(ctx, ref.Kind, ref.External)
	if err != nil || have.RecordID.IsZero() {
		return 0, err
	}
	children, err := childrenOf(ctx, w.tx, have.AccountID, have.RecordID)
	if err != nil {
		return 0, err
	}
	for _, c := range children {
		if err := w.drop(ctx, c.Kind, c.ExternalID, have.AccountID, c.ID); err != nil {
			return 0, err
		}
	}
	return 1 + len(children), w.drop(ctx, ref.Kind, ref.External, have.AccountID, have.RecordID)
}
