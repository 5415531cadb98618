package tickets_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/portal/portaltest/htmlcheck"
	"portico/portal/tickets"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 19, 9, 6, 0, 0, time.UTC)

// world is the store, the file store and the sources in memory, for one account.
type world struct {
	mu      sync.Mutex
	account record.AccountID
	rows    []record.Row
	asset   record.Detail
	entries []record.Entry
	actions []action.Action
	to      []action.Destination
	decided []approval.Approval
	base    string
	down    bool
	lost    bool // the answer to what was recorded
	asked   []record.Query
	kept    map[string]bool
	pages   *tickets.Pages
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{account: record.NewAccountID(), base: "stalled@1", kept: map[string]bool{}}
	desk := record.NewConnectionID()
	w.to = []action.Destination{{Connection: desk, System: "Request Tracker", Queues: []string{"Support", "Orders"}}}
	w.rows = []record.Row{w.ticket("48213", "VPN for the Gdańsk depot", "stalled"), w.ticket("48190", "=HYPERLINK(\"x\")", "open"), w.ticket("48102", "Backup test", "resolved")}
	w.asset = record.Detail{Row: record.Row{ID: record.NewID(), Kind: record.KindAsset, Facets: record.Facets{Title: "Router"}}, Body: record.Asset{Name: "Router", Tag: "GDN-RT-01", Serial: "HEX1"}}
	w.entries = []record.Entry{
		{ID: record.NewID(), At: now.Add(-time.Hour), Comment: record.Comment{Type: record.CommentMessage, Author: record.Person{Name: "Jonas"}, Text: "first"}},
		{ID: record.NewID(), At: now.Add(-time.Minute), Comment: record.Comment{Type: record.CommentMessage, Author: record.Person{Name: "Marek"}, HTML: "<p>second<script>alert(1)</script></p>"}},
	}
	w.pages = tickets.New(tickets.Options{Records: w, Actions: w, Approvals: w, Files: w, Uploads: w, Frame: w.frame})
	return w
}

func (w *world) ticket(number, title, raw string) record.Row {
	m := record.Guess(record.KindTicket, raw)
	return record.Row{
		Account: w.account, ID: record.NewID(), Kind: record.KindTicket, Facets: record.Facets{Number: number, Title: title, Status: raw, Person: "Marek Dvořák"},
		State: m.State, Label: m.Label, Explanation: m.Explanation, Turn: m.Turn, TurnSince: now.Add(-time.Hour), Updated: now.Add(-time.Hour), Stamp: w.stamp(number, raw),
	}
}

func (w *world) stamp(external, raw string) record.Stamp {
	return record.Stamp{System: "Request Tracker", External: external, Raw: raw, ReadAt: now.Add(-2 * time.Minute), Limit: 15 * time.Minute}
}

func (w *world) frame(r *http.Request, s access.Scope) (*ui.Chrome, error) {
	return ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: w, Zone: time.UTC, Now: func() time.Time { return now }})(r, s)
}

func (w *world) Approvals(_ context.Context, s access.Scope, a record.AccountID, _ approval.Query) ([]approval.Approval, error) {
	return w.decided, access.See(s, a, record.KindApproval)
}

func (w *world) Standing(context.Context, access.Scope, record.AccountID, int) (record.Standing, error) {
	return record.Standing{Account: record.AccountInfo{ID: w.account, Name: "Nordwind", Launch: record.LaunchInvited}}, nil
}

func (w *world) List(_ context.Context, _ access.Scope, _ record.AccountID, q record.Query) (record.Page, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, q)
	p := record.Page{Total: -1, Fresh: []record.Freshness{{System: "Request Tracker", Kinds: []record.Kind{record.KindTicket}, ReadAt: now.Add(-2 * time.Minute), Limit: 15 * time.Minute}}}
	for _, r := range w.rows {
		if (q.Open == nil || *q.Open == r.State.Open()) && (q.Turn == "" || q.Turn == r.Turn) && strings.Contains(strings.ToLower(r.Title), strings.ToLower(q.Search)) {
			p.Rows = append(p.Rows, r)
		}
	}
	if q.After == "" && q.Open == nil && len(p.Rows) > 2 { // a second page, to be followed
		p.Rows, p.Next = p.Rows[:2], "2"
	} else if q.After == "2" {
		p.Rows = p.Rows[2:]
	}
	return p, nil
}

func (w *world) Detail(_ context.Context, s access.Scope, a record.AccountID, kind record.Kind, id record.ID) (record.Detail, error) {
	if err := access.See(s, a, kind); err != nil {
		return record.Detail{}, err
	}
	if kind == record.KindAsset && id == w.asset.ID {
		return w.asset, nil
	}
	for _, r := range w.rows {
		if kind == record.KindTicket && r.ID == id {
			if w.down {
				r.Stamp.Down, r.Stamp.DownSince, r.Stamp.ReadAt = "No answer.", now.Add(-54*time.Minute), now.Add(-56*time.Minute)
			}
			return record.Detail{Row: r, Base: w.base, Body: record.Ticket{Number: r.Number, Subject: r.Title, Status: r.Status, Assignee: record.Person{Name: r.Person}}}, nil
		}
	}
	return record.Detail{}, fault.New(fault.NotFound, "There is nothing here.")
}

