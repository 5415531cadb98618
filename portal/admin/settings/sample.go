package settings

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// sample is what the preview shows.
type sample struct {
	Brand    ui.Brand
	Provider ui.Provider // its logo is a data: address
}

// sampleOf makes the preview of what is typed; what is not a colour is shown in
// the one in force.
func sampleOf(v brandingView) sample {
	brand, err := ui.BrandOf(v.Typed.Colour)
	if err != nil {
		if brand, err = ui.BrandOf(v.State.Value.Colour); err != nil {
			brand = ui.DefaultBrand
		}
	}
	p := ui.Provider{Name: v.Typed.Name}
	if len(v.Typed.Logo) > 0 {
		trait := TraitOf(v.Typed.Logo)
		p.Logo, p.Wide, p.Plate = "data:image/png;base64,"+encodeLogo(v.Typed.Logo), trait.Wide, trait.Plate
	}
	return sample{brand, p}
}

// sheet is the address of the preview's own style sheet.
func (s sample) sheet() string {
	return BrandingPath + "/sample.css?" + url.Values{"colour": {s.Brand.Colour()}}.Encode()
}

// onLight and onDark say how the colour fares.
func (s sample) onLight(c *ui.Chrome) string {
	return fares(c, s.Brand, s.Brand.OnLight(), "settings.branding.adapted.light")
}

func (s sample) onDark(c *ui.Chrome) string {
	return fares(c, s.Brand, s.Brand.OnDark(), "settings.branding.adapted.dark")
}

func fares(c *ui.Chrome, b ui.Brand, s ui.Shade, adapted string) string {
	if s.Same() {
		return c.T("settings.branding.same", s.Used, ratio(s.Ratio))
	}
	return c.T(adapted, b.Colour(), ratio(s.Given), s.Used, ratio(s.Ratio))
}

// ratio rounds down: 4.49 is not 4.5.
func ratio(r float64) string { return fmt.Sprintf("%.1f", float64(int(r*10))/10) }

// colourQuery is what the parts of the preview are asked with.
type colourQuery struct {
	Colour string `form:"colour" validate:"max=40"`
}

func brandAsked(r *http.Request) (ui.Brand, error) {
	var q colourQuery
	if err := form.Query(r, &q); err != nil {
		return ui.Brand{}, err
	}
	return ui.BrandOf(colourOf(q.Colour))
}

// Sample serves how a colour fares, while somebody types it: GET
// /admin/branding/sample. Half a colour changes nothing.
func (p *Pages) Sample(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	brand, err := brandAsked(r)
	if err != nil {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	return show(w, r, http.StatusOK, shades(c, sample{Brand: brand}))
}

// SampleSheet serves the style sheet of the preview: GET /admin/branding/sample.css.
func (p *Pages) SampleSheet(w http.ResponseWriter, r *http.Request, _ access.Scope) error {
	brand, err := brandAsked(r)
	if err != nil {
		return fault.New(fault.NotFound, "")
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = strings.NewReader(brand.CSS(".po-sample")).WriteTo(w) // the reader is gone if this fails
	return nil
}
