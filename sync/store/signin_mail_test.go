package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// mailed starts a sign-in by mail for fifteen minutes.
func (w *world) mailed(t *testing.T, user, link, code string) {
	t.Helper()
	must(t, w.sys.StartMailedSignIn(t.Context(), access.MailedSignIn{User: user, Link: hashOf(link), Code: hashOf(code), Expires: w.clock().Add(15 * time.Minute)}))
}

func TestASignInByMailWorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.signIn(t, "ines@nordwind.example", "a").User
	w.mailed(t, u.ID, "link", "code")
	for range 2 { // looking consumes nothing
		if got, err := w.sys.PeekMailedSignIn(t.Context(), hashOf("link"), w.clock()); err != nil || got.ID != u.ID {
			t.Errorf("peek: %v %v", got, err)
		}
	}
	if _, err := w.sys.PeekMailedSignIn(t.Context(), hashOf("code"), w.clock()); !fault.Is(err, fault.NotFound) {
		t.Errorf("the code opens as a link: %v", err)
	}
	var used atomic.Int32
	var wg sync.WaitGroup
	for n := range 40 {
		wg.Go(func() {
			got, err := access.User{}, error(nil)
			if n%2 == 0 {
				got, err = w.sys.UseMailedLink(t.Context(), hashOf("link"), w.clock())
			} else {
				got, err = w.sys.UseMailedCode(t.Context(), hashOf("code"), w.clock())
			}
			switch {
			case err == nil && got.ID == u.ID:
				used.Add(1)
			case !fault.Is(err, fault.NotFound):
				t.Errorf("%+v %v", got, err)
			}
		})
	}
	wg.Wait()
	if used.Load() != 1 {
		t.Errorf("used %d times", used.Load())
	}
}

func TestHowASignInByMailEnds(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(w *world, user string){
		"its time":       func(w *world, _ string) { w.pass(15 * time.Minute) },
		"a newer one":    func(w *world, user string) { w.mailed(t, user, "link 2", "code 2") },
		"disabled":       func(w *world, user string) { must(t, w.sys.DisableUser(t.Context(), user, true)) },
		"a new password": func(w *world, user string) { must(t, w.sys.SetPassword(t.Context(), user, "new")) },
		"tidied": func(w *world, _ string) {
			w.pass(16 * time.Minute)
			must(t, w.sys.Prune(t.Context()))
		},
	} {
		w := newWorld(t)
		u := w.signIn(t, "ines@nordwind.example", "a").User
		other := w.signIn(t, "marek@nordwind.example", "b").User
		w.mailed(t, u.ID, "link", "code")
		happens(w, u.ID)
		w.mailed(t, other.ID, "his link", "his code")
		_, peek := w.sys.PeekMailedSignIn(t.Context(), hashOf("link"), w.clock())
		_, link := w.sys.UseMailedLink(t.Context(), hashOf("link"), w.clock())
		_, code := w.sys.UseMailedCode(t.Context(), hashOf("code"), w.clock())
		for _, err := range []error{peek, link, code} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got, err := w.sys.UseMailedCode(t.Context(), hashOf("his code"), w.clock()); err != nil || got.ID != other.ID {
			t.Errorf("%s: another's ended, too: %v", name, err)
		}
	}
}

func TestSessionsAreListedAndEndedByTheirOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.signIn(t, "ines@nordwind.example", "old").User
	w.pass(20 * time.Minute)
	w.signIn(t, u.Email, "phone")
	w.pass(11 * time.Minute) // "old" has rested for more than half an hour
	w.signIn(t, u.Email, "desk")
	other := w.signIn(t, "marek@nordwind.example", "his").User
	list, err := w.sys.SessionsOf(t.Context(), u.ID)
	if err != nil || len(list) != 2 || list[0].ID != "desk" || list[1].ID != "phone" || list[1].IP == "" {
		t.Fatalf("%+v %v", list, err)
	}
	if err := w.sys.EndSessionOf(t.Context(), u.ID, "his"); !fault.Is(err, fault.NotFound) || !w.signedIn(t, "his") {
		t.Errorf("ended another's: %v", err)
	}
	must(t, w.sys.EndSessionOf(t.Context(), u.ID, "phone"))
	if w.signedIn(t, "phone") || !w.signedIn(t, "desk") {
		t.Error("the wrong one ended")
	}
	w.signIn(t, u.Email, "b")
	w.signIn(t, u.Email, "c")
	must(t, w.sys.EndOtherSessions(t.Context(), u.ID, "b"))
	if w.signedIn(t, "desk") || w.signedIn(t, "c") || !w.signedIn(t, "b") || !w.signedIn(t, "his") {
		t.Error("not exactly the others ended")
	}
	must(t, w.sys.SetPassword(t.Context(), other.ID, "new"))
	if list, err := w.sys.SessionsOf(t.Context(), other.ID); err != nil || len(list) != 0 {
		t.Errorf("sessions of an older epoch are listed: %+v %v", list, err)
	}
}

func TestAProfileIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.signIn(t, "ines@nordwind.example", "a").User
	must(t, w.sys.SaveProfile(t.Context(), u.ID, "Ines\x00 Vogt", "Asia/Tokyo"))
	s, err := w.session(t, hashOf("a"), true)
	if err != nil || s.User.Name != "Ines Vogt" || s.User.Zone != "Asia/Tokyo" {
		t.Errorf("%+v %v", s.User, err)
	}
	if err := w.sys.SaveProfile(t.Context(), "nobody", "x", ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody: %v", err)
	}
}

func TestEnterTellsWhetherThereAreOtherAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.signIn(t, "ines@nordwind.example", "a").User
	account := func(name string, launch record.Launch) record.AccountID {
		id := record.NewAccountID()
		must(t, w.sys.CreateAccount(t.Context(), record.AccountInfo{ID: id, Name: name}))
		must(t, w.sys.Launch(t.Context(), id, launch))
		must(t, w.sys.AddMember(t.Context(), id, u.ID, access.Owner))
		return id
	}
	several := func(in record.AccountID) bool {
		s, _, err := w.sys.Enter(t.Context(), hashOf("a"), in, w.clock(), true)
		must(t, err)
		return s.Several
	}
	first := account("First", record.LaunchInvited)
	if several(first) || several(record.NewAccountID()) || several(record.AccountID{}) {
		t.Error("one account is several")
	}
	second := account("Second", record.LaunchPreview)
	if several(first) {
		t.Error("an account that is not invited counts")
	}
	must(t, w.sys.Launch(t.Context(), second, record.LaunchInvited))
	if !several(first) || !several(second) {
		t.Error("two accounts are one")
	}
}
