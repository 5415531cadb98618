package store_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
)

// desk is a world with one account that has tickets 1 and 2.
type desk struct {
	*world
	account record.AccountID
	owner   access.Scope
	tickets map[string]record.Detail
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	w := newWorld(t)
	d := &desk{world: w, account: w.account(t, "Nordwind"), tickets: map[string]record.Detail{}}
	d.owner = owner(d.account)
	w.pull(t, "tickets", ticket("1", "Nordwind", "VPN drops", "open", w.clock()), ticket("2", "Nordwind", "Printer", "open", w.clock()))
	w.match(t, "Nordwind", d.account)
	for _, r := range tickets(t.Context(), t, w, d.owner, d.account) {
		got, err := w.acc.Detail(t.Context(), d.owner, d.account, record.KindTicket, r.ID)
		must(t, err)
		d.tickets[r.Stamp.External] = got
	}
	drain(t, w)
	return d
}

func (d *desk) draft(external, key string) action.Draft {
	return action.Draft{Account: d.account, Kind: action.TicketReply, Target: d.tickets[external].ID, Key: key, Input: action.Input{Text: "words"}}
}

func (d *desk) submit(t *testing.T, external, key string) action.Action {
	t.Helper()
	a, err := d.acc.Submit(t.Context(), d.owner, d.draft(external, key))
	must(t, err)
	return a
}

// claim tries to lease an action for a minute.
func (d *desk) claim(t *testing.T, id action.ID) (action.Claim, bool) {
	t.Helper()
	c, ok, err := d.sys.Claim(t.Context(), id, time.Minute)
	must(t, err)
	return c, ok
}

func (d *desk) mustClaim(t *testing.T, id action.ID) action.Claim {
	t.Helper()
	c, ok := d.claim(t, id)
	if !ok {
		t.Fatal("the action cannot be claimed")
	}
	return c
}

func (d *desk) settle(t *testing.T, c action.Claim, s action.State) {
	t.Helper()
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: s}))
}

func (d *desk) state(t *testing.T, id action.ID) action.State {
	t.Helper()
	a, err := d.acc.ActionByID(t.Context(), d.owner, d.account, id)
	must(t, err)
	return a.State
}

// events drains the outbox and keeps those of a topic.
func (d *desk) events(t *testing.T, topic change.Topic) []string {
	t.Helper()
	var ids []string
	for _, e := range drain(t, d.world) {
		if e.Topic == topic {
			ids = append(ids, e.IDs...)
		}
	}
	return ids
}

func TestAFormPostedManyTimesAtOnceIsOneAction(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ids := make([]action.ID, 50)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			a, err := d.acc.Submit(t.Context(), d.owner, d.draft("1", "same"))
			if err != nil {
				t.Error(err)
			}
			ids[i] = a.ID
		})
	}
	wg.Wait()
	if len(slices.Compact(ids)) != 1 || ids[0].IsZero() {
		t.Errorf("actions: %v", ids)
	}
	if due := d.events(t, change.ActionDue); len(due) != 1 || due[0] != ids[0].String() {
		t.Errorf("rings: %v", due)
	}
	if again := d.submit(t, "2", "same"); again.ID != ids[0] {
		t.Error("the same key later made another action")
	}
}

func TestAFormThatWasSentBeforeSaysSoWhenItHoldsOtherWords(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.submit(t, "1", "same")
	for name, change := range map[string]func(*action.Input){
		"text":    func(in *action.Input) { in.Text = "other words" },
		"subject": func(in *action.Input) { in.Subject = "other" },
		"files":   func(in *action.Input) { in.Files = []action.File{{ID: "f", Name: "a.txt", SHA256: "00"}} },
	} {
		draft := d.draft("1", "same")
		change(&draft.Input)
		if _, err := d.acc.Submit(t.Context(), d.owner, draft); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: what was not recorded was called recorded: %v", name, err)
		}
	}
	if again := d.submit(t, "1", "same"); again.ID != first.ID {
		t.Error("the same words became another action")
	}
}

func TestSubmitRefusesWhatNoPageAsksFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, c := range map[string]struct {
		change func(*action.Draft)
		want   fault.Kind
	}{
		"no key":              {func(a *action.Draft) { a.Key = "" }, fault.Invalid},
		"a long key":          {func(a *action.Draft) { a.Key = string(make([]byte, 101)) }, fault.Invalid},
		"a key with NUL":      {func(a *action.Draft) { a.Key = "a\x00b" }, fault.Invalid},
		"a kind of nobody":    {func(a *action.Draft) { a.Kind = "ticket.delete" }, fault.Invalid},
		"a reply to nothing":  {func(a *action.Draft) { a.Target = record.ID{} }, fault.Invalid},
		"a new one on an old": {func(a *action.Draft) { a.Kind = action.TicketCreate }, fault.Invalid},
		"a foreign target":    {func(a *action.Draft) { a.Target = record.NewID() }, fault.NotFound},
		"a foreign account":   {func(a *action.Draft) { a.Account = record.NewAccountID() }, fault.NotFound},
		"a stale base":        {func(a *action.Draft) { a.Base = "new@long ago" }, fault.Conflict},
	} {
		draft := d.draft("1", "k")
		c.change(&draft)
		if a, err := d.acc.Submit(t.Context(), d.owner, draft); !fault.Is(err, c.want) {
			t.Errorf("%s: %v %v", name, a, err)
		}
	}
	if e := drain(t, d.world); len(e) != 0 {
		t.Errorf("refused drafts left %v", e)
	}
}

