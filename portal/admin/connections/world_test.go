package connections_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/connections"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/likeness"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// desk is the one system of the catalogue.
var desk = remote.Spec{ID: "desk", Name: "Help Desk", Category: "help desk", Description: "Tickets of a desk.",
	Fields: []remote.Field{
		{Name: "url", Label: "Address", Type: remote.URLField, Required: true},
		{Name: "token", Label: "Token", Help: "Made there.", Type: remote.SecretField, Required: true},
		{Name: "queue", Label: "Queue", Type: remote.TextField, Default: "General"},
	},
	Streams: []remote.Stream{{Name: "tickets", Kinds: []record.Kind{record.KindTicket}, Every: time.Minute}}}

// plant is everything behind the pages, in memory.
type plant struct {
	lines     []connections.Line
	detail    connections.Detail
	rejects   []remote.Reject
	held      string
	calls     []string
	tried     connections.Tried
	tries     []connections.Draft
	glimpse   connections.Glimpse
	picked    []connections.Pick
	made      record.ConnectionID
	err       error // of the next change
	current   connections.Draft
	revisions []connections.Revision
	meanings  []record.Meaning
	uses      map[record.Meaning]int
	saved     []record.Meaning
	companies []run.Company
	known     []likeness.Known
	accounts  []record.AccountInfo
	repair    run.Repair
	systems   []remote.Spec
	shelf     connections.Shelf
	returned  connections.Returned
	heard     connections.Hearing
	choices   []remote.Sample
	rehearsed connections.Rehearsed
	trials    []connections.Trial
	cabinet   cabinet
	tables    remote.Tables
	look      remote.TableLook
	looks     []*remote.Layout
	explained []remote.Layout
	plan      run.Removal
	leaving   []run.Removal
	stale     error // of who has signed in long ago
}

func (p *plant) call(what string) error { p.calls = append(p.calls, what); return p.err }

func (p *plant) Lines(context.Context) ([]connections.Line, error) { return p.lines, nil }

func (p *plant) Detail(_ context.Context, id record.ConnectionID) (connections.Detail, error) {
	if id != p.detail.ID {
		return connections.Detail{}, fault.New(fault.NotFound, "There is no such connection.")
	}
	return p.detail, nil
}

func (p *plant) Rejects(context.Context, record.ConnectionID, run.ID) ([]remote.Reject, error) {
	return p.rejects, nil
}

func (p *plant) Held(context.Context) string { return p.held }

func (p *plant) Pause(_ context.Context, _ access.Scope, _ record.ConnectionID, on bool) error {
	return p.call(map[bool]string{true: "pause", false: "resume"}[on])
}

func (p *plant) SetReadOnly(_ context.Context, _ access.Scope, _ record.ConnectionID, on bool) error {
	return p.call(map[bool]string{true: "read only", false: "writes"}[on])
}

func (p *plant) Pull(_ context.Context, _ access.Scope, _ record.ConnectionID, stream string) error {
	return p.call("pull " + stream)
}

func (p *plant) Want(_ context.Context, _ access.Scope, _ record.ConnectionID, stream string, mode remote.PullMode) error {
	return p.call("want " + stream + " " + string(mode))
}

func (p *plant) Systems() []remote.Spec { return append([]remote.Spec{desk}, p.systems...) }

func (p *plant) Shelf(context.Context) (connections.Shelf, error) { return p.shelf, nil }

func (p *plant) Try(_ context.Context, _ access.Scope, d connections.Draft) (connections.Tried, error) {
	p.tries = append(p.tries, d)
	return p.tried, p.err
}

func (p *plant) Glimpse(context.Context, access.Scope, string) (connections.Glimpse, error) {
	return p.glimpse, p.err
}

func (p *plant) Connect(_ context.Context, _ access.Scope, _ string, picks []connections.Pick) (record.ConnectionID, error) {
	p.picked = picks
	return p.made, p.err
}

func (p *plant) Current(context.Context, record.ConnectionID) (connections.Draft, error) {
	return p.current, nil
}

func (p *plant) Revise(_ context.Context, _ access.Scope, r connections.Revision) (connections.Tried, error) {
	p.revisions = append(p.revisions, r)
	return p.tried, p.err
}

func (p *plant) Statuses(context.Context, record.ConnectionID) ([]record.Meaning, map[record.Meaning]int, error) {
	return p.meanings, p.uses, nil
}

func (p *plant) SaveStatus(_ context.Context, _ access.Scope, _ record.ConnectionID, seen, m record.Meaning) error {
	if p.err == nil {
		p.saved = append(p.saved, seen, m)
	}
	return p.err
}

