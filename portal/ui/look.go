package ui

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"
)

// Look is how a provider appears: its name, its colour and its logo. The zero Look
// has neither name nor colour; take NewLook.
type Look struct {
	Provider Provider
	Brand    Brand
	sheet    text
	icon     text
	logo     text
}

// text is a small file with the tag of its content.
type text struct {
	kind string
	body []byte
	tag  string
}

// The addresses of what a look is made of.
const (
	sheetPath = "/brand.css"
	iconPath  = "/brand.svg"
	logoPath  = "/brand.png"
)

// NewLook puts a look together; logo is a PNG, or empty for the initial.
func NewLook(p Provider, b Brand, logo []byte) Look {
	l := Look{Brand: b, sheet: newText("text/css; charset=utf-8", []byte(b.CSS(":root"))),
		icon: newText("image/svg+xml", []byte(b.Icon(p)))}
	p.Logo = ""
	if len(logo) > 0 {
		l.logo = newText("image/png", logo)
		p.Logo = logoPath + "?v=" + l.logo.tag
	}
	l.Provider = p
	return l
}

func newText(kind string, body []byte) text {
	sum := sha256.Sum256(body)
	return text{kind, body, hex.EncodeToString(sum[:8])}
}

// Looks says how the provider appears now. It is asked for every page, is safe for
// concurrent use, and has an answer also while the database has none.
type Looks func(ctx context.Context) Look

// Sheet serves the brand style sheet.
func (l Looks) Sheet() http.Handler { return l.serve(func(k Look) text { return k.sheet }) }

// Icon serves the picture of the browser's tab.
func (l Looks) Icon() http.Handler { return l.serve(func(k Look) text { return k.icon }) }

// Logo serves the logo; without one there is nothing here.
func (l Looks) Logo() http.Handler { return l.serve(func(k Look) text { return k.logo }) }

// serve answers with one file of the look. Its address in pages carries its tag, so
// that a browser may keep it for ever and still sees a change at once.
func (l Looks) serve(of func(Look) text) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := of(l(r.Context()))
		if f.tag == "" {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.kind)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache")
		if r.URL.Query().Get("v") == f.tag {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		h.Set("ETag", `"`+f.tag+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.body))
	})
}
