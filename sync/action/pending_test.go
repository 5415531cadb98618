package action_test

import (
	"testing"
	"time"

	"portico/sync/action"
)

func TestWhatIsPendingMayStillChangeWhatWasRead(t *testing.T) {
	t.Parallel()
	read := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		state action.State
		ended time.Time
		want  bool
	}{
		{action.Recorded, time.Time{}, true}, {action.Unknown, time.Time{}, true}, {action.Dead, time.Time{}, true},
		{action.Confirmed, read.Add(time.Second), true}, {action.Confirmed, read.Add(-time.Second), false},
		{action.Refused, read.Add(time.Second), false}, {action.Withdrawn, read.Add(time.Second), false},
	} {
		if got := (action.Action{State: c.state, Ended: c.ended}).Pending(read); got != c.want {
			t.Errorf("%s ended %v: %v", c.state, c.ended, got)
		}
	}
}
