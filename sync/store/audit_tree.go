package store

import (
	"context"
	"encoding/json"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// sequencer keeps the numbering of leaves to one process at a time.
const sequencer = "audit sequencer"

// Sequence numbers up to limit leaves and adds them to the tree. It returns how
// many there were; any number of processes may call it.
func (y *System) Sequence(ctx context.Context, limit int) (int, error) {
	waiting := false
	if err := y.db.Find(ctx, &waiting, "SELECT EXISTS (SELECT 1 FROM audit_leaves WHERE n IS NULL)"); err != nil || !waiting {
		return 0, fault.At("look at audit leaves", err)
	}
	taken := 0
	err := y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, sequencer); err != nil {
			return fault.At("wait for the audit sequencer", err)
		}
		var rows []struct {
			ID   int64
			Leaf string
		}
		if err := tx.Find(ctx, &rows, "SELECT id, leaf FROM audit_leaves WHERE n IS NULL ORDER BY id LIMIT ?", limit); err != nil {
			return fault.At("read audit leaves", err)
		}
		n, err := size(ctx, tx)
		if err != nil {
			return err
		}
		fresh := map[int64]tlog.Hash{}
		for _, r := range rows {
			if err := number(ctx, tx, n, r.ID, r.Leaf, fresh); err != nil {
				return err
			}
			n++
		}
		taken = len(rows)
		return nil
	})
	return taken, err
}

// size is how many leaves are in the tree.
func size(ctx context.Context, tx *scoped.Tx) (int64, error) {
	var n int64
	err := tx.Find(ctx, &n, "SELECT coalesce(max(n) + 1, 0) FROM audit_leaves")
	return n, fault.At("read the size of the audit log", err)
}

// number gives a leaf its place and stores the hashes that it adds.
func number(ctx context.Context, tx *scoped.Tx, n, id int64, leaf string, fresh map[int64]tlog.Hash) error {
	hashes, err := audit.Hashes(n, []byte(leaf), hashesOf(ctx, tx, fresh))
	if err != nil {
		return fault.Wrap(fault.Internal, "hash audit leaf", err)
	}
	position := tlog.StoredHashCount(n)
	for i, h := range hashes {
		fresh[position+int64(i)] = h
		if _, err := tx.Run(ctx, "INSERT INTO audit_hashes (position, hash) VALUES (?, ?)", position+int64(i), h[:]); err != nil {
			return fault.At("store audit hash", err)
		}
	}
	_, err = tx.Run(ctx, "UPDATE audit_leaves SET n = ? WHERE id = ?", n, id)
	return fault.At("number audit leaf", err)
}

// Signer signs the head of a tree.
type Signer func(size int64, root tlog.Hash) (audit.Head, error)

// SignHead signs a head when enough leaves or enough time have passed since the
// last one; it returns nil when it is too early or nothing is new.
func (y *System) SignHead(ctx context.Context, sign Signer, entries int64, every time.Duration) (*audit.Head, error) {
	var made *audit.Head
	err := y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, sequencer); err != nil {
			return fault.At("wait for the audit sequencer", err)
		}
		n, err := size(ctx, tx)
		if err != nil {
			return err
		}
		var last []struct {
			Size int64
			At   moment
		}
		if err := tx.Find(ctx, &last, "SELECT size, at FROM audit_heads ORDER BY size DESC LIMIT 1"); err != nil {
			return fault.At("read the last audit head", err)
		}
		now := y.now().UTC()
		if n == 0 || len(last) > 0 && (last[0].Size == n || n-last[0].Size < entries && now.Sub(last[0].At.Time) < every) {
			return nil
		}
		root, err := audit.Root(n, hashesOf(ctx, tx, nil))
		if err != nil {
			return fault.Wrap(fault.Internal, "compute the audit root", err)
		}
		head, err := sign(n, root)
		if err != nil {
			return fault.Wrap(fault.Setup, "sign the audit head", err)
		}
		made = &head
		_, err = tx.Run(ctx, "INSERT INTO audit_heads (size, note, at) VALUES (?, ?, ?)", n, head.Note, at(now))
		return fault.At("store the audit head", err)
	})
	return made, err
}

// exportRows is how many leaves are read at once.
const exportRows = 1000

// ExportAudit hands out every numbered leaf in order, then every head.
func (y *System) ExportAudit(ctx context.Context, write func(audit.Line) error) error {
	for next := int64(0); ; {
		var rows []struct {
			N              int64
			Leaf, Personal string
		}
		err := y.db.Find(ctx, &rows, "SELECT n, leaf, personal FROM audit_leaves WHERE n >= ? ORDER BY n LIMIT ?", next, exportRows)
		if err != nil {
			return fault.At("read audit leaves", err)
		}
		for _, r := range rows {
			line := audit.Line{N: r.N, Leaf: r.Leaf}
			if err := json.Unmarshal([]byte(r.Personal), &line.Personal); err != nil {
				return fault.Wrap(fault.Internal, "decode audit entry", err)
			}
			if err := write(line); err != nil {
				return err
			}
			next = r.N + 1
		}
		if len(rows) < exportRows {
			break
		}
	}
	var notes []struct{ Note string }
	if err := y.db.Find(ctx, &notes, "SELECT note FROM audit_heads ORDER BY size"); err != nil {
		return fault.At("read audit heads", err)
	}
	for _, n := range notes {
		if err := write(audit.Line{Head: n.Note}); err != nil {
			return err
		}
	}
	return nil
}
