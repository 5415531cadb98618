package engine_test

import (
	"cmp"
	"encoding/json"
	"fmt"
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

// cursorOf is the desk with another cursor, without since in its request.
func cursorOf(incremental string) string {
	text := strings.Replace(deskWith(untold), `incremental: {field: item.updated, format: "2006-01-02T15:04:05Z", overlap: 15m}`, incremental, 1)
	return strings.Replace(text, `, query: {since: "{since}"}`, "", 1)
}

func TestTheCursorIsWrittenAsTheSystemReadsIt(t *testing.T) {
	t.Parallel()
	for incremental, want := range map[string]string{
		"format: rfc3339, ":                      "2026-03-01T11:45:30Z",
		"format: unix, ":                         strconv.FormatInt(noon.Add(-870*time.Second).Unix(), 10),
		"format: unix_ms, ":                      strconv.FormatInt(noon.Add(-870*time.Second).UnixMilli(), 10),
		"format: date, ":                         "2026-03-01",
		`format: "2006-01-02 15:04", `:           "2026-03-01 11:45",
		"format: rfc3339, inclusive: false, ":    "2026-03-01T11:45:29Z",
		"format: unix, inclusive: false, ":       strconv.FormatInt(noon.Add(-871*time.Second).Unix(), 10),
		"format: date, inclusive: false, ":       "2026-02-28",
		`format: "15:04 02.01", inclusive: no, `: "11:44 01.03",
	} {
		text := cursorOf("incremental: {field: item.updated, parameter: changed, " + strings.Replace(incremental, "no,", "false,", 1) + "overlap: 15m}")
		var asked []string
		conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, fmt.Sprint(r.URL.Query()["changed"]))
			_, _ = w.Write([]byte(`{"items":[{"id":"1","status":"open","company":"x","updated":"2026-03-01T12:00:30Z"}]}`))
		})
		c, out := load(t, text), &sink{}
		if err := c.Pull(t.Context(), conn, changes(nil), out); err != nil {
			t.Fatal(err)
		}
		if err := c.Pull(t.Context(), conn, changes(out.checkpoint()), &sink{}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(asked, []string{"[]", "[" + want + "]"}) {
			t.Errorf("%s asks %v, want nothing at first and then %s", incremental, asked, want)
		}
	}
}

func TestTheCursorStaysBehindWhatCannotBeFoundYet(t *testing.T) {
	t.Parallel()
	asked := ""
	conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Query().Get("changed")
		_, _ = w.Write([]byte(`{"items":[{"id":"1","status":"open","company":"x","updated":"2026-03-01T11:59:00Z"}]}`))
	})
	conn.Now = func() time.Time { return noon }
	c, out := load(t, cursorOf("incremental: {field: item.updated, parameter: changed, format: rfc3339, overlap: 15m, lag: 10m}")), &sink{}
	if err := c.Pull(t.Context(), conn, changes(nil), out); err != nil {
		t.Fatal(err)
	}
	if err := c.Pull(t.Context(), conn, changes(out.checkpoint()), &sink{}); err != nil {
		t.Fatal(err)
	}
	if asked != "2026-03-01T11:35:00Z" { // now, ten minutes of lag, fifteen of overlap
		t.Errorf("asks from %s", asked)
	}
}

// feed serves changes by a token of its own.
type feed struct {
	rows    []row
	expired bool
	asked   []string
	as      string // parameter of the token; "" is an address
}

func (f *feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("token") + r.URL.Query().Get("syncToken")
	f.asked = append(f.asked, token)
	if token != "" && f.expired {
		w.WriteHeader(http.StatusGone)
		return
	}
	from := number(token)
	last := min(from+2, len(f.rows))
	body := map[string]any{"items": f.rows[from:last]}
	switch {
	case last < len(f.rows):
		body["next"] = fmt.Sprintf("/tickets?token=%d", last)
	case f.as == "":
		body["delta"] = fmt.Sprintf("/tickets?token=%d", last)
	default:
		body["delta"] = fmt.Sprint(last)
	}
	_ = json.NewEncoder(w).Encode(body)
}

func TestATokenOfTheSystemsOwnIsGivenBackAndMayExpire(t *testing.T) {
	t.Parallel()
	for as, delta := range map[string]string{"": "delta: {token: body.delta}", "syncToken": "delta: {token: body.delta, parameter: syncToken}"} {
		source := &feed{rows: rows(5), as: as}
		c, conn, first := load(t, cursorOf(delta)), serve(t, source.ServeHTTP), &sink{}
		if err := c.Pull(t.Context(), conn, changes(nil), first); err != nil || len(first.ids()) != 5 {
			t.Fatalf("read %v (%v)", first.ids(), err)
		}
		source.rows = append(source.rows, row{ID: "6", Status: "open", Company: "Nordwind"})
		second := &sink{}
		if err := c.Pull(t.Context(), conn, changes(first.checkpoint()), second); err != nil || !slices.Equal(second.ids(), []string{"6"}) {
			t.Errorf("%q: read %v (%v)", as, second.ids(), err)
		}
		source.expired = true
		third := &sink{}
		// The whole list needs no token but those of its pages, which are new.
		source.rows = source.rows[4:]
		if err := c.Pull(t.Context(), conn, changes(second.checkpoint()), third); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(third.ids(), []string{"5", "6"}) || len(third.deleted()) > 0 || third.complete != 1 {
			t.Errorf("%q: after the token expired: read %v, deleted %v", as, third.ids(), third.deleted())
		}
	}
}