func TestAStaleBaseSaysWhatChanged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	draft := d.draft("1", "k")
	draft.Base = d.tickets["1"].Base
	d.pull(t, "tickets", ticket("1", "Nordwind", "VPN drops", "resolved", d.clock().Add(time.Minute)))
	_, err := d.acc.Submit(t.Context(), d.owner, draft)
	if !fault.Is(err, fault.Conflict) || fault.Fields(err)["status"] != "open → resolved" {
		t.Errorf("%v %v", err, fault.Fields(err))
	}
	now, err := d.acc.Detail(t.Context(), d.owner, d.account, record.KindTicket, draft.Target)
	must(t, err)
	draft.Base = now.Base
	if _, err := d.acc.Submit(t.Context(), d.owner, draft); err != nil {
		t.Errorf("having looked again: %v", err)
	}
}

// TestARecordThatMovesWhileSomebodyAsks runs both at once: whichever is first,
// nothing of the old account may stay on its way to the new owner's ticket.
func TestARecordThatMovesWhileSomebodyAsks(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := d.world.account(t, "Other")
	d.pull(t, "tickets", ticket("9", "Other", "x", "open", d.clock()))
	d.match(t, "Other", other)
	company := []string{"Other", "Nordwind"}
	for round := range 10 {
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				_, err := d.acc.Submit(t.Context(), d.owner, d.draft("1", strconv.Itoa(10*round+i)))
				if err != nil && !fault.Is(err, fault.NotFound) {
					t.Error(err)
				}
			})
		}
		d.pull(t, "tickets", ticket("1", company[round%2], "VPN", "open", d.clock().Add(time.Duration(round)*time.Minute)))
		wg.Wait()
		if round%2 == 0 {
			moving, err := d.Texts(t.Context(), "SELECT id FROM actions WHERE state = 'recorded'")
			must(t, err)
			if len(moving) != 0 {
				t.Fatalf("round %d: on their way to another account's ticket: %v", round, moving)
			}
		}
	}
}

func TestACancelledRequestLeavesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.acc.Submit(ctx, d.owner, d.draft("1", "k")); err == nil {
		t.Error("a cancelled request was recorded")
	}
	a := d.submit(t, "1", "first")
	c := d.mustClaim(t, a.ID)
	drain(t, d.world)
	if err := d.sys.Settle(ctx, c, action.Step{State: action.Sending, Records: []record.Record{ticket("3", "Nordwind", "n", "open", d.clock())}}); err == nil {
		t.Error("a cancelled step was settled")
	}
	if e := drain(t, d.world); len(e) != 0 || d.state(t, a.ID) != action.Recorded || len(tickets(t.Context(), t, d.world, d.owner, d.account)) != 2 {
		t.Errorf("left behind: %v, %s", e, d.state(t, a.ID))
	}
}

// TestAStepIsWholeOrNothing breaks the last statement of a step.
func TestAStepIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.submit(t, "1", "k")
	c := d.mustClaim(t, a.ID)
	drain(t, d.world)
	must(t, d.Exec(t.Context(), "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END"))
	step := action.Step{State: action.Sending, Begin: true, Mark: "m", Records: []record.Record{ticket("1", "Nordwind", "changed", "open", d.clock())}}
	if err := d.sys.Settle(t.Context(), c, step); err == nil {
		t.Fatal("settled without its event")
	}
	if _, err := d.acc.Submit(t.Context(), d.owner, d.draft("1", "k2")); err == nil {
		t.Fatal("recorded without its event")
	}
	must(t, d.Exec(t.Context(), "DROP TRIGGER full"))
	list, err := d.acc.ActionsOn(t.Context(), d.owner, d.account, d.tickets["1"].ID)
	must(t, err)
	if len(list) != 1 || list[0].State != action.Recorded || list[0].Attempt != 0 || list[0].Mark != "" {
		t.Errorf("half a step stayed: %+v", list)
	}
	if got, err := d.acc.Detail(t.Context(), d.owner, d.account, record.KindTicket, d.tickets["1"].ID); err != nil || got.Title != "VPN drops" {
		t.Errorf("the record of a refused step: %q %v", got.Title, err)
	}
	must(t, d.sys.Settle(t.Context(), c, step))
	if moved := d.events(t, change.ActionMoved); len(moved) != 1 {
		t.Errorf("events: %v", moved)
	}
}

func TestFilesAreNeededUntilTheirActionEnds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	draft := d.draft("1", "a")
	draft.Input.Files = []action.File{{ID: "one", Name: "a.txt"}, {ID: "two", Name: "b.txt"}}
	a, err := d.acc.Submit(t.Context(), d.owner, draft)
	must(t, err)
	d.submit(t, "2", "b") // has none
	needed := func() map[string]bool {
		got, err := d.sys.NeededFiles(t.Context())
		must(t, err)
		return got
	}
	if got := needed(); len(got) != 2 || !got["one"] || !got["two"] {
		t.Errorf("recorded: %v", got)
	}
	c := d.mustClaim(t, a.ID)
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Dead, Keep: true}))
	if got := needed(); len(got) != 2 {
		t.Errorf("dead, may be revived: %v", got)
	}
	must(t, d.sys.Discard(t.Context(), action.Ruling{ID: a.ID}))
	if got := needed(); len(got) != 0 {
		t.Errorf("given up: %v", got)
	}
}
