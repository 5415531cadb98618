package store_test

import (
	"crypto/sha256"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

func hashOf(s string) [32]byte { return sha256.Sum256([]byte(s)) }

// signIn adds a user and signs them in for eight hours, half an hour idle.
func (w *world) signIn(t *testing.T, email, cookie string) access.Session {
	t.Helper()
	u, _, err := w.sys.UserByEmail(t.Context(), email)
	if fault.Is(err, fault.NotFound) {
		u = access.User{ID: access.NewUserID(), Name: "Ines Vogt", Email: email}
		err = w.sys.CreateUser(t.Context(), u, "hash")
	}
	must(t, err)
	s := access.Session{ID: cookie, User: u, Created: w.clock(), LastSeen: w.clock(), Expires: w.clock().Add(8 * time.Hour), Idle: 30 * time.Minute, IP: "127.0.0.1", Agent: "test"}
	must(t, w.sys.StartSession(t.Context(), hashOf(cookie), s))
	return s
}

func (w *world) session(t *testing.T, token [32]byte, used bool) (access.Session, error) {
	t.Helper()
	s, _, err := w.sys.Enter(t.Context(), token, record.AccountID{}, w.clock(), used)
	return s, err
}

func (w *world) signedIn(t *testing.T, cookie string) bool {
	t.Helper()
	_, err := w.session(t, hashOf(cookie), true)
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		t.Fatal(err)
	}
	return err == nil
}

func TestHowASessionEnds(t *testing.T) {
	t.Parallel()
	const mail = "ines@nordwind.example"
	for name, c := range map[string]struct {
		happens func(t *testing.T, w *world, user string)
		ends    bool
	}{
		"nothing":               {func(*testing.T, *world, string) {}, false},
		"used within its limit": {func(_ *testing.T, w *world, _ string) { w.pass(30 * time.Minute) }, false},
		"idle too long":         {func(_ *testing.T, w *world, _ string) { w.pass(30*time.Minute + time.Second) }, true},
		"used to its end": {func(t *testing.T, w *world, _ string) {
			for range 16 {
				w.pass(29 * time.Minute)
				w.signedIn(t, "a")
			}
			w.pass(20 * time.Minute) // 8 h 4 min in all
		}, true},
		"a new password": {func(t *testing.T, w *world, u string) { must(t, w.sys.SetPassword(t.Context(), u, "new")) }, true},
		"disabled":       {func(t *testing.T, w *world, u string) { must(t, w.sys.DisableUser(t.Context(), u, true)) }, true},
		"allowed again": {func(t *testing.T, w *world, u string) {
			must(t, w.sys.DisableUser(t.Context(), u, true))
			must(t, w.sys.DisableUser(t.Context(), u, false))
		}, true},
		"signed out":       {func(t *testing.T, w *world, _ string) { must(t, w.sys.EndSession(t.Context(), hashOf("a"))) }, true},
		"ended everywhere": {func(t *testing.T, w *world, u string) { must(t, w.sys.EndSessionsOf(t.Context(), u)) }, true},
		"another signs out": {func(t *testing.T, w *world, _ string) {
			w.signIn(t, mail, "b")
			must(t, w.sys.EndSession(t.Context(), hashOf("b")))
		}, false},
	} {
		w := newWorld(t)
		s := w.signIn(t, mail, "a")
		c.happens(t, w, s.User.ID)
		if got := w.signedIn(t, "a"); got == c.ends {
			t.Errorf("%s: signed in is %v", name, got)
		}
	}
}

func TestASessionIsTouchedAtMostOnceAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.signIn(t, "ines@nordwind.example", "a")
	started := w.clock()
	must(t, w.Exec(t.Context(), "CREATE TABLE touches (at TEXT); CREATE TRIGGER touched AFTER UPDATE ON sessions BEGIN INSERT INTO touches VALUES (NEW.seen_at); END"))
	for range 130 {
		w.pass(time.Second)
		if !w.signedIn(t, "a") {
			t.Fatal("signed out")
		}
	}
	touches, err := w.Texts(t.Context(), "SELECT at FROM touches")
	must(t, err)
	list, err := w.sys.SessionsOf(t.Context(), s.User.ID)
	must(t, err)
	if len(touches) != 2 || len(list) != 1 || !list[0].LastSeen.Equal(started.Add(2*time.Minute)) {
		t.Errorf("touched at %q, seen %+v", touches, list)
	}
}

