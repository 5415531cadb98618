package connectortest

import (
	"cmp"
	"slices"
	"testing"

	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

// Pulled reads a stream of a fresh system once and returns what came of it, by kind
// and id. Rejects fail the test.
func Pulled(t testing.TB, target Target, stream string) []record.Record {
	t.Helper()
	b := newBench(t, target)
	if err := b.pull(t.Context(), &run{stream: stream}); err != nil {
		t.Fatalf("pull %s: %v", stream, err)
	}
	if len(b.rejects) > 0 {
		t.Errorf("pull %s: rejects %+v", stream, b.rejects)
	}
	out := make([]record.Record, 0, len(b.values))
	for _, r := range b.values {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b record.Record) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.External, b.External))
	})
	return out
}

// Opened returns the connector and a connection to a fresh system, signed in, for
// what the kit does not try.
func Opened(t testing.TB, target Target) (remote.Connector, remote.Conn) {
	t.Helper()
	b := newBench(t, target)
	return b.connector, b.conn
}

// Carried takes an action all the way, or as far as it gets.
func Carried(t testing.TB, c remote.Connector, conn remote.Conn, a action.Action) remote.Outcome {
	t.Helper()
	mark, out := c.Prepare(t.Context(), conn, a)
	if out.Verdict != remote.Done {
		return out
	}
	a.Mark = mark
	if out = c.Act(t.Context(), conn, a); out.Verdict != remote.Done {
		return out
	}
	a.Reference = out.Reference
	return c.Confirm(t.Context(), conn, a)
}
