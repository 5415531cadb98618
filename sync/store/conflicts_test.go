package store_test

import (
	"testing"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
)

func TestOnlyWhoAskedDecidesAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.submit(t, "1", "k")
	d.submit(t, "2", "still on its way")
	d.settle(t, d.mustClaim(t, a.ID), action.Conflict)
	mine, err := d.acc.Conflicts(t.Context(), d.owner, d.account)
	must(t, err)
	if len(mine) != 1 || mine[0].ID != a.ID {
		t.Errorf("to decide again: %+v", mine)
	}
	colleague := grant.Member(grant.User{ID: "u-colleague", Email: "jan@nordwind.example"}, d.account, access.Owner)
	if theirs, err := d.acc.Conflicts(t.Context(), colleague, d.account); err != nil || len(theirs) != 0 {
		t.Errorf("a colleague is asked: %+v, %v", theirs, err)
	}
}
