package store_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestOnlyTheFirstOnARecordMoves(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first, second, third := d.submit(t, "1", "a"), d.submit(t, "1", "b"), d.submit(t, "1", "c")
	elsewhere := d.submit(t, "2", "d")
	if due, err := d.sys.DueActions(t.Context(), d.clock(), 10); err != nil || !slices.Equal(due, []action.ID{first.ID, elsewhere.ID}) {
		t.Errorf("due: %v %v", due, err)
	}
	for _, id := range []action.ID{second.ID, third.ID} {
		if _, ok := d.claim(t, id); ok {
			t.Error("a later action overtook the first")
		}
	}
	d.mustClaim(t, elsewhere.ID)
	c := d.mustClaim(t, first.ID)
	drain(t, d.world)
	for _, s := range []action.State{action.Sending, action.Accepted} {
		must(t, d.sys.Settle(t.Context(), c, action.Step{State: s, Keep: true}))
		if _, ok := d.claim(t, second.ID); ok {
			t.Errorf("the second moves while the first is %s", s)
		}
	}
	d.settle(t, c, action.Confirmed)
	if rung := d.events(t, change.ActionDue); !slices.Equal(rung, []string{second.ID.String()}) {
		t.Errorf("rung: %v, want the second", rung)
	}
	d.mustClaim(t, second.ID)
	if _, ok := d.claim(t, third.ID); ok {
		t.Error("the third overtook the second")
	}
}

func TestWhatStandsStillLetsOthersPass(t *testing.T) {
	t.Parallel()
	for _, s := range []action.State{action.Conflict, action.Dead, action.Refused} {
		d := newDesk(t)
		first, second := d.submit(t, "1", "a"), d.submit(t, "1", "b")
		c := d.mustClaim(t, first.ID)
		drain(t, d.world)
		d.settle(t, c, s)
		if rung := d.events(t, change.ActionDue); !slices.Equal(rung, []string{second.ID.String()}) {
			t.Errorf("%s: rung %v", s, rung)
		}
		d.mustClaim(t, second.ID)
	}
}

func TestTakingBackTheFirstWakesTheSecond(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first, second := d.submit(t, "1", "a"), d.submit(t, "1", "b")
	drain(t, d.world)
	_, err := d.acc.Withdraw(t.Context(), d.owner, d.account, first.ID)
	must(t, err)
	if rung := d.events(t, change.ActionDue); !slices.Equal(rung, []string{second.ID.String()}) {
		t.Errorf("rung %v", rung)
	}
}

func TestOfManyClaimsOneWins(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.submit(t, "1", "a")
	won := make(chan action.Claim, 50)
	var wg sync.WaitGroup
	for range cap(won) {
		wg.Go(func() {
			c, ok, err := d.sys.Claim(t.Context(), a.ID, time.Minute)
			if err != nil {
				t.Error(err)
			}
			if ok {
				won <- c
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Errorf("%d workers hold the action", len(won))
	}
}

func TestAnOldClaimSettlesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.submit(t, "1", "a")
	old := d.mustClaim(t, a.ID)
	d.pass(30 * time.Second)
	if _, ok := d.claim(t, a.ID); ok {
		t.Fatal("a live lease was taken over")
	}
	d.pass(31 * time.Second)
	fresh := d.mustClaim(t, a.ID)
	if fresh.Fence <= old.Fence {
		t.Fatalf("fences %d, %d", old.Fence, fresh.Fence)
	}
	step := action.Step{State: action.Sending, Records: []record.Record{ticket("1", "Nordwind", "changed", "open", d.clock())}}
	if err := d.sys.Settle(t.Context(), old, step); !fault.Is(err, fault.Conflict) {
		t.Errorf("the old claim settled: %v", err)
	}
	d.settle(t, fresh, action.Sending)
	if err := d.sys.Settle(t.Context(), fresh, action.Step{State: action.Confirmed}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a claim that was given back settled: %v", err)
	}
	if got, err := d.acc.Detail(t.Context(), d.owner, d.account, record.KindTicket, d.tickets["1"].ID); err != nil || got.Title != "VPN drops" {
		t.Errorf("records of the old claim: %q %v", got.Title, err)
	}
}

func TestEveryStepAsksTheStateMachine(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.submit(t, "1", "a")
	for _, from := range action.States {
		for _, to := range action.States {
			must(t, d.Exec(t.Context(), "UPDATE actions SET state = 'recorded', lease_until = NULL WHERE id = ?", a.ID))
			c := d.mustClaim(t, a.ID)
			must(t, d.Exec(t.Context(), "UPDATE actions SET state = ? WHERE id = ?", from, a.ID))
			err := d.sys.Settle(t.Context(), c, action.Step{State: to})
			legal := action.Move(from, to) == nil || from == to && !from.Final()
			want := from
			if legal {
				want = to
			}
			if (err == nil) != legal || d.state(t, a.ID) != want {
				t.Errorf("%s → %s: %v, now %s", from, to, err, d.state(t, a.ID))
			}
		}
	}
}

func TestASettledStepKeepsItsTimes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.submit(t, "1", "a")
	began := d.clock()
	c := d.mustClaim(t, a.ID)
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Sending, Begin: true, Mark: "41", Keep: true}))
	d.pass(time.Second)
	due := d.clock().Add(10 * time.Second)
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Accepted, Reference: "42", Due: due}))
	if _, ok := d.claim(t, a.ID); ok {
		t.Error("claimed before it is due")
	}
	d.pass(10 * time.Second)
	c = d.mustClaim(t, a.ID)
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Confirmed}))
	got, err := d.acc.ActionByID(t.Context(), d.owner, d.account, a.ID)
	must(t, err)
	if got.Attempt != 1 || got.Mark != "41" || got.Reference != "42" || !got.Sent.Equal(began) ||
		!got.Accepted.Equal(began.Add(time.Second)) || !got.Ended.Equal(began.Add(11*time.Second)) || !got.Due.IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestTakingBackRacesWithTheWorker(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range 30 {
		a := d.submit(t, "1", action.NewID().String())
		var taken bool
		var claim action.Claim
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := d.acc.Withdraw(t.Context(), d.owner, d.account, a.ID)
			if taken = err == nil; !taken && !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		})
		var claimed bool
		wg.Go(func() { claim, claimed = d.claim(t, a.ID) })
		wg.Wait()
		if taken == claimed {
			t.Fatalf("taken back: %v, claimed: %v", taken, claimed)
		}
		if claimed {
			d.settle(t, claim, action.Refused)
		}
	}
}

