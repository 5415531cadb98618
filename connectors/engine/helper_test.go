package engine_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/connectors/engine"
	"portico/connectors/manifest"
	"portico/connectors/rest"
	"portico/sync/record"
	"portico/sync/remote"
)

func testConn(transport http.RoundTripper) remote.Conn {
	return remote.Conn{
		ID:        record.NewConnectionID(),
		Settings:  map[string]string{"url": "http://rt", "user": "hub"},
		Secret:    func(string) (string, error) { return "secret", nil },
		Transport: transport,
		Budget:    rest.NewBudget(rest.Limit{}, time.Now),
		File: func(_ context.Context, id string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(id)), nil
		},
		Log: slog.New(slog.DiscardHandler),
		Now: time.Now,
	}
}

// serve starts a system and returns a connection to it.
func serve(t *testing.T, h http.HandlerFunc) remote.Conn {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	conn := testConn(server.Client().Transport)
	conn.Settings = map[string]string{"url": server.URL}
	return conn
}

func load(t *testing.T, text string) *engine.Connector {
	t.Helper()
	m, err := manifest.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return engine.New(m)
}

// sink collects what a pull emits; it can refuse a page, as a full disk would.
type sink struct {
	pages    []remote.Page
	complete int
	refuse   func(n int) error
}

func (s *sink) Page(_ context.Context, p remote.Page) error {
	if s.refuse != nil {
		if err := s.refuse(len(s.pages)); err != nil {
			return err
		}
	}
	s.pages = append(s.pages, p)
	return nil
}
func (s *sink) Progress(int, int)              {}
func (s *sink) Complete(context.Context) error { s.complete++; return nil }

func (s *sink) ids() []string {
	var out []string
	for _, p := range s.pages {
		for _, r := range p.Records {
			out = append(out, r.External)
		}
	}
	return out
}

func (s *sink) checkpoint() remote.Checkpoint {
	if len(s.pages) == 0 {
		return nil
	}
	return s.pages[len(s.pages)-1].Next
}

// withoutWaiting is a context that ends soon: tests of lasting failures do not
// sit out the pauses between tries.
func withoutWaiting(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	t.Cleanup(cancel)
	return ctx
}
