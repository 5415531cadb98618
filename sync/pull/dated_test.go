package pull_test

import (
	"context"
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
	"portico/sync/run"
)

// Facts that were written down before they were handed over are as old as that.
func TestAPassIsAsOldAsItsFacts(t *testing.T) {
	t.Parallel()
	for told, want := range map[time.Time]time.Time{start.Add(-time.Hour): start.Add(-time.Hour), start.Add(time.Hour): start, {}: start} {
		l := &ledger{}
		r, err := puller(l, func(ctx context.Context, _ remote.PullRequest, emit remote.Emitter) error {
			if dated, ok := emit.(remote.Dated); ok && !told.IsZero() {
				dated.AsOf(told)
			}
			return emit.Complete(ctx)
		}).Run(t.Context(), due(remote.Changes))
		if r.Started = start; err != nil || !r.Facts().Equal(want) {
			t.Errorf("told %v: facts of %v, %v", told, r.Facts(), err)
		}
	}
}

func TestACensusThatCannotBeTakenDeletesNothingAndIsNoFailure(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	nothing := func(context.Context, remote.PullRequest, remote.Emitter) error {
		return fault.At("pull tickets", remote.ErrUncounted)
	}
	r, err := puller(l, nothing).Run(t.Context(), due(remote.Census))
	if err != nil || r.State != run.Done || !r.Uncounted || l.swept != nil {
		t.Errorf("run = %+v, %v; swept %v", r, err, l.swept)
	}
	if _, err := puller(&ledger{}, nothing).Run(t.Context(), due(remote.Changes)); err == nil {
		t.Error("a pull of changes ended well although nothing was read")
	}
}
