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

// TestAMergedAccountLeadsToWhereItIsOnlyWhoMayEnter: nobody learns from an old address
// that two companies have become one.
func TestAMergedAccountLeadsToWhereItIsOnlyWhoMayEnter(t *testing.T) {
	t.Parallel()
	twice, never := record.NewAccountID(), record.NewAccountID()
	var own record.AccountID
	w := newWorld(t, func(o *portal.Options) {
		o.Merged = func(_ context.Context, account record.AccountID) (record.AccountInfo, error) {
			if account != twice {
				return record.AccountInfo{}, fault.New(fault.NotFound, "never merged")
			}
			return record.AccountInfo{ID: own, Name: "Nordwind"}, nil
		}
	})
	own = w.people.AddAccount("Nordwind", record.LaunchInvited)
	foreign := w.people.AddAccount("Ostsee", record.LaunchInvited)
	ines, olaf, mara := w.people.AddUser("Ines", "ines@nordwind.example", "", ""), w.people.AddUser("Olaf", "olaf@ostsee.example", "", ""),
		w.people.AddUser("Mara", "mara@halden.example", access.Admin, "")
	w.people.Join(ines.ID, own, access.Owner)
	w.people.Join(olaf.ID, foreign, access.Owner)
	at := func(a record.AccountID) string { return "/a/" + a.String() + "/tickets?view=all" }

	for name, u := range map[string]access.User{"a member": ines, "staff": mara} {
		got := w.site.As(w.people, u, time.Now()).Get(at(twice)).Want(http.StatusTemporaryRedirect)
		if to := got.Header.Get("Location"); !strings.HasSuffix(to, at(own)) {
			t.Errorf("%s is led to %s", name, to)
		}
	}
	w.site.As(w.people, ines, time.Now()).Get(at(never)).Want(http.StatusNotFound)
	stranger := w.site.As(w.people, olaf, time.Now())
	if merged, absent := stranger.Get(at(twice)).Want(http.StatusNotFound).Body, stranger.Get(at(never)).Want(http.StatusNotFound).Body; merged != absent {
		t.Error("a stranger can tell a merged account from none")
	}
}
