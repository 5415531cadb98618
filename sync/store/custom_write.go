package store

import (
	"bytes"
	"context"
	"slices"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// bodyHash is how many bytes of a hash are of everything but the custom fields,
// which add bytes of their own behind them.
const bodyHash = 16

// mostFields is how many custom fields of a kind a connection may have; values of
// others are kept and can be shown to nobody.
const mostFields = 1000

var customColumns = []string{"account_id", "record_id", "connection_id", "kind", "body"}

var (
	keepCustoms   = upsertCustoms(upsertRows)
	keepOneCustom = upsertCustoms(1)
)

const customConflict = "(record_id, account_id) DO UPDATE SET connection_id = excluded.connection_id, kind = excluded.kind, body = excluded.body"

func upsertCustoms(rows int) string {
	return "INSERT INTO customs (account_id, record_id, connection_id, kind, body) VALUES " + values(len(customColumns), rows) + " ON CONFLICT " + customConflict
}

var (
	incomingCustoms = scoped.Incoming{Name: "incoming_customs", Define: "LIKE customs", Columns: customColumns}
	mergeCustoms    = scoped.Target{Table: "customs", Columns: customColumns, Conflict: customConflict}
)

type fieldKey struct {
	kind record.Kind
	id   string
}

// customs writes the custom fields of records that have just been written. Only a
// record that has some, or had some, costs anything.
func (w *writer) customs(ctx context.Context, batch []place) error {
	var some []place
	for _, p := range batch {
		switch {
		case len(p.custom) > 0:
			if err := w.define(ctx, p.Kind, p.Custom); err != nil {
				return err
			}
			some = append(some, p)
		case p.had:
			if _, err := w.tx.Run(ctx, "DELETE FROM customs WHERE account_id = ? AND record_id = ?", p.account, p.id); err != nil {
				return fault.At("forget custom fields", err)
			}
		}
	}
	if w.tx.Bulk() && len(some) >= mergeRows {
		return w.mergeCustoms(ctx, some)
	}
	return w.keepCustoms(ctx, some)
}

// mergeCustoms writes them with COPY.
func (w *writer) mergeCustoms(ctx context.Context, some []place) error {
	rows := make([][]any, len(some))
	for i, p := range some {
		rows[i] = []any{binaryID(p.account.UUID), binaryID(p.id.UUID), binaryID(w.connection.UUID), string(p.Kind), string(p.custom)}
	}
	return fault.At("write custom fields", w.tx.Merge(ctx, incomingCustoms, rows, mergeCustoms))
}

// keepCustoms writes them in statements of as many rows as there are.
func (w *writer) keepCustoms(ctx context.Context, some []place) error {
	args := make([]any, 0, len(some)*len(customColumns))
	for _, p := range some {
		args = append(args, p.account, p.id, w.connection, p.Kind, string(p.custom))
	}
	for n := len(customColumns); len(args) > 0; {
		statement, most := keepOneCustom, n
		if len(args) >= upsertRows*n {
			statement, most = keepCustoms, upsertRows*n
		}
		if _, err := w.tx.Do(ctx, statement, args[:most]...); err != nil {
			return fault.At("write custom fields", err)
		}
		args = args[most:]
	}
	return nil
}

// define enters fields that were never seen, and what the source calls them now.
func (w *writer) define(ctx context.Context, kind record.Kind, list []record.Custom) error {
	known, err := w.defined(ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		f, ok := known[fieldKey{kind, c.ID}]
		if ok && (c.Label == "" || c.Label == f.Label) && (c.Type == "" || c.Type == f.Type) {
			continue
		}
		if !ok && w.fieldCount[kind] >= mostFields {
			continue
		}
		if err := defineField(ctx, w.tx, w.connection, record.CustomField{Kind: kind, ID: c.ID, Label: c.Label, Type: c.Type}); err != nil {
			return err
		}
		if !ok {
			w.fieldCount[kind]++
			f = record.CustomField{Kind: kind, ID: c.ID, Shown: record.ShownNobody}
		}
		if c.Label != "" {
			f.Label = c.Label
		}
		if c.Type != "" {
			f.Type = c.Type
		}
		known[fieldKey{kind, c.ID}] = f
	}
	return nil
}

// defined are the custom fields of the connection, read once per transaction and
// only when a record has one.
func (w *writer) defined(ctx context.Context) (map[fieldKey]record.CustomField, error) {
	if w.fields != nil {
		return w.fields, nil
	}
	list, err := customFields(ctx, w.tx, w.connection)
	if err != nil {
		return nil, err
	}
	w.fields, w.fieldCount = make(map[fieldKey]record.CustomField, len(list)), map[record.Kind]int{}
	for _, f := range list {
		w.fields[fieldKey{f.Kind, f.ID}] = f
		w.fieldCount[f.Kind]++
	}
	return w.fields, nil
}

// onlyUnshown reports whether an item differs from what is stored in nothing that
// clients are shown: they are told of no such change.
func (w *writer) onlyUnshown(ctx context.Context, it item, have identity) (bool, error) {
	if len(have.Hash) < bodyHash || !bytes.Equal(have.Hash[:bodyHash], it.hash[:bodyHash]) {
		return false, nil
	}
	var rows []struct{ Body string }
	err := w.tx.Find(ctx, &rows, "SELECT body FROM customs WHERE account_id = ? AND record_id = ?", have.AccountID, have.RecordID)
	if err != nil {
		return false, fault.At("look at custom fields", err)
	}
	was := map[string][]string{}
	if len(rows) > 0 {
		if was, err = record.DecodeCustom([]byte(rows[0].Body)); err != nil {
			return false, fault.Wrap(fault.Internal, "look at custom fields", err)
		}
	}
	fields, err := w.defined(ctx)
	if err != nil {
		return false, err
	}
	is := make(map[string][]string, len(it.Custom))
	for _, c := range it.Custom {
		is[c.ID] = c.Values
	}
	for key, f := range fields {
		if key.kind == it.Kind && f.Shown == record.ShownClients && !slices.Equal(was[key.id], is[key.id]) {
			return false, nil
		}
	}
	return true, nil
}
