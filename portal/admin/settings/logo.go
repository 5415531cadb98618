package settings

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"portico/portal/form"
	"portico/sync/action"
	"portico/sync/fault"
)

// The limits of a logo.
const (
	maxLogo   = 1 << 20 // bytes of the file
	maxPixels = 16 << 20
	logoWide  = 640 // pixels; what is larger is made smaller
	logoHigh  = 192
	maxDrawn  = 400 << 10 // bytes of what is made of it
)

// DrawLogo reads a PNG, JPEG or WebP and draws it anew as a PNG of at most 640 by
// 192 pixels, so that nothing of the file but its picture is kept: no program, no
// text, no place where it was taken. What is wrong is the fault's public sentence.
func DrawLogo(file []byte) ([]byte, error) {
	decode, size, err := reader(file)
	if err != nil {
		return nil, err
	}
	c, err := size(bytes.NewReader(file))
	if err != nil {
		return nil, unreadable(err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxPixels/c.Height {
		return nil, fault.Newf(fault.Invalid, "The picture has %d × %d points, which is too many to read. Save it smaller.", c.Width, c.Height)
	}
	drawing <- struct{}{}
	defer func() { <-drawing }()
	img, err := decode(bytes.NewReader(file))
	if err != nil {
		return nil, unreadable(err)
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, fit(img)); err != nil {
		return nil, fault.Wrap(fault.Internal, "draw logo", err)
	}
	if out.Len() > maxDrawn {
		return nil, fault.New(fault.Invalid, "This is a photograph rather than a logo: drawn as a logo it is still too large. Choose a plainer picture.")
	}
	return out.Bytes(), nil
}

// drawing lets one picture at a time be unpacked: each may take 64 MB.
var drawing = make(chan struct{}, 1)

// reader chooses by the first bytes, never by the name or by what the browser says.
func reader(file []byte) (func(io.Reader) (image.Image, error), func(io.Reader) (image.Config, error), error) {
	switch {
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return png.Decode, png.DecodeConfig, nil
	case bytes.HasPrefix(file, []byte("\xff\xd8\xff")):
		return jpeg.Decode, jpeg.DecodeConfig, nil
	case len(file) > 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WEBP":
		return webp.Decode, webp.DecodeConfig, nil
	case strings.Contains(strings.ToLower(string(file[:min(len(file), 4096)])), "<svg"):
		return nil, nil, fault.New(fault.Invalid, "An SVG can carry a program, so it is not accepted. Save the logo as PNG, JPEG or WebP.")
	default:
		return nil, nil, fault.New(fault.Invalid, "This is no PNG, JPEG or WebP picture.")
	}
}

func unreadable(err error) error {
	return fault.New(fault.Invalid, "The picture is damaged, or of a kind that cannot be read (moving ones are not). Save it anew as PNG.").Because("read logo", err)
}

// fit draws the picture within the limits, without what is empty around it.
func fit(img image.Image) *image.NRGBA {
	from := inked(img)
	w, h := from.Dx(), from.Dy()
	if scale := min(float64(logoWide)/float64(w), float64(logoHigh)/float64(h)); scale < 1 {
		w, h = max(1, int(float64(w)*scale)), max(1, int(float64(h)*scale))
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(out, out.Bounds(), img, from, draw.Src, nil)
	return out
}

// inked is the part of a picture that is not wholly transparent.
func inked(img image.Image) image.Rectangle {
	b, in := img.Bounds(), image.Rectangle{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if _, _, _, a := img.At(x, y).RGBA(); a > 0x0800 {
				in = in.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if in.Empty() {
		return b
	}
	return in
}

// Trait is what pages need to know of a logo.
type Trait struct {
	Wide  bool   // it is a word rather than a sign, so that no name is written beside it
	Plate string // the theme on whose pages it would melt away: "light", "dark", or ""
}

// TraitOf looks at a logo that DrawLogo has made.
func TraitOf(logo []byte) Trait {
	img, err := png.Decode(bytes.NewReader(logo))
	if err != nil {
		return Trait{}
	}
	b := img.Bounds()
	t := Trait{Wide: b.Dx() > 2*b.Dy()}
	var light, dark, all float64
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			seen := float64(c.A) / 255
			grey := .2126*float64(c.R) + .7152*float64(c.G) + .0722*float64(c.B)
			all += seen
			if grey > 225 {
				light += seen
			}
			if grey < 75 {
				dark += seen
			}
		}
	}
	switch share := .6 * all; {
	case all > .97*float64(b.Dx()*b.Dy()): // it brings a ground of its own
	case light > share:
		t.Plate = "light"
	case dark > share:
		t.Plate = "dark"
	}
	return t
}

// picture takes the file of the form; it is a form.Keeper that keeps in memory.
type picture struct{ logo []byte }

// Keep implements form.Keeper: it stops reading where a logo ends.
func (p *picture) Keep(_ context.Context, name string, r io.Reader) (action.File, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxLogo+1))
	if err != nil {
		return action.File{}, err
	}
	if len(file) > maxLogo {
		return action.File{}, fault.Newf(fault.TooLarge, "A logo may have at most %s. Save it smaller.", form.Bytes(maxLogo))
	}
	if p.logo, err = DrawLogo(file); err != nil {
		return action.File{}, err
	}
	return action.File{Name: name, Size: int64(len(p.logo))}, nil
}

// Drop implements form.Keeper. A logo that was drawn well outlives the mistakes of
// other fields, so there is nothing to forget.
func (p *picture) Drop(context.Context, string) error { return nil }

func encodeLogo(logo []byte) string { return base64.StdEncoding.EncodeToString(logo) }

// decodeLogo reads what encodeLogo wrote. It was in a browser meanwhile, so it is
// drawn anew like any file.
func decodeLogo(held string) ([]byte, bool) {
	file, err := base64.StdEncoding.DecodeString(held)
	if err != nil || len(file) == 0 || len(file) > maxLogo {
		return nil, false
	}
	logo, err := DrawLogo(file)
	return logo, err == nil
}

// errNoLogo keeps a save from storing what DrawLogo has not made.
var errNoLogo = errors.New("the logo was not drawn here")

// CheckLogo reports whether the bytes can be a logo that DrawLogo has made.
func CheckLogo(logo []byte) error {
	if len(logo) == 0 {
		return nil
	}
	if c, err := png.DecodeConfig(bytes.NewReader(logo)); err != nil || c.Width > logoWide || c.Height > logoHigh || len(logo) > maxDrawn {
		return fault.Wrap(fault.Internal, "keep logo", errors.Join(errNoLogo, err))
	}
	return nil
}
