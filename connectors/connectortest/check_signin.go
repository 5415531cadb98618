package connectortest

import (
	"sync"
	"sync/atomic"
	"testing"

	"portico/sync/fault"
	"portico/sync/remote"
)

func goodCredentials(t testing.TB, b *bench) {
	report := b.connector.Check(t.Context(), b.conn)
	if !report.OK || report.As == "" && !b.system.Nameless || len(report.Items) == 0 {
		t.Errorf("the credential is good, but the report says: %+v", report)
	}
	if _, err := b.connector.Discover(t.Context(), b.conn); err != nil {
		t.Errorf("discover: %v", err)
	}
}

func badCredentials(t testing.TB, b *bench) {
	b.conn.Secret = secrets(b.system.BadSecrets)
	report := b.connector.Check(t.Context(), b.conn)
	if report.OK || len(report.Items) == 0 {
		t.Errorf("the credential is bad, but the report says: %+v", report)
	}
	for _, item := range report.Items {
		if !item.OK && item.Detail == "" {
			t.Errorf("step %q failed and does not say what to do", item.Name)
		}
	}
	r := &run{stream: b.system.Main}
	err := b.pull(t.Context(), r)
	b.judge(t, r, err)
	if k := fault.KindOf(err); err == nil || k != fault.Unauthenticated && k != fault.Setup {
		t.Errorf("pull with a bad credential: %v (%s), want a fault that sends somebody to the credential", err, k)
	}
	if err != nil && fault.Public(err) == "" {
		t.Errorf("the fault has no words for an administrator: %v", err)
	}
	if r.pages > 0 {
		t.Errorf("%d pages were emitted", r.pages)
	}
}

// signedOutMeanwhile ends the session of a pull after its first page.
func signedOutMeanwhile(t testing.TB, b *bench) {
	b.system.Faults.Set(signOut(b.system))
	r := &run{stream: b.system.Main}
	err := b.pull(t.Context(), r)
	b.judge(t, r, err)
	if k := fault.KindOf(err); err == nil || k != fault.Unauthenticated && k != fault.Setup {
		t.Errorf("pull: %v (%s), want a fault that sends somebody to the credential", err, k)
	}
	b.system.Faults.Clear()
	b.clock.Advance(breakerRest)
	b.settle(t, b.system.Main)
	b.whole(t, "after the sign-in works again")
}

// rotatedMeanwhile exchanges the credential at the first page of a pull.
func rotatedMeanwhile(t testing.TB, b *bench) {
	var current atomic.Value
	current.Store(b.system.Secrets)
	b.conn.Secret = func(name string) (string, error) { return current.Load().(map[string]string)[name], nil }
	rotate := sync.OnceFunc(func() { current.Store(b.system.Rotate()) })
	for range tries {
		r := &run{stream: b.system.Main, onPage: func(int) { rotate() }}
		err := b.pull(t.Context(), r)
		b.judge(t, r, err)
		if err == nil {
			break
		}
		// A request that was under way with the old credential may be refused once.
		b.clock.Advance(breakerRest)
	}
	b.whole(t, "after the credential was rotated")
}

// endedMeanwhile ends the token at the first page of a pull. The pull goes on with
// another, which is asked for once, and a pull that finds a good one asks for none.
func endedMeanwhile(t testing.TB, b *bench) {
	b.settle(t, b.system.Main)
	b.settle(t, b.system.Main)
	before := b.system.Renewal.Asked()
	if before > 1 {
		t.Errorf("%d requests for a token, where one would have done", before)
	}
	end := sync.OnceFunc(b.system.Renewal.End)
	r := &run{stream: b.system.Main, mode: remote.Everything, onPage: func(int) { end() }}
	err := b.pull(t.Context(), r)
	b.judge(t, r, err)
	if err != nil {
		t.Errorf("the pull ended with its token: %v", err)
	}
	if n := b.system.Renewal.Asked() - before; n != 1 {
		t.Errorf("%d requests for a token in mid-pull, want one", n)
	}
	b.whole(t, "after a token had ended")
}
