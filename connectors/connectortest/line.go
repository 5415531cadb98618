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
	cut := l.cut
	l.mu.Unlock()
	if cut {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	res, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	l.heed(res)
	return l.spoil(r, res)
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
func (l *line) spoil(r *http.Request, res *http.Response) (*http.Response, error) {
	l.mu.Lock()
	hostile := l.hostile
	if hostile != nil && l.matches(r) {
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

func (l *line) breached() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.breaches
}

// firstRow returns a change of a list answer in which the first row of the list
// called rows has been replaced by what change makes of it.
func firstRow(rows string, change func(row map[string]json.RawMessage)) func([]byte) []byte {
	return func(body []byte) []byte {
		var page map[string]json.RawMessage
		var list []json.RawMessage
		var row map[string]json.RawMessage
		if json.Unmarshal(body, &page) != nil || json.Unmarshal(page[rows], &list) != nil ||
			len(list) == 0 || json.Unmarshal(list[0], &row) != nil {
			return body
		}
		change(row)
		list[0] = encode(row)
		page[rows] = encode(list)
		return encode(page)
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
