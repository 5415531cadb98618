package faults

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"time"
)

// Kind names a way to fail.
type Kind string

// The kinds. Those that say "done" let the fake do its work first.
const (
	LoseAnswer   Kind = "lose_answer"  // done, then the connection breaks before any byte of the answer
	Drop         Kind = "drop"         // not done, the connection breaks
	Delay        Kind = "delay"        // done after Wait
	Limit        Kind = "limit"        // not done, 429 with Retry-After: Wait in whole seconds
	Fail         Kind = "fail"         // not done, 500
	Unavailable  Kind = "unavailable"  // not done, 503
	Unauthorized Kind = "unauthorized" // not done, 401
	HTML         Kind = "html"         // not done, 200 with a sign-in page instead of JSON
	Truncate     Kind = "truncate"     // done, half of the body under the full Content-Length
	Cut          Kind = "cut"          // done, half of the body as if it were whole
	Blank        Kind = "blank"        // done, 200 with an empty body
	Vanish       Kind = "vanish"       // done, a list with no rows and a total of 0
	Short        Kind = "short"        // done, a list page that lacks its last half; the total stays
	Repeat       Kind = "repeat"       // done, the answer of the first request that matched, again
	Reorder      Kind = "reorder"      // done, the rows of the page in reverse
	Drip         Kind = "drip"         // done, the body byte by byte over Wait
	Conflicting  Kind = "conflicting"  // not done, 412
)

// Match picks requests. Empty parts match everything.
type Match struct {
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`  // part of the path; a leading "=" asks for the whole path
	Query  string `json:"query,omitempty"` // part of the decoded query
	Body   string `json:"body,omitempty"`  // part of the body
}

// Fault is one way to fail and when.
type Fault struct {
	Kind Kind `json:"kind"`
	Match
	After int           `json:"after,omitempty"` // matching requests that go well first
	Times int           `json:"times,omitempty"` // how many are spoiled; 0 means all until Clear
	Share float64       `json:"share,omitempty"` // of the others, this part (0 to 1); 0 means all
	Wait  time.Duration `json:"wait,omitempty"`  // Delay, Limit, Drip; nanoseconds in JSON
}

// Fits reports whether a request is picked.
func (m Match) Fits(r *http.Request) bool {
	if m.Method != "" && m.Method != r.Method {
		return false
	}
	if whole, ok := strings.CutPrefix(m.Path, "="); ok && whole != r.URL.Path {
		return false
	} else if !ok && !strings.Contains(r.URL.Path, m.Path) {
		return false
	}
	if m.Body != "" && !bytes.Contains(bodyOf(r), []byte(m.Body)) {
		return false
	}
	if m.Query == "" {
		return true
	}
	for _, values := range r.URL.Query() {
		for _, v := range values {
			if strings.Contains(v, m.Query) {
				return true
			}
		}
	}
	return false
}

// bodyOf reads a request's body and leaves it to be read again.
func bodyOf(r *http.Request) []byte {
	if r.Body == nil {
		return nil
	}
	data, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	r.Body = io.NopCloser(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	return data
}

// Request is one line of the log.
type Request struct {
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Query  string    `json:"query,omitempty"`
	Held   bool      `json:"held,omitempty"` // arrived inside a Retry-After window
}

// logged bounds the log: a fake that serves a demo for a month must not grow.
const logged = 20_000

// note appends to the log, dropping the older half when it is full.
func (k *Knobs) note(r Request) {
	if len(k.log) >= logged {
		k.log = append(k.log[:0], k.log[logged/2:]...)
	}
	k.log = append(k.log, r)
}
