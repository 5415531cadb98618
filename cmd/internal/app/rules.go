package app

import (
	"context"
	"strings"

	"portico/portal"
	"portico/portal/admin/rules"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store"
	"portico/sync/visibility"
)

// sight is what the pages of visibility are given.
type sight struct{ *store.System }

// ChangeRule changes the rules, with where that was done from.
func (v sight) ChangeRule(ctx context.Context, s access.Scope, c visibility.Change) (visibility.Preview, error) {
	return v.System.ChangeRule(ctx, s, c, origin(ctx))
}

// Sources lists the connections by name.
func (v sight) Sources(ctx context.Context, s access.Scope) ([]rules.Source, error) {
	if err := access.Administer(s); err != nil {
		return nil, err
	}
	all, err := v.Connections(ctx)
	out := make([]rules.Source, len(all))
	for i, c := range all {
		out[i] = rules.Source{ID: c.ID, Name: c.Name}
	}
	return out, err
}

// Explain walks from a record to a person, with the scope that they would have.
func (v sight) Explain(ctx context.Context, s access.Scope, person, about string) (rules.Explained, error) {
	var out rules.Explained
	if err := access.Administer(s); err != nil {
		return out, err
	}
	u, _, err := v.UserByEmail(ctx, person)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Invalid, "Please correct what is marked.").Field("person", "Nobody has this mail address.")
	}
	if err != nil {
		return out, err
	}
	id, err := record.ParseID(about)
	if err != nil {
		id = record.ID{}
	}
	if out.Found, err = v.Located(ctx, s, id, strings.TrimSpace(about), u.ID); err != nil {
		return out, err
	}
	out.Person = visibility.Person{User: u}
	if !out.Found.ID.IsZero() {
		role, err := v.RoleIn(ctx, u.ID, out.Found.Account.ID)
		if err != nil {
			return out, err
		}
		theirs := grant.Member(grant.User{ID: u.ID, Name: u.Name, Email: u.Email}, out.Found.Account.ID, role)
		out.Person.Role, out.Person.Sees, out.Person.OwnOnly = role, theirs.Sees(out.Found.Kind), theirs.OwnOnly()
	}
	out.Steps = visibility.Explain(out.Found, out.Person)
	return out, nil
}

// ruled adds the pages of what clients do not see.
func (a *App) ruled(to *portal.Pages, sys *store.System, frame ui.Framer) {
	p := rules.New(rules.Options{Rules: sight{sys}, Frame: frame})
	to.Visibility = portal.VisibilityPages{Show: p.Show, Preview: p.Preview, Change: p.Change, Why: p.Why}
}
