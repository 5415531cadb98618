package store

import (
	"context"
	"time"

	"github.com/goccy/go-json"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// Companies lists the companies of a connection with how many records wait,
// unmatched ones first.
func (y *System) Companies(ctx context.Context, c record.ConnectionID) ([]run.Company, error) {
	var rows []struct {
		Key, Name   string
		AccountID   record.AccountID
		AccountName string
		Waiting     int
	}
	err := y.db.Find(ctx, &rows, `SELECT c.key, c.name, c.account_id, coalesce(a.name, '') AS account_name,
		(SELECT count(*) FROM staging s WHERE s.connection_id = c.connection_id AND s.company = c.key) AS waiting
		FROM companies c LEFT JOIN accounts a ON a.id = c.account_id
		WHERE c.connection_id = ? ORDER BY c.account_id IS NOT NULL, c.name, c.key`, c)
	out := make([]run.Company, len(rows))
	for i, r := range rows {
		out[i] = run.Company{Key: r.Key, Name: r.Name, Waiting: r.Waiting, Account: record.AccountInfo{ID: r.AccountID, Name: r.AccountName}}
	}
	return out, fault.At("list companies", err)
}

// Waiting counts the records of a connection that nobody can see.
func (y *System) Waiting(ctx context.Context, c record.ConnectionID) (int, error) {
	var n int
	err := y.db.Find(ctx, &n, "SELECT count(*) FROM staging WHERE connection_id = ?", c)
	return n, fault.At("count staged records", err)
}

// Match says whose company a key is, as a person confirmed it, and promotes what
// waited for it. A key that is matched to another account is refused: repairing
// a wrong match is Unmatch, then Match.
func (y *System) Match(ctx context.Context, c record.ConnectionID, key string, account record.AccountID, by string) error {
	err := y.administer(ctx, matched(y.now(), c, key, account, by), func(ctx context.Context, tx *scoped.Tx) error {
		if err := alone(ctx, tx, c); err != nil {
			return err
		}
		return y.matchCompany(ctx, tx, c, key, account, by)
	})
	if err != nil {
		return err
	}
	return y.Promote(ctx, c)
}

// matched is the entry of a company that became an account's.
func matched(when time.Time, c record.ConnectionID, key string, account record.AccountID, by string) audit.Entry {
	return ofAccount(account, administered(audit.CompanyMatched, when, c.String(), "company", key, "by", by))
}

// matchCompany is Match in a transaction that has the connection to itself.
func (y *System) matchCompany(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, key string, account record.AccountID, by string) error {
	n, err := tx.Run(ctx, `UPDATE companies SET account_id = ?, matched_by = ?, matched_at = ?
		WHERE connection_id = ? AND key = ? AND (account_id IS NULL OR account_id = ?)`, account, by, at(y.now()), c, key, account)
	if err == nil && n == 0 {
		return fault.Newf(fault.Conflict, "%q is not a company of this connection, or it is matched to another account.", key)
	}
	if err != nil {
		return fault.At("match company", err)
	}
	return resettle(ctx, tx, c, account, y.now().UTC())
}

// promotable are the staged records whose company is matched or whose parent is there.
const promotable = `SELECT s.record FROM staging s
	LEFT JOIN companies c ON c.connection_id = s.connection_id AND c.key = s.company
	LEFT JOIN identities i ON i.connection_id = s.connection_id AND i.kind = s.parent_kind AND i.external_id = s.parent_external
	WHERE s.connection_id = ? AND CASE WHEN s.parent_external = '' THEN c.account_id IS NOT NULL ELSE i.account_id IS NOT NULL END`

// Promote moves staged records whose company is matched, or whose parent has
// arrived, into their account, without a new pull. It works in short
// transactions and may be interrupted anywhere: the rest is promoted next time.
func (y *System) Promote(ctx context.Context, c record.ConnectionID) error {
	for {
		waiting := false
		if err := y.db.Find(ctx, &waiting, "SELECT EXISTS ("+promotable+")", c); err != nil || !waiting {
			return fault.At("look at staging", err)
		}
		moved := 0
		err := y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
			var rows [][]byte
			err := tx.Find(ctx, &rows, promotable+" LIMIT ?", c, chunkRows)
			if err != nil || len(rows) == 0 {
				return fault.At("list staged records", err)
			}
			moved, err = y.promote(ctx, tx, c, rows)
			return err
		})
		if err != nil || moved == 0 {
			return err
		}
	}
}

