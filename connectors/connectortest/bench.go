package connectortest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// bench is a connector wired to a fresh system and an empty store.
type bench struct {
	connector remote.Connector
	system    *System
	clock     *Clock
	line      *line
	conn      remote.Conn
	*store
}

func newBench(t testing.TB, target Target) *bench {
	t.Helper()
	b := &bench{clock: NewClock(), store: newStore()}
	b.connector, b.system = target.Connector(t), target.System(t, b.clock)
	b.system.Faults.Lists(b.system.Pages)
	transport := b.system.Transport
	if transport == nil {
		own := &http.Transport{}
		t.Cleanup(own.CloseIdleConnections)
		transport = own
	}
	b.line = &line{next: transport, clock: b.clock}
	b.conn = remote.Conn{
		ID: record.NewConnectionID(), Settings: b.system.Settings, Secret: secrets(b.system.Secrets), Transport: b.line,
		Budget: &budget{clock: b.clock}, Log: slog.New(slog.DiscardHandler), Now: b.clock.Now,
		// Nobody waits. The clock stands still, so that only who asks the budget is late.
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		File: func(_ context.Context, id string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("bytes of " + id)), nil
		},
	}
	held := remote.Token{}
	if r := b.system.Renewal; r != nil && r.Begin != nil {
		held = r.Begin(b.connector, b.conn)
	}
	b.conn.Tokens = remote.Hold(held)
	return b
}

func secrets(values map[string]string) func(string) (string, error) {
	return func(name string) (string, error) { return values[name], nil }
}

// pull runs one stream once. The checkpoint is where the last page left it.
func (b *bench) pull(ctx context.Context, r *run) error {
	r.store = b.store
	if r.mode == "" {
		r.mode = remote.Changes
	}
	req := remote.PullRequest{Stream: r.stream, Mode: r.mode, Checkpoint: slices.Clone(b.checkpoints[r.stream])}
	return b.connector.Pull(ctx, b.conn, req, r)
}

// tries is how often a passing failure is met with another run.
const tries = 40

// settle pulls a stream until it completes, the way the schedule does: again
// after a failure that may pass, not before the time that the failure names.
func (b *bench) settle(t testing.TB, stream string) *run {
	t.Helper()
	for range tries {
		r := &run{stream: stream}
		err := b.pull(t.Context(), r)
		b.judge(t, r, err)
		if err == nil {
			return r
		}
		if k := fault.KindOf(err); k != fault.Broken && !fault.Retryable(err) {
			t.Fatalf("pull %s: %v (%s)", stream, err, k)
		}
		b.clock.Advance(max(fault.RetryAfter(err), 10*time.Minute)) // longer than a circuit breaker stays open
	}
	t.Fatalf("pull %s did not complete in %d runs", stream, tries)
	return nil
}

// settleAll pulls every stream, in the connector's order, once the system shows what
// happened before.
func (b *bench) settleAll(t testing.TB) {
	t.Helper()
	b.clock.Advance(b.system.Lag)
	for _, s := range b.connector.Spec().Streams {
		b.settle(t, s.Name)
	}
}

// judge holds one run to what is true of every run.
func (b *bench) judge(t testing.TB, r *run, err error) {
	t.Helper()
	switch {
	case err != nil && r.complete:
		t.Errorf("pull %s: Complete was called and then the pull failed: %v", r.stream, err)
	case err == nil && !r.complete:
		t.Errorf("pull %s: it ended well without Complete", r.stream)
	case r.after:
		t.Errorf("pull %s: a page came after Complete", r.stream)
	}
}

// whole compares what the store holds of Main with the system.
func (b *bench) whole(t testing.TB, when string) {
	t.Helper()
	want, got := slices.Sorted(slices.Values(b.system.Records())), b.ids(b.system.Main)
	missing, surplus := difference(want, got), difference(got, want)
	if len(missing)+len(surplus) > 0 {
		t.Errorf("%s: of %d records %d are missing %v and %d are too many %v",
			when, len(want), len(missing), head(missing), len(surplus), head(surplus))
	}
}

// difference returns what is in a and not in b.
func difference(a, b []string) []string {
	in := map[string]bool{}
	for _, s := range b {
		in[s] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return in[s] })
}

func head(list []string) []string { return list[:min(len(list), 5)] }
