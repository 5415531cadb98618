package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"portico/sync/fault"
)

// Polling of the queue: short enough to be felt only where no nudge reaches,
// long enough to cost nothing when idle.
const (
	interactiveCheck = 50 * time.Millisecond
	backgroundCheck  = 250 * time.Millisecond
	delayedCheck     = time.Second
	// lastWords is what handlers get to write down where they are once their
	// context has ended.
	lastWords = 12 * time.Second
)

// ServerOptions of a Server; zero fields take the defaults.
type ServerOptions struct {
	Interactive int           // actions at once from the queue (8)
	Background  int           // pulls at once (4)
	Nudges      int           // nudged handlers at once (16)
	Drain       time.Duration // how long Run lets handlers finish (20 s)
	Log         *slog.Logger
}

// Server calls handlers for what the queue and Nudge ring. It is safe for
// concurrent use.
type Server struct {
	handlers map[Name]Handler
	drain    time.Duration
	log      *slog.Logger
	lanes    []*asynq.Server

	ctx  context.Context // what handlers run in; ends when draining takes too long
	call context.CancelFunc

	slots chan struct{}
	mu    sync.Mutex
	// nudged holds the keys at work by a nudge; true asks for another round.
	nudged  map[string]bool
	stopped bool
	work    sync.WaitGroup
}

// NewServer returns a server of q that is not started yet.
func NewServer(q *Queue, handlers map[Name]Handler, o ServerOptions) *Server {
	s := &Server{handlers: handlers, drain: orDefault(o.Drain, 20*time.Second), log: o.Log, nudged: map[string]bool{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.ctx, s.call = context.WithCancel(context.Background())
	s.slots = make(chan struct{}, orDefault(o.Nudges, 16))
	s.serves(q, interactive, orDefault(o.Interactive, 8), interactiveCheck)
	s.serves(q, background, orDefault(o.Background, 4), backgroundCheck)
	return s
}

// serves adds the workers of one lane.
func (s *Server) serves(q *Queue, l lane, workers int, check time.Duration) {
	s.lanes = append(s.lanes, asynq.NewServerFromRedisClient(q.client, asynq.Config{
		Concurrency:              workers,
		Queues:                   map[string]int{string(l): 1},
		TaskCheckInterval:        check,
		DelayedTaskCheckInterval: delayedCheck,
		ShutdownTimeout:          time.Second,
		Logger:                   newLogger(s.log, time.Now),
		LogLevel:                 asynq.WarnLevel,
	}))
}

// Run serves until ctx ends, then drains.
func (s *Server) Run(ctx context.Context) error {
	if err := s.Start(); err != nil {
		return err
	}
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drain)
	defer cancel()
	return s.Stop(stop)
}

// Start begins to take tasks from the queue.
func (s *Server) Start() error {
	for _, l := range s.lanes {
		if err := l.Start(asynq.HandlerFunc(s.handle)); err != nil {
			return fault.Wrap(fault.Internal, "serve the queue", err)
		}
	}
	return nil
}

// Stop takes nothing more and waits for what runs. When ctx ends first, the
// handlers' context is cancelled and they get a few seconds to settle; what
// still runs then is left behind, which is an error. Stop may be called again.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	for _, l := range s.lanes {
		l.Stop()
	}
	idle := make(chan struct{})
	go func() { s.work.Wait(); close(idle) }()
	err := s.await(ctx, idle)
	s.call()
	var closing sync.WaitGroup
	for _, l := range s.lanes {
		closing.Go(l.Shutdown)
	}
	closing.Wait()
	return err
}

func (s *Server) await(ctx context.Context, idle <-chan struct{}) error {
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
	}
	s.call()
	last := time.NewTimer(lastWords)
	defer last.Stop()
	select {
	case <-idle:
		return nil
	case <-last.C:
		return fault.Wrap(fault.Internal, "drain jobs", errors.New("a handler did not end"))
	}
}

// begin counts a handler in, unless the server is stopping.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return false
	}
	s.work.Add(1)
	return true
}

// handle runs a task from the queue. It never fails towards asynq, which would
// archive the task. It does not use asynq's context either: that one ends when
// Redis is lost, and a send must not be cut off because a doorbell broke.
func (s *Server) handle(_ context.Context, at *asynq.Task) error {
	if !s.begin() {
		return nil // whoever is owed it rings again
	}
	defer s.work.Done()
	t, err := parse(at.Type(), at.Payload())
	if err != nil {
		s.log.Error("task cannot be read", "task", at.Type(), "error", err)
		return nil
	}
	s.serve(t)
	return nil
}

// serve calls the handler of a task and logs what went wrong.
func (s *Server) serve(t Task) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("task panicked", "task", string(t.Name), "ids", t.IDs, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
		}
	}()
	h, ok := s.handlers[t.Name]
	if !ok {
		s.log.Error("task has no handler", "task", string(t.Name))
		return
	}
	if err := h(s.ctx, t); err != nil {
		s.log.Error("task failed", "task", string(t.Name), "ids", t.IDs, "error", err)
	}
}

func orDefault[T int | time.Duration](v, standard T) T {
	if v <= 0 {
		return standard
	}
	return v
}
