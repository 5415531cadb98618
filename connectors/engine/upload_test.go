package engine_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"portico/sync/action"
	"portico/sync/remote"
)

// uploading is a system that takes files whole, or in parts at another address.
const uploading = `portico: 1
id: shelf
name: Shelf
config: {url: {type: url, label: Address}}
http:
  base: config.url
  auth: {kind: bearer, token: "{url}"}
check: {steps: [{name: there, request: {path: /}}]}
streams:
  documents:
    every: 1m
    fresh_for: 1m
    request: {path: /documents}
    items: body
    by_id: {request: {path: "/documents/{id}"}, items: body}
    emit: [{kind: document, key: item.id, company: item.company, map: {name: item.name}}]
files: {request: {path: "/documents/{id}/content"}}
actions:
  document.upload:
    label: Upload
    timeout: 9s
    grace: 9s
    send:
      request: {method: POST, path: /sessions, body: '{"name": files[0].name, "size": files[0].size}'}
      answers: [{status: 409, is: conflict, say: There is one.}]
      upload:
        url: body.to
        headers: body.headers
        chunk: 4
        small: {up_to: 3, request: {method: PUT, path: "/documents/{files[0].name}"}}
      reference: string(body.id)
    confirm: {streams: [documents], id: action.reference, holds: len(records) == 1}
`

// taker is the system; it notes what arrived.
type taker struct {
	mu    sync.Mutex
	got   []string
	fails func(r *http.Request) int
}

func (k *taker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	k.mu.Lock()
	defer k.mu.Unlock()
	signed := ""
	if r.Header.Get("Authorization") != "" {
		signed = " signed"
	}
	k.got = append(k.got, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Range")+r.Header.Get("X-Kind")+" "+string(data))+signed)
	w.Header().Set("Content-Type", "application/json")
	if k.fails != nil {
		if code := k.fails(r); code != 0 {
			w.WriteHeader(code)
			return
		}
	}
	if r.URL.Path == "/sessions" {
		_, _ = io.WriteString(w, `{"to": "http://`+r.Host+`/away?sig=1", "headers": {"X-Kind": "; plain"}}`)
		return
	}
	_, _ = io.WriteString(w, `{"id": 7}`)
}

// brings has the engine send a file, and returns what came of it and what arrived.
func brings(t *testing.T, content string, k *taker) (remote.Outcome, []string) {
	t.Helper()
	conn := serve(t, k.ServeHTTP)
	conn.File = func(context.Context, string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}
	out := load(t, uploading).Act(t.Context(), conn, action.Action{Kind: action.DocumentUpload, Ref: "PRT-X",
		Input: action.Input{Files: []action.File{{ID: "f", Name: "a.txt", Size: int64(len(content))}}}})
	return out, k.got
}

func TestAFileIsSentInParts(t *testing.T) {
	t.Parallel()
	out, got := brings(t, "0123456789", &taker{})
	want := []string{`POST /sessions  {"name":"a.txt","size":10} signed`, "PUT /away bytes 0-3/10; plain 0123", "PUT /away bytes 4-7/10; plain 4567", "PUT /away bytes 8-9/10; plain 89"}
	if out.Verdict != remote.Done || out.Reference != "7" || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%+v\n%s", out, strings.Join(got, "\n"))
	}
}

func TestASmallFileIsSentWhole(t *testing.T) {
	t.Parallel()
	out, got := brings(t, "abc", &taker{})
	if out.Verdict != remote.Done || len(got) != 1 || got[0] != "PUT /documents/a.txt  abc signed" {
		t.Errorf("%+v\n%s", out, got)
	}
}

// What fails before the last part certainly had no effect; of the last nobody knows.
func TestOnlyTheLastPartLeavesDoubt(t *testing.T) {
	t.Parallel()
	at := func(part string, code int) func(*http.Request) int {
		return func(r *http.Request) int {
			if strings.Contains(r.URL.Path+r.Header.Get("Content-Range"), part) {
				return code
			}
			return 0
		}
	}
	for name, c := range map[string]struct {
		fails func(*http.Request) int
		want  remote.Verdict
	}{
		"the beginning":             {at("/sessions", 500), remote.Retry},
		"the beginning is refused":  {at("/sessions", 422), remote.Rejected},
		"there is one":              {at("/sessions", 409), remote.Conflict},
		"the first part":            {at("0-3", 500), remote.Retry},
		"the session ended":         {at("4-7", 404), remote.Retry},
		"the last part":             {at("8-9", 500), remote.Unknown},
		"the last part finds one":   {at("8-9", 409), remote.Conflict},
		"the last part is too much": {at("8-9", 429), remote.Retry},
	} {
		if out, got := brings(t, "0123456789", &taker{fails: c.fails}); out.Verdict != c.want {
			t.Errorf("%s: %s (%v) after %s", name, out.Verdict, out.Cause, got)
		}
	}
}

// A file of hundreds of megabytes passes through: who asks for more than a part of
// it before that part was sent gets nothing.
func TestAnUploadIsNeverHeldWhole(t *testing.T) {
	t.Parallel()
	k := &taker{}
	conn := serve(t, k.ServeHTTP)
	conn.File = func(context.Context, string) (io.ReadCloser, error) { return &stingy{k: k}, nil }
	out := load(t, uploading).Act(t.Context(), conn, action.Action{Kind: action.DocumentUpload,
		Input: action.Input{Files: []action.File{{ID: "f", Name: "a.txt", Size: 4000}}}})
	if out.Verdict != remote.Done || len(k.got) != 1001 {
		t.Errorf("%+v after %d requests", out, len(k.got))
	}
}

// stingy gives one part more than has arrived.
type stingy struct {
	k    *taker
	gave int
}

func (s *stingy) Read(p []byte) (int, error) {
	s.k.mu.Lock()
	arrived := len(s.k.got) - 1
	s.k.mu.Unlock()
	room := min(4*(arrived+1)-s.gave, 4000-s.gave, len(p))
	switch {
	case s.gave == 4000:
		return 0, io.EOF
	case room <= 0:
		return 0, errors.New("somebody wants to hold it whole")
	}
	s.gave += room
	return copy(p, strings.Repeat("x", room)), nil
}

func (s *stingy) Close() error { return nil }
