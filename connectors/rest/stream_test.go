package rest_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/remote"
)

const part = 1 << 20

// slowly sends the first part of a file, and the second one only when somebody has
// read the first: who wants to hold it whole waits for ever.
func slowly(w http.ResponseWriter, r *http.Request, read <-chan struct{}) {
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = io.WriteString(w, strings.Repeat("a", part))
	_ = http.NewResponseController(w).Flush()
	select {
	case <-read:
		_, _ = io.WriteString(w, strings.Repeat("b", part))
	case <-r.Context().Done():
	}
}

func TestAFileIsReadAsItArrives(t *testing.T) {
	t.Parallel()
	read := make(chan struct{})
	c := client(t, func(w http.ResponseWriter, r *http.Request) { slowly(w, r, read) }, nil)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	body, err := c.Stream(ctx, rest.Request{Path: "/file"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, body, part); err != nil {
		t.Fatal(err)
	}
	close(read)
	if n, err := io.Copy(io.Discard, body); err != nil || n != part {
		t.Errorf("%d more bytes, %v", n, err)
	}
	if err := body.Close(); err != nil {
		t.Error(err)
	}
}

// A file elsewhere is fetched without anything that signs in here.
func TestARedirectLeavesTheCredentialBehind(t *testing.T) {
	t.Parallel()
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("X-Company") != "" || r.URL.Query().Get("sig") != "abc" {
			t.Errorf("it got %v", r.Header)
		}
		w.Header().Set("Content-Disposition", `attachment; filename="a.html"`)
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html>a report</html>")
	}))
	t.Cleanup(store.Close)
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer good" {
			t.Errorf("%s was asked without a credential", r.URL.Path)
		}
		if r.URL.Path == "/file" {
			http.Redirect(w, r, "/moved/file", http.StatusFound)
			return
		}
		http.Redirect(w, r, store.URL+"/bucket/1?sig=abc", http.StatusSeeOther)
	}, func(cfg *rest.Config) {
		cfg.Header = http.Header{"X-Company": {"1"}, "User-Agent": {"Portico"}}
		cfg.Auth = rest.Bearer(func() (string, error) { return "good", nil })
	})
	body, err := c.Stream(t.Context(), rest.Request{Path: "/file"})
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(body)
	if err != nil || string(data) != "<html>a report</html>" {
		t.Errorf("%q, %v", data, err)
	}
	if err := body.Close(); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoFileIsNotHandedOut(t *testing.T) {
	t.Parallel()
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/login":
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>Who are you?</html>")
		default:
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(store.Close)
	to := func(location string) http.HandlerFunc { return status(302, "Location: "+location, "") }
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		kind    fault.Kind
	}{
		"a page to sign in at":         {to(store.URL + "/login"), fault.Setup},
		"an address that has ended":    {to(store.URL + "/ended?sig=secret"), fault.Unavailable},
		"a circle":                     {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, fault.Setup},
		"a file of this computer":      {to("file:///etc/passwd"), fault.Broken},
		"a name in the address":        {to("http://a:b@127.0.0.1:1/x"), fault.Broken},
		"a computer that is not there": {to("http://127.0.0.1:1/x?sig=secret"), fault.Unavailable},
		"a web page":                   {status(200, "Content-Type: text/html", "<html>"), fault.Setup},
		"nothing":                      {status(404, "", "{}"), fault.NotFound},
		"a limit":                      {status(429, "Retry-After: 3", "{}"), fault.Limited},
	} {
		_, err := client(t, c.handler, nil).Stream(t.Context(), rest.Request{Path: "/x"})
		if !fault.Is(err, c.kind) {
			t.Errorf("%s: %s (%v)", name, fault.KindOf(err), err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the address: %v", name, err)
		}
	}
}

// A body is sent again only to the system itself, and whole.
func TestContentIsSentAwayWithoutACredential(t *testing.T) {
	t.Parallel()
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil || string(data) != "bytes" || r.ContentLength != 5 || r.Header.Get("Authorization") != "" || r.Header.Get("X-Acl") != "private" {
			t.Errorf("%q of %d, %v: %v", data, r.ContentLength, err, r.Header)
		}
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(store.Close)
	c := client(t, status(500, "", ""), func(cfg *rest.Config) {
		cfg.Auth = rest.Bearer(func() (string, error) { return "good", nil })
		cfg.Class = remote.Interactive
	})
	resp, err := c.Do(t.Context(), rest.Request{Method: http.MethodPut, URL: store.URL + "/put?sig=secret", Away: true, Header: http.Header{"X-Acl": {"private"}}, Length: 5,
		Content: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("bytes")), nil }})
	if resp == nil || resp.Status != http.StatusUnauthorized || !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("%+v, %v", resp, err)
	}
}
