package app

import (
	"context"
	"maps"
	"slices"

	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/valid"
)

// Current implements connections.Editing.
func (f fitter) Current(ctx context.Context, id record.ConnectionID) (connections.Draft, error) {
	c, err := f.sys.Connection(ctx, id)
	if err != nil {
		return connections.Draft{}, err
	}
	return connections.Draft{ID: c.ID, Connector: c.Connector, Name: c.Name, Settings: c.Settings, AllowPrivate: c.AllowPrivate, CA: c.CA, ReadOnly: c.ReadOnly}, nil
}

// Revise implements connections.Editing.
func (f fitter) Revise(ctx context.Context, s access.Scope, r connections.Revision) (connections.Tried, error) {
	sys, err := f.on(ctx, s, r.Draft.ID)
	if err != nil {
		return connections.Tried{}, err
	}
	was, err := sys.Connection(ctx, r.Draft.ID)
	if err != nil {
		return connections.Tried{}, err
	}
	connector, ok := f.app.connector(was.Connector)
	if !ok {
		return connections.Tried{}, fault.Newf(fault.Setup, "This program has no connector %q.", was.Connector)
	}
	if connections.Mark(was) != r.Seen {
		return connections.Tried{}, fault.New(fault.Conflict, "Somebody else changed this connection while you were writing. Your values stand below; the page shows theirs when you open it again.")
	}
	d, spec := r.Draft, connector.Spec()
	d.Connector, d.Settings = was.Connector, settled(spec, d.Settings)
	learnedBefore(spec, was, &d)
	carry := f.reclaim(s, spec, &d)
	typed := maps.Clone(d.Secrets)
	if err := f.keep(ctx, spec, was, &d); err != nil {
		return connections.Tried{Carry: carry}, err
	}
	if wrong := wrongDraft(spec, d); len(wrong) > 0 {
		return connections.Tried{Carry: carry}, marked(wrong)
	}
	tried, err := f.signIn(ctx, s, connector, d, f.app.tokens(f.sys, d.ID))
	tried.SignedIn = tried.SignedIn || spec.Consent != nil // who changed the application signs in next
	tried.Carry = carry
	if err != nil || !tried.Report.OK && !(r.Anyway && tried.SignedIn) {
		return tried, err
	}
	sealed, err := f.app.sealed(d.ID, typed)
	if err != nil {
		return tried, err
	}
	is := was
	is.Name, is.Settings, is.AllowPrivate, is.CA = d.Name, d.Settings, d.AllowPrivate, d.CA
	if err := sys.ReviseConnection(ctx, was, is, sealed); err != nil {
		return tried, err
	}
	tried.Token = "saved"
	return tried, sys.Hasten(ctx, d.ID, "")
}

// learnedBefore keeps what no form asks for.
func learnedBefore(spec remote.Spec, was remote.Connection, d *connections.Draft) {
	for _, field := range spec.Fields {
		if field.Learned {
			d.Settings[field.Name] = was.Settings[field.Name]
		}
	}
}

// keep completes a draft with the stored credentials. They belong to the address
// that they were entered for: somebody who may change a page must not be able to
// have them sent elsewhere.
func (f fitter) keep(ctx context.Context, spec remote.Spec, was remote.Connection, d *connections.Draft) error {
	moved := !slices.Equal(spec.Hosts(was.Settings), spec.Hosts(d.Settings)) || was.CA != d.CA
	wrong := map[string]string{}
	for _, field := range spec.Fields {
		if field.Type != remote.SecretField || d.Secrets[field.Name] != "" {
			continue
		}
		if moved {
			wrong[connections.FieldPrefix+field.Name] = "Enter this again: the one that is kept belongs to the address and authority before, and is not sent elsewhere."
			continue
		}
		secret, err := sources{f.app, f.sys, f.app.log}.secret(ctx, was.ID, field.Name)
		if err != nil {
			wrong[connections.FieldPrefix+field.Name] = fault.Public(err)
			continue
		}
		d.Secrets[field.Name] = secret
	}
	if len(wrong) > 0 {
		return marked(wrong)
	}
	return nil
}

// Statuses implements connections.Dictionary.
func (f fitter) Statuses(ctx context.Context, id record.ConnectionID) ([]record.Meaning, map[record.Meaning]int, error) {
	rows, err := f.sys.Meanings(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	uses, err := f.sys.Uses(ctx, id)
	return rows, uses, err
}

// SaveStatus implements connections.Dictionary.
func (f fitter) SaveStatus(ctx context.Context, s access.Scope, id record.ConnectionID, seen, m record.Meaning) error {
	sys, err := f.on(ctx, s, id)
	if err != nil {
		return err
	}
	m = completed(m)
	if err := valid.Struct(m); err != nil {
		return err
	}
	return sys.ReviseMeaning(ctx, id, seen, m)
}

// completed fills in what somebody left out: that stays as guessed.
func completed(m record.Meaning) record.Meaning {
	guess := record.Guess(m.Kind, m.Raw)
	if m.Label == "" {
		m.Label = guess.Label
	}
	if m.Explanation == "" && m.State == guess.State && m.Turn == guess.Turn {
		m.Explanation = guess.Explanation
	}
	return m
}