func TestAPageThatAsksByItselfDoesNotKeepASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.signIn(t, "ines@nordwind.example", "a")
	for range 30 {
		got, err := w.session(t, hashOf("a"), false)
		if err != nil || got.User.ID != s.User.ID || !got.LastSeen.Equal(s.LastSeen) {
			t.Fatalf("peek: %+v, %v", got, err)
		}
		w.pass(time.Minute)
	}
	w.pass(time.Second)
	if _, err := w.session(t, hashOf("a"), false); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("half an hour without use: %v", err)
	}
}

func TestAResetWorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.signIn(t, "ines@nordwind.example", "a")
	must(t, w.sys.StartReset(t.Context(), hashOf("r"), s.User.ID, w.clock().Add(time.Hour)))
	for range 2 { // looking consumes nothing
		if u, err := w.sys.PeekReset(t.Context(), hashOf("r"), w.clock()); err != nil || u.ID != s.User.ID {
			t.Errorf("peek: %v %v", u, err)
		}
	}
	var used atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			switch user, err := w.sys.UseReset(t.Context(), hashOf("r"), w.clock()); {
			case err == nil && user == s.User.ID:
				used.Add(1)
			case !fault.Is(err, fault.NotFound):
				t.Errorf("%q %v", user, err)
			}
		})
	}
	wg.Wait()
	if used.Load() != 1 {
		t.Errorf("used %d times", used.Load())
	}
	if _, err := w.sys.PeekReset(t.Context(), hashOf("r"), w.clock()); !fault.Is(err, fault.NotFound) {
		t.Errorf("peek at a used one: %v", err)
	}
}

func TestAResetExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.signIn(t, "ines@nordwind.example", "a")
	must(t, w.sys.StartReset(t.Context(), hashOf("r"), s.User.ID, w.clock().Add(time.Hour)))
	w.pass(time.Hour)
	_, peek := w.sys.PeekReset(t.Context(), hashOf("r"), w.clock())
	_, use := w.sys.UseReset(t.Context(), hashOf("r"), w.clock())
	if !fault.Is(peek, fault.NotFound) || !fault.Is(use, fault.NotFound) {
		t.Errorf("expired: %v, %v", peek, use)
	}
	_, unknown := w.sys.UseReset(t.Context(), hashOf("other"), w.clock())
	if said(unknown) != said(use) {
		t.Errorf("an unknown link says %s, an expired one %s", said(unknown), said(use))
	}
}

// TestANewPasswordEndsOtherResets: an older link in a mailbox that somebody else
// reads must not outlive the new password.
func TestANewPasswordEndsOtherResets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.signIn(t, "ines@nordwind.example", "a")
	for _, r := range []string{"old", "new"} {
		must(t, w.sys.StartReset(t.Context(), hashOf(r), s.User.ID, w.clock().Add(time.Hour)))
	}
	_, err := w.sys.UseReset(t.Context(), hashOf("new"), w.clock())
	must(t, err)
	must(t, w.sys.SetPassword(t.Context(), s.User.ID, "hash"))
	if _, err := w.sys.UseReset(t.Context(), hashOf("old"), w.clock()); !fault.Is(err, fault.NotFound) {
		t.Errorf("the older link still works: %v", err)
	}
}

func TestOneAddressBelongsToOnePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.sys.CreateUser(t.Context(), access.User{ID: "a", Email: " Ines@Nordwind.example "}, ""))
	for _, mail := range []string{"ines@nordwind.example", "INES@NORDWIND.EXAMPLE", "ines@nordwind.example\n"} {
		err := w.sys.CreateUser(t.Context(), access.User{ID: "b", Email: mail}, "")
		if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Public(err), "One address belongs to one person.") || fault.Fields(err)["email"] == "" {
			t.Errorf("%q: %v", mail, err)
		}
		if u, _, err := w.sys.UserByEmail(t.Context(), mail); err != nil || u.ID != "a" || u.Email != "ines@nordwind.example" {
			t.Errorf("%q: %+v %v", mail, u, err)
		}
	}
}

func TestAttemptsAreCountedInTheirWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	count := func(key string, since time.Time) int {
		t.Helper()
		n, err := w.sys.CountAttempts(t.Context(), key, since)
		must(t, err)
		return n
	}
	start := w.clock()
	for range 5 {
		w.pass(time.Minute)
		must(t, w.sys.NoteAttempt(t.Context(), "ip", w.clock()))
	}
	must(t, w.sys.NoteAttempt(t.Context(), "other", w.clock()))
	if all, some := count("ip", start), count("ip", start.Add(3*time.Minute)); all != 5 || some != 2 {
		t.Errorf("%d in all, %d since the third", all, some)
	}
	w.pass(25 * time.Hour)
	must(t, w.sys.NoteAttempt(t.Context(), "ip", w.clock()))
	if n := count("ip", start); n != 1 {
		t.Errorf("%d are kept after a day", n)
	}
	must(t, w.sys.ClearAttempts(t.Context(), "ip"))
	if a, b := count("ip", start), count("other", start); a != 0 || b != 1 {
		t.Errorf("after clearing: %d, %d", a, b)
	}
}

func TestOnlyInvitedAccountsAreEntered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.signIn(t, "ines@nordwind.example", "a")
	a := w.account(t, "Nordwind")
	must(t, w.sys.AddMember(t.Context(), a, s.User.ID, access.Owner))
	for launch, enters := range map[record.Launch]bool{record.LaunchHidden: false, record.LaunchPreview: false, record.LaunchInvited: true} {
		must(t, w.sys.Launch(t.Context(), a, launch))
		list, err := w.sys.Memberships(t.Context(), s.User.ID)
		must(t, err)
		_, in := w.sys.MembershipIn(t.Context(), s.User.ID, a)
		if (len(list) == 1) != enters || (in == nil) != enters {
			t.Errorf("%s: %v, %v", launch, list, in)
		}
	}
	if err := w.sys.Launch(t.Context(), a, "public"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a step that does not exist: %v", err)
	}
}

// What a browser calls itself is anything, and a name may come from a terminal
// with another character set.
func TestBytesThatAreNoTextHarmNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const bad = "a\xff\xff\x00b\xc3"
	u := access.User{ID: access.NewUserID(), Name: bad, Email: "ines@nordwind.example"}
	must(t, w.sys.CreateUser(t.Context(), u, "hash"))
	s := access.Session{ID: "a", User: u, Created: w.clock(), LastSeen: w.clock(), Expires: w.clock().Add(time.Hour), Idle: time.Hour, IP: bad, Agent: bad}
	must(t, w.sys.StartSession(t.Context(), hashOf("a"), s))
	account := record.AccountInfo{ID: record.NewAccountID(), Name: bad}
	must(t, w.sys.CreateAccount(t.Context(), account))
	must(t, w.sys.Launch(t.Context(), account.ID, record.LaunchInvited))
	must(t, w.sys.AddMember(t.Context(), account.ID, u.ID, access.Owner))
	got, err := w.session(t, hashOf("a"), true)
	must(t, err)
	m, err := w.sys.MembershipIn(t.Context(), u.ID, account.ID)
	must(t, err)
	for _, text := range []string{got.User.Name, got.Agent, m.Account.Name} {
		if !utf8.ValidString(text) || text[0] != 'a' {
			t.Errorf("%q", text)
		}
	}
}

// TestEnterTellsThePlaceThatMembershipInTells asks both for every account there is.
func TestEnterTellsThePlaceThatMembershipInTells(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ines, marek := w.signIn(t, "ines@nordwind.example", "a").User, w.signIn(t, "marek@other.example", "b").User
	account := func(name string, launch record.Launch, of ...access.User) record.AccountID {
		id := record.NewAccountID()
		must(t, w.sys.CreateAccount(t.Context(), record.AccountInfo{ID: id, Name: name}))
		must(t, w.sys.Launch(t.Context(), id, launch))
		for _, u := range of {
			must(t, w.sys.AddMember(t.Context(), id, u.ID, access.Contributor))
		}
		return id
	}
	all := map[string]record.AccountID{
		"her own":     account("A", record.LaunchInvited, ines),
		"theirs":      account("B", record.LaunchInvited, ines, marek),
		"his":         account("C", record.LaunchInvited, marek),
		"not invited": account("D", record.LaunchPreview, ines),
		"unknown":     record.NewAccountID(),
		"none":        {},
	}
	for cookie, u := range map[string]access.User{"a": ines, "b": marek} {
		for name, id := range all {
			want, err := w.sys.MembershipIn(t.Context(), u.ID, id)
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			s, got, err := w.sys.Enter(t.Context(), hashOf(cookie), id, w.clock(), true)
			must(t, err)
			if s.User.ID != u.ID || got != want {
				t.Errorf("%s in %s: %+v, want %+v", u.Email, name, got, want)
			}
		}
	}
}