func (y *System) promote(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, rows [][]byte) (moved int, err error) {
	records := make([]record.Record, len(rows))
	for i, data := range rows {
		if err := json.Unmarshal(data, &records[i]); err != nil {
			return 0, fault.Wrap(fault.Internal, "decode staged record", err)
		}
	}
	items, err := encode(records)
	if err != nil {
		return 0, err
	}
	w, err := newWriter(ctx, tx, c, y.now().UTC())
	if err != nil {
		return 0, err
	}
	w.promoting, w.quiet = true, true
	if err := w.put(ctx, items); err != nil {
		return 0, err
	}
	return w.counts.Read - w.counts.Unmatched, w.publish(ctx)
}

// Unmatch takes everything of a company out of the account that sees it, stops
// what was asked for and not sent, and keeps the records in staging.
func (y *System) Unmatch(ctx context.Context, c record.ConnectionID, key string) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		w, err := newWriter(ctx, tx, c, y.now().UTC())
		if err != nil {
			return err
		}
		var was []record.AccountID
		if err := tx.Find(ctx, &was, "SELECT account_id FROM companies WHERE connection_id = ? AND key = ? AND account_id IS NOT NULL", c, key); err != nil {
			return fault.At("unmatch company", err)
		}
		if _, err := tx.Run(ctx, "UPDATE companies SET account_id = NULL, matched_by = '', matched_at = NULL WHERE connection_id = ? AND key = ?", c, key); err != nil {
			return fault.At("unmatch company", err)
		}
		for _, account := range was {
			if err := w.stopRequests(ctx, account, key); err != nil {
				return err
			}
			if err := w.withdrawCompany(ctx, account, key); err != nil {
				return err
			}
			for _, r := range w.authorities { // whom the authority no longer knows has no copies
				w.touch(account, r.Kind)
			}
			if err := leave(ctx, tx, y.sign(ofAccount(account, administered(audit.CompanyHidden, w.now, c.String(), "company", key)))); err != nil {
				return err
			}
		}
		return w.publish(ctx)
	})
}

// withdrawCompany goes through the account's records: an index of identities by
// company would cost every pull more than this rare repair saves.
func (w *writer) withdrawCompany(ctx context.Context, account record.AccountID, key string) error {
	var rows []childRow
	err := w.tx.Find(ctx, &rows, `SELECT r.id, r.kind, r.external_id, r.version, r.url, r.created_at, r.updated_at, r.body,
		i.parent_kind, i.parent_external, r.account_id, `+customHere+`
		FROM (SELECT * FROM records WHERE account_id = ? AND connection_id = ?) AS r
		JOIN identities i ON i.connection_id = r.connection_id AND i.kind = r.kind AND i.external_id = r.external_id
		WHERE i.company = ? AND i.parent_external = ''`, account, account, w.connection, key)
	if err != nil {
		return fault.At("list records of company", err)
	}
	for _, r := range rows {
		have := identity{ExternalID: r.ExternalID, RecordID: r.ID, AccountID: r.AccountID}
		if r.body, err = record.DecodeBody(r.Kind, r.Body); err != nil {
			return fault.Wrap(fault.Internal, "decode body", err)
		}
		rec := r.record()
		rec.Company = key
		it, err := newItem(rec)
		if err != nil {
			return err
		}
		if err := w.stage(ctx, it, have, true); err != nil {
			return err
		}
	}
	return nil
}
