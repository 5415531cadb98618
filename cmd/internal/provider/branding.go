package provider

import (
	"context"

	"portico/portal/ui"
)

// Look implements ui.Looks.
func (p *Provider) Look(context.Context) ui.Look {
	c := p.o.Config.Provider
	brand, err := ui.BrandOf(c.Colour)
	if err != nil {
		brand = ui.DefaultBrand
	}
	return ui.NewLook(ui.Provider{Name: c.Name}, brand, nil)
}
