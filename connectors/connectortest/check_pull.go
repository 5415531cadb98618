package connectortest

import (
	"context"
	"errors"
	"maps"
	"testing"

	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/valid"
)

func fullPull(t testing.TB, b *bench) {
	b.settleAll(t)
	b.whole(t, "after a full pull")
	for k, rec := range b.values {
		if err := valid.Struct(rec); err != nil {
			t.Errorf("%s %s is not valid: %v", k.kind, k.external, err)
		}
		if rec.Body == nil || rec.Body.Kind() != rec.Kind {
			t.Errorf("%s %s has a body of another kind", k.kind, k.external)
		}
		if _, ok := b.values[key{rec.ParentKind, rec.Parent}]; rec.Parent != "" && !ok {
			t.Errorf("%s %s belongs to %s %s, which was never emitted", k.kind, k.external, rec.ParentKind, rec.Parent)
		}
		if rec.Parent != "" && rec.Company != "" {
			t.Errorf("%s %s names a parent and a company", k.kind, k.external)
		}
	}
	b.readAgain(t)
}

// readAgain holds Read to giving what a pull gave.
func (b *bench) readAgain(t testing.TB) {
	t.Helper()
	ids := b.ids(b.system.Main)
	if len(ids) == 0 {
		return
	}
	k := b.kindOf(ids[0])
	refs := []record.Ref{{Connection: b.conn.ID, Kind: k, External: ids[0]}, {Connection: b.conn.ID, Kind: k, External: ids[len(ids)-1]}}
	got, err := b.connector.Read(t.Context(), b.conn, refs)
	if err != nil {
		t.Errorf("read two records again: %v", err)
	}
	found := 0
	for _, rec := range got {
		if rec.Kind == k && (rec.External == ids[0] || rec.External == ids[len(ids)-1]) {
			found++
		}
		if have := b.records[key{rec.Kind, rec.External}]; have != text(rec) {
			t.Errorf("read gives another %s %s than the pull:\n\t%s\n\t%s", rec.Kind, rec.External, text(rec), have)
		}
	}
	if found != len(refs) {
		t.Errorf("of 2 records read gave %d", found)
	}
}

// kindOf returns the kind of a record of Main.
func (b *bench) kindOf(external string) record.Kind {
	for k, stream := range b.streams {
		if stream == b.system.Main && k.external == external {
			return k.kind
		}
	}
	return ""
}

func secondPull(t testing.TB, b *bench) {
	b.settleAll(t)
	b.written = 0
	b.settleAll(t)
	if b.written > 0 {
		t.Errorf("a second pull of unchanged data wrote %d records", b.written)
	}
	for _, s := range b.connector.Spec().Streams {
		r := &run{stream: s.Name, mode: remote.Everything}
		err := b.pull(t.Context(), r)
		b.judge(t, r, err)
		if err != nil {
			t.Errorf("pull everything of %s: %v", s.Name, err)
		}
	}
	if b.written > 0 {
		t.Errorf("pulling everything again wrote %d records", b.written)
	}
}

// killedAtEveryPage refuses page n of a stream for every n, goes on from the
// last checkpoint, and compares with an undisturbed pull. Of the hundreds of
// pages that a stream of children may have, one in nine must do.
func killedAtEveryPage(t testing.TB, b *bench) {
	b.settleAll(t)
	want := b.snapshot()
	for n, killed := 1, true; killed; n++ {
		if n > 10 {
			n += 8
		}
		killed = false
		b.store = newStore()
		for _, s := range b.connector.Spec().Streams {
			r := &run{stream: s.Name, killAt: n}
			err := b.pull(t.Context(), r)
			b.judge(t, r, err)
			if r.pages >= n {
				killed = true
				if !errors.Is(err, errKilled) {
					t.Fatalf("pull %s: page %d was refused and the pull says %v", s.Name, n, err)
				}
			}
			b.settle(t, s.Name)
		}
		if got := b.snapshot(); !maps.Equal(got, want) {
			t.Errorf("killed at page %d and resumed: %s", n, contrast(want, got))
		}
	}
}

func cancelled(t testing.TB, b *bench) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := &run{stream: b.system.Main, onPage: func(int) { cancel() }}
	err := b.pull(ctx, r)
	b.judge(t, r, err)
	if err == nil {
		t.Error("a pull that was cancelled at its first page ended well")
	}
	b.settle(t, b.system.Main)
	b.whole(t, "after a cancelled pull")
}