func (p *plant) Companies(context.Context, record.ConnectionID) ([]run.Company, error) {
	return p.companies, nil
}

func (p *plant) Suggest(_ context.Context, _ record.ConnectionID, list []run.Company) ([]connections.Candidate, error) {
	out := make([]connections.Candidate, len(list))
	for i, c := range list {
		out[i] = looked(c, likeness.NewRegister(p.known))
		out[i].Company = c
	}
	return out, nil
}

func (p *plant) Match(_ context.Context, _ access.Scope, _ record.ConnectionID, picks []connections.Pick) error {
	p.picked = picks
	return p.err
}

func (p *plant) Unmatch(_ context.Context, _ access.Scope, _ record.ConnectionID, key string) error {
	return p.call("unmatch " + key)
}

func (p *plant) Repair(context.Context, record.ConnectionID, string) (run.Repair, error) {
	return p.repair, nil
}

func (p *plant) Tables(context.Context, access.Scope, record.ConnectionID) (remote.Tables, error) {
	return p.tables, p.err
}

func (p *plant) Look(_ context.Context, _ access.Scope, _ record.ConnectionID, table string, l *remote.Layout) (remote.TableLook, error) {
	p.looks = append(p.looks, l)
	if table != p.look.Table.Name {
		return remote.TableLook{}, fault.New(fault.NotFound, "There is no such table.")
	}
	out := p.look
	out.Wrong, out.Unsure = map[string]string{}, p.look.Unsure
	if l != nil {
		out.Layout = *l
	}
	return out, nil
}

func (p *plant) Explain(_ context.Context, _ access.Scope, _ record.ConnectionID, table, _ string, l remote.Layout) error {
	if p.err == nil {
		p.explained = append(p.explained, l)
	}
	return p.err
}

func (p *plant) AllAccounts(context.Context) ([]record.AccountInfo, error) { return p.accounts, nil }

// world is the pages over a plant.
type world struct {
	*plant

	t     *testing.T
	pages *connections.Pages
	id    string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	id := record.NewConnectionID()
	p := &plant{made: record.NewConnectionID()}
	p.detail = connections.Detail{Spec: desk, Line: connections.Line{System: "Help Desk", Hosts: []string{"https://rt.example"},
		Connection: remote.Connection{ID: id, Connector: "desk", Name: "Our desk", Settings: map[string]string{"url": "https://rt.example"}}}}
	p.current = connections.Draft{ID: id, Connector: "desk", Name: "Our desk", Settings: map[string]string{"url": "https://rt.example"}}
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC, Now: func() time.Time { return now }})
	return &world{plant: p, t: t, id: id.String(), pages: connections.New(connections.Options{
		Watch: p, Care: p, Add: p, Own: p, Edit: p, Words: p, Match: p, Account: p, Consent: p, Hooks: p, Trial: p, Fields: &p.cabinet, Files: p,
		Remove: p, Fresh: func(context.Context) error { return p.stale }, Frame: frame})}
}

type handler = func(http.ResponseWriter, *http.Request, access.Scope) error

func (w *world) do(h handler, r *http.Request, id string) (*httptest.ResponseRecorder, error) {
	w.t.Helper()
	r.SetPathValue("id", id)
	rec := httptest.NewRecorder()
	return rec, h(rec, r, grant.Staff(grant.User{ID: "a", Name: "Amara Osei", Email: "amara@halden.example"}, access.Admin, nil))
}

// get reads a page; nothing on any page may hold the credential of the tests.
func (w *world) get(h handler, id, query string) htmlcheck.Page {
	w.t.Helper()
	rec, err := w.do(h, httptest.NewRequest(http.MethodGet, "/?"+query, nil), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.read(rec)
}

func (w *world) read(rec *httptest.ResponseRecorder) htmlcheck.Page {
	w.t.Helper()
	if strings.Contains(rec.Body.String(), "hunter2") {
		w.t.Fatal("the credential came back")
	}
	return htmlcheck.Read(w.t, rec.Body.String())
}

// post sends a form and wants a status; where it leads is returned for a redirect.
func (w *world) post(h handler, id string, want int, form url.Values) (htmlcheck.Page, string) {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec, err := w.do(h, r, id)
	if err != nil {
		w.t.Fatal(err)
	}
	if rec.Code != want {
		w.t.Fatalf("status %d, want %d\n%.2000s", rec.Code, want, rec.Body)
	}
	if want == http.StatusSeeOther {
		return htmlcheck.Page{}, rec.Header().Get("Location")
	}
	return w.read(rec), ""
}

func looked(c run.Company, known *likeness.Register) connections.Candidate {
	return connections.Suggested(c, known.Suggest(likeness.Company{Name: c.Name}))
}
