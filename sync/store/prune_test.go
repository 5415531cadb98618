package store_test

import (
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
)

func TestPruneTakesOnlyWhatIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := access.User{ID: access.NewUserID(), Name: "Ines", Email: "ines@nordwind.example"}
	must(t, w.sys.CreateUser(t.Context(), u, "hash"))
	start := func(token byte, lasts time.Duration) [32]byte {
		hash := [32]byte{token}
		must(t, w.sys.StartSession(t.Context(), hash, access.Session{ID: string(rune('a' + token)), User: u, Created: w.clock(), LastSeen: w.clock(),
			Expires: w.clock().Add(lasts), Idle: 48 * time.Hour}))
		return hash
	}
	over, live := start(1, time.Hour), start(2, 24*time.Hour)
	w.pull(t, "tickets")
	w.pass(2 * time.Hour)
	must(t, w.sys.Prune(t.Context()))
	if _, err := w.session(t, over, true); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a session past its end: %v", err)
	}
	if _, err := w.session(t, live, true); err != nil {
		t.Errorf("a live session was pruned: %v", err)
	}
	if runs, err := w.sys.Runs(t.Context(), w.conn, 10); err != nil || len(runs) != 1 {
		t.Errorf("a young report is gone: %v, %v", runs, err)
	}
	w.pass(40 * 24 * time.Hour)
	must(t, w.sys.Prune(t.Context()))
	if runs, err := w.sys.Runs(t.Context(), w.conn, 10); err != nil || len(runs) != 0 {
		t.Errorf("an old report is kept: %v, %v", runs, err)
	}
}
