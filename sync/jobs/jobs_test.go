package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/jobs"
)

// databases numbers the Redis databases, so that tests do not meet.
var databases atomic.Int32

// each runs a test on the queue in process and, where there is one, on Redis.
func each(t *testing.T, test func(t *testing.T, q *jobs.Queue)) {
	t.Helper()
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, nil))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		addr := os.Getenv("PORTICO_TEST_REDIS")
		if addr == "" {
			t.Skip("PORTICO_TEST_REDIS names no server")
		}
		q := open(t, &jobs.Redis{Addrs: []string{addr}, DB: int(databases.Add(1)%15) + 1})
		if err := q.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(t, q)
	})
}

func open(t *testing.T, r *jobs.Redis) *jobs.Queue {
	t.Helper()
	q, err := jobs.Open(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	return q
}

func start(t *testing.T, q *jobs.Queue, h jobs.Handler, o jobs.ServerOptions) *jobs.Server {
	t.Helper()
	s := jobs.NewServer(q, map[jobs.Name]jobs.Handler{jobs.PushAction: h, jobs.PullStream: h}, o)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

func receive[T any](t *testing.T, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatal("nothing happened")
		panic("unreachable")
	}
}

func push(id string) jobs.Task { return jobs.Task{Name: jobs.PushAction, IDs: []string{id}} }

func TestARingReachesTheHandlerWithItsIDs(t *testing.T) {
	each(t, func(t *testing.T, q *jobs.Queue) {
		got := make(chan jobs.Task, 1)
		start(t, q, func(_ context.Context, task jobs.Task) error { got <- task; return nil }, jobs.ServerOptions{})
		if err := q.Enqueue(t.Context(), jobs.Task{Name: jobs.PullStream, IDs: []string{"c", "tickets", "changes"}}); err != nil {
			t.Fatal(err)
		}
		if task := receive(t, got); task.Name != jobs.PullStream || fmt.Sprint(task.IDs) != "[c tickets changes]" {
			t.Errorf("got %+v", task)
		}
	})
}

func TestEqualRingsWaitOnce(t *testing.T) {
	each(t, func(t *testing.T, q *jobs.Queue) {
		for _, id := range []string{"a", "a", "b"} {
			if err := q.Enqueue(t.Context(), push(id)); err != nil {
				t.Fatal(err)
			}
		}
		if n := q.Waiting(t.Context(), jobs.PushAction); n != 2 {
			t.Errorf("%d tasks wait", n)
		}
	})
}

func TestAFailedOrPanickingTaskCanBeRungAgainAtOnce(t *testing.T) {
	each(t, func(t *testing.T, q *jobs.Queue) {
		calls := make(chan int32, 8)
		var n atomic.Int32
		start(t, q, func(context.Context, jobs.Task) error {
			calls <- n.Add(1)
			if n.Load() == 1 {
				panic("out of luck")
			}
			return errors.New("no luck either")
		}, jobs.ServerOptions{})
		for want := int32(1); want <= 3; want++ {
			ringUntil(t, q, push("a"), calls, want)
		}
	})
}

// ringUntil rings again until the call of that number was seen, as a sweep does.
func ringUntil(t *testing.T, q *jobs.Queue, task jobs.Task, calls <-chan int32, want int32) {
	t.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if err := q.Enqueue(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-calls:
			if got >= want {
				return
			}
		case <-again.C:
		case <-deadline:
			t.Fatalf("call %d never came", want)
		}
	}
}

func TestAFlushLosesNothingForWhoRingsAgain(t *testing.T) {
	each(t, func(t *testing.T, q *jobs.Queue) {
		var mu sync.Mutex
		owed := map[string]bool{}
		for n := range 300 {
			owed[fmt.Sprint(n)] = true
		}
		half, done := make(chan struct{}), make(chan struct{})
		start(t, q, func(_ context.Context, task jobs.Task) error {
			mu.Lock()
			defer mu.Unlock()
			if !owed[task.IDs[0]] {
				return nil
			}
			delete(owed, task.IDs[0])
			switch len(owed) {
			case 150:
				close(half)
			case 0:
				close(done)
			}
			return nil
		}, jobs.ServerOptions{})
		ring := func() {
			mu.Lock()
			ids := make([]string, 0, len(owed))
			for id := range owed {
				ids = append(ids, id)
			}
			mu.Unlock()
			for _, id := range ids {
				if err := q.Enqueue(t.Context(), push(id)); err != nil {
					t.Error(err)
				}
			}
		}
		ring()
		receive(t, half)
		if err := q.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(patience); ; {
			ring()
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
				if time.Now().After(deadline) {
					t.Fatalf("%d are still owed", len(owed))
				}
			}
		}
	})
}

func TestTheClockOfTheQueueInProcessIsDriven(t *testing.T) {
	t.Parallel()
	ticks := make(chan time.Time)
	q, err := jobs.OpenTicked(ticks)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	now := time.Now()
	ring := func() int {
		if err := q.Enqueue(t.Context(), push("a")); err != nil {
			t.Fatal(err)
		}
		return q.Waiting(t.Context(), jobs.PushAction)
	}
	for range 2 {
		if ring() != 1 {
			t.Fatal("the lock does not hold")
		}
	}
	ticks <- now.Add(10 * time.Second)
	ticks <- now.Add(10 * time.Second) // the first one has been worked off
	if n := ring(); n != 2 {
		t.Errorf("after the lock's time %d tasks wait", n)
	}
}

func TestTheQueueInProcessIsClosedToOthers(t *testing.T) {
	t.Parallel()
	q := open(t, nil)
	if err := q.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	host, _, err := net.SplitHostPort(q.Addr())
	if err != nil || host != "127.0.0.1" {
		t.Errorf("listens on %s", q.Addr())
	}
	stranger := open(t, &jobs.Redis{Addrs: []string{q.Addr()}})
	if err := stranger.Ping(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without the password: %v", err)
	}
}

func TestUnknownTasksAndAbsentServers(t *testing.T) {
	t.Parallel()
	if err := open(t, nil).Enqueue(t.Context(), jobs.Task{Name: "paint.house"}); !fault.Is(err, fault.Internal) {
		t.Errorf("unknown task: %v", err)
	}
	if _, err := jobs.Open(&jobs.Redis{}, nil); !fault.Is(err, fault.Setup) {
		t.Errorf("no address: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	if err := open(t, &jobs.Redis{Addrs: []string{addr}}).Enqueue(t.Context(), push("a")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("absent server: %v", err)
	}
}
