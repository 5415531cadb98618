package ui

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Brand is a provider's colour, once for light pages and once for dark ones.
type Brand struct {
	light, dark rgb
}

type rgb [3]uint8

// The surfaces that the brand colour is read on (tokens.css), and the inks that
// are read on the brand colour.
var (
	lightSurfaces = []rgb{{0xff, 0xff, 0xff}, {0xf1, 0xf3, 0xf4}, {0xf7, 0xf8, 0xf8}}
	darkSurfaces  = []rgb{{0x17, 0x1c, 0x1f}, {0x12, 0x17, 0x1a}, {0x1f, 0x26, 0x2a}}
	white         = rgb{0xff, 0xff, 0xff}
	deep          = rgb{0x07, 0x28, 0x2c}
)

// DefaultBrand is used by a provider that has chosen no colour.
var DefaultBrand = Brand{light: rgb{0x0d, 0x5a, 0x63}, dark: rgb{0x7c, 0xc9, 0xd1}}

// NewBrand reads two colours as #rrggbb. A colour that cannot be read at 4.5:1
// (WCAG 1.4.3) on the surfaces of its theme is refused with a sentence that says so.
func NewBrand(light, dark string) (Brand, error) {
	l, err := parseColour(light)
	if err != nil {
		return Brand{}, err
	}
	d, err := parseColour(dark)
	if err != nil {
		return Brand{}, err
	}
	if got := worst(l, lightSurfaces); got < 4.5 {
		return Brand{}, fmt.Errorf("the colour %s is too pale for light pages: %.1f:1 where 4.5:1 is needed; choose a darker one", light, got)
	}
	if got := worst(d, darkSurfaces); got < 4.5 {
		return Brand{}, fmt.Errorf("the colour %s is too dark for dark pages: %.1f:1 where 4.5:1 is needed; choose a paler one", dark, got)
	}
	return Brand{light: l, dark: d}, nil
}

// BrandOf reads one colour as #rrggbb and makes its partner for dark pages by
// lifting it towards white until it can be read there.
func BrandOf(colour string) (Brand, error) {
	dark, err := parseColour(colour)
	if err != nil {
		return Brand{}, err
	}
	for worst(dark, darkSurfaces) < 7 {
		dark = dark.mix(white, .1)
	}
	return NewBrand(colour, dark.String())
}

// CSS returns the brand style sheet: the three tokens that a provider decides.
func (b Brand) CSS() string {
	return fmt.Sprintf(":root{--po-brand:light-dark(%s,%s);--po-brand-hover:light-dark(%s,%s);--po-brand-on:light-dark(%s,%s)}\n",
		b.light, b.dark, b.light.mix(rgb{}, .2), b.dark.mix(white, .2), b.light.ink(), b.dark.ink())
}

// Icon returns the picture of a browser tab: the provider's initial on its colour.
func (b Brand) Icon(p Provider) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="%s"/>`+
		`<text x="16" y="22.5" text-anchor="middle" font-family="system-ui,sans-serif" font-size="19" font-weight="700" fill="%s">%s</text></svg>`,
		b.light, b.light.ink(), html.EscapeString(initial(p.Name)))
}

// Handler serves the style sheet (/brand.css).
func (b Brand) Handler() http.Handler { return fixed("text/css; charset=utf-8", b.CSS()) }

// IconHandler serves the tab picture (/brand.svg).
func (b Brand) IconHandler(p Provider) http.Handler { return fixed("image/svg+xml", b.Icon(p)) }

func fixed(contentType, body string) http.Handler {
	sum := sha256.Sum256([]byte(body))
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", contentType)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "public, max-age=300")
		h.Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(body))
	})
}

func parseColour(s string) (rgb, error) {
	hexa, ok := strings.CutPrefix(strings.TrimSpace(s), "#")
	n, err := strconv.ParseUint(hexa, 16, 32)
	if !ok || len(hexa) != 6 || err != nil {
		return rgb{}, fmt.Errorf("%q is not a colour like #0d5a63", s)
	}
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, nil
}

func (c rgb) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// mix moves c towards other by the share.
func (c rgb) mix(other rgb, share float64) rgb {
	var out rgb
	for i := range c {
		out[i] = uint8(math.Round(float64(c[i])*(1-share) + float64(other[i])*share))
	}
	return out
}

// ink is what is read best on c.
func (c rgb) ink() rgb {
	if contrast(c, white) >= contrast(c, deep) {
		return white
	}
	return deep
}

func worst(c rgb, surfaces []rgb) float64 {
	least := math.Inf(1)
	for _, s := range surfaces {
		least = min(least, contrast(c, s))
	}
	return least
}

// contrast is the ratio of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
func contrast(a, b rgb) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + .05) / (min(la, lb) + .05)
}

func (c rgb) luminance() float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= .04045 {
			return s / 12.92
		}
		return math.Pow((s+.055)/1.055, 2.4)
	}
	return .2126*linear(c[0]) + .7152*linear(c[1]) + .0722*linear(c[2])
}
