package provider_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
	"time"

	"portico/portal/admin/settings"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
)

func logo(t *testing.T) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 300, 60))
	for x := range 300 {
		img.Set(x, x%60, color.Black)
	}
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	drawn, err := settings.DrawLogo(b.Bytes())
	must(t, err)
	return drawn
}

func TestALookIsTheSameInEveryProcessWithinSeconds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := w.admin(t, "Amara")
	here, there := w.process(t), w.process(t)
	if got := there.Look(t.Context()); got.Provider.Name != "Portico" || got.Brand.Colour() != "#0f5c63" || got.Provider.Logo != "" {
		t.Errorf("by default: %+v", got.Provider)
	}
	must(t, here.SaveBranding(t.Context(), amara, settings.BrandingChange{Branding: settings.Branding{Name: "Halden", Colour: "#ffd400", Logo: logo(t)}}))
	if got := here.Look(t.Context()); got.Provider.Name != "Halden" {
		t.Errorf("here: %+v", got.Provider)
	}
	w.pass(2 * time.Second)
	got := there.Look(t.Context())
	if got.Provider.Name != "Halden" || got.Brand.Colour() != "#ffd400" || got.Provider.Logo == "" || !got.Provider.Wide || got.Provider.Plate != "dark" {
		t.Errorf("there: %+v", got.Provider)
	}
	w.away = true
	w.pass(time.Hour)
	if got := there.Look(t.Context()); got.Provider.Name != "Halden" {
		t.Errorf("while the database is away: %+v", got.Provider)
	}
	if got := w.process(t, "PORTICO_PROVIDER_NAME=Halden IT").Look(t.Context()); got.Provider.Name != "Halden IT" {
		t.Errorf("in a process that knows nothing yet: %+v", got.Provider)
	}
}

func TestTheConfigurationDecidesHowTheProviderAppears(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := w.admin(t, "Amara")
	free, fixed := w.process(t), w.process(t, "PORTICO_PROVIDER_NAME=Halden IT")
	must(t, free.SaveBranding(t.Context(), amara, settings.BrandingChange{Branding: settings.Branding{Name: "Saved", Colour: "#123456"}}))
	must(t, fixed.SaveBranding(t.Context(), amara, settings.BrandingChange{Seen: 1, Branding: settings.Branding{Name: "Halden IT", Colour: "#654321"}}))
	got, err := fixed.Branding(t.Context())
	must(t, err)
	if got.Fixed["name"] != "PORTICO_PROVIDER_NAME" || got.Fixed["colour"] != "" || got.Value.Name != "Halden IT" || got.Value.Colour != "#654321" {
		t.Errorf("%+v", got)
	}
	if l := fixed.Look(t.Context()); l.Provider.Name != "Halden IT" || l.Brand.Colour() != "#654321" {
		t.Errorf("%+v", l.Provider)
	}
	if got, err := free.Branding(t.Context()); err != nil || got.Value.Name != "Saved" {
		t.Errorf("what was saved below is lost: %+v, %v", got.Value, err)
	}
}

func TestBrandingIsForAdministratorsAndForWhoSawItLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara, p := w.admin(t, "Amara"), w.process(t)
	b := settings.Branding{Name: "Halden", Colour: "#123456"}
	if err := p.SaveBranding(t.Context(), grant.Staff(grant.User{ID: "m"}, access.Manager, nil), settings.BrandingChange{Branding: b}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("%v", err)
	}
	must(t, p.SaveBranding(t.Context(), amara, settings.BrandingChange{Branding: b}))
	if err := p.SaveBranding(t.Context(), amara, settings.BrandingChange{Branding: b}); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	b.Logo = []byte("<svg><script>")
	if err := p.SaveBranding(t.Context(), amara, settings.BrandingChange{Seen: 1, Branding: b}); !fault.Is(err, fault.Internal) {
		t.Errorf("what was not drawn here: %v", err)
	}
	if at, err := p.BrandingAt(t.Context(), 1); err != nil || at.Name != "Halden" {
		t.Errorf("%+v, %v", at, err)
	}
}
