package session

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"portico/sync/access"
	"portico/sync/fault"
)

// line collects what the request log says about one request.
type line struct {
	id     string
	route  string
	user   string
	ip     string
	status int
	bytes  int64
	begun  bool
	gone   bool // the client went away
	look   access.Look
}

type lineKey struct{}

// note returns the log line of the request; outside Observe an unused one.
func note(ctx context.Context) *line {
	if l, ok := ctx.Value(lineKey{}).(*line); ok {
		return l
	}
	return &line{}
}

// RequestID returns the id that the log knows the request by, or "".
func RequestID(ctx context.Context) string { return note(ctx).id }

// Signed leaves in the log line who asks, for doors that know it another way than
// by a session.
func Signed(ctx context.Context, who string) { note(ctx).user = who }

// Address is where a request came from, as the log says it, or "".
func Address(ctx context.Context) string { return note(ctx).ip }

// Named says which route the requests of next are, by the template of its path.
func Named(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		note(r.Context()).route = route
		next.ServeHTTP(w, r)
	})
}

// Observe writes one log line per request, without query strings (they may
// hold tokens), and turns a panic into the page for an unexpected failure.
func (g *Gate) Observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := &line{id: newID(), ip: g.Peer(r).String()}
		r = r.WithContext(context.WithValue(r.Context(), lineKey{}, l))
		begin := g.o.Now()
		defer func() {
			took := g.o.Now().Sub(begin)
			g.o.Served(l.route, r.Method, l.status, took)
			g.o.Log.LogAttrs(r.Context(), level(r, l), "request",
				slog.String("request", l.id), slog.String("method", Clip(r.Method, 20)), slog.String("path", Clip(r.URL.Path, 500)),
				slog.Int("status", l.status), slog.Int64("bytes", l.bytes), slog.Duration("took", took),
				slog.String("ip", l.ip), slog.String("user", l.user))
		}()
		watched := &watched{ResponseWriter: w, line: l}
		watched.Header().Set("X-Request-Id", l.id)
		next.ServeHTTP(watched, r)
		if l.status == 0 && !l.gone {
			l.status = http.StatusOK
		}
	})
}

// Recover turns a panic of next into the page for an unexpected failure. It
// stands inside Harden, so that this page has its headers too.
func (g *Gate) Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			caught := recover()
			if caught == nil {
				return
			}
			if err, ok := caught.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(http.ErrAbortHandler)
			}
			g.o.Log.ErrorContext(r.Context(), "panic", slog.String("request", note(r.Context()).id),
				slog.String("path", r.URL.Path), slog.String("panic", fmt.Sprint(caught)), slog.String("stack", string(debug.Stack())))
			g.Fail(w, r, fault.New(fault.Internal, "").Because("serve the page", errPanicked))
		}()
		next.ServeHTTP(w, r)
	})
}

var (
	errPanicked   = errors.New("the handler panicked")
	errIncomplete = errors.New("the options lack a store, the people or an error page")
)

// level keeps the probes of load balancers out of an ordinary log.
func level(r *http.Request, l *line) slog.Level {
	switch {
	case l.status >= http.StatusInternalServerError:
		return slog.LevelWarn
	case r.URL.Path == "/livez" || r.URL.Path == "/readyz":
		return slog.LevelDebug
	default:
		return slog.LevelInfo
	}
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// watched notes what was answered. Flushing and deadlines reach the writer
// below through Unwrap (http.ResponseController).
type watched struct {
	http.ResponseWriter
	line *line
}

func (w *watched) WriteHeader(status int) {
	if status >= http.StatusOK && !w.line.begun {
		w.line.status, w.line.begun = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	if !w.line.begun {
		w.line.status, w.line.begun = http.StatusOK, true
	}
	n, err := w.ResponseWriter.Write(b)
	w.line.bytes += int64(n)
	return n, err
}

func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
