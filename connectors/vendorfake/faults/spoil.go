package faults

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"time"
)

// signIn is what a proxy in front of a vendor shows when a session ended.
const signIn = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>" +
	"<body><form method=\"post\"><input name=\"user\"><input name=\"pass\" type=\"password\"></form></body></html>\n"

// spoil answers a request the way the fault wants it.
func (k *Knobs) spoil(w http.ResponseWriter, r *http.Request, a *armed) {
	switch a.Kind {
	case Drop:
		panic(http.ErrAbortHandler)
	case Limit:
		w.Header().Set("Retry-After", strconv.Itoa(int((a.Wait+time.Second-1)/time.Second)))
		refuse(w, http.StatusTooManyRequests)
	case Fail:
		refuse(w, http.StatusInternalServerError)
	case Unavailable:
		refuse(w, http.StatusServiceUnavailable)
	case Unauthorized:
		refuse(w, http.StatusUnauthorized)
	case Conflicting:
		refuse(w, http.StatusPreconditionFailed)
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(signIn))
	case Delay:
		k.sleep(r, a.Wait)
		k.next.ServeHTTP(w, r)
	default:
		done := httptest.NewRecorder()
		k.next.ServeHTTP(done, r)
		k.deform(w, r, a, done)
	}
}

func refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": http.StatusText(status)})
}

// deform passes a finished answer on, damaged.
func (k *Knobs) deform(w http.ResponseWriter, r *http.Request, a *armed, done *httptest.ResponseRecorder) {
	head, body := done.Header(), done.Body.Bytes()
	switch a.Kind {
	case LoseAnswer:
		panic(http.ErrAbortHandler)
	case Truncate:
		maps.Copy(w.Header(), head)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(done.Code)
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case Cut:
		body = body[:len(body)/2]
	case Blank:
		body = nil
	case Vanish:
		body = k.list().vanish(body, head)
	case Short:
		body = k.list().Edit(body, func(rows []any) []any { return rows[:len(rows)/2] })
	case Reorder:
		body = k.list().Edit(body, func(rows []any) []any {
			slices.Reverse(rows)
			return rows
		})
	case Repeat:
		head, body = k.remember(a, head, bytes.Clone(body))
	}
	maps.Copy(w.Header(), head)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(done.Code)
	if a.Kind == Drip {
		k.drip(w, r, body, a.Wait)
		return
	}
	_, _ = w.Write(body)
}

// drip writes a body in 32 pieces spread over the time given.
func (k *Knobs) drip(w http.ResponseWriter, r *http.Request, body []byte, over time.Duration) {
	const pieces = 32
	size := max(1, (len(body)+pieces-1)/pieces)
	for piece := range slices.Chunk(body, size) {
		if _, err := w.Write(piece); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		k.sleep(r, over/pieces)
	}
}

// wait sleeps until the time is over or the caller is gone.
func wait(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}
