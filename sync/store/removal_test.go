package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

// ofConnection are the tables in which a connection has rows, and what in them
// names it.
var ofConnection = map[string]string{"records": "connection_id", "identities": "connection_id", "staging": "connection_id", "customs": "connection_id", "custom_fields": "connection_id", "companies": "connection_id",
	"streams": "connection_id", "runs": "connection_id", "hooks": "connection_id", "hook_counts": "connection_id", "meanings": "connection_id", "rules": "connection_id",
	"budgets": "connection_id", "secrets": "connection_id", "tokens": "connection_id", "consents": "connection_id",
	"authorities": "authority_id", "sameness": "one_id"}

// left counts what there is of a connection, by table.
func (w *world) left(t *testing.T, c record.ConnectionID) string {
	t.Helper()
	out := ""
	for _, table := range slices.Sorted(maps.Keys(ofConnection)) {
		if n := w.counted(t, fmt.Sprintf("SELECT count(*) FROM %s WHERE %s = '%s'", table, ofConnection[table], c)); n != "0" {
			out += table + " " + n + ", "
		}
	}
	return out
}

func (w *world) counted(t *testing.T, query string) string {
	t.Helper()
	got, err := w.Texts(t.Context(), query)
	must(t, err)
	return got[0]
}

// furnish gives a connection something in every table that it may have rows in.
func (d *desk) furnish(t *testing.T) {
	t.Helper()
	var page []record.Record
	for i := range 1200 {
		page = append(page, ticket(fmt.Sprint(100+i), "Nordwind", "Ticket", "open", d.clock()))
	}
	d.pull(t, "tickets", page...)
	d.pull(t, "tickets", ticket("nobody's", "Unmatched", "Ticket", "open", d.clock()))
	d.pull(t, "assets", asset("a1", "Nordwind", "Laptop", d.clock()))
	must(t, d.sys.PutSecret(t.Context(), d.conn, "token", []byte("sealed")))
	fresh, err := d.sys.ReceiveHook(t.Context(), run.Hook{ID: run.NewHookID(), Connection: d.conn, Key: "k", Received: d.clock(), Body: []byte("{}")})
	must(t, err)
	if !fresh {
		t.Fatal("no hook")
	}
}

func TestAConnectionIsRemovedWithEverything(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.furnish(t)
	other := d.connection(t, "Other desk")
	done := d.submit(t, "1", "k")
	d.refused(t, done)
	plan, err := d.sys.RemovalPlan(t.Context(), d.conn)
	must(t, err)
	if plan.Name != "Help desk" || plan.Accounts != 1 || plan.Records[record.KindTicket] != 1202 || plan.Total() != 1203 || plan.Staged != 1 || !plan.Settled() {
		t.Errorf("the plan is %+v", plan)
	}
	if err := d.sys.RemoveConnection(t.Context(), d.conn, "Other desk"); !fault.Is(err, fault.Invalid) || fault.Fields(err)["name"] == "" {
		t.Errorf("another name: %v", err)
	}
	must(t, d.sys.RemoveConnection(t.Context(), d.conn, " Help desk "))
	if got := d.counted(t, fmt.Sprintf("SELECT count(*) FROM secrets WHERE connection_id = '%s'", d.conn)); got != "0" {
		t.Errorf("%s credentials are still there", got)
	}
	for range 2 { // once or twice is the same
		_, err = d.sys.Remove(t.Context())
		must(t, err)
	}
	if left := d.left(t, d.conn); left != "" {
		t.Errorf("left: %s", left)
	}
	if left := d.left(t, other); left != "streams 3, " {
		t.Errorf("of the other: %s", left)
	}
	if got := tickets(t.Context(), t, d.world, d.owner, d.account); len(got) != 0 {
		t.Errorf("%d requests are still shown", len(got))
	}
	acts, err := d.acc.ActionByID(t.Context(), d.owner, d.account, done.ID)
	if err != nil || acts.Ref != done.Ref || acts.State != action.Refused {
		t.Errorf("what a client asked for is %+v, %v", acts, err)
	}
	held, err := d.sys.HeldActions(t.Context(), action.Refused, 10)
	if err != nil || len(held) != 1 || held[0].System == "Help desk" || len(held[0].System) < len("Help desk (removed") {
		t.Errorf("%+v, %v", held, err)
	}
	if list, err := d.sys.Removals(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("still being removed: %+v, %v", list, err)
	}
	if got := d.counted(t, "SELECT count(*) FROM audit_leaves WHERE what = 'connection.removed'"); got != "2" {
		t.Errorf("%s leaves", got)
	}
}

