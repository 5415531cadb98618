package signin

import (
	"bytes"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"portico/sync/fault"
)

// show draws a page whole before any of it is sent, so that a failure can still
// become an error page.
func show(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		return fault.Wrap(fault.Internal, "draw the page", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader is gone if this fails
	return nil
}

// retryAfter says when to come back (RFC 9110 §10.2.3).
func retryAfter(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}