func (w *world) Timeline(context.Context, access.Scope, record.AccountID, record.ID) ([]record.Entry, error) {
	return w.entries, nil
}

func (w *world) AttachmentOf(_ context.Context, _ access.Scope, _ record.AccountID, id record.ID) (record.Detail, error) {
	if id != w.asset.ID { // any id that is known will do
		return record.Detail{}, fault.New(fault.NotFound, "There is nothing here.")
	}
	return record.Detail{Body: record.Attachment{Name: "a\"b\r\nSet-Cookie: x.html", ContentType: "text/html"}}, nil
}

func (w *world) OpenAttachment(context.Context, access.Scope, record.Detail) (io.ReadCloser, int64, error) {
	return io.NopCloser(strings.NewReader("<script>alert(1)</script>")), 25, nil
}

func (w *world) Submit(_ context.Context, s access.Scope, d action.Draft) (action.Action, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := access.Act(s, d.Account, record.KindTicket); err != nil {
		return action.Action{}, err
	}
	for _, a := range w.actions {
		if a.Key == d.Key {
			return a, nil
		}
	}
	if d.Base != "" && d.Base != w.base {
		return action.Action{}, fault.New(fault.Conflict, "This changed.").Field("status", "open → stalled")
	}
	a := action.Action{
		ID: action.NewID(), Ref: action.NewRef(), Account: d.Account, Actor: action.Actor{User: s.User(), Name: s.Name()}, Kind: d.Kind, Target: d.Target,
		Connection: d.Connection, Base: d.Base, Input: d.Input, Key: d.Key, State: action.Recorded, Recorded: now,
	}
	w.actions = append(w.actions, a)
	if w.lost {
		return action.Action{}, fault.New(fault.Unavailable, "The database is away.")
	}
	return a, nil
}

func (w *world) Withdraw(ctx context.Context, s access.Scope, a record.AccountID, id action.ID) (action.Action, error) {
	got, err := w.ActionByID(ctx, s, a, id)
	if err == nil && action.Move(got.State, action.Withdrawn) != nil {
		err = fault.New(fault.Conflict, "It is being sent already and cannot be taken back.")
	}
	return got, err
}

func (w *world) ActionByID(_ context.Context, _ access.Scope, _ record.AccountID, id action.ID) (action.Action, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.IndexFunc(w.actions, func(a action.Action) bool { return a.ID == id }); i >= 0 {
		return w.actions[i], nil
	}
	return action.Action{}, fault.New(fault.NotFound, "There is nothing here.")
}

func (w *world) ActionsOn(_ context.Context, _ access.Scope, _ record.AccountID, target record.ID) ([]action.Action, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.actions), func(a action.Action) bool { return a.Target != target }), nil
}

func (w *world) Destinations(context.Context, access.Scope, record.AccountID) ([]action.Destination, error) {
	return w.to, nil
}

func (w *world) Keep(_ context.Context, name string, r io.Reader) (action.File, error) {
	n, err := io.Copy(io.Discard, r)
	if err == nil && n > 1000 {
		return action.File{}, fault.Newf(fault.TooLarge, "%s is over the limit of 1 kB.", name)
	}
	id := action.NewID().String()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept[id] = true
	return action.File{ID: id, Name: name, Size: n}, err
}

func (w *world) Drop(_ context.Context, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.kept, id)
	return nil
}

func (w *world) as(role access.Role) access.Scope {
	return grant.Member(grant.User{ID: "u1", Name: "Ines Albrecht", Email: "ines@x.example"}, w.account, role)
}

type handler func(http.ResponseWriter, *http.Request, access.Scope) error

// ask serves one request; values are pairs of path variables and headers ("id", "…", "HX-Request", "true").
func ask(t *testing.T, h handler, s access.Scope, r *http.Request, values ...string) (*httptest.ResponseRecorder, error) {
	t.Helper()
	for i := 0; i+1 < len(values); i += 2 {
		r.SetPathValue(values[i], values[i+1])
		r.Header.Set(values[i], values[i+1])
	}
	w := httptest.NewRecorder()
	return w, h(w, r, s)
}

func get(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }

func post(values url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/a/x/tickets/y/close", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// send posts a form with files, as a browser does.
func send(t *testing.T, fields map[string]string, files ...string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for _, content := range files {
		part, err := form.CreateFormFile("files", "a.txt")
		if err == nil {
			_, err = io.WriteString(part, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/a/x/tickets", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

// page fails unless the answer is a page with the status, and reads it.
func page(t *testing.T, w *httptest.ResponseRecorder, err error, status int) htmlcheck.Page {
	t.Helper()
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	return htmlcheck.Read(t, w.Body.String())
}
