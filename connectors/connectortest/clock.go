package connectortest

import (
	"sync"
	"time"
)

// Clock is the one time of a check: the system, the connector and the budget
// read it. It stands still until somebody moves it, so that "in the same
// second" is exact, and waiting for it costs no time.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock at a moment in the past, whole seconds.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// reach moves the clock to a time unless it is later already.
func (c *Clock) reach(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}
