package ui

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Brand is a provider's colour: as it was chosen, and as it is read on light pages
// and on dark ones.
type Brand struct {
	given, light, dark rgb
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
var DefaultBrand = Brand{given: rgb{0x0d, 0x5a, 0x63}, light: rgb{0x0d, 0x5a, 0x63}, dark: rgb{0x7c, 0xc9, 0xd1}}

// What text and buttons need at least (WCAG 1.4.3); dark pages are given more,
// because a screen in the dark is often dimmed.
const (
	readable     = 4.5
	readableDark = 7
)

// BrandOf reads one colour as #rrggbb. No colour is refused for being pale or
// deep: text and buttons wear the nearest shade of it that can be read, darker on
// light pages, paler on dark ones, and the mark wears the colour itself.
func BrandOf(colour string) (Brand, error) {
	given, err := parseColour(colour)
	if err != nil {
		return Brand{}, err
	}
	b := Brand{given: given, light: given, dark: given}
	for worst(b.light, lightSurfaces) < readable {
		b.light = b.light.mix(rgb{}, .06)
	}
	for worst(b.dark, darkSurfaces) < readableDark {
		b.dark = b.dark.mix(white, .1)
	}
	return b, nil
}

// Shade is how a colour fares on the pages of one theme.
type Shade struct {
	Given float64 // contrast of the chosen colour, at worst
	Used  string  // #rrggbb that text and buttons wear
	Ratio float64 // its contrast, at worst
}

// Same reports whether the chosen colour is worn as it is.
func (s Shade) Same() bool { return s.Given == s.Ratio }

// Colour is the chosen colour, #rrggbb.
func (b Brand) Colour() string { return b.given.String() }

// OnLight is the brand on light pages.
func (b Brand) OnLight() Shade { return shade(b.given, b.light, lightSurfaces) }

// OnDark is the brand on dark pages.
func (b Brand) OnDark() Shade { return shade(b.given, b.dark, darkSurfaces) }

func shade(given, used rgb, surfaces []rgb) Shade {
	return Shade{Given: worst(given, surfaces), Used: used.String(), Ratio: worst(used, surfaces)}
}

// Colours returns the brand as #rrggbb, and what is read on it: for light and for
// dark surroundings.
func (b Brand) Colours() (light, lightInk, dark, darkInk string) {
	return b.light.String(), b.light.ink().String(), b.dark.String(), b.dark.ink().String()
}

// CSS returns the brand style sheet: the tokens that a provider decides, for the
// parts of a page that the selector names.
func (b Brand) CSS(selector string) string {
	mark, night := b.mark()
	return fmt.Sprintf("%s{--po-brand:light-dark(%s,%s);--po-brand-hover:light-dark(%s,%s);--po-brand-on:light-dark(%s,%s);"+
		"--po-mark:light-dark(%s,%s);--po-mark-on:light-dark(%s,%s)}\n", selector,
		b.light, b.dark, b.light.mix(rgb{}, .2), b.dark.mix(white, .2), b.light.ink(), b.dark.ink(),
		mark, night, mark.inkOf(), night.inkOf())
}

// mark is what the mark wears on light and on dark pages: the chosen colour,
// unless it would melt into the page.
func (b Brand) mark() (light, dark rgb) {
	light, dark = b.given, b.given
	if contrast(light, white) < 1.2 {
		light = b.light
	}
	if contrast(dark, darkSurfaces[0]) < 1.5 {
		dark = b.dark
	}
	return light, dark
}

// Icon returns the picture of a browser tab: the provider's initial on its colour.
func (b Brand) Icon(p Provider) string {
	ground, _ := b.mark()
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="%s"/>`+
		`<text x="16" y="22.5" text-anchor="middle" font-family="system-ui,sans-serif" font-size="19" font-weight="700" fill="%s">%s</text></svg>`,
		ground, ground.inkOf(), html.EscapeString(initial(p.Name)))
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

// inkOf is what is read on a ground that may be any colour: one of white and black
// always is.
func (c rgb) inkOf() rgb {
	if ink := c.ink(); contrast(c, ink) >= readable {
		return ink
	}
	return rgb{}
}

// worst is the least contrast of a colour on the surfaces, and on a wash of itself
// over the first of them (--po-brand-wash).
func worst(c rgb, surfaces []rgb) float64 {
	least := contrast(c, surfaces[0].mix(c, .13))
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
