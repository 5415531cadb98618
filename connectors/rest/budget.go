package rest

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"portico/sync/remote"
)

// Limit is how much one credential may ask of a system. Zero fields do not limit.
type Limit struct {
	PerSecond  float64
	PerMinute  float64
	PerDay     float64
	Concurrent int
	Reserve    int // of Concurrent, kept for actions; at most Concurrent-1 counts
}

// Budget keeps a Limit within one process, or with a Purse among several. It
// fulfils remote.Budget and is safe for concurrent use.
type Budget struct {
	rates  []pace
	shared *share // nil within one process
	limit  Limit
	now    func() time.Time

	mu      sync.Mutex
	hold    time.Time
	busy    [2]int        // requests under way, by class
	waiting [2]int        // who waits, by class
	ahead   int           // actions that went ahead of a waiting pull, in a row
	changed chan struct{} // closed and replaced whenever something may be free
}

// NewBudget returns a budget that starts unused.
func NewBudget(l Limit, now func() time.Time) *Budget {
	b := &Budget{limit: l, now: now, changed: make(chan struct{})}
	if l.PerSecond > 0 {
		b.rates = append(b.rates, pace{Limiter: rate.NewLimiter(rate.Limit(l.PerSecond), max(1, int(l.PerSecond)))})
	}
	if l.PerMinute > 0 {
		b.rates = append(b.rates, pace{Limiter: rate.NewLimiter(rate.Limit(l.PerMinute/60), max(1, int(l.PerMinute/6)))})
	}
	if l.PerDay > 0 {
		// An hour's worth at once, of which an eighth is left to actions: who waits
		// for a day's budget waits long.
		burst := max(1, int(l.PerDay/24))
		b.rates = append(b.rates, pace{rate.NewLimiter(rate.Limit(l.PerDay/86400), burst), float64(burst / 8)})
	}
	return b
}

// pace is one rate, and how much of its burst is kept for actions.
type pace struct {
	*rate.Limiter
	keep float64
}

// lacks is how many requests the class must wait for.
func (p pace) lacks(class remote.Class, now time.Time) float64 {
	need := 1.0
	if class == remote.Background {
		need += p.keep
	}
	return need - p.TokensAt(now)
}

// aheadMost is how many actions go ahead of a pull that waits. Without an end, a
// long queue of actions would keep every fact from being read again.
const aheadMost = 8

// Wait implements remote.Budget. Actions go first: while one waits, no pull
// starts, but for one request after every aheadMost actions.
func (b *Budget) Wait(ctx context.Context, class remote.Class) (func(), error) {
	b.mu.Lock()
	b.waiting[class]++
	b.mu.Unlock()
	err := b.queue(ctx, class)
	if err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() {
		b.mu.Lock()
		b.busy[class]--
		b.wake()
		b.mu.Unlock()
	}), nil
}

func (b *Budget) queue(ctx context.Context, class remote.Class) error {
	b.mu.Lock()
	defer func() {
		b.waiting[class]--
		b.wake()
		b.mu.Unlock()
	}()
	began := b.now()
	for {
		wait, changed := b.try(class), b.changed
		if wait == 0 {
			b.busy[class]++
			b.turn(class)
			return nil
		}
		if wait == mustAsk {
			if err := b.ask(ctx, class, b.rank(class, began)); err != nil {
				return err
			}
			continue
		}
		b.mu.Unlock()
		err := pause(ctx, wait, changed)
		b.mu.Lock()
		if err != nil {
			return err
		}
	}
}

// mustAsk is what try returns when the purse decides.
const mustAsk = time.Duration(math.MinInt64)

// rank is the class that the purse is told.
func (b *Budget) rank(class remote.Class, began time.Time) remote.Class {
	if class == remote.Background && (b.ahead >= aheadMost || b.now().Sub(began) >= fairAfter) {
		return remote.Overdue
	}
	return class
}

// try takes a place and returns 0, or returns how long to wait at most before
// trying again; negative means until something changes.
func (b *Budget) try(class remote.Class) time.Duration {
	now := b.now()
	if wait := b.hold.Sub(now); wait > 0 {
		return wait
	}
	if !b.free(class) {
		return -1
	}
	for _, r := range b.rates {
		if lacks := r.lacks(class, now); lacks > 0 {
			return max(time.Millisecond, time.Duration(lacks/float64(r.Limit())*float64(time.Second)))
		}
	}
	for _, r := range b.rates {
		r.AllowN(now, 1)
	}
	if b.shared == nil || b.shared.spend(now) {
		return 0
	}
	if wait := b.shared.await(class, now); wait != 0 {
		return wait
	}
	return mustAsk
}

func (b *Budget) free(class remote.Class) bool {
	overdue := b.ahead >= aheadMost && b.waiting[remote.Background] > 0
	if class == remote.Background && b.waiting[remote.Interactive] > 0 && !overdue || class == remote.Interactive && overdue && b.room(remote.Background) {
		return false
	}
	return b.room(class)
}

// turn counts what went ahead of whom.
func (b *Budget) turn(class remote.Class) {
	if class == remote.Interactive && b.waiting[remote.Background] > 0 {
		b.ahead++
		return
	}
	b.ahead = 0
}

// room reports whether the class may have one more request under way.
func (b *Budget) room(class remote.Class) bool {
	if b.limit.Concurrent <= 0 {
		return true
	}
	if b.busy[remote.Background]+b.busy[remote.Interactive] >= b.limit.Concurrent {
		return false
	}
	reserve := min(b.limit.Reserve, b.limit.Concurrent-1)
	return class == remote.Interactive || b.busy[remote.Background] < b.limit.Concurrent-reserve
}

// wake lets everybody who waits look again; the caller holds the lock.
func (b *Budget) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// Hold implements remote.Budget.
func (b *Budget) Hold(until time.Time) {
	b.mu.Lock()
	if until.After(b.hold) {
		b.hold = until
	}
	b.mu.Unlock()
	if b.shared != nil {
		b.shared.hold(until.Sub(b.now()))
	}
}

func pause(ctx context.Context, wait time.Duration, changed <-chan struct{}) error {
	var timer <-chan time.Time
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-changed:
		return nil
	case <-timer:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