// refused brings an action to its end.
func (d *desk) refused(t *testing.T, a action.Action) {
	t.Helper()
	c, ok, err := d.sys.Claim(t.Context(), a.ID, time.Minute)
	must(t, err)
	if !ok {
		t.Fatal("not claimed")
	}
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Refused, Reason: "No."}))
}

func TestNothingIsRemovedWhileSomethingWasAskedForThroughIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.submit(t, "1", "k")
	before := d.left(t, d.conn)
	plan, err := d.sys.RemovalPlan(t.Context(), d.conn)
	must(t, err)
	if plan.Settled() || plan.Actions.Waiting != 1 {
		t.Errorf("the plan is %+v", plan)
	}
	for _, state := range []action.State{action.Recorded, action.Sending, action.Accepted, action.Retrying, action.Unknown, action.Conflict, action.Dead} {
		must(t, d.Exec(t.Context(), fmt.Sprintf("UPDATE actions SET state = '%s' WHERE id = '%s'", state, a.ID)))
		if err := d.sys.RemoveConnection(t.Context(), d.conn, "Help desk"); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", state, err)
		}
	}
	if after := d.left(t, d.conn); after != before {
		t.Errorf("left %s of %s", after, before)
	}
	if got, err := d.sys.Connection(t.Context(), d.conn); err != nil || got.Paused {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestNoActionIsLostToARemoval lets people ask and an administrator remove in the
// same instant: what was recorded keeps the connection, or it was not recorded.
func TestNoActionIsLostToARemoval(t *testing.T) {
	t.Parallel()
	for range 3 {
		d := newDesk(t)
		var all sync.WaitGroup
		var removal error
		asked := make([]error, 4)
		start := make(chan struct{})
		for i := range asked {
			all.Go(func() {
				<-start
				_, asked[i] = d.acc.Submit(context.WithoutCancel(t.Context()), d.owner, d.draft("1", fmt.Sprint(i)))
			})
		}
		all.Go(func() {
			<-start
			removal = d.sys.RemoveConnection(context.WithoutCancel(t.Context()), d.conn, "Help desk")
		})
		close(start)
		all.Wait()
		recorded := d.counted(t, "SELECT count(*) FROM actions")
		if removal == nil && recorded != "0" || removal != nil && (recorded == "0" || !fault.Is(removal, fault.Conflict)) {
			t.Fatalf("removal %v, %s actions", removal, recorded)
		}
		for _, err := range asked {
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("asked: %v", err)
			}
		}
	}
}

func TestWhatIsBeingRemovedIsNowhereToBeFound(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	before := d.begin(t, "tickets", remote.Changes)
	must(t, d.sys.RemoveConnection(t.Context(), d.conn, "Help desk"))
	if _, err := d.sys.Connection(t.Context(), d.conn); !fault.Is(err, fault.NotFound) {
		t.Errorf("by its id: %v", err)
	}
	if _, err := d.sys.ConnectionNamed(t.Context(), "Help desk"); !fault.Is(err, fault.NotFound) {
		t.Errorf("by its name: %v", err)
	}
	if list, err := d.sys.Connections(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("listed: %+v, %v", list, err)
	}
	if due, err := d.sys.DueStreams(t.Context(), d.clock().Add(time.Hour), 10); err != nil || len(due) != 0 {
		t.Errorf("pulled: %+v, %v", due, err)
	}
	if _, err := d.sys.Commit(t.Context(), before, remote.Page{Records: []record.Record{ticket("9", "Nordwind", "Late", "open", d.clock())}}, lease); !fault.Is(err, fault.Conflict) {
		t.Errorf("a run that was under way: %v", err)
	}
	again := record.Ref{Connection: d.conn, Kind: record.KindTicket, External: "9"}
	if _, err := d.sys.Reread(t.Context(), again, []record.Record{ticket("9", "Nordwind", "Late", "open", d.clock())}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a record that was read anew meanwhile: %v", err)
	}
	if to, err := d.acc.Destinations(t.Context(), d.owner, d.account); err != nil || len(to) != 0 {
		t.Errorf("requests may go to %+v, %v", to, err)
	}
	if _, err := d.acc.Submit(t.Context(), d.owner, d.draft("1", "k")); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked through it: %v", err)
	}
	if err := d.sys.RemoveConnection(t.Context(), d.conn, "Help desk"); !fault.Is(err, fault.NotFound) {
		t.Errorf("removed twice: %v", err)
	}
	if err := d.sys.Connect(t.Context(), store.NewConnection{Connection: remote.Connection{ID: record.NewConnectionID(), Connector: "x", Name: "Help desk"}}); !fault.Is(err, fault.Conflict) {
		t.Errorf("its name: %v", err)
	}
	list, err := d.sys.Removals(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != "Help desk" || list[0].Total() != 2 || list[0].Began.IsZero() {
		t.Errorf("being removed: %+v, %v", list, err)
	}
}

