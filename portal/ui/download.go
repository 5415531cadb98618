package ui

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"portico/sync/fault"
)

// Download sends a file of a source; size is -1 when it is not known. What a file
// says it is counts for nothing: it is saved, never shown, and a browser that shows
// it all the same runs nothing in it.
func Download(w http.ResponseWriter, r *http.Request, name string, content io.Reader, size int64) error {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", disposition(name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	if size >= 0 {
		h.Set("Content-Length", strconv.FormatInt(size, 10))
	}
	if r.Method == http.MethodHead {
		return nil
	}
	return fault.Wrap(fault.Unavailable, "send a file", pour(w, content))
}

const (
	// gulp is how much is sent before the time to send more begins anew.
	gulp = 1 << 20 // bytes
	// patience is how long a browser may take for a gulp.
	patience = 2 * time.Minute
)

// pour sends a file of any size: it may take as long as it wants, as long as the
// browser takes some of it.
func pour(w http.ResponseWriter, content io.Reader) error {
	control := http.NewResponseController(w)
	for {
		if err := control.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		_, err := io.CopyN(w, content, gulp)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// longestName is how many characters of a file's name are kept.
const longestName = 200

// disposition names a download (RFC 6266): plain names as they are, others in
// UTF-8 by RFC 8187. A name leads nowhere and hides nothing.
func disposition(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '/' || r == '\\' || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return '_'
		default:
			return r
		}
	}, strings.ToValidUTF8(name, "_"))
	if runes := []rune(name); len(runes) > longestName {
		name = string(runes[:longestName])
	}
	name = strings.TrimLeft(name, ". ")
	if name == "" {
		name = "file"
	}
	if out := mime.FormatMediaType("attachment", map[string]string{"filename": name}); out != "" {
		return out
	}
	return "attachment"
}
