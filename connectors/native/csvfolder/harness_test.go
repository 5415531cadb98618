package csvfolder_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"portico/connectors/native/csvfolder"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/valid"
)

var today = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// drop is a folder that something hands files over in, and what was read from it.
type drop struct {
	t        testing.TB
	root     string
	conn     remote.Conn
	now      time.Time
	have     map[string]record.Record // by external id
	rejects  []remote.Reject
	marks    map[string]remote.Checkpoint
	asOf     time.Time
	complete bool
	seen     []string
	killAt   int // refuse the page of this number; 0 is none
	pages    int
	touched  int // records that were handed over
}

var errKilled = errors.New("killed")

func newDrop(t testing.TB) *drop {
	t.Helper()
	d := &drop{t: t, root: t.TempDir(), now: today, have: map[string]record.Record{}, marks: map[string]remote.Checkpoint{}}
	must(t, os.MkdirAll(filepath.Join(d.root, "erp"), 0o750))
	d.conn = remote.Conn{ID: record.NewConnectionID(), Drop: d.root, Settings: map[string]string{"folder": "erp", "zone": "Europe/Berlin"},
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return d.now }}
	return d
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put writes a file that was written an age ago.
func (d *drop) put(name, text string, age time.Duration) {
	d.t.Helper()
	path := filepath.Join(d.root, "erp", filepath.FromSlash(name))
	must(d.t, os.MkdirAll(filepath.Dir(path), 0o750))
	must(d.t, os.WriteFile(path, []byte(text), 0o600))
	at := d.now.Add(-age)
	must(d.t, os.Chtimes(path, at, at))
}

// explain says what columns mean.
func (d *drop) explain(table string, l remote.Layout) {
	d.t.Helper()
	settings, err := csvfolder.New().Explain(d.conn.Settings, table, l)
	if err != nil {
		d.t.Fatalf("explain %s: %v: %v (columns %+v)", table, err, fault.Fields(err), l.Columns)
	}
	d.conn.Settings = settings
}

// suggested explains a table as its file suggests, after what the test knows better.
func (d *drop) suggested(table string, better func(*remote.Layout)) remote.TableLook {
	d.t.Helper()
	look, err := csvfolder.New().Look(d.t.Context(), d.conn, table, nil)
	must(d.t, err)
	l := look.Layout
	l.Headers = look.Headers
	if better != nil {
		better(&l)
	}
	d.explain(table, l)
	return look
}

func (d *drop) Page(_ context.Context, p remote.Page) error {
	if d.pages++; d.pages == d.killAt {
		return errKilled
	}
	for _, rec := range p.Records {
		if err := valid.Struct(rec); err != nil {
			d.t.Errorf("%s %s is not valid: %v", rec.Kind, rec.External, fault.Fields(err))
		}
		d.have[rec.External] = rec
		d.touched++
	}
	for _, gone := range p.Deleted {
		delete(d.have, gone.External)
	}
	for _, ids := range p.Seen {
		d.seen = append(d.seen, ids...)
	}
	d.rejects = append(d.rejects, p.Rejects...)
	if p.Next != nil {
		d.marks["next"] = p.Next
	}
	return nil
}

func (d *drop) Progress(int, int)              {}
func (d *drop) Complete(context.Context) error { d.complete = true; return nil }
func (d *drop) AsOf(at time.Time)              { d.asOf = at }

// pull pulls a table once.
func (d *drop) pull(table string, mode remote.PullMode) error {
	d.t.Helper()
	d.complete, d.asOf, d.pages, d.seen, d.rejects, d.touched = false, time.Time{}, 0, nil, nil, 0
	d.marks["next"] = d.marks[table]
	err := csvfolder.New().Pull(d.t.Context(), d.conn, remote.PullRequest{Stream: table, Mode: mode, Checkpoint: d.marks[table]}, d)
	d.marks[table] = d.marks["next"]
	if err == nil && !d.complete {
		d.t.Error("a pull ended well and is not complete")
	}
	return err
}

// whole pulls a table that must come to its end.
func (d *drop) whole(table string) {
	d.t.Helper()
	if err := d.pull(table, remote.Changes); err != nil {
		d.t.Fatalf("pull %s: %v", table, err)
	}
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}