func TestAFeedWithoutATokenForTheNextTimeIsNotComplete(t *testing.T) {
	t.Parallel()
	conn, out := answering(t, func(*http.Request) any { return map[string]any{"items": rows(1)} }), &sink{}
	err := load(t, cursorOf("delta: {token: body.delta}")).Pull(t.Context(), conn, changes(nil), out)
	if !fault.Is(err, fault.Broken) || out.complete > 0 || len(out.pages) > 0 {
		t.Errorf("%v, %d pages", err, len(out.pages))
	}
}

// capped is a search that gives six rows for a question at most.
type capped struct {
	mu      sync.Mutex
	rows    []row
	beyond  int // requests that ask for more
	shuffle bool
}

func (s *capped) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	list := slices.DeleteFunc(slices.Clone(s.rows), func(one row) bool { return one.Updated < q.Get("since") })
	if !s.shuffle {
		slices.SortStableFunc(list, func(a, b row) int { return cmp.Compare(a.Updated, b.Updated) })
	}
	total, from := len(list), number(q.Get("skip"))+number(q.Get("cursor"))
	if from+2 > 6 {
		s.beyond++
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	last := min(from+2, total)
	body := map[string]any{"items": list[min(from, total):last], "total": total}
	if last < total {
		body["cursor"] = strconv.Itoa(last)
	}
	_ = json.NewEncoder(w).Encode(body)
}

func TestAListThatIsCappedIsReadToItsEndWithAllTies(t *testing.T) {
	t.Parallel()
	for _, paging := range []string{
		"kind: offset, parameter: skip, size: 2, total: body.total, window: 6, parallel: 3",
		"kind: cursor, parameter: cursor, size: 2, next: body.cursor, window: 6",
	} {
		source := &capped{}
		for i := range 23 { // three and three have the same time
			at := noon.Add(time.Duration(i/3) * time.Minute).Format(time.RFC3339)
			source.rows = append(source.rows, row{ID: strconv.Itoa(i + 1), Status: "open", Company: "Nordwind", Updated: at})
		}
		slices.Reverse(source.rows)
		c, conn := load(t, deskWith(paging)), serve(t, source.ServeHTTP)
		for _, mode := range []remote.PullMode{remote.Changes, remote.Everything, remote.Census} {
			out := &sink{}
			if err := c.Pull(t.Context(), conn, remote.PullRequest{Stream: "tickets", Mode: mode}, out); err != nil {
				t.Fatalf("%s %s: %v", paging, mode, err)
			}
			got := out.ids()
			for _, p := range out.pages {
				got = append(got, p.Seen[record.KindTicket]...)
			}
			slices.Sort(got)
			if n := len(slices.Compact(got)); n != 23 || out.complete != 1 || source.beyond > 0 {
				t.Errorf("%s %s: %d of 23 rows, %d requests beyond the cap", paging, mode, n, source.beyond)
			}
		}
	}
}

func TestAListThatIsCappedGoesOnWhereItWasKilled(t *testing.T) {
	t.Parallel()
	for die := range 6 {
		source := &capped{}
		for i := range 17 {
			source.rows = append(source.rows, row{ID: strconv.Itoa(i + 1), Status: "open", Company: "Nordwind", Updated: noon.Add(time.Duration(i) * time.Minute).Format(time.RFC3339)})
		}
		c, conn := load(t, deskWith("kind: cursor, parameter: cursor, size: 2, next: body.cursor, window: 6")), serve(t, source.ServeHTTP)
		first := &sink{refuse: func(n int) error {
			if n == die {
				return http.ErrAbortHandler
			}
			return nil
		}}
		if err := c.Pull(t.Context(), conn, changes(nil), first); err == nil && len(first.pages) > die {
			t.Fatal("a refused page was ignored")
		}
		second := &sink{}
		if err := c.Pull(t.Context(), conn, changes(first.checkpoint()), second); err != nil {
			t.Fatal(err)
		}
		got := append(first.ids(), second.ids()...)
		slices.Sort(got)
		if n := len(slices.Compact(got)); n != 17 {
			t.Errorf("killed at page %d: %d of 17 rows", die, n)
		}
	}
}

func TestACappedListThatCannotBeReadToItsEndSaysSo(t *testing.T) {
	t.Parallel()
	tied := rows(9)
	mixed := rows(9)
	for i := range mixed {
		mixed[i].Updated = noon.Add(-time.Duration(i) * time.Minute).Format(time.RFC3339)
	}
	for name, source := range map[string]*capped{"ties": {rows: tied}, "no order": {rows: mixed, shuffle: true}} {
		conn, out := serve(t, source.ServeHTTP), &sink{}
		err := load(t, deskWith("kind: offset, parameter: skip, size: 2, total: body.total, window: 6")).Pull(t.Context(), conn, changes(nil), out)
		if !fault.Is(err, fault.Broken) || out.complete > 0 || fault.Public(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnErrorInsideAGoodAnswerIsOne(t *testing.T) {
	t.Parallel()
	text := strings.Replace(deskWith(untold), "  auth: {kind: none}\n", `  auth: {kind: none}
  errors:
    - {status: 200, when: body.ok == false, is: auth, say: "The token is no good ({body.error})."}
`, 1)
	conn, out := answering(t, func(*http.Request) any { return map[string]any{"ok": false, "error": "expired", "items": []row{}} }), &sink{}
	err := load(t, text).Pull(t.Context(), conn, changes(nil), out)
	if !fault.Is(err, fault.Unauthenticated) || fault.Public(err) != "The token is no good (expired)." || out.complete > 0 {
		t.Errorf("%v", err)
	}
	conn, out = answering(t, func(*http.Request) any { return map[string]any{"ok": true, "items": rows(1)} }), &sink{}
	if err := load(t, text).Pull(t.Context(), conn, changes(nil), out); err != nil || len(out.ids()) != 1 {
		t.Errorf("a good answer: %v", err)
	}
}
