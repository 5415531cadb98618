package engine_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// known is the desk with an identity, whose answer tells the source's clock.
func known() string {
	return strings.Replace(deskWith(keyed), "streams:\n", "identity:\n  request: {path: /me}\nstreams:\n", 1)
}

func TestAClockThatWasSetBackHidesNoChange(t *testing.T) {
	t.Parallel()
	source, clock := &system{rows: rows(3)}, noon
	c, conn := load(t, known()), serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", clock.Format(http.TimeFormat))
		if r.URL.Path == "/me" {
			_, _ = w.Write([]byte(`{"Name": "hub"}`))
			return
		}
		source.ServeHTTP(w, r)
	})
	out := &sink{}
	if err := c.Pull(t.Context(), conn, changes(nil), out); err != nil {
		t.Fatal(err)
	}
	clock = noon.Add(-40 * time.Minute) // far more than the overlap
	for n, id := range []string{"4", "5"} {
		at := clock.Format(time.RFC3339)
		source.rows = append(source.rows, row{ID: id, Status: "open", Updated: at, Company: "Nordwind"})
		before := out.checkpoint()
		out = &sink{}
		if err := c.Pull(t.Context(), conn, changes(before), out); err != nil {
			t.Fatal(err)
		}
		if got := out.ids(); !slices.Contains(got, id) {
			t.Errorf("pull %d at %s read %v", n, at, got)
		}
		clock = clock.Add(20 * time.Minute) // it is still behind what was seen
	}
}

func TestAClockThatIsAheadMovesNoCursor(t *testing.T) {
	t.Parallel()
	asked := ""
	c, conn := load(t, known()), serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", noon.Add(time.Hour).Format(http.TimeFormat))
		asked = r.URL.Query().Get("since")
		_, _ = w.Write([]byte(`{"items":[],"total":0}`))
	})
	if err := c.Pull(t.Context(), conn, changes([]byte(`{"high":"2026-03-01T12:00:00Z"}`)), &sink{}); err != nil {
		t.Fatal(err)
	}
	if want := "2026-03-01T11:45:00Z"; asked != want {
		t.Errorf("asked from %s, want %s", asked, want)
	}
}
