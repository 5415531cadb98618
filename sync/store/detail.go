package store

import (
	"context"
	"slices"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// Detail returns one record whole; fault.NotFound when it is missing, foreign
// or not shown to the viewer.
func (a *Account) Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error) {
	if err := access.See(s, account, kind); err != nil {
		return record.Detail{}, err
	}
	table, args := openable(s, account, kind)
	var also []record.Row
	var of customOf
	list, err := a.details(ctx, account, "FROM "+table+" AS r WHERE id = ?", append(args, id), copiesOf(account, id, &also),
		copies{query: customQuery(account, id, &of), rows: new([]record.Row)})
	switch {
	case err != nil:
		return record.Detail{}, err
	case len(list) == 0:
		return record.Detail{}, notFound()
	}
	for i := len(also) - 1; i >= 0; i-- {
		also[i].Stamp.Also, list[0].Stamp.Also = list[0].Stamp.Also, &also[i].Stamp
	}
	list[0].Custom, err = a.extras(ctx, s, account, of)
	return list[0], err
}

// AttachmentOf returns an attachment that the viewer may download: one that is shown
// to them like a message, or one of FilesOf.
func (a *Account) AttachmentOf(ctx context.Context, s access.Scope, account record.AccountID, id record.ID) (record.Detail, error) {
	d, err := a.Detail(ctx, s, account, record.KindAttachment, id)
	if !fault.Is(err, fault.NotFound) || reach(s, account) != nil {
		return d, err
	}
	table, args := papers(s, account)
	list, err := a.details(ctx, account, "FROM "+table+" AS r WHERE id = ?", append(args, id))
	if err == nil && len(list) == 0 {
		err = notFound()
	}
	if err != nil {
		return record.Detail{}, err
	}
	return list[0], nil
}

// FilesOf lists the files of an invoice, a quote or a contract, by name. Who sees
// the record sees them. One that the viewer may not see has none.
func (a *Account) FilesOf(ctx context.Context, s access.Scope, account record.AccountID, parent record.ID) ([]record.File, error) {
	if err := reach(s, account); err != nil {
		return nil, err
	}
	table, args := papers(s, account)
	list, err := a.details(ctx, account, "FROM "+table+" AS r WHERE parent_id = ? ORDER BY title, id LIMIT 50", append(args, parent))
	out := make([]record.File, 0, len(list))
	for _, d := range list {
		if f, ok := d.Body.(record.Attachment); ok {
			out = append(out, record.File{ID: d.ID, Name: f.Name, ContentType: f.ContentType, Size: f.Size})
		}
	}
	return out, err
}

// papers are the attachments of commercial records that the viewer may see.
func papers(s access.Scope, account record.AccountID) (table string, args []any) {
	of, args := openable(s, account, record.KindInvoice, record.KindQuote, record.KindContract)
	return `(SELECT * FROM records WHERE account_id = ? AND kind = 'attachment' AND hidden = '' AND parent_id IN (SELECT id FROM ` + of + " AS p))",
		append([]any{account}, args...)
}

// detailFields are rowColumns and what only a whole record has; the body comes
// last, because it may hold anything.
var detailFields = scoped.NewColumns(append(slices.Clone(rowColumns), "version", "parent_id", "hidden", "body")...)

// details reads whole records. The stamps come first, so that records are never
// older than they say.
func (a *Account) details(ctx context.Context, account record.AccountID, rest string, args []any, more ...copies) ([]record.Detail, error) {
	var out []record.Detail
	var fresh []record.Freshness
	var bad error
	queries := []scoped.Query{freshnessQuery(account, &fresh), detailQuery(account, rest, args, &out, &bad)}
	for _, m := range more {
		queries = append(queries, m.query)
	}
	err := a.db.For(account).Read(ctx, queries...)
	if err == nil {
		err = bad
	}
	for _, m := range more {
		for i := range *m.rows {
			stamp(&(*m.rows)[i], fresh)
		}
	}
	for i := range out {
		stamp(&out[i].Row, fresh)
	}
	return out, fault.At("read records", err)
}

// detailQuery appends whole records; bad is set when one cannot be read.
func detailQuery(account record.AccountID, rest string, args []any, out *[]record.Detail, bad *error) scoped.Query {
	return scoped.Query{Columns: detailFields, Rest: rest, Args: args, Row: func(f *scoped.Fields) {
		d := record.Detail{Row: record.Row{Account: account}}
		scanRow(f, &d.Row)
		d.Base = base(d.Status, f.Text(), d.Updated)
		d.Parent.UUID, d.Hidden = f.ID(), f.Text()
		var err error
		if d.Body, err = record.DecodeBody(d.Kind, f.Bytes()); err != nil {
			*bad = fault.Wrap(fault.Internal, "decode body", err)
		}
		*out = append(*out, d)
	}}
}

// base is the version that a decision refers to: the source's own mark where it
// has one, else when it last changed; with the status, so that the difference
// can be told.
func base(status, version string, updated time.Time) string {
	if version == "" {
		version = updated.UTC().Format(layout)
	}
	return status + "@" + version
}
