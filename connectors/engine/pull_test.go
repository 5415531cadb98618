package engine_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

func TestEveryKindOfPagingReadsTheWholeListInOrder(t *testing.T) {
	t.Parallel()
	for _, paging := range everyPaging {
		for _, n := range []int{0, 1, 2, 3, 7, 8} {
			source := &system{rows: rows(n)}
			conn, out := serve(t, source.ServeHTTP), &sink{}
			if err := load(t, deskWith(paging)).Pull(t.Context(), conn, changes(nil), out); err != nil {
				t.Fatalf("%s, %d rows: %v", paging, n, err)
			}
			if out.complete != 1 || len(out.ids()) != n || !slices.IsSortedFunc(out.ids(), func(a, b string) int { return number(a) - number(b) }) {
				t.Errorf("%s, %d rows: read %v, complete %d times", paging, n, out.ids(), out.complete)
			}
		}
	}
}

func TestKilledAtAnyPageItResumesWithoutLosingARow(t *testing.T) {
	t.Parallel()
	for _, paging := range everyPaging {
		for die := range 4 {
			source := &system{rows: rows(7)}
			// A page is not answered before the one ahead of it was stored: what waits is stored together.
			stored := []chan struct{}{make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})}
			c, conn := load(t, deskWith(paging)), serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return
				}
				r.Body = io.NopCloser(bytes.NewReader(body))
				ahead := pageOf(asked(r)) - 1
				r.Body = io.NopCloser(bytes.NewReader(body))
				if ahead > 0 {
					select {
					case <-stored[ahead-1]:
					case <-r.Context().Done():
						return
					}
				}
				source.ServeHTTP(w, r)
			})
			first := &sink{refuse: func(n int) error {
				defer close(stored[n])
				if n == die {
					return errors.New("the process is killed")
				}
				return nil
			}}
			if err := c.Pull(t.Context(), conn, changes(nil), first); err == nil || first.complete > 0 {
				t.Fatalf("%s: a refused page was ignored", paging)
			}
			second := &sink{}
			if err := c.Pull(t.Context(), serve(t, source.ServeHTTP), changes(first.checkpoint()), second); err != nil {
				t.Fatal(err)
			}
			got := append(first.ids(), second.ids()...)
			slices.Sort(got)
			if len(slices.Compact(slices.Clone(got))) != 7 || len(got) > 9 {
				t.Errorf("%s killed at page %d: read %v", paging, die, got)
			}
		}
	}
}

func TestPagesThatWaitAreStoredTogetherAndNeverPastABadOne(t *testing.T) {
	t.Parallel()
	for _, paging := range []string{numbered, untold, keyed} {
		var once sync.Once
		all := make(chan struct{})
		source := &system{rows: rows(13), spoil: func(asked int, body map[string]any) any {
			if asked < 6 {
				return body
			}
			once.Do(func() { close(all) })
			return "no JSON"
		}}
		c, conn := load(t, deskWith(paging)), serve(t, source.ServeHTTP)
		// The first page keeps the others waiting until the bad one was asked for.
		out := &sink{refuse: func(n int) error {
			if n == 0 {
				<-all
			}
			return nil
		}}
		if err := c.Pull(t.Context(), conn, changes(nil), out); !fault.Is(err, fault.Broken) || out.complete > 0 {
			t.Fatalf("%s: a bad page was ignored: %v", paging, err)
		}
		// One after another, three pages wait before the sixth is asked for.
		if n := len(out.ids()); n%2 != 0 || n > 10 || paging != numbered && (n != 10 || len(out.pages) > 3) {
			t.Errorf("%s: %d rows in %d commits", paging, n, len(out.pages))
		}
		source.mu.Lock() // a request that was called off may still be answered
		source.spoil = nil
		source.mu.Unlock()
		second := &sink{}
		if err := c.Pull(t.Context(), conn, changes(out.checkpoint()), second); err != nil {
			t.Fatal(err)
		}
		got := append(out.ids(), second.ids()...)
		slices.Sort(got)
		if len(slices.Compact(got)) != 13 {
			t.Errorf("%s: read %v", paging, got)
		}
	}
}

func TestTheCursorOverlapsTiesLateCommitsAndSkewedClocks(t *testing.T) {
	t.Parallel()
	source := &system{rows: rows(3)}
	c, conn := load(t, deskWith(keyed)), serve(t, source.ServeHTTP)
	first := &sink{}
	if err := c.Pull(t.Context(), conn, changes(nil), first); err != nil {
		t.Fatal(err)
	}
	late := noon.Add(-14 * time.Minute).Format(time.RFC3339)
	source.rows = append(source.rows,
		row{ID: "4", Status: "open", Updated: noon.Format(time.RFC3339), Company: "Nordwind"},
		row{ID: "5", Status: "open", Updated: late, Company: "Nordwind"},
		row{ID: "6", Status: "open", Updated: noon.Add(-time.Hour).Format(time.RFC3339), Company: "Nordwind"})
	second := &sink{}
	if err := c.Pull(t.Context(), conn, changes(first.checkpoint()), second); err != nil {
		t.Fatal(err)
	}
	if got := second.ids(); !slices.Contains(got, "4") || !slices.Contains(got, "5") || slices.Contains(got, "6") {
		t.Errorf("second pull read %v", got)
	}
}

