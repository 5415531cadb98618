package settings

import (
	"net/http"

	"github.com/a-h/templ"

	"portico/portal/ui"
	"portico/sync/fault"
)

// BrandingForm is the fields of the branding for another page that asks for them,
// with the same rules.
type BrandingForm struct{ v brandingView }

// NewBrandingForm returns the fields as they are in force.
func NewBrandingForm(c *ui.Chrome, now State[Branding]) *BrandingForm {
	return &BrandingForm{brandingView{Chrome: c, State: now, Typed: now.Value, Version: now.Version}}
}

// Read takes what was posted. What can be corrected is fault.Invalid or
// fault.TooLarge, and stands beside its field when the form is drawn again.
func (f *BrandingForm) Read(w http.ResponseWriter, r *http.Request) (BrandingChange, error) {
	err := f.v.read(w, r)
	f.v.Problem, f.v.Problems = fault.Public(err), fault.Fields(err)
	return BrandingChange{Seen: f.v.Version, Branding: f.v.Typed}, err
}

// Fields draws the fields; the form around them is the page's, and multipart.
func (f *BrandingForm) Fields() templ.Component {
	f.v.Sample = sampleOf(f.v)
	return brandingFields(f.v)
}
