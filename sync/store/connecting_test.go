package store_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

// A connection is there whole or not at all: no pull may find one without its
// credential, and the same one is made once.
func TestAConnectionIsMadeWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := record.NewConnectionID()
	n := store.NewConnection{Connection: remote.Connection{ID: id, Connector: "requesttracker", Name: "Second", Settings: map[string]string{"url": "https://rt.example"}, ReadOnly: true},
		Streams: []remote.Stream{{Name: "tickets", Kinds: []record.Kind{record.KindTicket}, Every: time.Minute, FreshFor: time.Hour}},
		Secrets: map[string][]byte{"token": []byte("sealed")}, Queues: []string{"Support"}, Companies: []remote.Company{{Key: "7", Name: "Nordwind"}, {Key: "7", Name: "Nordwind"}}}
	must(t, w.sys.Connect(t.Context(), n))
	if sealed, err := w.sys.Secret(t.Context(), id, "token"); err != nil || string(sealed) != "sealed" {
		t.Errorf("its credential: %q, %v", sealed, err)
	}
	ages, err := w.sys.SecretAges(t.Context(), id)
	must(t, err)
	if !ages["token"].Equal(w.clock()) {
		t.Errorf("its age: %v", ages)
	}
	companies, err := w.sys.Companies(t.Context(), id)
	must(t, err)
	if len(companies) != 1 || !companies[0].Account.ID.IsZero() {
		t.Errorf("its companies: %+v", companies)
	}
	if waits, err := w.sys.UnmatchedCompanies(t.Context(), id); err != nil || waits != 1 {
		t.Errorf("%d wait, %v", waits, err)
	}
	before, err := w.sys.Connections(t.Context())
	must(t, err)
	again := n
	again.ID = record.NewConnectionID()
	if err := w.sys.Connect(t.Context(), again); !fault.Is(err, fault.Conflict) || fault.Fields(err)["name"] == "" {
		t.Errorf("a name that is taken: %v", err)
	}
	if err := w.sys.Connect(t.Context(), n); err == nil {
		t.Error("the same connection was made twice")
	}
	if after, err := w.sys.Connections(t.Context()); err != nil || len(after) != len(before) {
		t.Errorf("%d connections, %v; want %d", len(after), err, len(before))
	}
}

func TestOfTwoWhoReviseAConnectionOneIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	was, err := w.sys.Connection(t.Context(), w.conn)
	must(t, err)
	is := was
	is.Name, is.Settings, is.AllowPrivate = "Desk", map[string]string{"url": "http://10.0.0.5"}, "10.0.0.5:80"
	must(t, w.sys.ReviseConnection(t.Context(), was, is, map[string][]byte{"token": []byte("new")}))
	got, err := w.sys.Connection(t.Context(), w.conn)
	must(t, err)
	if got.Name != "Desk" || got.Settings["url"] != "http://10.0.0.5" || got.AllowPrivate != "10.0.0.5:80" {
		t.Errorf("%+v", got)
	}
	late := was
	late.Name = "Late"
	if err := w.sys.ReviseConnection(t.Context(), was, late, map[string][]byte{"token": []byte("late")}); !fault.Is(err, fault.Conflict) {
		t.Errorf("the late one: %v", err)
	}
	if sealed, err := w.sys.Secret(t.Context(), w.conn, "token"); err != nil || string(sealed) != "new" {
		t.Errorf("the credential is %q, %v", sealed, err)
	}
	other := w.connection(t, "Other")
	taken, err := w.sys.Connection(t.Context(), other)
	must(t, err)
	wants := taken
	wants.Name = "Desk"
	if err := w.sys.ReviseConnection(t.Context(), taken, wants, nil); !fault.Is(err, fault.Conflict) || fault.Fields(err)["name"] == "" {
		t.Errorf("a name that is taken: %v", err)
	}
}

