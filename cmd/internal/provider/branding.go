package provider

import (
	"context"
	"log/slog"
	"sync"

	"portico/portal/admin/settings"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/store"
)

// brandingDocument is how the group is kept.
type brandingDocument struct {
	settings.Branding

	Trait settings.Trait `json:"trait"` // of the logo
}

var brandingKeys = map[string]string{"name": "provider.name", "colour": "provider.colour"}

// appearance is the last look that was put together, and what of.
type appearance struct {
	mu      sync.Mutex
	made    bool
	version int
	look    ui.Look
	away    bool // told once that the database does not answer
}

// overBranding returns the saved fields with those of the configuration put over
// them; what nobody saved is the configuration's default.
func (p *Provider) overBranding(k kept[brandingDocument]) (settings.Branding, map[string]string) {
	c, fixed := p.o.Config.Provider, p.fixed(brandingKeys)
	given := settings.Branding{Name: c.Name, Colour: c.Colour}
	if k.version == 0 {
		return given, fixed
	}
	b := k.value.Branding
	settings.Hold(&b, settings.State[settings.Branding]{Value: given, Fixed: fixed})
	return b, fixed
}

// Look implements ui.Looks.
func (p *Provider) Look(ctx context.Context) ui.Look {
	k, err := p.branding.current(ctx)
	a := &p.appearance
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil && !a.away {
		p.o.Log.Warn("the branding cannot be read; pages look as they did last", slog.String("error", err.Error()))
	}
	a.away = err != nil
	if a.made && a.version == k.version {
		return a.look
	}
	b, _ := p.overBranding(k)
	brand, err := ui.BrandOf(b.Colour)
	if err != nil {
		brand = ui.DefaultBrand
	}
	a.look = ui.NewLook(ui.Provider{Name: b.Name, Wide: k.value.Trait.Wide, Plate: k.value.Trait.Plate}, brand, b.Logo)
	a.made, a.version = true, k.version
	return a.look
}

// Branding implements settings.Appearance.
func (p *Provider) Branding(ctx context.Context) (settings.State[settings.Branding], error) {
	k, err := p.branding.fresh(ctx)
	if err != nil {
		return settings.State[settings.Branding]{}, err
	}
	b, fixed := p.overBranding(k)
	return state(k, b, fixed), nil
}

// BrandingAt implements settings.Appearance.
func (p *Provider) BrandingAt(ctx context.Context, version int) (settings.Branding, error) {
	k, err := p.branding.version(ctx, version)
	b, _ := p.overBranding(k)
	return b, err
}

// SaveBranding implements settings.Appearance.
func (p *Provider) SaveBranding(ctx context.Context, s access.Scope, c settings.BrandingChange) error {
	if err := access.Administer(s); err != nil {
		return err
	}
	next, changed, err := p.nextBranding(ctx, c)
	if err != nil {
		return err
	}
	return p.branding.save(ctx, s, c.Seen, next, changed)
}

// FirstBranding saves the branding before there is anybody to save it: keep takes
// it for who sets this Portico up.
func (p *Provider) FirstBranding(ctx context.Context, c settings.BrandingChange, keep func(context.Context, store.SettingChange) error) error {
	next, changed, err := p.nextBranding(ctx, c)
	if err != nil {
		return err
	}
	return p.branding.keep(ctx, store.SettingChange{Seen: c.Seen, Changed: changed}, next, keep)
}

func (p *Provider) nextBranding(ctx context.Context, c settings.BrandingChange) (next brandingDocument, changed []string, err error) {
	if err := settings.CheckLogo(c.Branding.Logo); err != nil {
		return next, nil, err
	}
	k, err := p.branding.fresh(ctx)
	if err != nil {
		return next, nil, err
	}
	if k.version != c.Seen {
		return next, nil, fault.New(fault.Conflict, "Somebody else saved this meanwhile. Compare, and save again.")
	}
	next = brandingDocument{Branding: c.Branding}
	// A field that the configuration decides keeps what was saved below it.
	settings.Hold(&next.Branding, settings.State[settings.Branding]{Value: k.value.Branding, Fixed: p.fixed(brandingKeys)})
	if len(next.Logo) > 0 {
		next.Trait = settings.TraitOf(next.Logo)
	}
	return next, settings.Differ(k.value.Branding, next.Branding), nil
}
