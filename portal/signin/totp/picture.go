package totp

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quiet is how many modules around a code stay white (ISO/IEC 18004).
const quiet = 4

// Picture draws a text as a QR code: the path of its black modules in a square of
// so many units, for an SVG of our own.
func Picture(text string) (size int, path string, err error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return 0, "", fmt.Errorf("draw the code of an authenticator: %w", err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return code.Size + 2*quiet, b.String(), nil
}
