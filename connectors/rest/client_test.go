package rest_test

import (
	"context"

	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

func connection(transport http.RoundTripper) remote.Conn {
	return remote.Conn{
		ID: record.NewConnectionID(), Transport: transport, Budget: rest.NewBudget(rest.Limit{}, time.Now),
		Log: slog.New(slog.DiscardHandler), Now: time.Now,
	}
}

// client talks to a handler. Reads are interactive, so that nothing waits to try again.
func client(t *testing.T, h http.HandlerFunc, change func(*rest.Config)) *rest.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	cfg := rest.Config{Base: server.URL, Class: remote.Interactive}
	if change != nil {
		change(&cfg)
	}
	c, err := rest.New(connection(server.Client().Transport), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func status(code int, header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if name, value, ok := strings.Cut(header, ": "); ok {
			w.Header().Set(name, value)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func TestEveryAnswerHasAKindAndASentence(t *testing.T) {
	t.Parallel()
	cases := []struct {
		handler http.HandlerFunc
		kind    fault.Kind
		says    string
	}{
		{status(401, "", "{}"), fault.Unauthenticated, "not accepted"},
		{status(403, "", "{}"), fault.Forbidden, "grant"},
		{status(404, "Content-Type: application/json", "{}"), fault.NotFound, "does not have"},
		{status(404, "Content-Type: text/html", "<html>"), fault.Setup, "no API at this address"},
		{status(412, "", "{}"), fault.Conflict, "changed"},
		{status(413, "", "{}"), fault.TooLarge, "large"},
		{status(429, "Retry-After: 7", "{}"), fault.Limited, "fewer"},
		{status(500, "", ""), fault.Unavailable, "failure of its own"},
		{status(422, "", "{}"), fault.Invalid, "does not accept"},
		{status(302, "Location: https://other.example/login?token=x", ""), fault.Setup, "https://other.example/login), which"},
		{status(200, "Content-Type: text/html; charset=utf-8", "<p>hello"), fault.Setup, "is it the API address"},
		{status(200, "Content-Type: text/plain", "\n<!DOCTYPE html>"), fault.Setup, "is it the API address"},
	}
	for _, c := range cases {
		_, err := client(t, c.handler, nil).Do(t.Context(), rest.Request{Path: "/x"})
		if !fault.Is(err, c.kind) || !strings.Contains(fault.Public(err), c.says) {
			t.Errorf("want %s %q, got %s %q", c.kind, c.says, fault.KindOf(err), fault.Public(err))
		}
		if err != nil && strings.Contains(fault.Public(err), "token=x") {
			t.Error("a secret of a redirect is shown")
		}
	}
}

func TestAnUnreachableSystemSaysWhy(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()
	tls := httptest.NewTLSServer(status(200, "", "{}"))
	t.Cleanup(tls.Close)
	tls.Config.ErrorLog = nil
	unknown := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "rt.example", IsNotFound: true}
	}}
	cases := []struct {
		base      string
		transport http.RoundTripper
		kind      fault.Kind
		says      string
	}{
		{closed, &http.Transport{}, fault.Unavailable, "is it running"},
		{"http://rt.example", unknown, fault.Setup, "no computer with the name rt.example"},
		{tls.URL, &http.Transport{}, fault.Setup, "add its CA"},
		{strings.Replace(tls.URL, "https", "http", 1), &http.Transport{}, fault.Invalid, ""},
	}
	for _, c := range cases {
		for _, method := range []string{"GET", "POST"} {
			cl, err := rest.New(connection(c.transport), rest.Config{Base: c.base, Class: remote.Interactive})
			if err != nil {
				t.Fatal(err)
			}
			_, err = cl.Do(t.Context(), rest.Request{Method: method, Path: "/x", Body: []byte("{}")})
			if !fault.Is(err, c.kind) || !strings.Contains(fault.Public(err), c.says) {
				t.Errorf("%s %s: want %s %q, got %s %q (%v)", method, c.base, c.kind, c.says, fault.KindOf(err), fault.Public(err), err)
			}
		}
	}
}

func TestAWriteIsSentOnceAndItsLossIsUnknown(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int32
	hang := func(w http.ResponseWriter, r *http.Request) {
		arrived.Add(1)
		_, _ = io.ReadAll(r.Body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			conn.Close()
		}
	}
	short := func(w http.ResponseWriter, _ *http.Request) {
		arrived.Add(1)
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"id":`)
	}
	for _, h := range []http.HandlerFunc{hang, short} {
		arrived.Store(0)
		c := client(t, h, func(cfg *rest.Config) { cfg.Class = remote.Background })
		_, err := c.Do(t.Context(), rest.Request{Method: "POST", Path: "/x", Body: []byte("{}")})
		if !fault.Is(err, fault.Unknown) || arrived.Load() != 1 {
			t.Errorf("sent %d times, %v", arrived.Load(), err)
		}
	}
}

func TestATimeoutOfAWriteIsUnknownAndOfAReadIsNot(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	c := client(t, func(http.ResponseWriter, *http.Request) { <-release }, func(cfg *rest.Config) { cfg.Timeout = 50 * time.Millisecond })
	t.Cleanup(func() { close(release) })
	if _, err := c.Do(t.Context(), rest.Request{Method: "PUT", Path: "/x", Body: []byte("{}")}); !fault.Is(err, fault.Unknown) {
		t.Errorf("write: %v", err)
	}
	if _, err := c.Do(t.Context(), rest.Request{Path: "/x"}); !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Public(err), "in time") {
		t.Errorf("read: %v", err)
	}
}

func TestABackgroundReadIsTriedAgain(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	c := client(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) < 3 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}, func(cfg *rest.Config) { cfg.Class = remote.Background })
	if _, err := c.Do(t.Context(), rest.Request{Path: "/x"}); err != nil || n.Load() != 3 {
		t.Errorf("after %d tries: %v", n.Load(), err)
	}
}

func TestAnAnswerThatIsTooLargeIsNotRead(t *testing.T) {
	t.Parallel()
	c := client(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 100 {
			_, _ = w.Write(make([]byte, 1024))
		}
	}, func(cfg *rest.Config) { cfg.MaxBody = 10 << 10 })
	if _, err := c.Do(t.Context(), rest.Request{Path: "/x"}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestCredentialsAreAskedForEachTimeAndNeverRecorded(t *testing.T) {
	t.Parallel()
	var seen []string
	var told []rest.Exchange
	n := 0
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		w.Header().Set("Set-Cookie", "session=hidden-1")
	}, func(cfg *rest.Config) {
		cfg.Auth = rest.Header("Authorization", func() (string, error) { n++; return fmt.Sprintf("token hidden-%d", n), nil })
		cfg.Record = func(e rest.Exchange) { told = append(told, e) }
	})
	for range 2 {
		if _, err := c.Do(t.Context(), rest.Request{Path: "/x", Query: map[string][]string{"api_key": {"hidden-3"}}}); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 2 || seen[0] == seen[1] {
		t.Errorf("sent %v", seen)
	}
	if text := fmt.Sprintf("%+v", told); len(told) != 2 || strings.Contains(text, "hidden") {
		t.Errorf("recorded %s", text)
	}
}

func TestABrokenSystemIsLeftAloneForAWhile(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	var mu sync.Mutex
	now := time.Now()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	}))
	t.Cleanup(server.Close)
	conn := connection(server.Client().Transport)
	conn.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	c, err := rest.New(conn, rest.Config{Base: server.URL, Class: remote.Interactive, Breaker: &rest.Breaker{}})
	if err != nil {
		t.Fatal(err)
	}
	for range 9 {
		if _, err := c.Do(t.Context(), rest.Request{Path: "/x"}); !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
	}
	if n.Load() != 5 {
		t.Errorf("%d requests reached a system that does not work", n.Load())
	}
	_, err = c.Do(t.Context(), rest.Request{Path: "/x"})
	if !strings.Contains(fault.Public(err), "several times in a row") || !strings.Contains(fault.Public(err), "The system has a failure of its own") || rest.Answered(err) {
		t.Errorf("a request that was held back says %q, answered %v", fault.Public(err), rest.Answered(err))
	}
	mu.Lock()
	now = now.Add(time.Minute)
	mu.Unlock()
	for range 3 {
		_, _ = c.Do(t.Context(), rest.Request{Path: "/x"})
	}
	if n.Load() != 6 {
		t.Errorf("%d requests; one was due to try whether it works again", n.Load())
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "rt.example", "ftp://rt.example", "http://", "https://name:password@rt.example", "http://[::1"} {
		if _, err := rest.New(connection(nil), rest.Config{Base: base}); !fault.Is(err, fault.Setup) {
			t.Errorf("%q: %v", base, err)
		}
	}
}

func TestTheGuardsOwnWordsReachTheAdministrator(t *testing.T) {
	t.Parallel()
	guard := roundTripper(func(*http.Request) (*http.Response, error) {
		return nil, fault.New(fault.Setup, "This address is private; confirm it.")
	})
	c, err := rest.New(connection(guard), rest.Config{Base: "http://10.0.0.1", Class: remote.Interactive})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(t.Context(), rest.Request{Path: "/x"}); !fault.Is(err, fault.Setup) || fault.Public(err) != "This address is private; confirm it." {
		t.Errorf("got %v", err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestHTTPSAtADoorForHTTPIsNamed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	c, err := rest.New(connection(http.DefaultTransport), rest.Config{Base: strings.Replace(server.URL, "http://", "https://", 1), Class: remote.Interactive})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(t.Context(), rest.Request{Path: "/x"})
	if !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), "does it begin with http:// instead of https://?") {
		t.Errorf("%v says %q", err, fault.Public(err))
	}
}
