package scoped

import (
	"context"
	"sync"
)

// Priority orders those who wait for the one writer.
type Priority int

// Priorities: what a person waits for goes ahead of bulk work.
const (
	Bulk Priority = iota
	Person
)

// lane lets one writer in at a time, people before bulk. Bulk transactions are
// kept short by their callers, so a person waits for at most one of them.
type lane struct {
	mu     *sync.Mutex
	busy   *bool
	queues *[2][]chan struct{}
}

func newLane() lane { return lane{new(sync.Mutex), new(bool), new([2][]chan struct{})} }

// enter waits for the turn; the caller must leave.
func (l lane) enter(ctx context.Context, p Priority) error {
	l.mu.Lock()
	if !*l.busy {
		*l.busy = true
		l.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	l.queues[p] = append(l.queues[p], turn)
	l.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		l.forget(p, turn)
		return ctx.Err()
	}
}

// forget removes a waiter that gave up; a turn that reached it meanwhile is passed on.
func (l lane) forget(p Priority, turn chan struct{}) {
	l.mu.Lock()
	for i, t := range l.queues[p] {
		if t == turn {
			l.queues[p] = append(l.queues[p][:i], l.queues[p][i+1:]...)
			l.mu.Unlock()
			return
		}
	}
	l.mu.Unlock()
	l.leave()
}

// leave passes the turn to a person if one waits, else to bulk work.
func (l lane) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range []Priority{Person, Bulk} {
		if len(l.queues[p]) > 0 {
			next := l.queues[p][0]
			l.queues[p] = l.queues[p][1:]
			close(next)
			return
		}
	}
	*l.busy = false
}
