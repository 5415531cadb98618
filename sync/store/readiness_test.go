package store_test

import (
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestHowFarEverythingIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := administrator(t, w, "amara")
	account := w.account(t, "Nordwind")
	hidden := record.NewAccountID()
	must(t, w.sys.CreateAccount(t.Context(), record.AccountInfo{ID: hidden, Name: "Ostsee"}))
	owner := boss(t, w, account, "ines", access.Owner)
	off := boss(t, w, account, "off", access.Owner)
	must(t, w.sys.DisableUser(t.Context(), off.User(), true))
	w.signIn(t, owner.Email(), "cookie")
	w.invite(t, amara, hidden, "form", guest("leo", access.Owner), guest("mia", access.Finance))
	w.pull(t, "assets", asset("a1", "Nordwind", "laptop", w.clock()), asset("a2", "Elbtal", "laptop", w.clock()))
	w.match(t, "Nordwind", account)
	got, err := w.sys.Readiness(t.Context(), amara)
	must(t, err)
	if got.Unmatched != 1 || got.Waiting != 1 || !got.Mailed.IsZero() || len(got.Streams) != 3 {
		t.Errorf("%+v", got)
	}
	want := []access.AccountReadiness{
		{AccountInfo: record.AccountInfo{ID: account, Name: "Nordwind", Launch: record.LaunchInvited}, Companies: 1, Members: 1, Owners: 1, Came: 1},
		{AccountInfo: record.AccountInfo{ID: hidden, Name: "Ostsee", Launch: record.LaunchHidden}, Prepared: 2},
	}
	if len(got.Accounts) != 2 || got.Accounts[0] != want[0] || got.Accounts[1] != want[1] {
		t.Errorf("%+v", got.Accounts)
	}
	for _, s := range got.Streams {
		if fresh := s.Fresh(w.clock().Add(30 * time.Minute)); fresh != (s.Stream == "assets") {
			t.Errorf("%+v is fresh: %v", s, fresh)
		}
	}
	if _, err := w.sys.Readiness(t.Context(), owner); !fault.Is(err, fault.NotFound) {
		t.Errorf("an owner: %v", err)
	}
}
