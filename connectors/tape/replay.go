package tape

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Replay is a way to a system that is a tape. It is safe for concurrent use.
type Replay struct {
	tape *Tape

	mu      sync.Mutex
	spoil   Spoil
	unknown []string
	played  []int
}

// Spoil changes an answer on its way. n is the exchange's place on the tape.
type Spoil func(n int, resp *http.Response, body []byte) []byte

// Replay plays the tape.
func (t *Tape) Replay() *Replay { return &Replay{tape: t} }

// Spoiled has answers changed from now on; nil ends it. What was noted is forgotten.
func (r *Replay) Spoiled(s Spoil) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spoil, r.unknown, r.played = s, nil, nil
}

// Unknown lists what was asked and is not on the tape.
func (r *Replay) Unknown() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.unknown)
}

// Played lists the places on the tape that were played, each once, in their order.
func (r *Replay) Played() []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.played)
}

// RoundTrip implements http.RoundTripper.
func (r *Replay) RoundTrip(req *http.Request) (*http.Response, error) {
	var asked []byte
	if req.Body != nil {
		var err error
		if asked, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close() // it was read whole
	}
	question := Request{Method: req.Method, Path: req.URL.Path, Query: pairs(req.URL.Query()), Body: asBody(asked, func(v any) any { return v })}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.find(question)
	if n < 0 {
		what := strings.TrimSpace(req.Method + " " + req.URL.RequestURI() + " " + string(asked))
		r.unknown = append(r.unknown, what)
		return reply(req, http.StatusNotFound, nil, []byte(`{"error":"not recorded"}`)), nil
	}
	if !slices.Contains(r.played, n) {
		r.played = append(r.played, n)
	}
	e := r.tape.Exchanges[n].Answer
	body := []byte(e.Text)
	if e.Text == "" {
		body = e.Body
	}
	resp := reply(req, e.Status, e.Headers, body)
	if r.spoil != nil {
		body = r.spoil(n, resp, slices.Clone(body))
		fill(resp, body)
	}
	return resp, nil
}

// find is the exchange that answers a question, or -1: the same question, or the
// same but for its times.
func (r *Replay) find(q Request) int {
	for _, how := range []func(string) string{exact, timeless} {
		want := q.key(how)
		for i, e := range r.tape.Exchanges {
			if e.Request.key(how) == want {
				return i
			}
		}
	}
	return -1
}

func exact(s string) string { return s }

var times = regexp.MustCompile(`\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d{10}(?:\d{3})?\b`)

// timeless is a text without the moments in it.
func timeless(s string) string { return times.ReplaceAllString(s, "*") }

// key is another one for every other question. Credentials do not count.
func (q Request) key(how func(string) string) string {
	var b strings.Builder
	fmt.Fprintln(&b, q.Method, how(q.Path))
	for _, p := range q.Query {
		if !guarded(p[0]) {
			fmt.Fprintf(&b, "%q %q\n", p[0], how(p[1]))
		}
	}
	var compact bytes.Buffer
	if json.Compact(&compact, q.Body) == nil {
		b.WriteString(how(compact.String()))
	}
	return b.String()
}

func reply(req *http.Request, status int, headers map[string]string, body []byte) *http.Response {
	resp := &http.Response{StatusCode: status, Status: strconv.Itoa(status) + " " + http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: req}
	for name, value := range headers {
		resp.Header.Set(name, value)
	}
	fill(resp, body)
	return resp
}

func fill(resp *http.Response, body []byte) {
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}
