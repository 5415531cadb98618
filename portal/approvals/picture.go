package approvals

import (
	"bytes"
	"image"
	"image/color"
	_ "image/jpeg" // what is drawn anew
	"image/png"
	"io"
	"net/http"

	"portico/sync/action"
	"portico/sync/fault"
)

// Limits of a picture that is drawn anew; larger ones can be saved.
const (
	maxBytes  = 10 << 20
	maxPixels = 12_000_000
	maxWide   = 1600
)

func drawable(f action.File) bool {
	return (f.ContentType == "image/png" || f.ContentType == "image/jpeg") && f.Size <= maxBytes
}

// draw decodes a picture and encodes it again, so that nothing but its pixels
// reaches a browser that shows it.
func (p *Pages) draw(w http.ResponseWriter, r *http.Request, f action.File) error {
	if !drawable(f) {
		return notHere()
	}
	select {
	case p.redraw <- struct{}{}:
		defer func() { <-p.redraw }()
	case <-r.Context().Done():
		return r.Context().Err()
	}
	content, err := p.o.Files.Open(r.Context(), f.ID)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	data, err := io.ReadAll(io.LimitReader(content, maxBytes))
	if err != nil {
		return fault.Wrap(fault.Unavailable, "read picture", err)
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || size.Width <= 0 || size.Height <= 0 || size.Width > maxPixels/size.Height {
		return notHere()
	}
	drawn, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return notHere()
	}
	var out bytes.Buffer
	if err := png.Encode(&out, smaller(drawn)); err != nil {
		return fault.Wrap(fault.Internal, "draw picture", err)
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "private, no-store")
	_, _ = w.Write(out.Bytes()) // the reader is gone if this fails
	return nil
}

// smaller keeps a picture within maxWide; each point is the mean of those that it
// stands for.
func smaller(in image.Image) image.Image {
	b := in.Bounds()
	step := (max(b.Dx(), b.Dy()) + maxWide - 1) / maxWide
	if step <= 1 {
		return in
	}
	out := image.NewRGBA64(image.Rect(0, 0, max(1, b.Dx()/step), max(1, b.Dy()/step)))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Set(x, y, mean(in, b.Min.X+x*step, b.Min.Y+y*step, step))
		}
	}
	return out
}

func mean(in image.Image, x, y, step int) color.RGBA64 {
	var r, g, b, a uint64
	area := image.Rect(x, y, x+step, y+step).Intersect(in.Bounds())
	for j := area.Min.Y; j < area.Max.Y; j++ {
		for i := area.Min.X; i < area.Max.X; i++ {
			cr, cg, cb, ca := in.At(i, j).RGBA()
			r, g, b, a = r+uint64(cr), g+uint64(cg), b+uint64(cb), a+uint64(ca)
		}
	}
	n := uint64(max(1, area.Dx()*area.Dy()))
	return color.RGBA64{R: uint16(r / n), G: uint16(g / n), B: uint16(b / n), A: uint16(a / n)}
}
