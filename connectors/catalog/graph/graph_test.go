// Package graph_test proves the manifest of Microsoft 365 files over its fake.
package graph_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/graph"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

func target() connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: library}
}

func TestGraphKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

func TestGraphKeepsTheVendorsContract(t *testing.T) {
	t.Parallel()
	connectortest.RunContract(t, target(), "microsoft-graph/graph-files-v1.0.json", graph.Base,
		"/oauth2/", "/delta", ":/") // the file at hand leaves out changes, and names in the place of ids
}

const canary = "canary-90ce-other"

// drive has two clients' folders, and files of theirs on three pages of changes.
type drive struct {
	*graph.Fake
	clock   *connectortest.Clock
	clients int // the folder that holds them
	elses   int // another one
	acme    int
	bright  int
	plans   int // a folder of the first client
	shown   []string
	gone    int
}

func newDrive(t testing.TB, clock *connectortest.Clock, files int) *drive {
	t.Helper()
	d := &drive{Fake: graph.New(clock.Now, "contoso", "c1", "good", "b1"), clock: clock}
	store := httptest.NewServer(d.Storage())
	t.Cleanup(store.Close)
	d.Place = store.URL
	d.elses = d.Folder(d.Root, "Internal")
	d.File(d.elses, canary, []byte("x"))
	d.clients = d.Folder(d.Root, "Clients")
	d.File(d.clients, canary, []byte("x")) // nobody's
	d.acme, d.bright = d.Folder(d.clients, "Acme"), d.Folder(d.clients, "Brightleaf")
	d.plans = d.Folder(d.acme, "Plans")
	for i := range files {
		d.file([]int{d.acme, d.plans, d.bright}[i%3], fmt.Sprintf("Report %d.pdf", i))
	}
	return d
}

func (d *drive) file(folder int, name string) string {
	external := graph.ID(d.File(folder, name, []byte("%PDF-1.4 "+name)))
	d.shown = append(d.shown, external)
	return external
}

func library(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	return serve(t, newDrive(t, clock, 450))
}

func serve(t testing.TB, d *drive) *connectortest.System {
	t.Helper()
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	return &connectortest.System{
		Settings: map[string]string{"tenant": "contoso", "client_id": "c1", "drive": "b1", "url": srv.URL + graph.Base, "login": srv.URL},
		Secrets:  map[string]string{"client_secret": "good", "state": "word"}, BadSecrets: map[string]string{"client_secret": "bad"},
		Faults: d.Faults, Main: "documents",
		List:     faults.Match{Method: "GET", Path: "=" + graph.Base + "/drives/b1/root/delta"},
		Pages:    faults.List{Rows: "value", Next: []string{"@odata.nextLink"}},
		Records:  func() []string { return slices.Clone(d.shown) },
		Canaries: []string{canary},
		Change: func(external, marker string) {
			d.Fake.Change(graph.Number(external), shelf.Values{"name": marker})
		},
		Add:     func(marker string) string { return d.file(d.plans, marker) },
		Delete:  d.remove,
		Restore: d.restore,
		Webhook: &connectortest.Webhook{Unsigned: true, Undated: true, Unnamed: true, Message: func(string) *remote.RawRequest {
			return connectortest.Sent([]byte(`{"value":[{"subscriptionId":"s1","clientState":"word","changeType":"updated","resource":"drives/b1/root"}]}`), nil, nil)
		}},
		Rotate: func() map[string]string {
			d.OAuth.SetSecret("new")
			d.OAuth.EndAccess()
			return map[string]string{"client_secret": "new"}
		},
		Renewal: &connectortest.Renewal{End: d.OAuth.EndAccess, Asked: func() int { return d.OAuth.Asked("client_credentials") }},
		Acts:    []connectortest.Act{d.uploading()},
	}
}

// remove deletes a file, or moves it to where clients have no files.
func (d *drive) remove(external string) {
	id := graph.Number(external)
	if d.gone++; d.gone%2 == 0 {
		d.Fake.Delete(id)
	} else {
		d.Fake.Change(id, shelf.Values{"parent": d.elses})
	}
	d.shown = slices.DeleteFunc(d.shown, func(s string) bool { return s == external })
}

func (d *drive) restore(external string) bool {
	id := graph.Number(external)
	if !d.Fake.Restore(id) {
		d.Fake.Change(id, shelf.Values{"parent": d.acme})
	}
	d.shown = append(d.shown, external)
	return true
}

func (d *drive) upload(size int64) action.Action {
	return action.Action{
		ID: action.NewID(), Ref: action.NewRef(), Kind: action.DocumentUpload, Company: graph.ID(d.acme),
		Actor: action.Actor{Name: "Ada Kraus", Email: "ada@acme.example"}, Generation: 1, Recorded: d.clock.Now(),
		Input: action.Input{Files: []action.File{{ID: "file", Name: `Plan: 1/2 "final".pdf`, ContentType: "application/pdf", Size: size}}},
	}
}

