package app_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portico/cmd/internal/app"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store/storetest"
)

// stockroom is a manifest that an administrator wrote.
const stockroom = `portico: 1
id: stockroom
name: Stockroom
config:
  url: {type: url, label: Address, required: true}
http:
  base: config.url
  auth: {kind: none}
check:
  steps:
    - {name: list, request: {path: /things}, found: Things can be read.}
streams:
  things:
    every: 5m
    fresh_for: 1h
    request: {path: /things}
    items: body
    emit:
      - {kind: asset, key: item.id, company: item.client, map: {name: item.name}}
`

// owner has a Portico with one manifest of their own and its system.
type owner struct {
	app.Plant

	t    *testing.T
	app  *app.App
	file string
	id   record.ConnectionID
}

func newOwner(t *testing.T) *owner {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`[{"id":"1","client":"Nordwind","name":"Label printer"}]`))
	}))
	t.Cleanup(server.Close)
	folder := t.TempDir()
	o := &owner{t: t, file: filepath.Join(folder, "connectors", "stockroom", "manifest.yaml")}
	must(t, os.MkdirAll(filepath.Dir(o.file), 0o700))
	o.write(stockroom)
	o.app = firm(t, filepath.Join(folder, "data"), storetest.Migrated(t))
	_, err := o.app.Migrate(t.Context())
	must(t, err)
	o.Plant, err = o.app.Plant(t.Context())
	must(t, err)
	c, err := o.app.AddConnection(t.Context(), remote.Connection{Connector: "stockroom", Name: "Our stock",
		Settings: map[string]string{"url": server.URL}, AllowPrivate: strings.TrimPrefix(server.URL, "http://")}, nil)
	must(t, err)
	o.id = c.ID
	return o
}

func (o *owner) write(text string) {
	o.t.Helper()
	must(o.t, os.WriteFile(o.file, []byte(text), 0o600))
}

// pulls reads everything and wants it to have gone well.
func (o *owner) pulls() {
	o.t.Helper()
	runs, err := o.app.Pull(o.t.Context(), "Our stock", nil, true, func(run.Run) {})
	must(o.t, err)
	for _, r := range runs {
		if r.State != run.Done || r.Counts.Read == 0 {
			o.t.Errorf("%s: %+v", r.Stream, r)
		}
	}
}

func TestAConnectionOutlivesABrokenAndAMissingFile(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	o.pulls()
	before, err := o.Shelf(t.Context())
	must(t, err)
	o.write(strings.Replace(stockroom, "item.name", "itm.name", 1))
	must(t, o.app.Adopt(t.Context()))
	o.pulls()
	broken, err := o.Shelf(t.Context())
	must(t, err)
	if len(broken.Broken) != 1 || broken.Broken[0].Runs != before.Runs["stockroom"].Hash || !strings.HasPrefix(broken.Broken[0].Says[0], "stockroom/manifest.yaml:19:") {
		t.Errorf("broken: %+v", broken)
	}
	must(t, os.Remove(o.file))
	must(t, o.app.Adopt(t.Context()))
	o.pulls()
	gone, err := o.Shelf(t.Context())
	must(t, err)
	if len(gone.Runs) != 0 || len(gone.Orphans["stockroom"]) != 1 || gone.Orphans["stockroom"][0] != "Our stock" {
		t.Errorf("gone: %+v", gone)
	}
	for _, spec := range o.app.Connectors() {
		if spec.ID == "stockroom" {
			t.Error("a connector without a file is offered for new connections")
		}
	}
}

// A stream that a changed file brings is pulled by the connections that are there.
func TestAChangedFileReachesItsConnections(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	o.pulls()
	more := stockroom[strings.Index(stockroom, "  things:\n"):]
	o.write(stockroom + strings.Replace(strings.Replace(more, "things:", "spares:", 1), "key: item.id", "key: '\"s\" + item.id'", 1))
	must(t, o.app.Adopt(t.Context()))
	o.pulls()
	d, err := o.Detail(t.Context(), o.id)
	must(t, err)
	if len(d.Streams) != 2 || len(d.Spec.Streams) != 2 || d.Streams[1].Stream != "spares" || d.Streams[1].Completed.IsZero() {
		t.Errorf("streams: %+v", d.Streams)
	}
}
