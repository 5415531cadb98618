package store_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// signInStaff starts a session of marek, with a role, whose id is its cookie.
func (w *world) signInStaff(t *testing.T, role access.Role, cookie string) access.Session {
	t.Helper()
	u := access.User{ID: marek.ID, Name: marek.Name, Email: marek.Email, Staff: role}
	if err := w.sys.CreateUser(t.Context(), u, ""); err != nil && !fault.Is(err, fault.Conflict) {
		t.Fatal(err)
	}
	s := access.Session{ID: cookie, User: u, Created: w.clock(), LastSeen: w.clock(), Expires: w.clock().Add(8 * time.Hour), Idle: time.Hour, IP: "127.0.0.1", Agent: "test"}
	must(t, w.sys.StartSession(t.Context(), hashOf(cookie), s))
	return s
}

func (w *world) lookOf(t *testing.T, cookie string) access.Look {
	t.Helper()
	s, err := w.session(t, hashOf(cookie), true)
	must(t, err)
	return s.Look
}

func TestALookBelongsToOneSession(t *testing.T) {
	t.Parallel()
	p := newPractice(t)
	p.signInStaff(t, access.Manager, "one")
	p.signInStaff(t, access.Manager, "two")
	s := grant.StaffIn(marek, access.Manager, p.a)
	start := func(session string) (access.Look, error) {
		return p.Staff().StartLook(t.Context(), s, p.a, session, "u-boss", action.Origin{IP: "203.0.113.9"})
	}
	look, err := start("one")
	must(t, err)
	if got := p.lookOf(t, "one"); got != look || got.Name != "boss" || got.Account != p.a || !got.Until.Equal(p.clock().Add(30*time.Minute)) {
		t.Errorf("%+v, want %+v", got, look)
	}
	if got := p.lookOf(t, "two"); got != (access.Look{}) {
		t.Errorf("another browser looks: %+v", got)
	}
	for _, session := range []string{"none", ""} {
		if _, err := start(session); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("session %q: %v", session, err)
		}
	}
	ines := p.signIn(t, "ines@nordwind.example", "hers")
	if _, err := start(ines.ID); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("somebody else's session: %v", err)
	}
	p.pass(30 * time.Minute)
	if got := p.lookOf(t, "one"); got != (access.Look{}) {
		t.Errorf("after its time: %+v", got)
	}
	_, err = start("one")
	must(t, err)
	must(t, p.sys.EndLook(t.Context(), "two"))
	if p.lookOf(t, "one").User == "" {
		t.Error("it was ended from another browser")
	}
	must(t, p.sys.EndLook(t.Context(), "one"))
	if got := p.lookOf(t, "one"); got != (access.Look{}) {
		t.Errorf("after its end: %+v", got)
	}
	_, err = start("one")
	must(t, err)
	must(t, p.sys.EndSession(t.Context(), hashOf("one")))
	if left, err := p.Texts(t.Context(), "SELECT user_id FROM looks"); err != nil || len(left) != 0 {
		t.Errorf("signing out leaves %q, %v", left, err)
	}
	leaves, err := p.Texts(t.Context(), "SELECT leaf FROM audit_leaves WHERE what = 'account.looked_at'")
	must(t, err)
	if len(leaves) != 3 || !strings.Contains(leaves[0], `"as":"u-boss"`) || !strings.Contains(leaves[0], `"actor":"`+marek.ID) || !strings.Contains(leaves[0], p.a.String()) || strings.Contains(leaves[0], "203.0.113.9") {
		t.Errorf("%q", leaves)
	}
}

