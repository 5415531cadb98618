package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
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
