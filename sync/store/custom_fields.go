package store

import (
	"context"
	"strings"
	"unicode/utf8"

	"portico/sync/access"
	"portico/sync/audit"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

type fieldRow struct {
	Kind        record.Kind
	Field       string
	Label, Name string
	Type        record.CustomType
	Shown       record.Audience
	Position    int
}

func (r fieldRow) field() record.CustomField {
	return record.CustomField{Kind: r.Kind, ID: r.Field, Label: r.Label, Type: r.Type, Name: r.Name, Shown: r.Shown, Order: r.Position}
}

func customFields(ctx context.Context, db finder, c record.ConnectionID) ([]record.CustomField, error) {
	var rows []fieldRow
	err := db.Find(ctx, &rows, `SELECT kind, field, label, type, name, shown, position FROM custom_fields WHERE connection_id = ?
		ORDER BY kind, position, lower(label), field`, c)
	out := make([]record.CustomField, len(rows))
	for i, r := range rows {
		out[i] = r.field()
	}
	return out, fault.At("read custom fields", err)
}

// defineField enters a field, or what the source calls it now. What an administrator
// decided stays, and a label or type that is not told changes nothing.
func defineField(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, f record.CustomField) error {
	_, err := tx.Run(ctx, `INSERT INTO custom_fields (connection_id, kind, field, label, type) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (connection_id, kind, field) DO UPDATE SET
		label = CASE WHEN excluded.label = '' THEN custom_fields.label ELSE excluded.label END,
		type = CASE WHEN excluded.type = '' THEN custom_fields.type ELSE excluded.type END`,
		c, f.Kind, f.ID, f.Label, f.Type)
	return fault.At("enter a custom field", err)
}

// DefineFields enters the custom fields that a system said it has.
func (y *System) DefineFields(ctx context.Context, c record.ConnectionID, list []record.CustomField) error {
	return y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
		if err := alone(ctx, tx, c); err != nil {
			return err
		}
		count := map[record.Kind]int{}
		for _, f := range list {
			kept, _ := record.Trim([]record.Custom{{ID: f.ID, Label: f.Label, Values: []string{"-"}}})
			if count[f.Kind]++; len(kept) == 0 || count[f.Kind] > mostFields {
				continue
			}
			f.ID, f.Label = kept[0].ID, kept[0].Label
			if err := defineField(ctx, tx, c, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// CustomFields lists the custom fields of a connection, by kind and in their order.
func (y *System) CustomFields(ctx context.Context, s access.Scope, c record.ConnectionID) ([]record.CustomField, error) {
	if err := access.Administer(s); err != nil {
		return nil, err
	}
	return customFields(ctx, y.db, c)
}

// coverLooked is how many records of a connection are looked at for a count.
const coverLooked = 20_000

// Coverage counts the records that have a value, by kind and field, among the
// newest of the connection; looked is how many those were.
func (y *System) Coverage(ctx context.Context, s access.Scope, c record.ConnectionID) (counts map[record.Kind]map[string]int, looked map[record.Kind]int, err error) {
	if err := access.Administer(s); err != nil {
		return nil, nil, err
	}
	var rows []struct {
		Kind  record.Kind
		Field string
		N     int
	}
	keys := "json_each(v.body) AS k"
	if y.db.Dialect() == scoped.Postgres {
		keys = "jsonb_object_keys(CAST(v.body AS jsonb)) AS k(key)"
	}
	newest := "(SELECT kind, body FROM customs WHERE connection_id = ? ORDER BY record_id DESC LIMIT ?) AS v"
	err = y.db.Find(ctx, &rows, scoped.System+"SELECT v.kind, k.key AS field, count(*) AS n FROM "+newest+" CROSS JOIN "+keys+" GROUP BY v.kind, k.key", c, coverLooked)
	if err != nil {
		return nil, nil, fault.At("count custom fields", err)
	}
	counts, looked = map[record.Kind]map[string]int{}, map[record.Kind]int{}
	for _, r := range rows {
		if counts[r.Kind] == nil {
			counts[r.Kind] = map[string]int{}
		}
		counts[r.Kind][r.Field] = r.N
	}
	var all []struct {
		Kind record.Kind
		N    int
	}
	err = y.db.Find(ctx, &all, scoped.System+"SELECT kind, count(*) AS n FROM records WHERE connection_id = ? GROUP BY kind", c)
	for _, r := range all {
		looked[r.Kind] = r.N
	}
	return counts, looked, fault.At("count records", err)
}

// SampleValues are some different values that a field has, of the newest records,
// for administrators alone.
func (y *System) SampleValues(ctx context.Context, s access.Scope, c record.ConnectionID, kind record.Kind, id string) ([]string, error) {
	if err := access.Administer(s); err != nil {
		return nil, err
	}
	var rows []string
	err := y.db.Find(ctx, &rows, scoped.System+"SELECT body FROM customs WHERE connection_id = ? AND kind = ? ORDER BY record_id DESC LIMIT 500", c, kind)
	if err != nil {
		return nil, fault.At("read sample values", err)
	}
	var out []string
	seen := map[string]bool{}
	for _, body := range rows {
		values, err := record.DecodeCustom([]byte(body))
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "read sample values", err)
		}
		text := strings.Join(values[id], ", ")
		if text == "" || seen[text] {
			continue
		}
		seen[text] = true
		if utf8.RuneCountInString(text) > 120 {
			text = string([]rune(text)[:120]) + "…"
		}
		if out = append(out, text); len(out) == 5 {
			break
		}
	}
	return out, nil
}

// ShowField says who is shown a field, under which name and where. It is as the
// administrator saw it, or the error is fault.Conflict and nothing is changed.
func (y *System) ShowField(ctx context.Context, s access.Scope, c record.ConnectionID, seen, is record.CustomField) error {
	if err := access.Administer(s); err != nil {
		return err
	}
	now := y.now().UTC()
	e := administered(audit.FieldShown, now, c.String(), "kind", string(is.Kind), "field", is.ID, "shown", string(is.Shown), "name", is.Name)
	return y.administer(ctx, e, func(ctx context.Context, tx *scoped.Tx) error {
		if err := alone(ctx, tx, c); err != nil {
			return err
		}
		n, err := tx.Run(ctx, `UPDATE custom_fields SET name = ?, shown = ?, position = ?
			WHERE connection_id = ? AND kind = ? AND field = ? AND name = ? AND shown = ? AND position = ?`,
			plain(is.Name), is.Shown, is.Order, c, is.Kind, is.ID, seen.Name, seen.Shown, seen.Order)
		if err != nil {
			return fault.At("show a custom field", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "Somebody else changed this field meanwhile. Look at it again.")
		}
		if is.Shown == record.ShownStaff && seen.Shown == record.ShownNobody || is.Shown == record.ShownNobody && seen.Shown == record.ShownStaff {
			return nil // clients see no difference
		}
		var accounts []record.AccountID
		if err := tx.Find(ctx, &accounts, scoped.System+"SELECT DISTINCT account_id FROM customs WHERE connection_id = ? AND kind = ? ORDER BY account_id", c, is.Kind); err != nil {
			return fault.At("find who sees a custom field", err)
		}
		events := make([]change.Event, len(accounts))
		for i, a := range accounts {
			events[i] = change.New(change.RecordsChanged, now, a, is.Kind)
			events[i].Quiet, events[i].Many = true, true
		}
		return emit(ctx, tx, events...)
	})
}
