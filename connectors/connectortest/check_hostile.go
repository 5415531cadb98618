package connectortest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"portico/sync/fault"
	"portico/sync/remote"
)

// hostile are values that no vendor documents and some day one sends.
var hostile = map[string]json.RawMessage{
	"a number":        json.RawMessage(`-1e308`),
	"null":            json.RawMessage(`null`),
	"a bool":          json.RawMessage(`true`),
	"an empty list":   json.RawMessage(`[]`),
	"an object":       json.RawMessage(`{"id":{"id":[]}}`),
	"a list of lists": json.RawMessage(`[[[["x"]]],null,7,{"":""}]`),
	"markup":          json.RawMessage(`"<script>alert(1)</script>\u0000\u202e'\"; --{{item}}"`),
	"a huge text":     encode(strings.Repeat("0123456789abcdef", 1<<17)), // 2 MiB
	"depth":           json.RawMessage(strings.Repeat("[", 5000) + strings.Repeat("]", 5000)),
	"a broken date":   json.RawMessage(`"2026-02-31T99:99:99Z"`),
	"a far date":      json.RawMessage(`"99999-01-01T00:00:00Z"`),
}

// hostileRecords puts each hostile value in the place of each field of the first
// record of a pull. The pull may fail with words for an administrator, or set
// the record aside with a reason, or make something of it that validation can
// judge; it must not panic, must not touch another record, and must be well
// afterwards.
func hostileRecords(t testing.TB, b *bench) {
	fields := b.fieldsOfRows(t)
	want := b.snapshot()
	for _, field := range fields {
		for _, name := range slices.Sorted(maps.Keys(hostile)) {
			b.store = newStore()
			b.spoilFirst(func(row map[string]any) { row[field] = hostile[name] })
			b.survive(t, field+" is "+name, want)
		}
	}
	b.line.setHostile(nil, nil)
	b.store = newStore()
	b.settle(t, b.system.Main)
	b.whole(t, "after hostile records")
}

// fieldsOfRows pulls Main once and returns which fields its rows have.
func (b *bench) fieldsOfRows(t testing.TB) []string {
	t.Helper()
	var fields []string
	b.spoilFirst(func(row map[string]any) { fields = slices.Sorted(maps.Keys(row)) })
	b.settle(t, b.system.Main)
	if len(fields) == 0 {
		t.Fatalf("no list of rows at %q was seen: System.List and System.Pages must say where it is", b.system.Pages.Rows)
	}
	return fields
}

// spoilFirst changes the first row of the next list that is read.
func (b *bench) spoilFirst(change func(map[string]any)) {
	b.line.setHostile(b.system.List.Fits, firstRow(b.system.Pages, change))
}

// survive pulls everything once. want is what an undisturbed pull gives.
func (b *bench) survive(t testing.TB, what string, want map[key]string) {
	t.Helper()
	r := &run{stream: b.system.Main, mode: remote.Everything}
	err := b.pull(t.Context(), r)
	b.judge(t, r, err)
	b.clock.Advance(breakerRest)
	if err != nil {
		if fault.Public(err) == "" {
			t.Errorf("%s: the pull fails without words for an administrator: %v", what, err)
		}
		return
	}
	for _, reject := range b.rejects {
		if reject.Reason == "" {
			t.Errorf("%s: a record is set aside without a reason", what)
		}
	}
	lost := 0
	for k, text := range want {
		if b.records[k] != text {
			lost++
		}
	}
	if lost > 1 {
		t.Errorf("%s: one record was spoiled and %d are missing or different", what, lost)
	}
}

// privateNotes looks for the canaries in everything that leaves the connector.
func privateNotes(t testing.TB, b *bench) {
	b.settleAll(t)
	for _, s := range b.connector.Spec().Streams {
		for _, mode := range []remote.PullMode{remote.Everything, remote.Census} {
			r := &run{stream: s.Name, mode: mode}
			if err := b.pull(t.Context(), r); err != nil && mode == remote.Everything {
				t.Errorf("pull everything of %s: %v", s.Name, err)
			}
		}
	}
	b.readAgain(t)
	if catalog, err := b.connector.Discover(t.Context(), b.conn); err == nil {
		b.hear(catalog)
	}
	b.hear(b.connector.Check(t.Context(), b.conn))
	for _, act := range b.system.Acts {
		a := b.ready(t, act.New())
		b.hear(b.connector.Act(t.Context(), b.conn, a))
		b.hear(b.connector.Confirm(t.Context(), b.conn, a))
	}
	heard := b.heard.String()
	for _, canary := range b.system.Canaries {
		if strings.Contains(heard, canary) {
			t.Errorf("a private text left the connector: %q", canary)
		}
	}
	if len(heard) < 1000 {
		t.Error("almost nothing left the connector: the check did not check")
	}
}
