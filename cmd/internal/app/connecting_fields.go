package app

import (
	"context"

	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Fields implements connections.Fielding.
func (f fitter) Fields(ctx context.Context, s access.Scope, id record.ConnectionID) (out connections.Fields, err error) {
	if out.List, err = f.sys.CustomFields(ctx, s, id); err == nil {
		out.Counts, out.Looked, err = f.sys.Coverage(ctx, s, id)
	}
	return out, err
}

// Samples implements connections.Fielding.
func (f fitter) Samples(ctx context.Context, s access.Scope, id record.ConnectionID, kind record.Kind, field string) ([]string, error) {
	return f.sys.SampleValues(ctx, s, id, kind, field)
}

// ShowField implements connections.Fielding.
func (f fitter) ShowField(ctx context.Context, s access.Scope, id record.ConnectionID, seen, is record.CustomField) error {
	sys, err := f.on(ctx, s, id)
	if err != nil {
		return err
	}
	return sys.ShowField(ctx, s, id, seen, is)
}

// AskFields implements connections.Fielding.
func (f fitter) AskFields(ctx context.Context, s access.Scope, id record.ConnectionID) error {
	sys, err := f.on(ctx, s, id)
	if err == nil {
		err = outward(ctx, sys)
	}
	if err != nil {
		return err
	}
	connector, conn, _, err := sources{f.app, sys, f.app.log}.Open(ctx, id)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, lookMost)
	defer cancel()
	found, err := connector.Discover(ctx, conn)
	if err != nil {
		return err
	}
	if len(found.Fields) == 0 {
		return fault.New(fault.Setup, "The system names no custom field, or the portal's user may not see them.")
	}
	return sys.DefineFields(ctx, id, fieldsOf(found))
}

// fieldsOf are the custom fields that a system says it has.
func fieldsOf(found remote.Catalog) []record.CustomField {
	out := make([]record.CustomField, len(found.Fields))
	for i, f := range found.Fields {
		out[i] = record.CustomField{Kind: f.Kind, ID: f.ID, Label: f.Name, Type: f.Is}
	}
	return out
}
