package tryton_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"portico/connectors/rest"
	"portico/sync/record"
	"portico/sync/remote"
)

// conn is a connection as user hub to database hub at the address given.
func conn(t *testing.T, address, password string) remote.Conn {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return remote.Conn{
		ID:        record.NewConnectionID(),
		Settings:  map[string]string{"url": address, "database": "hub", "user": "hub", "payment_method": "Card (portal)"},
		Secret:    func(string) (string, error) { return password, nil },
		Transport: transport,
		Budget:    rest.NewBudget(rest.Limit{}, time.Now),
		Log:       slog.New(slog.DiscardHandler),
		Now:       time.Now,
	}
}

// sink collects what a pull emits.
type sink struct {
	pages    []remote.Page
	complete bool
}

func (s *sink) Page(_ context.Context, p remote.Page) error { s.pages = append(s.pages, p); return nil }
func (s *sink) Progress(int, int)                           {}
func (s *sink) Complete(context.Context) error              { s.complete = true; return nil }

func (s *sink) records() []record.Record {
	var out []record.Record
	for _, p := range s.pages {
		out = append(out, p.Records...)
	}
	return out
}

func (s *sink) rejects() []remote.Reject {
	var out []remote.Reject
	for _, p := range s.pages {
		out = append(out, p.Rejects...)
	}
	return out
}

func (s *sink) checkpoint() remote.Checkpoint {
	if len(s.pages) == 0 {
		return nil
	}
	return s.pages[len(s.pages)-1].Next
}

func pull(t *testing.T, c remote.Connector, conn remote.Conn, stream string, mode remote.PullMode, from remote.Checkpoint) *sink {
	t.Helper()
	s := &sink{}
	if err := c.Pull(t.Context(), conn, remote.PullRequest{Stream: stream, Mode: mode, Checkpoint: from}, s); err != nil {
		t.Fatalf("pull %s: %v", stream, err)
	}
	if !s.complete {
		t.Fatalf("pull %s did not complete", stream)
	}
	return s
}
