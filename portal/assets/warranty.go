package assets

import (
	"time"

	"portico/portal/ui"
)

// soon is how far ahead the end of a warranty is something to think about.
const soon = 90 * 24 * time.Hour

// warranty says in words and by shape how long an asset is covered. The day
// given is the last one covered.
func warranty(c *ui.Chrome, until time.Time) (string, ui.Tone) {
	if until.IsZero() {
		return c.T("assets.warranty.unknown"), ui.Neutral
	}
	left := until.Sub(c.Now.UTC().Truncate(24 * time.Hour))
	switch {
	case left < 0:
		return c.T("assets.warranty.ended", c.Calendar(until)), ui.Bad
	case left < 24*time.Hour:
		return c.T("assets.warranty.today"), ui.Attn
	case left < soon:
		return c.T("assets.warranty.soon", c.Calendar(until), c.N("assets.days", int(left/(24*time.Hour)))), ui.Attn
	default:
		return c.T("assets.warranty.until", c.Calendar(until)), ui.Good
	}
}