func TestADeadWorkersActionIsTakenBackForGood(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.submit(t, "1", "a")
	late := d.mustClaim(t, a.ID)
	d.pass(2 * time.Minute)
	_, err := d.acc.Withdraw(t.Context(), d.owner, d.account, a.ID)
	must(t, err)
	if err := d.sys.Settle(t.Context(), late, action.Step{State: action.Sending}); !fault.Is(err, fault.Conflict) {
		t.Errorf("the worker that woke up late: %v", err)
	}
}

func TestGivingUpSaysWhetherItMayHaveArrived(t *testing.T) {
	t.Parallel()
	for _, sent := range []bool{false, true} {
		for name, giveUp := range map[string]func(d *desk, id action.ID) error{
			"client": func(d *desk, id action.ID) error {
				_, err := d.acc.Withdraw(t.Context(), d.owner, d.account, id)
				return err
			},
			"staff": func(d *desk, id action.ID) error { return d.sys.Discard(t.Context(), action.Ruling{ID: id}) },
		} {
			d := newDesk(t)
			a := d.submit(t, "1", "a")
			c := d.mustClaim(t, a.ID)
			must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Sending, Begin: sent, Keep: true}))
			must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Dead, Reason: "gave up"}))
			must(t, giveUp(d, a.ID))
			got, err := d.acc.ActionByID(t.Context(), d.owner, d.account, a.ID)
			must(t, err)
			if got.State != action.Withdrawn || (got.Reason != "") != sent {
				t.Errorf("%s, sent=%v: %s %q", name, sent, got.State, got.Reason)
			}
		}
	}
}

func TestReviveLooksFirstWhatWasEverSent(t *testing.T) {
	t.Parallel()
	for _, sent := range []bool{false, true} {
		d := newDesk(t)
		a := d.submit(t, "1", "a")
		if err := d.sys.Revive(t.Context(), action.Ruling{ID: a.ID}); !fault.Is(err, fault.Conflict) {
			t.Errorf("revived what is not dead: %v", err)
		}
		c := d.mustClaim(t, a.ID)
		must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Sending, Begin: sent, Keep: true}))
		must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Dead, Reason: "gave up"}))
		if dead, err := d.sys.DeadActions(t.Context(), 10); err != nil || len(dead) != 1 || dead[0].ID != a.ID {
			t.Errorf("dead: %v %v", dead, err)
		}
		drain(t, d.world)
		d.pass(time.Hour)
		must(t, d.sys.Revive(t.Context(), action.Ruling{ID: a.ID}))
		got, err := d.acc.ActionByID(t.Context(), d.owner, d.account, a.ID)
		must(t, err)
		want := action.Recorded
		if sent {
			want = action.Unknown
		}
		if got.State != want || got.Generation != 1 || got.Attempt != 0 || got.Reason != "" || !got.Began.Equal(d.clock()) {
			t.Errorf("sent=%v: %+v", sent, got)
		}
		if rung := d.events(t, change.ActionDue); !slices.Equal(rung, []string{a.ID.String()}) {
			t.Errorf("rung %v", rung)
		}
		d.mustClaim(t, a.ID)
	}
}

