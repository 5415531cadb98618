package provider

import (
	"context"

	"portico/portal/admin/settings"
	"portico/sync/access"
)

// StaffSecondStep reports whether staff may not go without a second step. While the
// database does not answer it is what was known last.
func (p *Provider) StaffSecondStep(ctx context.Context) bool {
	k, _ := p.entry.current(ctx) // a page that cannot ask the database fails by itself
	return k.value.StaffSecondStep
}

// Entry implements settings.Entries.
func (p *Provider) Entry(ctx context.Context) (settings.State[settings.Entry], error) {
	k, err := p.entry.fresh(ctx)
	if err != nil {
		return settings.State[settings.Entry]{}, err
	}
	return state(k, k.value, nil), nil
}

// SaveEntry implements settings.Entries.
func (p *Provider) SaveEntry(ctx context.Context, s access.Scope, c settings.EntryChange) error {
	if err := access.Administer(s); err != nil {
		return err
	}
	k, err := p.entry.fresh(ctx)
	if err != nil {
		return err
	}
	return p.entry.save(ctx, s, c.Seen, c.Entry, settings.Differ(k.value, c.Entry))
}