func (d *drive) uploading() connectortest.Act {
	return connectortest.Act{
		Write:   faults.Match{Method: "PUT", Path: "/content"},
		New:     func() action.Action { return d.upload(int64(len("bytes of file"))) },
		Effects: func(a action.Action) int { return d.Named(a.Ref) },
	}
}

func direct(t *testing.T) (*drive, remote.Connector, remote.Conn) {
	t.Helper()
	var d *drive
	c, conn := connectortest.Opened(t, connectortest.Target{Connector: target().Connector, System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
		d = newDrive(t, clock, 6)
		return serve(t, d)
	}})
	return d, c, conn
}

// A large file goes in parts and comes back as it was.
func TestALargeFileGoesThereAndComesBack(t *testing.T) {
	t.Parallel()
	d, c, conn := direct(t)
	body := bytes.Repeat([]byte("0123456789"), 1_100_000) // four parts, the last a short one
	conn.File = func(context.Context, string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	a := d.upload(int64(len(body)))
	out := c.Act(t.Context(), conn, a)
	if out.Verdict != remote.Done || !bytes.Equal(d.Bytes(graph.Number(out.Reference)), body) {
		t.Fatalf("%+v", out)
	}
	rc, err := c.Open(t.Context(), conn, record.Ref{Kind: record.KindDocument, External: out.Reference})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(rc); err != nil || !bytes.Equal(got, body) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
	if err := rc.Close(); err != nil {
		t.Error(err)
	}
	again := c.Act(t.Context(), conn, a)
	if again.Verdict != remote.Unknown || c.Probe(t.Context(), conn, a).Reference != out.Reference || d.Named(a.Ref) != 1 {
		t.Errorf("a second try: %+v, and there are %d", again, d.Named(a.Ref))
	}
}

// store is a read model of one stream.
type store struct {
	at   remote.Checkpoint
	have map[string]record.Record
}

func (s *store) Page(_ context.Context, p remote.Page) error {
	for _, r := range p.Records {
		s.have[r.External] = r
	}
	for _, r := range p.Deleted {
		delete(s.have, r.External)
	}
	s.at = p.Next
	return nil
}
func (s *store) Progress(int, int)              {}
func (s *store) Complete(context.Context) error { return nil }

// where lists what a company has, as folder/name.
func (s *store) where(company int) string {
	var out []string
	for _, r := range s.have {
		if d := r.Body.(record.Document); r.Company == graph.ID(company) {
			out = append(out, d.Folder+"/"+d.Name)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// What lies in a folder goes where the folder goes, although nothing is said of it.
func TestWhatLiesInAFolderMovesWithIt(t *testing.T) {
	t.Parallel()
	d, c, conn := direct(t)
	s := &store{have: map[string]record.Record{}}
	pull := func() {
		t.Helper()
		if err := c.Pull(t.Context(), conn, remote.PullRequest{Stream: "documents", Mode: remote.Changes, Checkpoint: s.at}, s); err != nil {
			t.Fatal(err)
		}
	}
	deep := d.Folder(d.plans, "2026")
	d.file(deep, "Deep.pdf")
	is := func(what, acme, bright string) {
		t.Helper()
		pull()
		if s.where(d.acme) != acme || s.where(d.bright) != bright {
			t.Errorf("%s:\n%s\n%s", what, s.where(d.acme), s.where(d.bright))
		}
	}
	is("at first", "/Report 0.pdf /Report 3.pdf Plans/2026/Deep.pdf Plans/Report 1.pdf Plans/Report 4.pdf", "/Report 2.pdf /Report 5.pdf")
	d.Fake.Change(d.plans, shelf.Values{"name": "Drawings"})
	is("renamed", "/Report 0.pdf /Report 3.pdf Drawings/2026/Deep.pdf Drawings/Report 1.pdf Drawings/Report 4.pdf", "/Report 2.pdf /Report 5.pdf")
	d.Fake.Change(d.plans, shelf.Values{"parent": d.bright})
	is("moved to another client", "/Report 0.pdf /Report 3.pdf", "/Report 2.pdf /Report 5.pdf Drawings/2026/Deep.pdf Drawings/Report 1.pdf Drawings/Report 4.pdf")
	d.Fake.Change(d.plans, shelf.Values{"parent": d.elses})
	is("moved away", "/Report 0.pdf /Report 3.pdf", "/Report 2.pdf /Report 5.pdf")
	d.Fake.Change(d.plans, shelf.Values{"parent": d.acme})
	d.Expire()
	is("moved back, and the token has ended", "/Report 0.pdf /Report 3.pdf Drawings/2026/Deep.pdf Drawings/Report 1.pdf Drawings/Report 4.pdf", "/Report 2.pdf /Report 5.pdf")
	d.Fake.Change(d.acme, shelf.Values{"name": "Acme Ltd"})
	is("the client's folder is renamed", "/Report 0.pdf /Report 3.pdf Drawings/2026/Deep.pdf Drawings/Report 1.pdf Drawings/Report 4.pdf", "/Report 2.pdf /Report 5.pdf")
}
