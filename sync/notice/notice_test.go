package notice_test

import (
	"strings"
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
)

func TestWhoIsToldOfWhat(t *testing.T) {
	t.Parallel()
	want := map[notice.Reason][3]bool{ // needs me of others' requests, needs me of one's own, nothing
		notice.Turn: {true, true, false}, notice.Conflict: {true, true, false}, notice.Refused: {true, true, false},
		notice.Answered: {false, true, false}, notice.Finished: {false, true, false}, notice.Reopened: {false, true, false},
		notice.Wrote: {false, false, false}, notice.Opened: {false, false, false}, notice.Confirmed: {false, false, false},
	}
	if len(want) != len(notice.Reasons) {
		t.Fatalf("%d reasons are not tried", len(notice.Reasons)-len(want))
	}
	for _, r := range notice.Reasons {
		got := [3]bool{notice.NeedsMe.Wants(r, false), notice.NeedsMe.Wants(r, true), notice.Nothing.Wants(r, true)}
		if got != want[r] || !notice.Everything.Wants(r, false) || notice.Choice("").Wants(r, false) != got[0] {
			t.Errorf("%s: %v, want %v", r, got, want[r])
		}
	}
}

func TestWhatAMoveMeans(t *testing.T) {
	t.Parallel()
	s := func(state record.State, turn record.Turn) notice.Standing {
		return notice.Standing{State: state, Turn: turn}
	}
	open, waits, done := s(record.StateOpen, record.TurnProvider), s(record.StateWaiting, record.TurnClient), s(record.StateResolved, record.TurnNobody)
	for _, c := range []struct {
		was, now notice.Standing
		want     notice.Reason
	}{
		{open, waits, notice.Turn}, {done, waits, notice.Turn}, {open, done, notice.Finished}, {waits, done, notice.Finished},
		{done, open, notice.Reopened}, {waits, open, ""}, {open, open, ""}, {waits, waits, ""}, {done, s(record.StateClosed, record.TurnNobody), ""},
	} {
		if got := c.was.Became(c.now); got != c.want {
			t.Errorf("%v → %v: %q, want %q", c.was, c.now, got, c.want)
		}
	}
}

func TestATokenStandsForOnePersonAndAccount(t *testing.T) {
	t.Parallel()
	key, account := []byte(strings.Repeat("k", 32)), record.NewAccountID()
	token := notice.Token(key, "u1", account)
	if user, of, err := notice.ReadToken(key, token); err != nil || user != "u1" || of != account {
		t.Fatalf("%s %s %v", user, of, err)
	}
	other := notice.Token(key, "u2", account)
	for name, bad := range map[string]string{
		"another key": notice.Token([]byte("other"), "u1", account), "empty": "", "half": token[:len(token)/2], "no mark": strings.Split(token, ".")[0] + ".",
		"another's mark": strings.Split(token, ".")[0] + "." + strings.Split(other, ".")[1], "longer": token + "AAAA", "a dot more": token + ".",
	} {
		if user, _, err := notice.ReadToken(key, bad); !fault.Is(err, fault.NotFound) || user != "" {
			t.Errorf("%s: %q %v", name, user, err)
		}
	}
}

func TestAttemptsSpreadOverDays(t *testing.T) {
	t.Parallel()
	var waited time.Duration
	n := 0
	for ; waited < notice.GiveUp; n++ {
		short, long := notice.Backoff(n+1, 0), notice.Backoff(n+1, 1)
		if short < 15*time.Second || long > 72*time.Minute || long <= short {
			t.Fatalf("after %d: %s to %s", n+1, short, long)
		}
		waited += short
	}
	if n < 50 || n > 100 {
		t.Errorf("%d attempts in three days", n)
	}
}
