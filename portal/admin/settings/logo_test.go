package settings_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"portico/portal/admin/settings"
	"portico/sync/fault"
)

// drawn is a PNG of one colour on nothing: stripes in the middle third.
func drawn(t *testing.T, w, h int, c color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := h / 3; y < 2*h/3; y++ {
		for x := w / 8; x < w-w/8; x++ {
			if x/4%2 == 0 {
				img.Set(x, y, c)
			}
		}
	}
	return encoded(t, img)
}

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chunked puts a text chunk with a program into a PNG, before its end.
func chunked(file []byte, text string) []byte {
	chunk := append([]byte("tEXt"), text...)
	var out []byte
	out = append(out, file[:33]...) // signature and header
	out = binary.BigEndian.AppendUint32(out, uint32(len(text)))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, file[33:]...)
}

// webpDot is one red point, losslessly (VP8L).
const webpDot = "UklGRh4AAABXRUJQVlA4TBEAAAAvAAAAAAfQ//73v/+BiOh/AAA="

func TestALogoIsDrawnAnew(t *testing.T) {
	t.Parallel()
	script := "<script>alert(1)</script>"
	navy := color.NRGBA{20, 33, 61, 255}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 60, 20)), nil); err != nil {
		t.Fatal(err)
	}
	dot, err := base64.StdEncoding.DecodeString(webpDot)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"PNG": drawn(t, 300, 90, navy), "large": drawn(t, 3000, 900, navy), "JPEG": photo.Bytes(), "WebP": dot,
		"PNG with a program":  append(chunked(drawn(t, 300, 90, navy), "Comment\x00"+script), script...),
		"JPEG with a program": append(bytes.Clone(photo.Bytes()), script...), "empty": encoded(t, image.NewNRGBA(image.Rect(0, 0, 9, 9))),
	} {
		logo, err := settings.DrawLogo(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c, err := png.DecodeConfig(bytes.NewReader(logo))
		if err != nil || c.Width > 640 || c.Height > 192 || bytes.Contains(logo, []byte("script")) {
			t.Errorf("%s: %d × %d, %v", name, c.Width, c.Height, err)
		}
		if err := settings.CheckLogo(logo); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		again, err := settings.DrawLogo(logo)
		if err != nil || !bytes.Equal(again, logo) {
			t.Errorf("%s: drawn twice it differs, %v", name, err)
		}
	}
}

func TestWhatIsNoLogoIsRefusedInWords(t *testing.T) {
	t.Parallel()
	noise := image.NewNRGBA(image.Rect(0, 0, 640, 192))
	seed := uint32(1)
	for i := range noise.Pix {
		seed = seed*1664525 + 1013904223
		noise.Pix[i] = byte(seed >> 24)
	}
	good := drawn(t, 90, 30, color.Black)
	huge := bytes.Clone(good)
	binary.BigEndian.PutUint32(huge[16:], 60000) // the width in the header
	binary.BigEndian.PutUint32(huge[20:], 60000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for says, file := range map[string][]byte{
		"can carry a program":  []byte("\xef\xbb\xbf<?xml version='1.0'?><SVG><script>alert(1)</script></SVG>"),
		"no PNG, JPEG or WebP": []byte("GIF89a<script>"), "60000 × 60000": huge, "damaged": good[:len(good)-30],
		"a photograph": encoded(t, noise),
	} {
		if _, err := settings.DrawLogo(file); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Public(err), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	if _, err := settings.DrawLogo(nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("nothing: %v", err)
	}
	if settings.CheckLogo([]byte("<svg>")) == nil {
		t.Error("what nobody drew may be kept")
	}
}

func TestALogoIsSeenOnEveryPage(t *testing.T) {
	t.Parallel()
	ground := image.NewNRGBA(image.Rect(0, 0, 90, 90))
	for i := range ground.Pix {
		ground.Pix[i] = 255
	}
	for want, file := range map[settings.Trait][]byte{
		{Wide: true, Plate: "dark"}:  drawn(t, 300, 90, color.NRGBA{20, 33, 61, 255}),
		{Wide: true, Plate: "light"}: drawn(t, 300, 90, color.White),
		{Wide: true}:                 drawn(t, 300, 90, color.NRGBA{30, 140, 200, 255}),
		{}:                           encoded(t, ground),
	} {
		logo, err := settings.DrawLogo(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := settings.TraitOf(logo); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}
