// Package faults puts the ways in which a vendor's system fails between a fake
// and its caller: answers that are lost after the work was done, limits, cut
// and shuffled pages, silence. It knows HTTP and JSON lists, and no vendor.
//
// A test turns a knob in code; a test in another process turns it through
// Control. Every request that arrives is logged with its time, and a request
// that arrives while the caller was told to wait is counted as a violation.
package faults

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Knobs is the middleware and its switches. It is safe for concurrent use.
// Make one with Wrap.
type Knobs struct {
	next  http.Handler
	now   func() time.Time
	sleep func(*http.Request, time.Duration)

	mu         sync.Mutex
	armed      []*armed
	down       bool
	onDown     func(bool)
	holdUntil  time.Time
	violations int
	log        []Request
	random     *rand.Rand
	lists      List
}

// armed is a fault with what it has done so far.
type armed struct {
	Fault
	seen  int    // matching requests so far
	fired int    // of those, the ones it spoiled
	first []byte // Repeat: the body that is served again
	head  http.Header
}

// Wrap puts knobs before a handler. now is the clock that decides whether a
// request arrived inside a Retry-After window; nil is the real one.
func Wrap(next http.Handler, now func() time.Time) *Knobs {
	if now == nil {
		now = time.Now
	}
	return &Knobs{next: next, now: now, sleep: wait, random: rand.New(rand.NewPCG(1, 2))}
}

// Set arms a fault beside those already armed.
func (k *Knobs) Set(f Fault) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.armed = append(k.armed, &armed{Fault: f})
}

// Clear disarms every fault and forgets the window of the last 429. The log,
// the violations and Down stay.
func (k *Knobs) Clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.armed, k.holdUntil = nil, time.Time{}
}

// Fired tells how many requests the armed faults of a kind have spoiled.
func (k *Knobs) Fired(kind Kind) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := 0
	for _, a := range k.armed {
		if a.Kind == kind {
			n += a.fired
		}
	}
	return n
}

// Down makes the system unreachable, or reachable again. Behind a listener
// that OnDown closes, connections are refused; otherwise they break before an
// answer.
func (k *Knobs) Down(down bool) {
	k.mu.Lock()
	changed := k.down != down
	k.down = down
	tell := k.onDown
	k.mu.Unlock()
	if changed && tell != nil {
		tell(down)
	}
}

// OnDown sets what to do when Down changes, outside any lock.
func (k *Knobs) OnDown(tell func(down bool)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.onDown = tell
}

// Violations counts requests that arrived inside a Retry-After window.
func (k *Knobs) Violations() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.violations
}

// Requests returns a copy of the log, oldest first.
func (k *Knobs) Requests() []Request {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]Request(nil), k.log...)
}

// Forget empties the log and the count of violations.
func (k *Knobs) Forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.log, k.violations = nil, 0
}

// ServeHTTP logs the request, spoils it when a fault says so, and else passes
// it on. At most one fault acts on a request: the first armed that matches.
func (k *Knobs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, down := k.arrive(r)
	switch {
	case down:
		panic(http.ErrAbortHandler) // net/http closes the connection without a word
	case a == nil:
		k.next.ServeHTTP(w, r)
	default:
		k.spoil(w, r, a)
	}
}

// arrive logs a request and picks the fault that acts on it, or nil.
func (k *Knobs) arrive(r *http.Request) (*armed, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := k.now()
	inside := at.Before(k.holdUntil)
	if inside {
		k.violations++
	}
	k.note(Request{At: at, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Held: inside})
	if k.down {
		return nil, true
	}
	for _, a := range k.armed {
		if !a.Match.Fits(r) || a.Times > 0 && a.fired >= a.Times {
			continue
		}
		a.seen++
		if a.seen <= a.After || a.Share > 0 && k.random.Float64() >= a.Share {
			continue
		}
		a.fired++
		if a.Kind == Limit {
			k.holdUntil = at.Add(a.Wait)
		}
		return a, false
	}
	return nil, false
}

// remember keeps the first body that a Repeat fault saw and returns the one to serve.
func (k *Knobs) remember(a *armed, head http.Header, body []byte) (http.Header, []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if a.first == nil {
		a.first, a.head = body, maps.Clone(head)
	}
	return a.head, a.first
}
