package caldav_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"portico/connectors/native/caldav"
	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// connection is one as an administrator would enter it, to the address given.
func connection(t *testing.T, settings map[string]string, password string) remote.Conn {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	return remote.Conn{
		ID: record.NewConnectionID(), Settings: settings, Secret: func(string) (string, error) { return password, nil },
		Transport: transport, Budget: rest.NewBudget(rest.Limit{}, time.Now), Log: slog.New(slog.DiscardHandler), Now: time.Now,
		File: func(context.Context, string) (io.ReadCloser, error) { return nil, fault.New(fault.NotFound, "no file") },
	}
}

// connector returns one that shares no breaker with others.
func connector() remote.Connector { return caldav.New() }

// sink collects what a pull emits.
type sink struct {
	pages    []remote.Page
	complete bool
}

func (s *sink) Page(_ context.Context, p remote.Page) error { s.pages = append(s.pages, p); return nil }
func (s *sink) Progress(int, int)                           {}
func (s *sink) Complete(context.Context) error              { s.complete = true; return nil }

func (s *sink) records() map[string]record.Record {
	out := map[string]record.Record{}
	for _, p := range s.pages {
		for _, r := range p.Records {
			out[r.External] = r
		}
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

func (s *sink) deleted() []string {
	var out []string
	for _, p := range s.pages {
		for _, ref := range p.Deleted {
			out = append(out, ref.External)
		}
	}
	return out
}

// checkpoint is where a next pull goes on after one from before.
func (s *sink) checkpoint(before remote.Checkpoint) remote.Checkpoint {
	if len(s.pages) == 0 {
		return before
	}
	return s.pages[len(s.pages)-1].Next
}

func pull(t *testing.T, conn remote.Conn, mode remote.PullMode, from remote.Checkpoint) *sink {
	t.Helper()
	s := &sink{}
	if err := caldav.New().Pull(t.Context(), conn, remote.PullRequest{Stream: caldav.Stream, Mode: mode, Checkpoint: from}, s); err != nil {
		t.Fatalf("pull: %v (%s)", err, fault.Public(err))
	}
	if !s.complete {
		t.Fatal("pull did not complete")
	}
	return s
}
