package store

import (
	"context"

	"portico/sync/fault"
	"portico/sync/record"
)

// hides returns the id of the rule that hides a record, or "".
func (w *writer) hides(b record.Body) string {
	for _, r := range w.rules {
		if r.Hides(b) {
			return r.ID
		}
	}
	return ""
}

// unseen reports whether clients see nothing of an item, neither now nor before it
// is written: a rule hides it, or what it belongs to. Connections without rules are
// asked nothing.
func (w *writer) unseen(ctx context.Context, it item, id record.ID, account record.AccountID, exists bool) (bool, error) {
	if len(w.rules) == 0 {
		return false, nil
	}
	if it.Parent != "" {
		of := record.Ref{Connection: w.connection, Kind: it.ParentKind, External: it.Parent}
		if i, ok := w.at[of]; ok {
			return w.hides(w.batch[i].Body) != "", nil
		}
		parent, err := w.parent(ctx, of)
		if err != nil {
			return false, err
		}
		return w.isHidden(ctx, account, parent.RecordID)
	}
	if w.hides(it.Body) == "" {
		return false, nil
	}
	if !exists {
		return true, nil
	}
	return w.isHidden(ctx, account, id)
}

func (w *writer) isHidden(ctx context.Context, account record.AccountID, id record.ID) (bool, error) {
	var hidden bool
	err := w.tx.Find(ctx, &hidden, "SELECT EXISTS (SELECT 1 FROM records WHERE account_id = ? AND id = ? AND hidden <> '')", account, id)
	return hidden, fault.At("look whether a record is hidden", err)
}