func TestTimesAreAskedForInTheSystemsZone(t *testing.T) {
	t.Parallel()
	cases := map[string]string{"": "2026-03-01T11:45:00Z", `zone: '"Europe/Berlin"', `: "2026-03-01T12:45:00Z", `zone: 'config.zone', `: "2026-02-28T23:45:00Z"}
	for zone, want := range cases {
		asked := ""
		conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked = r.URL.Query().Get("since")
			_, _ = w.Write([]byte(`{"items":[],"total":0}`))
		})
		text := strings.Replace(deskWith(keyed), "overlap:", zone+"overlap:", 1)
		text = strings.Replace(text, "http:\n", "  zone: {type: text, label: Zone}\nhttp:\n", 1)
		if err := load(t, text).Pull(t.Context(), conn, changes(remote.Checkpoint(`{"high":"2026-03-01T12:00:00Z"}`)), &sink{}); err != nil {
			t.Fatal(err)
		}
		if asked != want {
			t.Errorf("%q asks from %s, want %s", zone, asked, want)
		}
	}
}

func TestAListThatHidesItsTotalEndsOnlyWithAnEmptyPage(t *testing.T) {
	t.Parallel()
	source := &system{rows: rows(5), spoil: func(n int, body map[string]any) any {
		body["total"] = nil
		if n == 1 {
			body["items"] = body["items"].([]row)[:1] // the second is not for us
		}
		return body
	}}
	conn, out := serve(t, source.ServeHTTP), &sink{}
	if err := load(t, deskWith(keyed)).Pull(t.Context(), conn, changes(nil), out); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(out.ids(), "5") || out.complete != 1 {
		t.Errorf("read %v", out.ids())
	}
}

func TestATimeInTheFutureDoesNotCarryTheCursorAway(t *testing.T) {
	t.Parallel()
	source := &system{rows: rows(2)}
	source.rows[1].Updated = "2199-01-01T00:00:00Z"
	c, conn := load(t, deskWith(keyed)), serve(t, source.ServeHTTP)
	conn.Now = func() time.Time { return noon }
	first, second := &sink{}, &sink{}
	if err := c.Pull(t.Context(), conn, changes(nil), first); err != nil {
		t.Fatal(err)
	}
	source.rows = append(source.rows, row{ID: "3", Status: "open", Updated: noon.Format(time.RFC3339), Company: "Nordwind"})
	if err := c.Pull(t.Context(), conn, changes(first.checkpoint()), second); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(second.ids(), "3") {
		t.Errorf("a change after a time in the future was lost: %v", second.ids())
	}
}

func TestARowThatLeavesTheListWhileItIsReadTakesNoOtherWithIt(t *testing.T) {
	t.Parallel()
	for _, paging := range []string{numbered, keyed, fromZero, skipping} {
		source := &system{rows: rows(8), before: func(n int, s *system) {
			if n == 3 {
				s.rows = slices.Delete(s.rows, 0, 1) // all later pages shift by one
			}
		}}
		conn, out := serve(t, source.ServeHTTP), &sink{}
		text := strings.Replace(deskWith(paging), "parallel: 3", "parallel: 1", 1)
		if err := load(t, text).Pull(t.Context(), conn, changes(nil), out); err != nil {
			t.Fatal(err)
		}
		for id := 2; id <= 8; id++ {
			if !slices.Contains(out.ids(), strconv.Itoa(id)) {
				t.Errorf("%s: row %d was lost: %v", paging, id, out.ids())
			}
		}
	}
}

