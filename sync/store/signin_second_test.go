package store_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"portico/sync/access"
	"portico/sync/fault"
)

// enrolled is somebody with a second step and two recovery codes.
func (w *world) enrolled(t *testing.T, email, cookie string) access.User {
	t.Helper()
	u := w.signIn(t, email, cookie).User
	must(t, w.sys.StartSecondStep(t.Context(), u.ID, access.SecondStep{Sealed: "sealed", Last: 100}, [][32]byte{hashOf("one"), hashOf("two")}, cookie))
	return u
}

func TestASecondStepIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(t, "ines@nordwind.example", "elsewhere")
	u := w.enrolled(t, "ines@nordwind.example", "here")
	if w.signedIn(t, "elsewhere") || !w.signedIn(t, "here") {
		t.Error("not exactly the other sessions ended")
	}
	s, err := w.sys.SecondStep(t.Context(), u.ID)
	if err != nil || s.Sealed != "sealed" || s.Last != 100 || s.Codes != 2 || !s.Since.Equal(w.clock()) {
		t.Errorf("%+v %v", s, err)
	}
	in, err := w.session(t, hashOf("here"), true)
	if err != nil || !in.User.SecondStep {
		t.Errorf("the session does not tell: %+v %v", in.User, err)
	}
	found, _, err := w.sys.UserByEmail(t.Context(), u.Email)
	if err != nil || !found.SecondStep {
		t.Errorf("the user does not tell: %+v %v", found, err)
	}
	must(t, w.sys.EndSecondStep(t.Context(), u.ID, u.ID))
	if !w.signedIn(t, "here") {
		t.Error("who takes it away is signed out")
	}
	if s, err := w.sys.SecondStep(t.Context(), u.ID); err != nil || s.Sealed != "" || s.Codes != 0 || !s.Since.IsZero() {
		t.Errorf("left: %+v %v", s, err)
	}
	if err := w.sys.EndSecondStep(t.Context(), u.ID, u.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("taken away twice: %v", err)
	}
	if err := w.sys.NewRecoveryCodes(t.Context(), u.ID, [][32]byte{hashOf("x")}); !fault.Is(err, fault.NotFound) {
		t.Errorf("codes for nothing: %v", err)
	}
}

func TestTheCommandLineEndsSessionsWithASecondStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.enrolled(t, "ines@nordwind.example", "here")
	must(t, w.sys.EndSecondStep(t.Context(), u.ID, ""))
	if w.signedIn(t, "here") {
		t.Error("still signed in")
	}
	texts, err := w.Texts(t.Context(), "SELECT leaf FROM audit_leaves WHERE what LIKE 'user.second_step%' ORDER BY n, at")
	if err != nil || len(texts) != 2 {
		t.Errorf("%v %v", texts, err)
	}
}

func TestACodeIsSpentOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.enrolled(t, "ines@nordwind.example", "here")
	other := w.enrolled(t, "marek@nordwind.example", "his")
	var steps, codes atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := w.sys.UseStep(t.Context(), u.ID, 101); err == nil {
				steps.Add(1)
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
			if err := w.sys.UseRecoveryCode(t.Context(), u.ID, hashOf("one")); err == nil {
				codes.Add(1)
			} else if !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if steps.Load() != 1 || codes.Load() != 1 {
		t.Errorf("a step was used %d times, a recovery code %d times", steps.Load(), codes.Load())
	}
	if err := w.sys.UseStep(t.Context(), u.ID, 100); !fault.Is(err, fault.Conflict) {
		t.Errorf("an older step: %v", err)
	}
	must(t, w.sys.UseStep(t.Context(), other.ID, 101))
	must(t, w.sys.UseRecoveryCode(t.Context(), other.ID, hashOf("one")))
	var fresh [][32]byte
	for n := range 10 {
		fresh = append(fresh, hashOf("fresh "+strconv.Itoa(n)))
	}
	must(t, w.sys.NewRecoveryCodes(t.Context(), u.ID, fresh))
	if err := w.sys.UseRecoveryCode(t.Context(), u.ID, hashOf("two")); !fault.Is(err, fault.NotFound) {
		t.Errorf("an old code: %v", err)
	}
	if s, err := w.sys.SecondStep(t.Context(), u.ID); err != nil || s.Codes != 10 {
		t.Errorf("%+v %v", s, err)
	}
}
