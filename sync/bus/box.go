package bus

import (
	"context"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill"

	"portico/sync/change"
)

// box holds what one subscriber has not fetched yet. Putting never blocks.
type box struct {
	limit int
	mu    sync.Mutex
	// waiting is what is not fetched; when it is full, its last place is a
	// change.Missed that stands for everything that came after.
	waiting []change.Event
	closed  bool
	filled  chan struct{} // one signal: something waits, or the box was closed
}

func newBox(limit int) *box { return &box{limit: limit, filled: make(chan struct{}, 1)} }

func (b *box) put(e change.Event) {
	b.mu.Lock()
	switch n := len(b.waiting); {
	case n < b.limit:
		b.waiting = append(b.waiting, e)
	case b.waiting[n-1].Topic == change.Missed:
		b.waiting[n-1].At = e.At
	default:
		b.waiting = append(b.waiting, missed(e.At))
	}
	b.mu.Unlock()
	b.signal()
}

// missed names no account: what was lost may be anybody's.
func missed(at time.Time) change.Event {
	return change.Event{ID: watermill.NewUUID(), Topic: change.Missed, At: at.UTC(), Many: true}
}

func (b *box) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.signal()
}

func (b *box) signal() {
	select {
	case b.filled <- struct{}{}:
	default:
	}
}

// next takes the oldest event; more is false when the box is closed and empty.
func (b *box) next() (e change.Event, ok, more bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		return change.Event{}, false, !b.closed
	}
	e, b.waiting = b.waiting[0], b.waiting[1:]
	return e, true, true
}

// deliver hands events to the subscriber until ctx ends or the box is done.
func (b *box) deliver(ctx context.Context, out chan<- change.Event) {
	defer close(out)
	for {
		e, ok, more := b.next()
		switch {
		case ok:
			select {
			case out <- e:
			case <-ctx.Done():
				return
			}
		case !more:
			return
		default:
			select {
			case <-b.filled:
			case <-ctx.Done():
				return
			}
		}
	}
}
