package engine_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portico/sync/record"
)

// replaced is a manifest with a part of it exchanged.
func replaced(t *testing.T, text, old, by string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("the manifest has no %q", old)
	}
	return strings.Replace(text, old, by, 1)
}

// filing is the desk with files of three sorts, signed in by a key.
const filing = `files:
  request: {path: "/print/{id}"}
  instead:
    - when: id startsWith "kept:"
      request: {path: "/where/{id}"}
      address: body.at
    - when: id startsWith "inside:"
      request: {path: "/inside/{id}"}
      encoding: base64
      content: body.data
streams:
`

func TestFilesOfDifferentSortsAreFetchedInTheirOwnWays(t *testing.T) {
	t.Parallel()
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.URL.Query().Get("sig") != "x" {
			t.Errorf("the store was told %v", r.Header)
		}
		_, _ = fmt.Fprint(w, "kept elsewhere")
	}))
	t.Cleanup(store.Close)
	conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/where/kept:1":
			_, _ = fmt.Fprintf(w, `{"at": %q}`, store.URL+"/f?sig=x")
		case "/inside/inside:1":
			_, _ = fmt.Fprint(w, `{"data": "aGVsbG8="}`)
		default:
			_, _ = fmt.Fprint(w, "printed "+r.URL.Path)
		}
	})
	text := replaced(t, deskWith(untold), "auth: {kind: none}", `auth: {kind: bearer, token: "{key}"}`)
	text = replaced(t, text, "config:\n", "config:\n  key: {type: secret, label: Key}\n")
	c := load(t, replaced(t, text, "streams:\n", filing))
	for id, want := range map[string]string{"7": "printed /print/7", "kept:1": "kept elsewhere", "inside:1": "hello"} {
		r, err := c.Open(t.Context(), conn, record.Ref{Kind: record.KindAttachment, External: id})
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if got, _ := io.ReadAll(r); string(got) != want {
			t.Errorf("%s: %q", id, got)
		}
	}
}

// paying is a desk of invoices that can be read one by one, with a printed form each.
const paying = `portico: 1
id: desk
name: Desk
config:
  url: {type: url, label: Address, required: true}
http:
  base: config.url
  auth: {kind: none}
check: {steps: [{name: sign in, request: {path: /me}}]}
streams:
  invoices:
    every: 1m
    fresh_for: 5m
    request: {path: /invoices}
    items: body.items
    by_id: {request: {path: "/invoices/{id}"}, items: body.items}
    emit:
      - kind: invoice
        keep: item.draft != true
        key: item.id
        version: item.id
        company: '"x"'
        map: {number: item.id, currency: '"EUR"', total: item.total}
  printed:
    every: 1m
    fresh_for: 5m
    for_each: {stream: invoices, batch: 5}
    requests: [{name: none, when: "false", request: {path: /never}, items: body}]
    emit:
      - {kind: attachment, from: parents, key: item.id, parent: item.id, parent_kind: invoice, map: {name: item.id + ".pdf"}}
files: {request: {path: "/print/{id}"}}
`

func TestAnAmountKeepsItsDigitsHoweverItIsRead(t *testing.T) {
	t.Parallel()
	conn := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"items":[{"id":"1","total":1190.10},{"id":"2","total":5.00,"draft":true}]}`))
	})
	c, out := load(t, paying), &sink{}
	req := changes(nil)
	req.Stream = "invoices"
	if err := c.Pull(t.Context(), conn, req, out); err != nil {
		t.Fatal(err)
	}
	again, err := c.Read(t.Context(), serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"items":[{"id":"1","total":1190.10}]}`))
	}), []record.Ref{{Kind: record.KindInvoice, External: "1"}})
	if err != nil || len(again) == 0 {
		t.Fatalf("read %v (%v)", again, err)
	}
	for how, r := range map[string]record.Record{"listed": out.pages[0].Records[0], "alone": again[0]} {
		if got := r.Body.(record.Invoice).Total; got != "1190.10" {
			t.Errorf("%s it is %q", how, got)
		}
	}
}

func TestWhatEachParentHasNeedsNoRequest(t *testing.T) {
	t.Parallel()
	conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/invoices" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		_, _ = w.Write([]byte(`{"items":[{"id":"1","total":1},{"id":"2","total":2,"draft":true},{"id":"3","total":3}]}`))
	})
	out, req := &sink{}, changes(nil)
	req.Stream = "printed"
	if err := load(t, paying).Pull(t.Context(), conn, req, out); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(out.ids(), " "); got != "1 3" {
		t.Errorf("printed forms of %q", got)
	}
}