// TestARemovalGoesOnWhereItWasKilled: one process carried out one transaction, and two
// others finish the rest at the same time.
func TestARemovalGoesOnWhereItWasKilled(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.furnish(t)
	must(t, d.sys.RemoveConnection(t.Context(), d.conn, "Help desk"))
	more, err := d.sys.RemoveSome(t.Context(), d.conn)
	must(t, err)
	if got := d.counted(t, "SELECT count(*) FROM records"); !more || got != "703" {
		t.Fatalf("one transaction left %s records, more %v", got, more)
	}
	var all sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		all.Go(func() { _, errs[i] = d.sys.Remove(context.WithoutCancel(t.Context())) })
	}
	all.Wait()
	if left := d.left(t, d.conn); left != "" || errors.Join(errs...) != nil {
		t.Errorf("left: %s, %v", left, errors.Join(errs...))
	}
}

func TestAConnectionThatIsMadeAgainStartsClean(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.furnish(t)
	was := tickets(t.Context(), t, d.world, d.owner, d.account)[0].ID
	must(t, d.sys.RemoveConnection(t.Context(), d.conn, "Help desk"))
	_, err := d.sys.Remove(t.Context())
	must(t, err)
	d.conn = d.connection(t, "Help desk")
	if left := d.left(t, d.conn); left != "streams 3, " {
		t.Errorf("it has %s", left)
	}
	d.pull(t, "tickets", ticket("1", "Nordwind", "VPN drops", "open", d.clock()))
	if got := tickets(t.Context(), t, d.world, d.owner, d.account); len(got) != 0 {
		t.Errorf("shown before a person has matched its company: %v", got)
	}
	d.match(t, "Nordwind", d.account)
	if got := tickets(t.Context(), t, d.world, d.owner, d.account); len(got) != 1 || got[0].ID == was {
		t.Errorf("%v", got)
	}
}

func TestCopiesOfWhatIsRemovedAreShownAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.pull(t, "assets", asset("a1", "Nordwind", "Laptop", d.clock()))
	first := d.conn
	d.conn = d.connection(t, "Inventory")
	d.pull(t, "assets", asset("b1", "Nordwind", "Laptop", d.clock()))
	d.match(t, "Nordwind", d.account)
	must(t, d.sys.NameAuthority(t.Context(), authority.Rule{Kind: record.KindAsset, Authority: first, Other: d.conn, Alone: authority.Held}))
	plan, err := d.sys.RemovalPlan(t.Context(), first)
	if err != nil || len(plan.Believed) != 1 || plan.Believed[0] != "Inventory" {
		t.Fatalf("%+v, %v", plan, err)
	}
	must(t, d.sys.RemoveConnection(t.Context(), first, "Help desk"))
	_, err = d.sys.Remove(t.Context())
	must(t, err)
	page, err := d.acc.List(t.Context(), d.owner, d.account, record.Query{Kind: record.KindAsset})
	if err != nil || len(page.Rows) != 1 || page.Rows[0].Stamp.Connection != d.conn {
		t.Errorf("%+v, %v", page.Rows, err)
	}
	if left := d.left(t, first); left != "" {
		t.Errorf("left: %s", left)
	}
}

// TestAQuestionOutlivesItsRequest: it can be decided, and no reply goes anywhere.
func TestAQuestionOutlivesItsRequest(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.ask(t, "q")
	plan, err := d.sys.RemovalPlan(t.Context(), d.conn)
	if err != nil || plan.Questions != 1 {
		t.Errorf("%+v, %v", plan, err)
	}
	must(t, d.sys.RemoveConnection(t.Context(), d.conn, "Help desk"))
	got, err := d.acc.DecideApproval(t.Context(), owner(d.account), answer(d.account, a.ID, approval.Approved))
	if err != nil || got.State != approval.Approved || got.Reply != nil {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = d.sys.Remove(t.Context())
	must(t, err)
	if got, err := d.acc.ApprovalByID(t.Context(), owner(d.account), d.account, a.ID); err != nil || got.State != approval.Approved {
		t.Errorf("%+v, %v", got, err)
	}
}