func TestRightsAreThoseOfNow(t *testing.T) {
	t.Parallel()
	other := func(t *testing.T, d *desk) {
		d.pull(t, "tickets", ticket("1", "Other", "VPN", "open", d.clock().Add(time.Minute)))
	}
	for name, c := range map[string]struct {
		happens func(t *testing.T, d *desk)
		may     bool
	}{
		"nothing happened":   {func(*testing.T, *desk) {}, true},
		"membership removed": {func(t *testing.T, d *desk) { must(t, d.sys.RemoveMember(t.Context(), d.account, "u-owner")) }, false},
		"user disabled":      {func(t *testing.T, d *desk) { must(t, d.sys.DisableUser(t.Context(), "u-owner", true)) }, false},
		"account hidden":     {func(t *testing.T, d *desk) { must(t, d.sys.Launch(t.Context(), d.account, record.LaunchHidden)) }, false},
		"account in preview": {func(t *testing.T, d *desk) { must(t, d.sys.Launch(t.Context(), d.account, record.LaunchPreview)) }, false},
		"record left":        {other, false},
		"match taken back":   {func(t *testing.T, d *desk) { must(t, d.sys.Unmatch(t.Context(), d.conn, "Nordwind")) }, false},
		"account hidden, back": {func(t *testing.T, d *desk) {
			must(t, d.sys.Launch(t.Context(), d.account, record.LaunchHidden))
			must(t, d.sys.Launch(t.Context(), d.account, record.LaunchInvited))
		}, true},
	} {
		d := newDesk(t)
		must(t, d.sys.CreateUser(t.Context(), access.User{ID: "u-owner", Name: "Ines Vogt", Email: "ines@nordwind.example"}, ""))
		must(t, d.sys.AddMember(t.Context(), d.account, "u-owner", access.Owner))
		a := d.submit(t, "1", "a")
		create, err := d.acc.Submit(t.Context(), d.owner, action.Draft{Account: d.account, Kind: action.TicketCreate, Connection: d.conn, Key: "n"})
		must(t, err)
		c.happens(t, d)
		for _, act := range []action.Action{a, create} {
			if act.ID == create.ID && name == "record left" {
				continue
			}
			user, role, err := d.sys.Rights(t.Context(), act)
			if c.may && (err != nil || user.ID != "u-owner" || role != access.Owner) || !c.may && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s, %s: %v %v %v", name, act.Kind, user, role, err)
			}
		}
	}
}

// TestWhatLeavesStopsWhatWasAsked covers each way in which a record leaves.
func TestWhatLeavesStopsWhatWasAsked(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(t *testing.T, d *desk){
		"to another account": func(t *testing.T, d *desk) {
			other := d.world.account(t, "Other")
			d.pull(t, "tickets", ticket("9", "Other", "x", "open", d.clock()))
			d.match(t, "Other", other)
			d.pull(t, "tickets", ticket("1", "Other", "VPN", "open", d.clock()))
		},
		"to nobody": func(t *testing.T, d *desk) { d.pull(t, "tickets", ticket("1", "Stranger", "VPN", "open", d.clock())) },
		"unmatched": func(t *testing.T, d *desk) { must(t, d.sys.Unmatch(t.Context(), d.conn, "Nordwind")) },
	} {
		d := newDesk(t)
		begun, waits := d.submit(t, "1", "a"), d.submit(t, "1", "b")
		c := d.mustClaim(t, begun.ID)
		drain(t, d.world)
		leave(t, d)
		moved := d.events(t, change.ActionMoved)
		for _, a := range []action.Action{begun, waits} {
			if s := d.state(t, a.ID); s != action.Refused || !slices.Contains(moved, a.ID.String()) {
				t.Errorf("%s: %s, told %v", name, s, moved)
			}
		}
		if err := d.sys.Settle(t.Context(), c, action.Step{State: action.Sending, Begin: true}); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: the worker goes on: %v", name, err)
		}
	}
}

func TestUnmatchStopsNewRequestsToo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a, err := d.acc.Submit(t.Context(), d.owner, action.Draft{Account: d.account, Kind: action.TicketCreate, Connection: d.conn, Key: "n"})
	must(t, err)
	must(t, d.sys.Unmatch(t.Context(), d.conn, "Nordwind"))
	if s := d.state(t, a.ID); s != action.Refused {
		t.Errorf("a request under a company that is nobody's is %s", s)
	}
}
