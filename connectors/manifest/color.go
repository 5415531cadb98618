package manifest

import (
	"math"
	"strconv"
)

// readable is the contrast that small text needs (WCAG 2.2, 1.4.3).
const readable = 4.5

// lintColor holds the colour of a system to white initials that can be read on it.
func (c *compiler) lintColor() {
	if c.m.Color == "" {
		return
	}
	if got := 1.05 / (luminance(c.m.Color) + 0.05); got < readable {
		c.problem(pointer{}.key("color"), "white letters cannot be read on %s (contrast %.1f, at least %.1f is needed); choose a darker one", c.m.Color, got, readable)
	}
}

// luminance is how bright #rrggbb is, 0 to 1 (WCAG 2.2, relative luminance). The
// schema has seen to its shape.
func luminance(color string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return 1
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}
