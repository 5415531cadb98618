package schedule_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/schedule"
)

// streams answers what is due by a function of the question.
type streams func(now time.Time, limit int) ([]run.Due, error)

func (s streams) DueStreams(_ context.Context, now time.Time, limit int) ([]run.Due, error) {
	return s(now, limit)
}

var tickets = run.Due{Connection: record.NewConnectionID(), Stream: "tickets", Mode: remote.Changes}

func begin(t *testing.T, l schedule.Loop) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	synctest.Wait()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsDueIsRungForOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		next := time.Now()
		rung := make(chan run.Due, 10)
		stop := begin(t, schedule.Loop{
			Store: streams(func(now time.Time, limit int) ([]run.Due, error) {
				if limit <= 0 || now.Before(next) {
					return nil, nil
				}
				next = now.Add(time.Minute)
				return []run.Due{tickets}, nil
			}),
			Enqueue: func(_ context.Context, d run.Due) error { rung <- d; return nil },
		})
		defer stop()
		if d := <-rung; d != tickets {
			t.Errorf("rang for %+v", d)
		}
		<-time.After(59 * time.Second) // of the bubble
		synctest.Wait()
		if len(rung) != 0 {
			t.Error("rang before it was due")
		}
		<-time.After(2 * time.Second) // of the bubble
		synctest.Wait()
		if len(rung) != 1 {
			t.Errorf("rang %d times in a minute", len(rung))
		}
	})
}

func TestTheSweepKeepsItsRhythmWhilePullsHang(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sweeps atomic.Int32
		release := make(chan struct{})
		stop := begin(t, schedule.Loop{
			Store: streams(func(time.Time, int) ([]run.Due, error) { <-release; return nil, nil }),
			Sweep: func(context.Context) error { sweeps.Add(1); return nil },
		})
		<-time.After(time.Minute) // of the bubble
		synctest.Wait()
		if n := sweeps.Load(); n != 7 { // at once, then every ten seconds
			t.Errorf("%d sweeps in a minute", n)
		}
		close(release)
		stop()
	})
}

func TestFailuresAreSurvivedAndLoggedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var looks, rung atomic.Int32
		stop := begin(t, schedule.Loop{
			Store: streams(func(time.Time, int) ([]run.Due, error) {
				switch n := looks.Add(1); {
				case n <= 3:
					return nil, errors.New("database is away")
				case n <= 6:
					panic("a defect")
				default:
					return []run.Due{tickets}, nil
				}
			}),
			Enqueue: func(context.Context, run.Due) error { rung.Add(1); return nil },
			Log:     slog.New(slog.NewTextHandler(&log, nil)),
		})
		<-time.After(6 * time.Second) // of the bubble
		synctest.Wait()
		stop()
		if rung.Load() != 1 {
			t.Errorf("rang %d times after the failures", rung.Load())
		}
		if s := log.String(); strings.Count(s, "schedule fails") != 1 || strings.Count(s, "schedule works again") != 1 {
			t.Errorf("logged:\n%s", s)
		}
	})
}

func TestAQueueThatIsAwayIsAskedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tries atomic.Int32
		stop := begin(t, schedule.Loop{
			Store:   streams(func(time.Time, int) ([]run.Due, error) { return []run.Due{tickets}, nil }),
			Enqueue: func(context.Context, run.Due) error { tries.Add(1); return errors.New("queue is away") },
		})
		<-time.After(3 * time.Second) // of the bubble
		synctest.Wait()
		stop()
		if n := tries.Load(); n != 4 {
			t.Errorf("asked %d times in three seconds", n)
		}
	})
}
