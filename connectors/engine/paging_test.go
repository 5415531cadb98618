package engine_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"portico/sync/fault"
	"portico/sync/remote"
)

func TestAListOfTokensThatLackedRowsIsReadAnew(t *testing.T) {
	t.Parallel()
	for _, paging := range []string{tokens, posted} {
		source := &system{rows: rows(7), spoil: func(n int, body map[string]any) any {
			if n == 2 {
				body["items"] = body["items"].([]row)[:1]
			}
			return body
		}}
		conn, out := serve(t, source.ServeHTTP), &sink{}
		if err := load(t, deskWith(paging)).Pull(t.Context(), conn, changes(nil), out); err != nil {
			t.Fatal(err)
		}
		for id := 1; id <= 7; id++ {
			if !slices.Contains(out.ids(), fmt.Sprint(id)) || out.complete != 1 {
				t.Errorf("%s: row %d was lost: %v", paging, id, out.ids())
			}
		}
	}
}

func TestTokensThatLeadInACircleAreNotFollowed(t *testing.T) {
	t.Parallel()
	var asks atomic.Int32
	conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := asks.Add(1)
		body := map[string]any{"items": []row{{ID: fmt.Sprint(n), Status: "open", Company: "Nordwind"}}, "cursor": fmt.Sprintf("c%d", n%3)}
		_ = json.NewEncoder(w).Encode(body)
	})
	out := &sink{}
	err := load(t, deskWith(strings.Replace(tokens, ", total: body.total", "", 1))).Pull(t.Context(), conn, changes(nil), out)
	if !fault.Is(err, fault.Broken) || out.complete > 0 || asks.Load() > 40 { // some are read ahead
		t.Errorf("%v after %d requests", err, asks.Load())
	}
	if err == nil || !strings.Contains(err.Error(), "tickets") || !strings.Contains(err.Error(), "page 4") {
		t.Errorf("the failure does not say where: %v", err)
	}
}

func TestAListThatSaysItGoesOnMustSayHow(t *testing.T) {
	t.Parallel()
	for paging, body := range map[string]string{
		"kind: cursor, parameter: c, next: body.cursor, more: body.more":      `{"items":[{"id":"1"}],"more":true}`,
		"kind: page, parameter: page, size: 2, total: nil, more: body.more":   `{"items":[],"more":true}`,
		"kind: offset, parameter: s, size: 1, total: body.n, more: body.more": `{"items":[{"id":"1"}],"n":3,"more":false}`,
	} {
		conn, out := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }), &sink{}
		if err := load(t, deskWith(paging)).Pull(withoutWaiting(t), conn, changes(nil), out); err == nil || out.complete > 0 {
			t.Errorf("%s: %v, complete %d", paging, err, out.complete)
		}
	}
}

// A list that says in good order that it has ended, and has become much shorter, is
// asked again: what a census does not see would be deleted.
func TestAListThatCollapsesWhileItIsReadIsNotBelieved(t *testing.T) {
	t.Parallel()
	for _, paging := range []string{tokens, posted, "kind: next_url, next: body.next, total: body.total"} {
		for _, mode := range []remote.PullMode{remote.Changes, remote.Census} {
			source := &system{rows: rows(7), spoil: func(n int, body map[string]any) any {
				if n == 2 {
					return map[string]any{"items": []row{}, "total": 0}
				}
				return body
			}}
			conn, out := serve(t, source.ServeHTTP), &sink{}
			err := load(t, deskWith(paging)).Pull(t.Context(), conn, remote.PullRequest{Stream: "tickets", Mode: mode}, out)
			if !fault.Is(err, fault.Unavailable) || out.complete > 0 {
				t.Errorf("%s, %s: %v", paging, mode, err)
			}
		}
	}
}
