package store

import (
	"context"
	"strconv"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// timelineRows is how many entries of one ticket are shown; a longer history
// shows its newest part.
const timelineRows = 1000

// Timeline returns the public history of a ticket, oldest first, each entry
// with its files. A ticket that the viewer may not see is fault.NotFound.
func (a *Account) Timeline(ctx context.Context, s access.Scope, account record.AccountID, ticket record.ID) ([]record.Entry, error) {
	if _, err := a.Detail(ctx, s, account, record.KindTicket, ticket); err != nil {
		return nil, err
	}
	table, args := openable(s, account)
	details, err := a.details(ctx, account, "FROM "+table+
		" AS r WHERE parent_id = ? ORDER BY sort_at DESC, length(external_id) DESC, external_id DESC LIMIT "+strconv.Itoa(timelineRows), append(args, ticket))
	if err != nil {
		return nil, err
	}
	entries := entriesOf(details)
	return entries, a.link(ctx, s, account, entries)
}

// entriesOf turns comments and attachments, newest first, into entries, oldest first.
func entriesOf(details []record.Detail) []record.Entry {
	files := map[string][]record.File{}
	for _, d := range details {
		if f, ok := d.Body.(record.Attachment); ok {
			files[f.Comment] = append(files[f.Comment], record.File{ID: d.ID, Name: f.Name, ContentType: f.ContentType, Size: f.Size})
		}
	}
	var out []record.Entry
	for i := len(details) - 1; i >= 0; i-- {
		d := details[i]
		if c, ok := d.Body.(record.Comment); ok {
			out = append(out, record.Entry{ID: d.ID, At: d.Created, Comment: c, Files: files[d.Stamp.External], Stamp: d.Stamp})
		}
	}
	return out
}

// link names the records that entries point to, when the viewer may see them.
func (a *Account) link(ctx context.Context, s access.Scope, account record.AccountID, entries []record.Entry) error {
	if !s.Sees(record.KindAsset) {
		return nil
	}
	for i := range entries {
		e := &entries[i]
		if e.Comment.Field != string(record.KindAsset) || e.Comment.New == "" {
			continue
		}
		var rows []struct {
			ID    record.ID
			Title string
		}
		err := a.db.For(account).Find(ctx, &rows, `SELECT r.id, r.title FROM identities i JOIN records r ON r.account_id = ? AND r.id = i.record_id AND r.hidden = ''
			WHERE i.connection_id = ? AND i.kind = 'asset' AND i.external_id = ?`, account, e.Stamp.Connection, e.Comment.New)
		if err != nil {
			return fault.At("find linked asset", err)
		}
		if len(rows) > 0 {
			e.Linked, e.LinkedTitle = rows[0].ID, rows[0].Title
		}
	}
	return nil
}
