package portal_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/portal"
	"portico/portal/portaltest"
	"portico/sync/access"
	"portico/sync/record"
)

// looker is somebody on the staff who looks at own as Ines.
type looker struct {
	*world
	b                  *portaltest.Browser
	ines, who          access.User
	own, other, second record.AccountID
}

// newLooker lets somebody look; Ines is in two accounts, who is looking reaches both.
func newLooker(t *testing.T, staff, member access.Role) *looker {
	t.Helper()
	l := &looker{world: newWorld(t, func(o *portal.Options) { o.Frame.Looking = portal.Looking })}
	l.own, l.second = l.people.AddAccount("Nordwind", record.LaunchInvited), l.people.AddAccount("Second", record.LaunchInvited)
	l.other = l.people.AddAccount("Ostsee", record.LaunchInvited)
	l.ines = l.people.AddUser("Ines", "ines@nordwind.example", "", "")
	l.people.Join(l.ines.ID, l.own, member)
	l.people.Join(l.ines.ID, l.second, member)
	l.who = l.people.AddUser("Marek", "marek@halden.example", staff, "")
	l.people.Assign(l.who.ID, l.own)
	l.people.Assign(l.who.ID, l.second)
	l.b = l.site.As(l.people, l.who, time.Now())
	l.look(l.own, l.ines.ID)
	return l
}

func (l *looker) look(a record.AccountID, member string) {
	l.people.Look(l.who.ID, access.Look{Account: a, User: member, Until: time.Now().Add(access.LookMost)})
}

func (l *looker) home(a record.AccountID) string { return "/a/" + a.String() + "/" }

func TestALookHasTheMembersEyes(t *testing.T) {
	t.Parallel()
	for _, staff := range access.StaffRoles {
		for _, role := range access.MemberRoles {
			l := newLooker(t, staff, role)
			member := l.site.As(l.people, l.ines, time.Now())
			for _, route := range l.portal.Routes() {
				if !strings.HasPrefix(route.Path, "/a/") || route.Method != http.MethodGet || strings.HasSuffix(route.Path, "/events") {
					continue
				}
				path := fill(route.Path, l.own.String())
				theirs, seen := member.Get(path), l.b.Get(path)
				switch {
				case strings.HasPrefix(route.Policy, "acts on") && theirs.Status == http.StatusOK:
					if seen.Status != http.StatusForbidden {
						t.Errorf("%s as %s: %s leads to a form: %d", staff, role, route.Path, seen.Status)
					}
				case theirs.Status != seen.Status || theirs.Status == http.StatusOK && theirs.Body != seen.Body:
					t.Errorf("%s as %s: %s is %d %q, to them %d %q", staff, role, route.Path, seen.Status, seen.Body, theirs.Status, theirs.Body)
				}
			}
		}
	}
}

func TestALookCanDoNothing(t *testing.T) {
	t.Parallel()
	for _, staff := range access.StaffRoles {
		for _, role := range access.MemberRoles {
			l := newLooker(t, staff, role)
			tried := 0
			for _, route := range l.portal.Routes() {
				if route.Method != http.MethodPost || route.Policy == "public" || route.Policy == "demo" || route.Policy == "signed in, or looking as somebody" {
					continue
				}
				for _, a := range []record.AccountID{l.own, l.other} {
					got := l.b.Post(fill(route.Path, a.String()), nil)
					if got.Status != http.StatusForbidden || !strings.Contains(got.Body, "nothing can be sent or changed") {
						t.Errorf("%s as %s: %s: %d", staff, role, got.Asked, got.Status)
					}
					tried++
				}
			}
			if tried < 20 {
				t.Errorf("only %d doors were tried", tried)
			}
		}
	}
}