// What an administrator does in the browser is written down as theirs; the command
// line stays the command line.
func TestTheLogKnowsWhoAdministers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := administrator(t, w, "amara")
	must(t, w.sys.As(amara, action.Origin{IP: "192.0.2.7"}).SetPaused(t.Context(), w.conn, true))
	must(t, w.sys.SetPaused(t.Context(), w.conn, false))
	leaves, err := w.Texts(t.Context(), "SELECT leaf || ' ' || personal FROM audit_leaves WHERE what = '"+string(audit.ConnectionMade)+"' ORDER BY id DESC LIMIT 2")
	must(t, err)
	if !strings.Contains(leaves[0], `"actor":"command line"`) || strings.Contains(leaves[0], "192.0.2.7") {
		t.Errorf("by the command line: %s", leaves[0])
	}
	if !strings.Contains(leaves[1], `"actor":"`+amara.User()+`"`) || !strings.Contains(leaves[1], "192.0.2.7") || strings.Contains(strings.SplitN(leaves[1], " ", 2)[0], "192.0.2.7") {
		t.Errorf("by Amara: %s", leaves[1])
	}
}

func wanted(t *testing.T, w *world, stream string) run.StreamState {
	t.Helper()
	list, err := w.sys.Streams(t.Context(), w.conn)
	must(t, err)
	for _, s := range list {
		if s.Stream == stream {
			return s
		}
	}
	t.Fatalf("no stream %s", stream)
	return run.StreamState{}
}

func due(t *testing.T, w *world, stream string) (run.Due, bool) {
	t.Helper()
	list, err := w.sys.DueStreams(t.Context(), w.clock(), 100)
	must(t, err)
	for _, d := range list {
		if d.Connection == w.conn && d.Stream == stream {
			return d, true
		}
	}
	return run.Due{}, false
}

// A stream that a person wants read whole is due as such until a run has done it,
// however often one fails, and then once.
func TestWhatAPersonWantsIsDueUntilItIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull(t, "tickets", ticket("1", "Nordwind", "Printer", "open", w.clock()))
	must(t, w.sys.Want(t.Context(), w.conn, "tickets", remote.Everything))
	if d, ok := due(t, w, "tickets"); !ok || d.Mode != remote.Everything || d.Force {
		t.Fatalf("due as %+v, %v", d, ok)
	}
	r := w.begin(t, "tickets", remote.Everything)
	r.State, r.Problem = run.Failed, "away"
	must(t, w.sys.Finish(t.Context(), r, w.clock()))
	if d, ok := due(t, w, "tickets"); !ok || d.Mode != remote.Everything {
		t.Fatalf("after a failure: %+v, %v", d, ok)
	}
	r = w.begin(t, "tickets", remote.Changes) // of what was rung before
	r.State = run.Done
	must(t, w.sys.Finish(t.Context(), r, w.clock()))
	if got := wanted(t, w, "tickets").Wanted; got != remote.Everything {
		t.Fatalf("another kind of pass has done it: %q", got)
	}
	r = w.begin(t, "tickets", remote.Everything)
	r.State = run.Done
	must(t, w.sys.Finish(t.Context(), r, w.clock()))
	if got := wanted(t, w, "tickets").Wanted; got != "" {
		t.Errorf("it is wanted still: %q", got)
	}
	if err := w.sys.Want(t.Context(), w.conn, "nothing", remote.Everything); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stream that is not there: %v", err)
	}
}

