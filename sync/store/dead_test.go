package store_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/fault"
)

// dead is an action that waits for staff, and was sent before when sent is true.
func (d *desk) dead(t *testing.T, external, key string, sent bool) action.Action {
	t.Helper()
	a := d.submit(t, external, key)
	c := d.mustClaim(t, a.ID)
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Sending, Begin: sent, Keep: true}))
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Dead, Reason: "The help desk does not take it."}))
	d.pass(time.Minute)
	return a
}

func TestOtherWordsKeepTheReferenceAndTheActorsOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.dead(t, "1", "a", true)
	must(t, d.sys.Revive(t.Context(), action.Ruling{ID: a.ID, Text: "second", By: "Amara"}))
	got, err := d.acc.ActionByID(t.Context(), d.owner, d.account, a.ID)
	must(t, err)
	if got.State != action.Unknown || got.Ref != a.Ref || got.Input.Text != "second" || got.Input.Care.Was != a.Input.Text || got.Input.Care.By != "Amara" || got.Words() != "second" {
		t.Errorf("%+v", got)
	}
	// The first words turn out to have arrived: nothing else is said to be there.
	c := d.mustClaim(t, a.ID)
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Accepted, Reference: "7"}))
	if got, err = d.acc.ActionByID(t.Context(), d.owner, d.account, a.ID); err != nil || got.Words() != a.Input.Text {
		t.Errorf("%q, %v", got.Words(), err)
	}
	// A second change keeps the actor's words, and what was sent anew is what counts.
	b := d.dead(t, "2", "b", false)
	must(t, d.sys.Revive(t.Context(), action.Ruling{ID: b.ID, Text: "second", By: "Amara"}))
	c = d.mustClaim(t, b.ID)
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Dead, Reason: "no"}))
	d.pass(time.Minute)
	must(t, d.sys.Revive(t.Context(), action.Ruling{ID: b.ID, Seen: 1, Text: "third", By: "Marek"}))
	d.pass(time.Minute)
	c = d.mustClaim(t, b.ID)
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Sending, Begin: true, Keep: true}))
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Accepted, Reference: "8"}))
	if got, err = d.acc.ActionByID(t.Context(), d.owner, d.account, b.ID); err != nil || got.Words() != "third" || got.Input.Care.Was != b.Input.Text || got.Input.Care.By != "Marek" {
		t.Errorf("%+v, %v", got.Input, err)
	}
}

func TestOfTwoAdministratorsAtOnceOneIsTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.dead(t, "1", "a", false)
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			r := action.Ruling{ID: a.ID, Text: "words", Reason: "settled", By: "somebody"}
			if i%2 == 0 {
				errs[i] = d.sys.Revive(t.Context(), r)
			} else {
				errs[i] = d.sys.Discard(t.Context(), r)
			}
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !fault.Is(err, fault.Conflict):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d decided", won)
	}
	b := d.dead(t, "2", "b", false)
	must(t, d.sys.Revive(t.Context(), action.Ruling{ID: b.ID}))
	c := d.mustClaim(t, b.ID)
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Dead, Reason: "again"}))
	if err := d.sys.Discard(t.Context(), action.Ruling{ID: b.ID, Reason: "x"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("decided on what was seen before: %v", err)
	}
	if err := d.sys.Discard(t.Context(), action.Ruling{ID: action.NewID()}); !fault.Is(err, fault.NotFound) {
		t.Errorf("decided on nothing: %v", err)
	}
}

func TestWhatIsGivenUpIsToldWithItsReason(t *testing.T) {
	t.Parallel()
	for _, sent := range []bool{false, true} {
		d := newDesk(t)
		a := d.dead(t, "1", "a", sent)
		drain(t, d.world)
		must(t, d.sys.Discard(t.Context(), action.Ruling{ID: a.ID, Reason: "We have settled it by phone.", By: "Amara"}))
		got, err := d.acc.ActionByID(t.Context(), d.owner, d.account, a.ID)
		must(t, err)
		if got.State != action.Withdrawn || !got.Input.Care.GaveUp || !strings.HasPrefix(got.Reason, "We have settled it by phone.") || strings.Contains(got.Reason, "may have arrived") != sent {
			t.Errorf("sent=%v: %+v", sent, got)
		}
		if moved := d.events(t, change.ActionMoved); len(moved) != 1 {
			t.Errorf("told of %v", moved)
		}
	}
}

func TestStaffFindWhatIsHeldWithItsNames(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.dead(t, "1", "a", true)
	held, err := d.sys.HeldActions(t.Context(), action.Dead, 10)
	must(t, err)
	if len(held) != 1 || held[0].ID != a.ID || held[0].Company == "" || held[0].System == "" || held[0].About == "" {
		t.Fatalf("%+v", held)
	}
	one, err := d.sys.HeldAction(t.Context(), a.ID)
	must(t, err)
	if one.Ref != a.Ref || one.About != held[0].About {
		t.Errorf("%+v", one)
	}
	b := d.submit(t, "2", "b")
	c := d.mustClaim(t, b.ID)
	must(t, d.sys.Settle(t.Context(), c, action.Step{State: action.Refused, Reason: "Closed."}))
	if refused, err := d.sys.HeldActions(t.Context(), action.Refused, 10); err != nil || len(refused) != 1 || refused[0].ID != b.ID {
		t.Errorf("%+v, %v", refused, err)
	}
	d.pass(31 * 24 * time.Hour)
	if refused, err := d.sys.HeldActions(t.Context(), action.Refused, 10); err != nil || len(refused) != 0 {
		t.Errorf("a month later: %+v, %v", refused, err)
	}
}

func TestWordsOfADecisionAreNotChanged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	closing, err := d.acc.Submit(t.Context(), d.owner, action.Draft{Account: d.account, Kind: action.TicketClose, Target: d.dead(t, "1", "a", false).Target, Key: "c"})
	must(t, err)
	if err := d.sys.Revive(t.Context(), action.Ruling{ID: closing.ID, Text: "words"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("words for closing: %v", err)
	}
	if _, err := d.acc.Submit(t.Context(), d.owner, action.Draft{Account: d.account, Kind: action.TicketReply, Target: closing.Target, Key: "x", Input: action.Input{Text: "x", Care: &action.Care{By: "me"}}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a client who writes as staff: %v", err)
	}
}