func TestALookStaysInItsAccount(t *testing.T) {
	t.Parallel()
	l := newLooker(t, access.Manager, access.Owner)
	for name, path := range map[string]string{"another account": l.home(l.other), "another of theirs": l.home(l.second), "no account": l.home(record.NewAccountID()),
		"staff's page of it": "/staff/accounts/" + l.own.String()} {
		if got := l.b.Get(path); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	// What is staff's own is still theirs to read, under the banner.
	if got := l.b.Get("/staff/queue"); got.Status != http.StatusOK || !strings.Contains(got.Body, "user=Marek") {
		t.Errorf("the queue: %d %s", got.Status, got.Body)
	}
}

func TestALookIsSaidOnFailuresToo(t *testing.T) {
	t.Parallel()
	l := newLooker(t, access.Agent, access.Finance)
	for _, path := range []string{l.home(l.own) + "tickets", l.home(l.other)} {
		if got := l.b.Get(path); got.Status != http.StatusNotFound || !strings.Contains(got.Body, "You look as Ines.") || !strings.Contains(got.Body, `action="/staff/look/end"`) {
			t.Errorf("%s: %d without a banner", path, got.Status)
		}
	}
}

func TestHowALookEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(l *looker)
		status  int
		user    string
	}{
		"nothing":               {func(*looker) {}, http.StatusOK, "user=Ines"},
		"a preview":             {func(l *looker) { l.people.Launch(l.own, record.LaunchPreview) }, http.StatusOK, "user=Ines"},
		"the member is removed": {func(l *looker) { l.people.Join(l.ines.ID, l.own, "") }, http.StatusForbidden, "Ines has no access to this account any more"},
		"the member is off":     {func(l *looker) { l.people.Disable(l.ines.ID) }, http.StatusForbidden, "Ines has no access"},
		"the account is hidden": {func(l *looker) { l.people.Launch(l.own, record.LaunchHidden) }, http.StatusNotFound, "You look as Ines."},
		"staff are off":         {func(l *looker) { l.people.Disable(l.who.ID) }, http.StatusSeeOther, ""},
		"its time": {func(l *looker) {
			l.people.Look(l.who.ID, access.Look{Account: l.own, User: l.ines.ID, Until: time.Now()})
		}, http.StatusOK, "user=Marek role=agent staff=true"},
	} {
		l := newLooker(t, access.Agent, access.Owner)
		c.happens(l)
		if got := l.b.Get(l.home(l.own)); got.Status != c.status || !strings.Contains(got.Body, c.user) {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
}

func TestAWalledOffAccountCannotBeLookedAt(t *testing.T) {
	t.Parallel()
	for _, staff := range []access.Role{access.Queue, access.Agent} {
		l := newLooker(t, staff, access.Owner)
		u := l.people.AddUser("Walled", "walled@halden.example", staff, "")
		b := l.site.As(l.people, u, time.Now())
		l.people.Look(u.ID, access.Look{Account: l.own, User: l.ines.ID, Until: time.Now().Add(time.Minute)})
		for _, path := range []string{l.home(l.own), l.home(l.own) + "tickets", l.home(l.own) + "events"} {
			if got := b.Get(path); got.Status != http.StatusNotFound {
				t.Errorf("%s: %s: %d", staff, path, got.Status)
			}
		}
	}
	// A look on a session that is not staff's (any more) opens nothing.
	l := newLooker(t, access.Manager, access.Owner)
	guest := l.people.AddUser("Guest", "guest@ostsee.example", "", "")
	l.people.Join(guest.ID, l.other, access.Owner)
	b := l.site.As(l.people, guest, time.Now())
	l.people.Look(guest.ID, access.Look{Account: l.own, User: l.ines.ID, Until: time.Now().Add(time.Minute)})
	if got := b.Get(l.home(l.own)); got.Status != http.StatusNotFound {
		t.Errorf("a member looks: %d", got.Status)
	}
}

func TestALookCanBeLeft(t *testing.T) {
	t.Parallel()
	l := newLooker(t, access.Manager, access.Owner)
	if got := l.b.Post("/staff/look/end", nil); got.Status != http.StatusOK || !strings.Contains(got.Body, "LookEnd") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := l.b.Post("/signout", nil); got.Status != http.StatusSeeOther {
		t.Errorf("signing out: %d", got.Status)
	}
	if got := l.site.Browser().Post("/staff/look/end", nil); got.Status != http.StatusSeeOther {
		t.Errorf("a stranger: %d", got.Status)
	}
}