func TestAsWhomOneCanLook(t *testing.T) {
	t.Parallel()
	p := newPractice(t)
	p.signInStaff(t, access.Admin, "one")
	for id, u := range map[string]access.User{"u-off": {}, "u-ours": {Staff: access.Agent}, "u-elsewhere": {}} {
		u.ID, u.Name, u.Email = id, id, id+"@nordwind.example"
		must(t, p.sys.CreateUser(t.Context(), u, ""))
		account := p.a
		if id == "u-elsewhere" {
			account = p.b
		}
		must(t, p.sys.AddMember(t.Context(), account, id, access.Owner))
	}
	must(t, p.sys.DisableUser(t.Context(), "u-off", true))
	admin, manager := grant.StaffIn(marek, access.Admin, p.a), grant.StaffIn(marek, access.Manager, p.a)
	for name, c := range map[string]struct {
		scope   access.Scope
		account record.AccountID
		member  string
		want    fault.Kind
	}{
		"switched off":             {admin, p.a, "u-off", fault.Invalid},
		"on the staff":             {admin, p.a, "u-ours", fault.Invalid},
		"of another account":       {admin, p.a, "u-elsewhere", fault.NotFound},
		"nobody":                   {admin, p.a, "u-none", fault.NotFound},
		"an account out of reach":  {manager, p.b, "u-boss", fault.NotFound},
		"a hidden account":         {grant.StaffIn(marek, access.Manager, p.c), p.c, "u-boss", fault.NotFound},
		"by a member":              {owner(p.a), p.a, "u-boss", fault.NotFound},
		"by who looks already":     {grant.Look(admin, grant.User{ID: "u-boss"}, access.Owner), p.a, "u-boss", fault.NotFound},
		"by nobody":                {access.Scope{}, p.a, "u-boss", fault.Unauthenticated},
		"an agent of another":      {grant.StaffIn(marek, access.Agent, p.b), p.a, "u-boss", fault.NotFound},
		"an unknown account":       {admin, record.NewAccountID(), "u-boss", fault.NotFound},
		"an administrator, hidden": {grant.StaffIn(marek, access.Admin, p.c), p.c, "u-boss", ""},
	} {
		_, err := p.Staff().StartLook(t.Context(), c.scope, c.account, "one", c.member, action.Origin{})
		if c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	for user, want := range map[string]bool{"u-boss": true, "u-off": false, "u-ours": false, "u-elsewhere": false, "u-none": false} {
		if u, role, err := p.sys.MemberIn(t.Context(), user, p.a); (err == nil) != want || want && (u.ID != user || role != access.Owner) || !want && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %+v %s %v", user, u, role, err)
		}
	}
}

// TestALookReadsAsTheMemberAndWritesNothing runs every method of the handle.
func TestALookReadsAsTheMemberAndWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := newTwins(t, w)
	for who, c := range map[string]struct {
		member access.Scope
		user   grant.User
		role   access.Role
	}{"owner": {a.owner, person("boss"), access.Owner}, "contributor": {a.colleague, person("colleague"), access.Contributor},
		"finance": {member(person("books"), a.account, access.Finance), person("books"), access.Finance}} {
		look := grant.Look(grant.StaffIn(marek, access.Agent, a.account), c.user, c.role)
		before := owed(t, w)
		eachCall(w.acc, func(name string, f call) {
			if asksClients(name) {
				return
			}
			got, err := f(t.Context(), look, a.account, a)
			changes := false
			for _, verb := range []string{"Submit", "Withdraw", "DecideApproval", "ChooseMail", "RenewFeed", "StopFeed"} {
				changes = changes || strings.HasPrefix(name, verb)
			}
			if changes {
				if err == nil {
					t.Errorf("%s: %s was done: %+v", who, name, got)
				}
				return
			}
			if strings.HasPrefix(name, "Destinations") || strings.HasPrefix(name, "CalendarFeed") {
				return // what only who may ask is told, and an address that outlives the look
			}
			theirs, wrong := f(t.Context(), c.member, a.account, a)
			if said(err) != said(wrong) || printed(got) != printed(theirs) {
				t.Errorf("%s: %s: %s %s\nthey: %s %s", who, name, said(err), printed(got), said(wrong), printed(theirs))
			}
		})
		if after := owed(t, w); after != before {
			t.Errorf("%s: looking left %s, before it was %s", who, after, before)
		}
		eachCall(w.acc, func(name string, f call) {
			if got, err := f(t.Context(), look, b.account, b); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %s elsewhere: %+v, %v", who, name, got, err)
			}
		})
	}
	if s := grant.Look(a.owner, person("boss"), access.Owner); s.Valid() {
		t.Error("a member looks as a member")
	}
	if s := grant.Look(grant.Staff(marek, access.Manager, nil), person("boss"), access.Owner); s.Valid() {
		t.Error("a look at no account")
	}
}

func printed(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}