// Only what a census held back can be confirmed, and then its result counts.
func TestAHeldCensusIsConfirmedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []record.Record
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		all = append(all, ticket(n, "Nordwind", "Printer", "open", w.clock()))
	}
	w.pull(t, "tickets", all...)
	w.match(t, "Nordwind", w.account(t, "Nordwind"))
	if err := w.sys.Want(t.Context(), w.conn, "tickets", remote.Census); !fault.Is(err, fault.Conflict) {
		t.Fatalf("nothing was held: %v", err)
	}
	w.pass(2 * time.Hour)
	r := w.begin(t, "tickets", remote.Census)
	res, err := w.sys.Sweep(t.Context(), r, record.KindTicket, []string{"1"}, false)
	must(t, err)
	r.State = run.Done
	must(t, w.sys.Finish(t.Context(), r, w.clock().Add(time.Hour)))
	if !res.Held || wanted(t, w, "tickets").Held == "" {
		t.Fatalf("not held: %+v", res)
	}
	must(t, w.sys.Want(t.Context(), w.conn, "tickets", remote.Census))
	d, ok := due(t, w, "tickets")
	if !ok || d.Mode != remote.Census || !d.Force {
		t.Fatalf("due as %+v, %v", d, ok)
	}
	r = w.begin(t, "tickets", remote.Census)
	if res, err = w.sys.Sweep(t.Context(), r, record.KindTicket, []string{"1"}, d.Force); err != nil || res.Deleted != 7 {
		t.Fatalf("%+v, %v", res, err)
	}
	if s := wanted(t, w, "tickets"); s.Held != "" || s.Wanted != "" {
		t.Errorf("after it: %+v", s)
	}
}

func TestABacklogTellsWhatWaitsAndWhatNeedsAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	w.pull(t, "tickets", ticket("1", "Nordwind", "Printer", "open", w.clock()))
	w.match(t, "Nordwind", a)
	if b, err := w.sys.Backlog(t.Context(), w.conn); err != nil || b != (run.Backlog{}) {
		t.Fatalf("before anybody asks: %+v, %v", b, err)
	}
	row := tickets(t.Context(), t, w, owner(a), a)[0]
	_, err := w.acc.Submit(t.Context(), owner(a), action.Draft{Account: a, Kind: action.TicketReply, Target: row.ID, Key: "k", Input: action.Input{Text: "Hello"}})
	must(t, err)
	b, err := w.sys.Backlog(t.Context(), w.conn)
	must(t, err)
	if b.Waiting != 1 || !b.Oldest.Equal(w.clock()) || b.Stuck != 0 || !b.LastWrite.IsZero() {
		t.Errorf("one waits: %+v", b)
	}
	must(t, w.Exec(t.Context(), "UPDATE actions SET state = 'dead'"))
	if b, err = w.sys.Backlog(t.Context(), w.conn); err != nil || b.Waiting != 0 || b.Stuck != 1 {
		t.Errorf("one is stuck: %+v, %v", b, err)
	}
	held, err := w.sys.Holdings(t.Context(), w.conn)
	must(t, err)
	if held[record.KindTicket] != 1 {
		t.Errorf("it holds %v", held)
	}
}

// The health page says how far the log is signed and who works here.
func TestTheLogSaysHowFarItIsSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before, err := w.sys.AuditState(t.Context())
	must(t, err)
	if !before.Head.IsZero() || before.Unsigned == 0 || before.Schema == 0 {
		t.Errorf("before any head: %+v", before)
	}
	key, _, err := audit.NewKey("portico/audit")
	must(t, err)
	sign := func(size int64, root tlog.Hash) (audit.Head, error) { return audit.Sign(key, size, root) }
	if _, err = w.sys.Sequence(t.Context(), 1000); err != nil {
		t.Fatal(err)
	}
	_, err = w.sys.SignHead(t.Context(), sign, 1, 0)
	must(t, err)
	after, err := w.sys.AuditState(t.Context())
	must(t, err)
	if !after.Head.Equal(w.clock()) || after.Unsigned != 0 {
		t.Errorf("after it: %+v", after)
	}
	must(t, w.sys.SetPaused(t.Context(), w.conn, true))
	if one, err := w.sys.AuditState(t.Context()); err != nil || one.Unsigned != 1 {
		t.Errorf("one more: %+v, %v", one, err)
	}
	present, err := w.sys.Attend()
	must(t, err)
	defer present.Leave()
	_, err = present.Look(t.Context())
	must(t, err)
	// The lock of the migration may outlive its connection by a moment, and be counted.
	n, err := w.sys.Processes(t.Context())
	for deadline := time.Now().Add(time.Minute); err == nil && n > 1 && time.Now().Before(deadline); {
		n, err = w.sys.Processes(t.Context())
	}
	if err != nil || n != 1 {
		t.Errorf("%d processes, %v", n, err)
	}
}
