package rest

import (
	"sync"
	"time"

	"portico/sync/fault"
)

// Breaker stops asking a system that does not answer, so that workers and the
// system's own recovery are spared. It is safe for concurrent use; a nil one
// never breaks.
type Breaker struct {
	mu       sync.Mutex
	failures int
	until    time.Time
	trying   bool
}

const (
	breakAfter = 5                // failures in a row
	breakFor   = 15 * time.Second // then one request tries again
)

func (b *Breaker) allow(now time.Time) error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < breakAfter {
		return nil
	}
	if now.Before(b.until) || b.trying {
		return fault.New(fault.Unavailable, "The system has not answered several times in a row; we try again shortly.").After(max(b.until.Sub(now), time.Second))
	}
	b.trying = true
	return nil
}

func (b *Breaker) report(now time.Time, err error) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	if !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Unknown) {
		b.failures = 0
		return
	}
	b.failures++
	b.until = now.Add(breakFor)
}
