package jobs_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"portico/sync/jobs"
)

func TestANudgeDuringWorkGetsAnotherRound(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	s := start(t, open(t, nil), func(context.Context, jobs.Task) error {
		begun <- struct{}{}
		<-release
		return nil
	}, jobs.ServerOptions{})
	if !s.Nudge(push("a")) {
		t.Fatal("not taken")
	}
	receive(t, begun)
	for range 5 {
		if !s.Nudge(push("a")) {
			t.Error("not taken while at work")
		}
	}
	release <- struct{}{}
	receive(t, begun) // all five in one round
	release <- struct{}{}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-begun:
		t.Error("a third round")
	default:
	}
}

func TestNudgesAreBounded(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := start(t, open(t, nil), func(context.Context, jobs.Task) error { <-release; return nil }, jobs.ServerOptions{Nudges: 2})
	if !s.Nudge(push("a")) || !s.Nudge(push("b")) {
		t.Error("refused within the bound")
	}
	if s.Nudge(push("c")) {
		t.Error("taken beyond the bound")
	}
	if s.Nudge(jobs.Task{Name: "paint.house"}) {
		t.Error("taken without a handler")
	}
	close(release)
}

func TestStopWaitsForWhatRuns(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	var ended atomic.Bool
	s := start(t, open(t, nil), func(ctx context.Context, task jobs.Task) error {
		if task.IDs[0] != "a" {
			return nil
		}
		close(begun)
		<-release
		ended.Store(ctx.Err() == nil)
		return nil
	}, jobs.ServerOptions{})
	s.Nudge(push("a"))
	receive(t, begun)
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop(context.Background()) }()
	for s.Nudge(push("b")) { // taken until the stop is seen
		runtime.Gosched()
	}
	close(release)
	if err := receive(t, stopped); err != nil {
		t.Error(err)
	}
	if !ended.Load() {
		t.Error("the handler was cut off")
	}
}

func TestADrainThatTakesTooLongCancelsTheHandlers(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	s := start(t, open(t, nil), func(ctx context.Context, _ jobs.Task) error {
		close(begun)
		<-ctx.Done()
		return ctx.Err()
	}, jobs.ServerOptions{Drain: time.Millisecond})
	s.Nudge(push("a"))
	receive(t, begun)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Stop(over); err != nil {
		t.Error(err)
	}
	if s.Nudge(push("b")) {
		t.Error("a stopped server took a nudge")
	}
}

func TestLongPullsDoNotHoldBackActions(t *testing.T) {
	t.Parallel()
	q := open(t, nil)
	release, acted := make(chan struct{}), make(chan struct{}, 1)
	start(t, q, func(_ context.Context, task jobs.Task) error {
		if task.Name == jobs.PullStream {
			<-release
			return nil
		}
		acted <- struct{}{}
		return nil
	}, jobs.ServerOptions{Interactive: 1, Background: 1})
	t.Cleanup(func() { close(release) })
	for _, id := range []string{"a", "b", "c"} {
		if err := q.Enqueue(t.Context(), jobs.Task{Name: jobs.PullStream, IDs: []string{id}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Enqueue(t.Context(), push("a")); err != nil {
		t.Fatal(err)
	}
	receive(t, acted)
}

func TestRunDrainsWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	q := open(t, nil)
	got := make(chan jobs.Task, 1)
	s := jobs.NewServer(q, map[jobs.Name]jobs.Handler{
		jobs.PushAction: func(_ context.Context, task jobs.Task) error { got <- task; return nil },
	}, jobs.ServerOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	if err := q.Enqueue(t.Context(), push("a")); err != nil {
		t.Fatal(err)
	}
	receive(t, got)
	cancel()
	if err := receive(t, ended); err != nil {
		t.Error(err)
	}
}
