package store

import (
	"context"
	"database/sql"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// Detail returns one record whole; fault.NotFound when it is missing, foreign
// or not shown to the viewer.
func (a *Account) Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error) {
	if err := access.See(s, account, kind); err != nil {
		return record.Detail{}, err
	}
	table, args := visible(s, account)
	return a.detail(ctx, account, "SELECT "+rowColumns+", version, parent_id, body FROM "+table+" AS r WHERE kind = ? AND id = ?", append(args, kind, id)...)
}

// AttachmentOf returns an attachment that the viewer may download.
func (a *Account) AttachmentOf(ctx context.Context, s access.Scope, account record.AccountID, id record.ID) (record.Detail, error) {
	return a.Detail(ctx, s, account, record.KindAttachment, id)
}

func (a *Account) detail(ctx context.Context, account record.AccountID, query string, args ...any) (record.Detail, error) {
	fresh, err := a.freshness(ctx, account)
	if err != nil {
		return record.Detail{}, err
	}
	rows, err := a.db.For(account).Hot(ctx, query, args...)
	if err != nil {
		return record.Detail{}, fault.At("read record", err)
	}
	list, err := scanDetails(rows, account, fresh)
	if err != nil {
		return record.Detail{}, err
	}
	if len(list) == 0 {
		return record.Detail{}, notFound()
	}
	return list[0], nil
}

// scanDetails reads rowColumns followed by version, parent_id and body.
func scanDetails(rows *sql.Rows, account record.AccountID, fresh []record.Freshness) ([]record.Detail, error) {
	defer func() { _ = rows.Close() }()
	var out []record.Detail
	for rows.Next() {
		d := record.Detail{Row: record.Row{Account: account}}
		r := &d.Row
		var turnSince, due, sort, created, updated, reread moment
		var version string
		var body []byte
		err := rows.Scan(&r.ID, &r.Kind, &r.Stamp.Connection, &r.Stamp.External, &r.Number, &r.Title, &r.Person, &r.Status, &r.State,
			&r.Label, &r.Explanation, &r.Turn, &turnSince, &due, &sort, &created, &updated, &reread, &r.Stamp.URL,
			&version, &d.Parent, &body)
		if err != nil {
			return nil, fault.At("read record", err)
		}
		r.TurnSince, r.Due, r.Sort, r.Created, r.Updated = turnSince.Time, due.Time, sort.Time, created.Time, updated.Time
		stamp(r, fresh, reread.Time)
		d.Base = base(r.Status, version, updated)
		if d.Body, err = record.DecodeBody(r.Kind, body); err != nil {
			return nil, fault.Wrap(fault.Internal, "decode body", err)
		}
		out = append(out, d)
	}
	return out, fault.At("read records", rows.Err())
}

// base is the version that a decision refers to: the source's own mark where it
// has one, else when it last changed; with the status, so that the difference
// can be told.
func base(status, version string, updated moment) string {
	if version == "" {
		version = updated.UTC().Format(layout)
	}
	return status + "@" + version
}
