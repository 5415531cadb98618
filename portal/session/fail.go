package session

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portico/sync/fault"
)

// Problem is a failure as a page shows it; the page has the general words for
// each status. For a missing page it is always the same, so that nothing tells
// missing from foreign.
type Problem struct {
	Status int
	// Public is what the fault itself says about it, or "".
	Public string
	// Wait is how long to wait before trying again; zero when that is not known.
	Wait time.Duration
	// Reference finds the log line of an unexpected failure; else "".
	Reference string
	// Code tells programs what it is: the kind of the fault, or a word of its own.
	Code string
}

var statuses = map[fault.Kind]int{
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Limited:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Unknown:         http.StatusBadGateway,
	fault.Broken:          http.StatusBadGateway,
	fault.Setup:           http.StatusServiceUnavailable,
	fault.Internal:        http.StatusInternalServerError,
}

// Status returns the HTTP status that stands for a kind of fault.
func Status(kind fault.Kind) int {
	if s, ok := statuses[kind]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Fail answers with the page or the problem document that fits the fault, and
// logs what the user does not see. Nothing is sent twice: when the answer has
// begun, the connection is cut so that half a page does not look whole.
func (g *Gate) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		note(r.Context()).gone = true
		return
	}
	p := problem(err)
	if p.Status >= http.StatusInternalServerError {
		p.Reference = note(r.Context()).id
		g.o.Log.ErrorContext(r.Context(), "page failed", slog.String("request", p.Reference),
			slog.String("path", r.URL.Path), slog.String("kind", string(fault.KindOf(err))), slog.String("error", err.Error()))
	}
	g.Answer(w, r, p, fault.Fields(err))
}

// Answer sends a problem as a page or, to who asked for JSON, as a document.
func (g *Gate) Answer(w http.ResponseWriter, r *http.Request, p Problem, fields map[string]string) {
	if note(r.Context()).begun {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	for _, name := range []string{"Content-Disposition", "Content-Encoding", "Content-Length", "ETag", "Last-Modified"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", errorPolicy)
	if p.Wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.Wait.Seconds()))))
	}
	if wantsJSON(r) {
		problemJSON(w, p, fields)
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(p.Status)
	if err := g.o.ErrorPage(r, p).Render(withoutNonce(r.Context()), w); err != nil {
		g.o.Log.ErrorContext(r.Context(), "error page failed", slog.String("error", err.Error()))
	}
}

// problem takes the words of the fault where it has any, except for a missing
// page, which says the same whatever is missing.
func problem(err error) Problem {
	kind := fault.KindOf(err)
	p := Problem{Status: Status(kind), Code: string(kind)}
	var own interface {
		Status() int
		Code() string
	}
	if errors.As(err, &own) {
		p.Status, p.Code = own.Status(), own.Code()
	}
	if kind != fault.NotFound && kind != fault.Internal {
		p.Public, p.Wait = fault.Public(err), fault.RetryAfter(err)
	}
	return p
}

// problemJSON answers as RFC 9457 says.
func problemJSON(w http.ResponseWriter, p Problem, fields map[string]string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(struct { // the reader is gone if this fails
		Status    int               `json:"status"`
		Title     string            `json:"title"`
		Code      string            `json:"code,omitempty"`
		Detail    string            `json:"detail,omitempty"`
		Reference string            `json:"reference,omitempty"`
		Fields    map[string]string `json:"fields,omitempty"`
	}{p.Status, http.StatusText(p.Status), p.Code, p.Public, p.Reference, fields})
}

// wantsJSON reports whether the client asked for JSON and not for a page. Below
// /api there are no pages.
func wantsJSON(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return true
	}
	accept := strings.ToLower(r.Header.Get("Accept"))
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}
