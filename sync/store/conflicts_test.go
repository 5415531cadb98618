package store_test

import (
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

func TestOnlyWhoAskedDecidesAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.submit(t, "1", "k")
	d.submit(t, "2", "still on its way")
	d.settle(t, d.mustClaim(t, a.ID), action.Conflict)
	mine, err := d.acc.Stuck(t.Context(), d.owner, d.account)
	must(t, err)
	if len(mine) != 1 || mine[0].ID != a.ID {
		t.Errorf("to decide again: %+v", mine)
	}
	colleague := grant.Member(grant.User{ID: "u-colleague", Email: "jan@nordwind.example"}, d.account, access.Owner)
	if theirs, err := d.acc.Stuck(t.Context(), colleague, d.account); err != nil || len(theirs) != 0 {
		t.Errorf("a colleague is asked: %+v, %v", theirs, err)
	}
}

// TestADeletedRequestHoldsWhatWasAskedOnIt deletes a request at the source in
// both ways, with an answer that waits, one that is under way and one that was done.
func TestADeletedRequestHoldsWhatWasAskedOnIt(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(d *desk){
		"told": func(d *desk) {
			commit(t, d.world, "tickets", remote.Page{Deleted: []record.Ref{{Connection: d.world.conn, Kind: record.KindTicket, External: "1"}}})
		},
		"missed": func(d *desk) {
			d.pass(time.Hour)
			r := d.begin(t, "tickets", remote.Census)
			_, err := d.sys.Sweep(t.Context(), r, record.KindTicket, []string{"2"}, true)
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			sent := d.submit(t, "1", "sent")
			claim := d.mustClaim(t, sent.ID)
			must(t, d.sys.Settle(t.Context(), claim, action.Step{State: action.Sending, Begin: true, Keep: true}))
			d.settle(t, claim, action.Confirmed)
			waits, elsewhere := d.submit(t, "1", "waits"), d.submit(t, "2", "elsewhere")
			begun := d.mustClaim(t, waits.ID)
			remove(d)
			for id, want := range map[action.ID]action.State{sent.ID: "confirmed", waits.ID: "dead", elsewhere.ID: "recorded"} {
				if got := d.state(t, id); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
			if err := d.sys.Settle(t.Context(), begun, action.Step{State: action.Sending, Begin: true, Keep: true}); err == nil {
				t.Error("a worker that has begun sends it all the same")
			}
			dead, err := d.sys.DeadActions(t.Context(), 10)
			must(t, err)
			mine, err := d.acc.Stuck(t.Context(), d.owner, d.account)
			must(t, err)
			if len(dead) != 1 || dead[0].ID != waits.ID || len(mine) != 1 || mine[0].ID != waits.ID {
				t.Errorf("staff find %v, the client %v", dead, mine)
			}
			got, err := d.acc.ActionByID(t.Context(), d.owner, d.account, waits.ID)
			must(t, err)
			if !strings.Contains(got.Reason, "deleted in the other system") || !got.Ended.IsZero() || got.Input.Text == "" {
				t.Errorf("%+v", got)
			}
		})
	}
}
