package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

// lease is longer than any test.
const lease = time.Hour

// world is a fresh database with a clock that tests move by hand.
type world struct {
	*store.Store
	sys   *store.System
	acc   *store.Account
	conn  record.ConnectionID
	place place

	mu  sync.Mutex
	now time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	// Ahead of the wall clock that ids are made from: a census spares what arrived after it began.
	w := &world{now: time.Now().UTC().Truncate(time.Second).Add(time.Hour)}
	w.place = newPlace(t)
	o := w.place.options()
	o.Now = w.clock
	st, err := store.Open(t.Context(), o, true)
	must(t, err)
	t.Cleanup(func() { must(t, st.Close()) })
	w.Store, w.sys, w.acc = st, st.System(), st.Account()
	w.conn = w.connection(t, "Help desk")
	return w
}

func (w *world) connection(t *testing.T, name string) record.ConnectionID {
	t.Helper()
	id := record.NewConnectionID()
	must(t, w.sys.CreateConnection(t.Context(), remote.Connection{ID: id, Connector: "requesttracker", Name: name, Settings: map[string]string{"url": "http://127.0.0.1"}},
		[]remote.Stream{
			{Name: "tickets", Kinds: []record.Kind{record.KindTicket}, Every: time.Minute, Census: time.Hour, FreshFor: 15 * time.Minute, Sweep: true, Incremental: true},
			{Name: "conversation", Kinds: []record.Kind{record.KindComment, record.KindAttachment}, Every: time.Minute, FreshFor: 15 * time.Minute, Incremental: true},
			{Name: "assets", Kinds: []record.Kind{record.KindAsset}, Every: time.Minute, FreshFor: time.Hour},
		}))
	return id
}

// account adds an invited company that is called key at the source.
func (w *world) account(t *testing.T, key string) record.AccountID {
	t.Helper()
	id := record.NewAccountID()
	must(t, w.sys.CreateAccount(t.Context(), record.AccountInfo{ID: id, Name: key}))
	must(t, w.sys.Launch(t.Context(), id, record.LaunchInvited))
	return id
}

func (w *world) begin(t *testing.T, stream string, mode remote.PullMode) run.Run {
	t.Helper()
	r, ok, err := w.sys.Begin(t.Context(), run.Due{Connection: w.conn, Stream: stream, Mode: mode}, lease)
	must(t, err)
	if !ok {
		t.Fatalf("stream %s is leased already", stream)
	}
	return r
}

// pull commits one page of a stream and completes the pass.
func (w *world) pull(t *testing.T, stream string, records ...record.Record) run.Run {
	t.Helper()
	r := w.begin(t, stream, remote.Changes)
	r, err := w.sys.Commit(t.Context(), r, remote.Page{Records: records, Next: remote.Checkpoint("next")}, lease)
	must(t, err)
	r.State = run.Done
	must(t, w.sys.Finish(t.Context(), r, w.clock()))
	return r
}

func (w *world) match(t *testing.T, key string, account record.AccountID) {
	t.Helper()
	must(t, w.sys.Match(t.Context(), w.conn, key, account, "test"))
}

func ticket(external, company, subject, status string, at time.Time) record.Record {
	return record.Record{Kind: record.KindTicket, External: external, Company: company, Created: at, Updated: at,
		Body: record.Ticket{Number: external, Subject: subject, Status: status, Requester: record.Person{Email: "ines@nordwind.example"}}}
}

func comment(external, ticket, text string, at time.Time) record.Record {
	return record.Record{Kind: record.KindComment, External: external, Parent: ticket, ParentKind: record.KindTicket, Created: at, Updated: at,
		Body: record.Comment{Type: record.CommentMessage, Text: text}}
}

func owner(account record.AccountID) access.Scope {
	return grant.Member(grant.User{ID: "u-owner", Name: "Ines Vogt", Email: "ines@nordwind.example"}, account, access.Owner)
}

func tickets(ctx context.Context, t *testing.T, w *world, s access.Scope, account record.AccountID) []record.Row {
	t.Helper()
	page, err := w.acc.List(ctx, s, account, record.Query{Kind: record.KindTicket})
	must(t, err)
	return page.Rows
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
