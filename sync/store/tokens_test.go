package store_test

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store"
)

// handles are two of a database, as two processes have them.
func handles(t *testing.T, w *world) []*store.System {
	t.Helper()
	o := w.place.options()
	o.Now, o.Server.Owner = w.clock, ""
	s, err := store.Open(t.Context(), o, false)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return []*store.System{w.sys, s.System()}
}

func TestOneOfManyRenewsATokenAndNobodyOverwritesANewerOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := handles(t, w)
	for version := range int64(3) {
		var leased, swapped atomic.Int64
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				sys := all[i%2]
				mine, err := sys.LeaseToken(t.Context(), w.conn, version, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if mine {
					leased.Add(1)
				}
			})
		}
		wg.Wait()
		for i := range 20 {
			wg.Go(func() {
				ok, err := all[i%2].SwapToken(t.Context(), w.conn, version, store.SealedToken{Sealed: []byte{byte(i)}, Got: w.clock()})
				if err != nil {
					t.Error(err)
				}
				if ok {
					swapped.Add(1)
				}
			})
		}
		wg.Wait()
		if leased.Load() != 1 || swapped.Load() != 1 {
			t.Errorf("version %d: %d leases, %d swaps", version, leased.Load(), swapped.Load())
		}
		if got, err := all[1].Token(t.Context(), w.conn); err != nil || got.Version != version+1 {
			t.Errorf("version %d followed by %d, %v", version, got.Version, err)
		}
	}
	if n, err := w.sys.Token(t.Context(), record.NewConnectionID()); err != nil || n.Version != 0 {
		t.Errorf("a connection without a token: %+v, %v", n, err)
	}
}

func TestALeaseOnATokenEndsByItselfByBeingFreedAndByASwap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lease := func(version int64, lasts time.Duration, want bool) {
		t.Helper()
		if mine, err := w.sys.LeaseToken(t.Context(), w.conn, version, lasts); err != nil || mine != want {
			t.Errorf("leased %v, want %v; %v", mine, want, err)
		}
	}
	lease(0, -time.Second, true) // of somebody who died a second ago
	lease(0, time.Minute, true)
	lease(0, time.Minute, false)
	must(t, w.sys.FreeToken(t.Context(), w.conn, 0))
	lease(0, time.Minute, true)
	if ok, err := w.sys.SwapToken(t.Context(), w.conn, 0, store.SealedToken{Sealed: []byte("1")}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	lease(0, time.Minute, false)
	lease(1, time.Minute, true)
	must(t, w.sys.FreeToken(t.Context(), w.conn, 0)) // of a version before: not mine
	lease(1, time.Minute, false)
}

func TestASignInWinsOverARenewalThatIsUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if mine, err := w.sys.LeaseToken(t.Context(), w.conn, 0, time.Minute); !mine || err != nil {
		t.Fatal(mine, err)
	}
	brought := store.SealedToken{Sealed: []byte("brought"), SignedIn: w.clock(), Got: w.clock(), Expires: w.clock().Add(time.Hour), RefreshEnds: w.clock().Add(48 * time.Hour)}
	was, err := w.sys.Connection(t.Context(), w.conn)
	must(t, err)
	must(t, w.sys.SignInAgain(t.Context(), was, brought, map[string]string{"tenant": "7"}))
	if ok, err := w.sys.SwapToken(t.Context(), w.conn, 0, store.SealedToken{Sealed: []byte("late")}); ok || err != nil {
		t.Errorf("a late answer was stored: %v, %v", ok, err)
	}
	got, err := w.sys.Token(t.Context(), w.conn)
	if err != nil || string(got.Sealed) != "brought" || !got.SignedIn.Equal(w.clock()) || !got.Expires.Equal(brought.Expires) || !got.RefreshEnds.Equal(brought.RefreshEnds) {
		t.Errorf("stored %+v, %v", got, err)
	}
	if c, err := w.sys.Connection(t.Context(), w.conn); err != nil || c.Settings["tenant"] != "7" {
		t.Errorf("settings %v, %v", c.Settings, err)
	}
}

func TestAConsentWorksOnceForItsSessionAndNotForLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := store.Consent{State: []byte("state"), Session: []byte("session"), User: "amara", Connection: w.conn, Sealed: []byte("box"), Expires: w.clock().Add(10 * time.Minute)}
	must(t, w.sys.BeginConsent(t.Context(), c, "desk"))
	late := c
	late.State = []byte("late")
	must(t, w.sys.BeginConsent(t.Context(), late, "desk"))
	take := func(state, session string, want fault.Kind) store.Consent {
		t.Helper()
		got, err := w.sys.TakeConsent(t.Context(), []byte(state), []byte(session))
		if want == "" && err != nil || want != "" && !fault.Is(err, want) {
			t.Errorf("%s of %s: %v, want %s", state, session, err, want)
		}
		return got
	}
	take("state", "another session", fault.NotFound)
	take("guessed", "session", fault.NotFound)
	if got := take("state", "session", ""); !bytes.Equal(got.Sealed, c.Sealed) || got.User != "amara" || got.Connection != w.conn {
		t.Errorf("took %+v", got)
	}
	take("state", "session", fault.Conflict)
	w.pass(11 * time.Minute)
	take("late", "session", fault.Limited)
	w.pass(2 * time.Hour)
	must(t, w.sys.Prune(t.Context()))
	take("late", "session", fault.NotFound)
}
