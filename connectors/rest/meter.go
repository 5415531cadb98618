package rest

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"portico/sync/fault"
)

// Gauge names the headers in which a system tells how many requests are left and
// when there are more. Empty names tell nothing.
type Gauge struct {
	Remaining string
	Reset     string
	// Pause is how long pulls rest where the system does not say when there are more.
	Pause time.Duration
	// Floor is how many of those left only actions may use.
	Floor int
}

// Meter remembers what a system said about its limits. It is shared by every
// client of a connection and safe for concurrent use; a nil one knows nothing.
type Meter struct {
	mu    sync.Mutex
	until time.Time // pulls wait until then
}

// read takes what an answer says.
func (m *Meter) read(g Gauge, header http.Header, now time.Time) {
	if m == nil || g.Remaining == "" {
		return
	}
	left, err := strconv.ParseFloat(strings.TrimSpace(header.Get(g.Remaining)), 64)
	if err != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if left > float64(g.Floor) {
		m.until = time.Time{}
	} else if wait := g.wait(header, now); wait > 0 {
		m.until = now.Add(wait)
	}
}

func (g Gauge) wait(header http.Header, now time.Time) time.Duration {
	if told := header.Get(g.Reset); g.Reset != "" && told != "" {
		return retryAfter(told, now)
	}
	return g.Pause
}

// pause is how long a pull must leave what is left to actions.
func (m *Meter) pause(now time.Time) time.Duration {
	if m == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return max(0, m.until.Sub(now))
}

// spared is the fault of a pull that would have to wait too long.
func spared(wait time.Duration) error {
	return fault.New(fault.Limited, "Few requests are left of what the system allows; they are kept for people. We go on when there are more.").After(wait)
}
