package engine_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"portico/sync/fault"
)

// A pass may take longer than the overlap, and a list by ids shows a change only
// where it was not read yet.
func TestALongPassMovesTheCursorNoFurtherThanItsBeginning(t *testing.T) {
	t.Parallel()
	now := noon
	source := &system{rows: rows(5)}
	source.before = func(n int, s *system) {
		if n == 2 { // the first page was read
			s.rows[0].Status, s.rows[0].Updated = "closed", noon.Add(time.Minute).Format(time.RFC3339)
			s.rows[4].Updated = noon.Add(59 * time.Minute).Format(time.RFC3339)
			now = noon.Add(time.Hour)
		}
	}
	c, conn, first := load(t, deskWith(keyed)), serve(t, source.ServeHTTP), &sink{}
	conn.Now = func() time.Time { return now }
	if err := c.Pull(t.Context(), conn, changes(nil), first); err != nil || len(first.ids()) != 5 {
		t.Fatalf("read %v (%v)", first.ids(), err)
	}
	second := &sink{}
	if err := c.Pull(t.Context(), conn, changes(first.checkpoint()), second); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(second.ids(), "1") {
		t.Errorf("what changed behind the pass was lost: only %v are read again", second.ids())
	}
}

// Rows may be dated in any order: a first page that is newer than the others must not
// carry the cursor past them when those seem to be gone.
func TestANumberedListThatEmptiesWhileItIsReadMovesNoCursor(t *testing.T) {
	t.Parallel()
	source := &system{rows: rows(7)}
	for i := range source.rows {
		source.rows[i].Updated = noon.Add(-time.Duration(i) * time.Hour).Format(time.RFC3339)
	}
	source.spoil = func(n int, body map[string]any) any {
		if n > 1 {
			body["items"], body["total"] = []row{}, 0
		}
		return body
	}
	c, conn, out := load(t, deskWith("kind: page, parameter: page, size: 2, total: body.total")), serve(t, source.ServeHTTP), &sink{}
	for range 3 { // as the schedule does, while the system is not well
		err := c.Pull(withoutWaiting(t), conn, changes(out.checkpoint()), out)
		if err != nil && !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
	}
	source.spoil = nil
	if err := c.Pull(t.Context(), conn, changes(out.checkpoint()), out); err != nil {
		t.Fatal(err)
	}
	got := out.ids()
	slices.Sort(got)
	if got = slices.Compact(got); len(got) != 7 {
		t.Errorf("only %v were ever read", got)
	}
}

func TestAHeaderWithoutAValueIsNotSent(t *testing.T) {
	t.Parallel()
	var asked [][]string
	conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Values("If-Modified-Since"))
		_, _ = w.Write([]byte(`{"items":[{"id":"1","status":"open","company":"x","updated":"2026-03-01T12:00:30Z"}]}`))
	})
	text := cursorOf(`incremental: {field: item.updated, format: "2006-01-02T15:04:05Z", overlap: 15m}`)
	text = replaced(t, text, "request: {path: /tickets}", `request: {path: /tickets, headers: {If-Modified-Since: '{since startsWith "1970" ? "" : since}'}}`)
	c, out := load(t, text), &sink{}
	for range 2 {
		if err := c.Pull(t.Context(), conn, changes(out.checkpoint()), out); err != nil {
			t.Fatal(err)
		}
	}
	if len(asked) != 2 || len(asked[0]) != 0 || !slices.Equal(asked[1], []string{"2026-03-01T11:45:30Z"}) {
		t.Errorf("asked with %v", asked)
	}
}
