package connectortest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/sync/remote"
)

// line is the wire between connector and system. It notices requests that
// leave while the connector knows that it must wait, can be cut, and can
// exchange a value in a list for a hostile one.
type line struct {
	next  http.RoundTripper
	clock *Clock

	mu       sync.Mutex
	hold     time.Time
	breaches int
	requests int
	cut      bool
	hostile  func(body []byte) []byte // of the next answer to a request that matches picks
	matches  func(*http.Request) bool
}

// RoundTrip implements http.RoundTripper.
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	if l.clock.Now().Before(l.hold) {
		l.breaches++
	}
	l.requests++
	cut := l.cut
	asked := l.hostile != nil && l.matches(r) // the body is gone once it was sent
	l.mu.Unlock()
	if cut {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	res, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	l.heed(res)
	return l.spoil(asked, res)
}

// heed remembers a window that the connector was told of.
func (l *line) heed(res *http.Response) {
	seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if err != nil || seconds <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := l.clock.Now().Add(time.Duration(seconds) * time.Second); until.After(l.hold) {
		l.hold = until
	}
}

// spoil exchanges a value in one answer when a check asked for it.
func (l *line) spoil(asked bool, res *http.Response) (*http.Response, error) {
	l.mu.Lock()
	hostile := l.hostile
	if hostile != nil && asked {
		l.hostile = nil
	} else {
		hostile = nil
	}
	l.mu.Unlock()
	if hostile == nil {
		return res, nil
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	body = hostile(body)
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res.Header.Del("Content-Length")
	return res, nil
}

func (l *line) setHostile(matches func(*http.Request) bool, hostile func([]byte) []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.matches, l.hostile = matches, hostile
}

func (l *line) setCut(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
}

// sent counts the requests that left.
func (l *line) sent() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.requests
}

func (l *line) breached() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.breaches
}

// firstRow returns a change of a list answer in which the first row has been
// replaced by what change makes of it.
func firstRow(list faults.List, change func(row map[string]any)) func([]byte) []byte {
	return func(body []byte) []byte {
		return list.Edit(body, func(rows []any) []any {
			if len(rows) > 0 {
				if row, ok := rows[0].(map[string]any); ok {
					change(row)
				}
			}
			return rows
		})
	}
}

// encode is json.Marshal of what was valid JSON a moment ago.
func encode(v any) json.RawMessage {
	out, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return out
}

// budget lets everything through but holds when it is told to, by moving the
// clock instead of waiting.
type budget struct {
	clock *Clock
	mu    sync.Mutex
	until time.Time
}

// Wait implements remote.Budget.
func (b *budget) Wait(ctx context.Context, _ remote.Class) (func(), error) {
	b.mu.Lock()
	until := b.until
	b.mu.Unlock()
	b.clock.reach(until)
	return func() {}, ctx.Err()
}

// Hold implements remote.Budget.
func (b *budget) Hold(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until.After(b.until) {
		b.until = until
	}
}
