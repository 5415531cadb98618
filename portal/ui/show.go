package ui

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"

	"github.com/a-h/templ"

	"portico/sync/fault"
)

// drawn are the buffers that pages are drawn into.
var drawn = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// mostKept is how large a buffer may have grown and still be kept, in bytes.
const mostKept = 512 << 10

// Show draws a page and then sends it whole, with its length: one that cannot be
// drawn is answered with a fault and not with its first half, and the connection
// is written to once.
func Show(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	b, _ := drawn.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() <= mostKept {
			drawn.Put(b)
		}
	}()
	if err := page.Render(r.Context(), b); err != nil {
		return fault.Wrap(fault.Internal, "draw the page", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader is gone if this fails
	return nil
}
