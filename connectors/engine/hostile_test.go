package engine_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/sync/fault"
)

// Whatever a system sends instead of its second page, the run says of which stream
// and page it was, nothing is complete, and nothing is deleted.
func TestAHostileAnswerIsNamedAndDeletesNothing(t *testing.T) {
	t.Parallel()
	answers := map[string]func(http.ResponseWriter){
		"a web page": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "<html><body>Sign in</body></html>")
		},
		"a web page that says it is JSON": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, "<!DOCTYPE html><html></html>")
		},
		"an image": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = io.WriteString(w, "\x89PNG\r\n\x1a\n")
		},
		"half of it": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "500")
			_, _ = io.WriteString(w, `{"items":[{"id":"3"`)
		},
		"far too much": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", fmt.Sprint(1<<30))
			_, _ = io.WriteString(w, `{"items":[`)
		},
		"another address": func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(http.StatusFound)
		},
		"the first page":         nil,
		"nothing":                func(http.ResponseWriter) {},
		"a list of lists":        func(w http.ResponseWriter) { _, _ = io.WriteString(w, `[[[[]]]]`) },
		"records that are none":  func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"items":{"id":"3"}}`) },
		"a next page of numbers": func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"items":[],"next":{"a":1}}`) },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := &system{rows: rows(6)}
			conn, out := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case pageOf(asked(r)) == 1:
					source.ServeHTTP(w, r)
				case answer != nil:
					answer(w)
				default:
					again := r.Clone(r.Context())
					again.URL.RawQuery = "since=1970-01-01T00:00:00Z&page=1"
					source.ServeHTTP(w, again)
				}
			}), &sink{}
			conn.Pause = func(context.Context, time.Duration) error { return nil } // between tries
			err := load(t, deskWith(untold)).Pull(t.Context(), conn, changes(nil), out)
			if err == nil || out.complete > 0 || len(out.deleted()) > 0 || len(out.ids()) > 2 {
				t.Fatalf("error %v, complete %d, read %v", err, out.complete, out.ids())
			}
			if fault.Public(err) == "" || !strings.Contains(err.Error(), "tickets") || !strings.Contains(err.Error(), "page 2") {
				t.Errorf("the run does not say what went wrong where: %q (%v)", fault.Public(err), err)
			}
		})
	}
}

func TestARecordWithVeryManyOrVeryLargeFieldsHarmsNoOther(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&many, `"custom_%d":{"values":[%d,"x"]},`, i, i)
	}
	huge := strings.Repeat("0123456789abcdef", 1<<17) // 2 MiB
	conn := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"items":[{%s"id":"1","status":"open","company":"x"},{"blob":"%s","id":"2","status":"open","company":"x"},{"id":"%[2]s","status":[1]},{"id":"3","status":"open","company":"x"}]}`,
			many.String(), huge)
	})
	out := &sink{}
	if err := load(t, deskWith(untold)).Pull(t.Context(), conn, changes(nil), out); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(out.ids(), " "); got != "1 2 3" || len(out.pages[0].Rejects) != 1 {
		t.Fatalf("read %s, %d set aside", got, len(out.pages[0].Rejects))
	}
	if r := out.pages[0].Rejects[0]; len(r.External) > 250 || r.Reason == "" || len(r.Reason) > 500 {
		t.Errorf("set aside with an id of %d bytes because %.80q", len(r.External), r.Reason)
	}
	if n := len(out.pages[0].Next); n > 10_000 {
		t.Errorf("the checkpoint has %d bytes", n)
	}
}
