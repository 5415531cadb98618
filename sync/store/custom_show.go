package store

import (
	"context"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// customOf is what a record has in custom fields, whoever is shown it.
type customOf struct {
	connection record.ConnectionID
	kind       record.Kind
	body       []byte
}

var customFieldsOf = scoped.NewColumns("connection_id", "kind", "body")

// customQuery reads the custom fields of one record, in the batch that reads the
// record itself: most have none, and then nothing more is asked.
func customQuery(account record.AccountID, id record.ID, out *customOf) scoped.Query {
	return scoped.Query{Columns: customFieldsOf, Rest: "FROM customs WHERE account_id = ? AND record_id = ?", Args: []any{account, id}, Row: func(f *scoped.Fields) {
		out.connection.UUID, out.kind, out.body = f.ID(), record.Kind(f.Text()), f.Bytes()
	}}
}

var shownColumns = scoped.NewColumns("field", "label", "type", "name", "shown")

// extras are those of a record's custom fields that the viewer is shown now.
func (a *Account) extras(ctx context.Context, s access.Scope, account record.AccountID, of customOf) ([]record.Extra, error) {
	if len(of.body) == 0 {
		return nil, nil
	}
	values, err := record.DecodeCustom(of.body)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "read custom fields", err)
	}
	shown := "shown = 'clients'"
	if s.IsStaff() && s.Role() != string(access.Service) {
		shown = "shown <> 'hidden'"
	}
	var out []record.Extra
	err = a.db.For(account).Read(ctx, scoped.Query{Columns: shownColumns,
		Rest: "FROM custom_fields WHERE connection_id = ? AND kind = ? AND " + shown + " ORDER BY position, lower(CASE WHEN name = '' THEN label ELSE name END), field",
		Args: []any{of.connection, string(of.kind)}, Row: func(f *scoped.Fields) {
			d := record.CustomField{ID: f.Text(), Label: f.Text(), Type: record.CustomType(f.Text()), Name: f.Text(), Shown: record.Audience(f.Text())}
			if v := values[d.ID]; len(v) > 0 {
				out = append(out, record.Extra{ID: d.ID, Label: d.Called(), Type: d.Type, Values: v, Staff: d.Shown == record.ShownStaff})
			}
		}})
	return out, fault.At("read custom fields", err)
}
