package provider

import (
	"context"

	"portico/portal/admin/settings"
	"portico/portal/ui"
	"portico/sync/access"
)

// Legal implements settings.Texts.
func (p *Provider) Legal(ctx context.Context) (settings.State[settings.Legal], error) {
	k, err := p.legal.fresh(ctx)
	return state(k, k.value, nil), err
}

// LegalAt implements settings.Texts.
func (p *Provider) LegalAt(ctx context.Context, version int) (settings.Legal, error) {
	k, err := p.legal.version(ctx, version)
	return k.value, err
}

// SaveLegal implements settings.Texts.
func (p *Provider) SaveLegal(ctx context.Context, s access.Scope, seen int, l settings.Legal) error {
	k, err := p.legal.fresh(ctx)
	if err != nil {
		return err
	}
	return p.legal.save(ctx, s, seen, l, settings.Differ(k.value, l))
}

// Footer names the legal texts at the foot of every page. While the database does
// not answer they are those that were known last.
func (p *Provider) Footer(ctx context.Context) ui.Footer {
	k, _ := p.legal.current(ctx)
	return ui.Footer{Terms: k.value.Terms, Privacy: k.value.Privacy, Imprint: k.value.Imprint}
}
