package engine_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portico/sync/record"
)

// A file is read as it comes: the system sends the second half when somebody has
// read the first, so that who wants all of it at once waits for ever.
func TestAFileIsNeverHeldWhole(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]string{
		"the answer is the file":       `files: {request: {path: "/documents/{id}/content"}}`,
		"the answer leads to the file": `files: {request: {path: "/documents/{id}/moved"}}`,
		"the answer says where it is":  `files: {request: {path: "/documents/{id}"}, address: body.at}`,
		"a kind has its own way":       `files: {request: {path: /nowhere}, kinds: {document: {request: {path: "/documents/{id}/content"}}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read := make(chan struct{})
			half := func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, strings.Repeat("a", 1<<20))
				_ = http.NewResponseController(w).Flush()
				select {
				case <-read:
					_, _ = io.WriteString(w, strings.Repeat("b", 1<<20))
				case <-r.Context().Done():
				}
			}
			store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "" {
					t.Error("the credential went elsewhere")
				}
				half(w, r)
			}))
			t.Cleanup(store.Close)
			conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/documents/7/content":
					half(w, r)
				case "/documents/7/moved":
					http.Redirect(w, r, store.URL+"/bytes?sig=1", http.StatusFound)
				case "/documents/7":
					w.Header().Set("Content-Type", "application/json")
					_, _ = io.WriteString(w, `{"at": "`+store.URL+`/bytes?sig=1"}`)
				default:
					http.NotFound(w, r)
				}
			})
			c := load(t, strings.Replace(uploading, `files: {request: {path: "/documents/{id}/content"}}`, files, 1))
			body, err := c.Open(t.Context(), conn, record.Ref{Kind: record.KindDocument, External: "7"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.CopyN(io.Discard, body, 1<<20); err != nil {
				t.Fatal(err)
			}
			close(read)
			if n, err := io.Copy(io.Discard, body); err != nil || n != 1<<20 {
				t.Errorf("%d more bytes, %v", n, err)
			}
			if err := body.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
