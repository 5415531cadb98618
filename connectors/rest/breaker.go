package rest

import (
	"strings"
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
	meter    Meter
	last     string // what the newest failure said, which tells more than that there were several
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
		// The failure itself is not the cause of this one: nothing was sent.
		return fault.New(fault.Unavailable, strings.TrimSpace("The system has failed several times in a row; we try again shortly. "+b.last)).
			After(max(b.until.Sub(now), time.Second))
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
		b.failures, b.last = 0, ""
		return
	}
	b.failures++
	if said := fault.Public(err); fault.Is(err, fault.Unavailable) && said != "" {
		b.last = "The last time: " + said
	}
	b.until = now.Add(breakFor)
}

// gauge is what the system said about its limits.
func (b *Breaker) gauge() *Meter {
	if b == nil {
		return nil
	}
	return &b.meter
}
