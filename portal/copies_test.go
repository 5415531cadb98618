package portal_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/portal"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// TestACopyLeadsToItsRecordInItsOwnAccountOnly: nobody is told what a copy of somebody
// else's stands for, and nothing but a record that is not there is looked up.
func TestACopyLeadsToItsRecordInItsOwnAccountOnly(t *testing.T) {
	t.Parallel()
	dup, is := record.NewID(), record.NewID()
	asked := make(chan record.AccountID, 10)
	w := newWorld(t, func(o *portal.Options) {
		o.Pages.Matching.StandsFor = func(_ context.Context, s access.Scope, account record.AccountID, id record.ID) (record.ID, error) {
			asked <- account
			if !s.Covers(account) || id != dup {
				return record.ID{}, fault.New(fault.NotFound, "no copy")
			}
			return is, nil
		}
	})
	own, foreign := w.people.AddAccount("Nordwind", record.LaunchInvited), w.people.AddAccount("Ostsee", record.LaunchInvited)
	ines := w.people.AddUser("Ines", "ines@nordwind.example", "", "")
	w.people.Join(ines.ID, own, access.Owner)
	b := w.site.As(w.people, ines, time.Now())
	at := func(a record.AccountID, id record.ID) string { return "/a/" + a.String() + "/invoices/" + id.String() }

	got := b.Get(at(own, dup) + "?do=miss").Want(http.StatusTemporaryRedirect)
	if to := got.Header.Get("Location"); !strings.HasSuffix(to, at(own, is)+"?do=miss") {
		t.Errorf("a copy leads to %s", to)
	}
	b.Get(at(own, is) + "?do=miss").Want(http.StatusNotFound)
	if a, c := <-asked, <-asked; a != own || c != own {
		t.Errorf("asked about %s and %s", a, c)
	}
	b.Get(at(foreign, dup) + "?do=miss").Want(http.StatusNotFound)
	b.Get(at(own, dup)).Want(http.StatusOK)
	if len(asked) > 0 {
		t.Errorf("asked about %s", <-asked)
	}
}
