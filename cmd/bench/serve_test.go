package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheClientReadsWholeAnswersOneAfterAnother(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a line of a page\n", 10_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "a=b" {
			t.Errorf("the cookie is %q", r.Header.Get("Cookie"))
		}
		switch r.URL.Path {
		case "/short":
			_, _ = w.Write([]byte("short"))
		case "/long": // more than net/http holds back, so it comes in chunks
			_, _ = w.Write([]byte(long))
		case "/empty":
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	c, err := dial(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for range 2 {
		for path, want := range map[string]int{"/short": 5, "/long": len(long), "/empty": 0} {
			if n, err := c.get(path, "a=b"); err != nil || n != want {
				t.Errorf("%s: %d bytes, %v; want %d", path, n, err, want)
			}
		}
	}
	if _, err := c.get("/missing", "a=b"); err == nil {
		t.Error("a page that is missing is no error")
	}
}

func TestQuantiles(t *testing.T) {
	t.Parallel()
	v := []float64{5, 1, 4, 2, 3}
	for q, want := range map[float64]float64{0: 1, .5: 3, .99: 5, 1: 5} {
		if got := quantile(v, q); got != want {
			t.Errorf("%v: %v, want %v", q, got, want)
		}
	}
	if quantile(nil, .5) != 0 {
		t.Error("nothing has a quantile")
	}
}