func TestABadPageStopsTheStreamWithItsCheckpointUnmoved(t *testing.T) {
	t.Parallel()
	at := func(n int, change func(map[string]any) any) func(int, map[string]any) any {
		return func(asked int, body map[string]any) any {
			if asked >= n {
				return change(body)
			}
			return body
		}
	}
	spoils := map[string]func(int, map[string]any) any{
		"no items":          at(2, func(b map[string]any) any { delete(b, "items"); return b }),
		"items of a number": at(2, func(b map[string]any) any { b["items"] = 7; return b }),
		"truncated":         at(2, func(map[string]any) any { return `{"items":[{"id":"3","sta` }),
		"nothing":           at(2, func(map[string]any) any { return "" }),
		"a list":            at(2, func(map[string]any) any { return []any{1, 2} }),
		"a web page":        at(2, func(map[string]any) any { return "<!DOCTYPE html><title>Sign in</title>" }),
		"empty":             at(2, func(b map[string]any) any { b["items"] = []row{}; return b }),
		"short":             at(2, func(b map[string]any) any { b["items"] = b["items"].([]row)[:1]; return b }),
		"a total of text":   at(2, func(b map[string]any) any { b["total"] = "many"; return b }),
		"deeply nested":     at(2, func(map[string]any) any { return strings.Repeat(`{"a":`, 200_000) }),
		"empty at once":     at(1, func(b map[string]any) any { b["items"] = []row{}; return b }),
	}
	for name, spoil := range spoils {
		for _, paging := range []string{numbered, keyed, fromZero, skipping, tokens, posted} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				source := &system{rows: rows(6), spoil: spoil}
				conn, out := serve(t, source.ServeHTTP), &sink{}
				err := load(t, deskWith(paging)).Pull(withoutWaiting(t), conn, changes(nil), out)
				if linked := paging == tokens || paging == posted; linked && (name == "empty" || name == "short") {
					// Only the end of such a list shows that rows were missing; then it is read anew.
					out.pages = out.pages[:0]
				}
				if err == nil || out.complete > 0 || len(out.pages) > 1 || len(out.ids()) > 2 {
					t.Errorf("%s: error %v, pages %d, complete %d", paging, err, len(out.pages), out.complete)
				}
			})
		}
	}
}

func TestTheSamePageAgainIsNotBelieved(t *testing.T) {
	t.Parallel()
	for _, paging := range everyPaging {
		source := &system{rows: rows(8)}
		var first any
		source.spoil = func(n int, body map[string]any) any {
			if n == 1 {
				first = body["items"]
			}
			body["items"] = first
			return body
		}
		conn, out := serve(t, source.ServeHTTP), &sink{}
		err := load(t, deskWith(paging)).Pull(t.Context(), conn, changes(nil), out)
		if !fault.Is(err, fault.Broken) || len(out.pages) != 1 {
			t.Errorf("%s: %v after %d pages", paging, err, len(out.pages))
		}
	}
}

func TestABadRecordIsSetAsideAndTheRunGoesOn(t *testing.T) {
	t.Parallel()
	hostile := []any{
		map[string]any{"id": "1", "status": "open", "company": "Nordwind", "updated": noon},
		map[string]any{"id": map[string]any{"deep": 1}, "status": "open"},
		map[string]any{"id": "3", "status": []any{"open"}, "updated": noon},
		map[string]any{"id": "4", "status": "open", "due": "soon"},
		map[string]any{"status": "open"},
		"text", 7.5, nil, []any{},
		map[string]any{"id": "5", "status": "o\x00pen", "company": "Nordwind", "updated": noon, "private": "perhaps"},
	}
	conn := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"items": hostile})
	})
	out := &sink{}
	if err := load(t, deskWith(untold)).Pull(t.Context(), conn, changes(nil), out); err != nil {
		t.Fatal(err)
	}
	if got := out.ids(); !slices.Equal(got, []string{"1", "5"}) || len(out.pages[0].Rejects) != 8 || out.complete != 1 {
		t.Errorf("read %v, rejects %v", got, out.pages[0].Rejects)
	}
	if status := out.pages[0].Records[1].Body.(record.Ticket).Status; status != "open" {
		t.Errorf("a NUL stayed: %q", status)
	}
}

func TestPrivateItemsNeverLeave(t *testing.T) {
	t.Parallel()
	source := &system{rows: rows(4)}
	source.rows[1].Private = true
	conn, out := serve(t, source.ServeHTTP), &sink{}
	if err := load(t, deskWith(keyed)).Pull(t.Context(), conn, changes(nil), out); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(out.ids(), "2") || len(out.pages[0].Rejects) > 0 {
		t.Errorf("read %v, rejects %v", out.ids(), out.pages[0].Rejects)
	}
}

func TestACensusListsAllAndMovesNothing(t *testing.T) {
	t.Parallel()
	source := &system{rows: rows(5)}
	conn, out := serve(t, source.ServeHTTP), &sink{}
	given := remote.Checkpoint(`{"high":"2026-03-01T12:00:00Z"}`)
	err := load(t, deskWith(keyed)).Pull(t.Context(), conn, remote.PullRequest{Stream: "tickets", Mode: remote.Census, Checkpoint: given}, out)
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, p := range out.pages {
		seen = append(seen, p.Seen[record.KindTicket]...)
		if string(p.Next) != string(given) || len(p.Records) > 0 {
			t.Errorf("a census moved something: %+v", p)
		}
	}
	if len(seen) != 5 || out.complete != 1 {
		t.Errorf("seen %v, complete %d", seen, out.complete)
	}
}

func TestAListThatLeadsElsewhereIsNotFollowed(t *testing.T) {
	t.Parallel()
	conn := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"items":[],"next":"http://127.0.0.1:1/steal"}`))
	})
	err := load(t, deskWith(untold)).Pull(t.Context(), conn, changes(nil), &sink{})
	if !fault.Is(err, fault.Broken) {
		t.Errorf("got %v", err)
	}
}
