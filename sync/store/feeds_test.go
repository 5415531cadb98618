package store_test

import (
	"testing"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestACalendarFeedIsItsPersonsAndEndsWithTheirPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := newTwins(t, w)
	s := grant.Member(grant.User{ID: "u-boss", Name: "boss", Email: "boss@client.example"}, a.account, access.Owner)
	must(t, w.sys.AddMember(t.Context(), a.account, "u-boss", access.Owner))
	must(t, w.sys.Launch(t.Context(), a.account, record.LaunchInvited))
	feed := func() access.Feed {
		t.Helper()
		f, err := w.acc.CalendarFeed(t.Context(), s, a.account)
		must(t, err)
		return f
	}
	renew := func(seen record.ID) record.ID {
		t.Helper()
		must(t, w.acc.RenewFeed(t.Context(), s, a.account, seen, action.Origin{}))
		return feed().ID
	}
	if f := feed(); !f.ID.IsZero() {
		t.Errorf("there is one before it is made: %+v", f)
	}
	first := renew(record.ID{})
	if again := renew(record.ID{}); again != first || first.IsZero() || !feed().Made.Equal(w.clock()) {
		t.Errorf("a form sent twice made %s of %s", again, first)
	}
	who, err := w.sys.Subscriber(t.Context(), first)
	must(t, err)
	if who.User.ID != "u-boss" || who.Account.ID != a.account || who.Role == "" {
		t.Errorf("%+v", who)
	}
	second := renew(first)
	if third := renew(first); second == first || third != second {
		t.Errorf("%s, %s, %s", first, second, third)
	}
	if _, err := w.sys.Subscriber(t.Context(), first); !fault.Is(err, fault.NotFound) {
		t.Errorf("the address before: %v", err)
	}
	staff := grant.StaffIn(grant.User{ID: "u-staff"}, access.Manager, a.account)
	for name, x := range map[string]access.Scope{"staff": staff, "who looks": grant.Look(staff, grant.User{ID: "u-boss"}, access.Owner)} {
		if _, err := w.acc.CalendarFeed(t.Context(), x, a.account); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.acc.RenewFeed(t.Context(), s, b.account, record.ID{}, action.Origin{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("in another account: %v", err)
	}
	must(t, w.acc.StopFeed(t.Context(), s, a.account, action.Origin{}))
	must(t, w.acc.StopFeed(t.Context(), s, a.account, action.Origin{}))
	if _, err := w.sys.Subscriber(t.Context(), second); !fault.Is(err, fault.NotFound) {
		t.Errorf("after it was switched off: %v", err)
	}
	last := renew(record.ID{})
	must(t, w.sys.RemoveMember(t.Context(), a.account, "u-boss"))
	must(t, w.sys.AddMember(t.Context(), a.account, "u-boss", access.Owner))
	if _, err := w.sys.Subscriber(t.Context(), last); !fault.Is(err, fault.NotFound) {
		t.Errorf("after the membership ended: %v", err)
	}
}
