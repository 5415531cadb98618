package store_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

// crashRows is more than one transaction holds, so that a page can be cut.
const crashRows = 250

// workForEver is a process that commits pages and actions until it is killed,
// and says so after each commit: "page N" or "action KEY".
func workForEver(path place) error {
	ctx := context.Background()
	s, err := store.Open(ctx, path.options(), true)
	if err != nil {
		return err
	}
	sys := s.System()
	connections, err := sys.Connections(ctx)
	if err != nil {
		return err
	}
	accounts, err := sys.AllAccounts(ctx)
	if err != nil {
		return err
	}
	due := run.Due{Connection: connections[0].ID, Stream: "tickets", Mode: remote.Changes}
	r, ok, err := sys.Begin(ctx, due, time.Nanosecond) // a dead predecessor's lease has run out by now
	if err != nil || !ok {
		return fmt.Errorf("no lease: %w", err)
	}
	who := owner(accounts[0].ID)
	first, _ := strconv.Atoi(string(r.Checkpoint))
	for page := first + 1; ; page++ {
		r, err = sys.Commit(ctx, r, remote.Page{Records: crashPage(page), Next: remote.Checkpoint(strconv.Itoa(page))}, time.Nanosecond)
		if err != nil {
			return err
		}
		fmt.Printf("page %d\n", page)
		key := fmt.Sprintf("%d-%d", os.Getpid(), page)
		if err := reply(ctx, s.Account(), who, accounts[0].ID, key); err != nil {
			return err
		}
		fmt.Printf("action %s\n", key)
	}
}

func reply(ctx context.Context, acc *store.Account, who access.Scope, account record.AccountID, key string) error {
	page, err := acc.List(ctx, who, account, record.Query{Kind: record.KindTicket, Limit: 1})
	if err != nil {
		return err
	}
	_, err = acc.Submit(ctx, who, action.Draft{Account: account, Kind: action.TicketReply, Target: page.Rows[0].ID, Key: key})
	return err
}

// crashPage is the page of that number; each has the same records, changed.
func crashPage(page int) []record.Record {
	out := make([]record.Record, crashRows)
	when := time.Date(2026, 11, 1, 0, 0, page, 0, time.UTC)
	for i := range out {
		out[i] = ticket(strconv.Itoa(i), "Nordwind", fmt.Sprintf("page %d", page), "open", when)
	}
	return out
}

// TestKilledAtAnyMomentNothingIsLost kills a working process again and again.
// PORTICO_FAULT_ROUNDS makes it longer.
func TestKilledAtAnyMomentNothingIsLost(t *testing.T) {
	t.Parallel()
	rounds := 10
	if n, err := strconv.Atoi(os.Getenv("PORTICO_FAULT_ROUNDS")); err == nil {
		rounds = n
	}
	path := newPlace(t)
	prepareForCrash(t, path)
	acked := acks{actions: map[string]bool{}}
	for range rounds {
		acked.runAndKill(t, path, 1+rand.IntN(12))
		acked.check(t, path)
	}
	if acked.page == 0 || len(acked.actions) == 0 {
		t.Error("nothing was ever acknowledged, so nothing was tested")
	}
}

func prepareForCrash(t *testing.T, path place) {
	t.Helper()
	s, err := store.Open(t.Context(), path.options(), true)
	must(t, err)
	w := &world{Store: s, place: path, sys: s.System(), acc: s.Account(), now: time.Now()}
	w.conn = w.connection(t, "Help desk")
	account := w.account(t, "Nordwind")
	w.pull(t, "tickets", ticket("0", "Nordwind", "page 0", "open", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)))
	w.match(t, "Nordwind", account)
	must(t, w.Exec(t.Context(), "UPDATE streams SET checkpoint = NULL"))
	must(t, s.Close())
}

// acks is what the killed processes said they had committed.
type acks struct {
	page    int
	actions map[string]bool
}

// runAndKill lets a process say so many things and kills it in the middle of
// the next.
func (a *acks) runAndKill(t *testing.T, path place, after int) {
	t.Helper()
	cmd := process(t, "work", path)
	var problem strings.Builder
	cmd.Stderr = &problem
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		what, value, _ := strings.Cut(lines.Text(), " ")
		switch what {
		case "page":
			a.page, err = strconv.Atoi(value)
			must(t, err)
		case "action":
			a.actions[value] = true
		}
		if n == after { // what it still manages to say until the signal arrives is read too
			must(t, cmd.Process.Kill())
		}
	}
	if err := cmd.Wait(); err == nil || problem.Len() > 0 {
		t.Fatalf("the process ended by itself: %v %s", err, problem.String())
	}
}

func (a *acks) check(t *testing.T, path place) {
	t.Helper()
	s, err := store.Open(t.Context(), path.options(), true)
	must(t, err)
	defer func() { must(t, s.Close()) }()
	w := &world{Store: s, sys: s.System(), place: path}
	texts := func(query string) []string {
		t.Helper()
		out, err := w.Texts(t.Context(), query)
		must(t, err)
		return out
	}
	if _, ok := path.schema(); !ok {
		if whole := texts("PRAGMA integrity_check"); len(whole) != 1 || whole[0] != "ok" {
			t.Fatalf("integrity: %q", whole)
		}
	}
	kept := map[string]bool{}
	for _, key := range texts("SELECT key FROM actions") {
		kept[key] = true
	}
	for key := range a.actions {
		if !kept[key] {
			t.Errorf("action %s was acknowledged and is lost", key)
		}
	}
	if owed := texts("SELECT count(*) FROM outbox WHERE topic = 'action.due'"); owed[0] != strconv.Itoa(len(kept)) {
		t.Errorf("%d actions and %s rings", len(kept), owed[0])
	}
	page, _ := strconv.Atoi(w.checkpointText(t))
	if page < a.page {
		t.Errorf("page %d was acknowledged, the checkpoint is at %d", a.page, page)
	}
	// Before its checkpoint a page may be there in part; after it, never.
	for _, title := range texts("SELECT DISTINCT title FROM records") {
		if n, _ := strconv.Atoi(strings.TrimPrefix(title, "page ")); n != page && n != page+1 {
			t.Errorf("%q is there at checkpoint %d", title, page)
		}
	}
	if rows := texts("SELECT count(*) FROM records"); page > 0 && rows[0] != strconv.Itoa(crashRows) {
		t.Errorf("%s records at checkpoint %d", rows[0], page)
	}
}
