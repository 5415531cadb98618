package rest

import (
	"context"
	"log/slog"
	"math"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
)

// Purse is the part of a budget that several processes share: how much may leave
// in a time, and whether anything may. It must be safe for concurrent use.
type Purse interface {
	// Take takes up to want requests for the next remote.Stale, and returns how
	// many, or after how long to ask again.
	Take(ctx context.Context, pace remote.Pace, class remote.Class, want int) (n int, wait time.Duration, err error)
	// Hold lets nobody take anything for a while.
	Hold(ctx context.Context, d time.Duration) error
}

const (
	// holdMost is how long telling the others of a Retry-After may take.
	holdMost = 5 * time.Second
	// fairAfter is how long a pull waits before it may ask for what is kept for
	// actions: other processes could have one after the other for ever.
	fairAfter = 5 * time.Second
	// askEvery is how often pulls ask at most once there was less than they wanted.
	askEvery = remote.Stale / 4
	// unlimited is how much is taken at once where only silence is asked for.
	unlimited = 32
)

// NewSharedBudget returns a budget whose rates and holds are shared through a
// purse. How many requests are under way at once is kept by each process for
// itself. Requests are taken in portions, as large as this process has just made
// use of, and one at a time while it has not.
func NewSharedBudget(l Limit, p Purse, now func() time.Time, log *slog.Logger) *Budget {
	b := NewBudget(Limit{Concurrent: l.Concurrent, Reserve: l.Reserve}, now)
	b.shared = &share{purse: p, pace: l.pace(), most: portion(l.pace()), log: log}
	return b
}

func (l Limit) pace() remote.Pace {
	return remote.Pace{PerSecond: l.PerSecond, PerMinute: l.PerMinute, PerDay: l.PerDay}
}

// Adapt gives the budget of a connector that was changed its new limit. What was
// asked for until then, and a Retry-After, goes on counting.
func (b *Budget) Adapt(l Limit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = l
	if b.shared != nil {
		b.limit = Limit{Concurrent: l.Concurrent, Reserve: l.Reserve}
		b.shared.pace = l.pace()
		b.shared.most = portion(b.shared.pace)
		b.shared.size = min(b.shared.size, b.shared.most)
	} else {
		b.rates = NewBudget(l, b.now).rates
		for _, r := range b.rates {
			r.AllowN(b.now(), r.Burst()) // begins empty: the old one may have been used up
		}
	}
	b.wake()
}

// portion is the most that is worth taking at once: more would go stale.
func portion(p remote.Pace) int {
	most := math.Inf(1)
	for _, rate := range []float64{p.PerSecond, p.PerMinute / 60} {
		if rate > 0 {
			most = min(most, rate)
		}
	}
	switch {
	case math.IsInf(most, 1) && p.PerDay > 0: // of a day's budget nothing is to go stale
		return 1
	case math.IsInf(most, 1):
		return unlimited
	}
	return max(1, int(most*remote.Stale.Seconds()))
}

// share is what this process has taken out of a purse. The budget's lock
// guards it.
type share struct {
	purse Purse
	pace  remote.Pace
	most  int
	log   *slog.Logger

	left   int          // requests that may leave
	until  time.Time    // when they are stale
	size   int          // how many a pull takes the next time
	dry    [2]time.Time // before this, there is nothing for the class
	asking [2]bool
}

// spend takes one request out of the share.
func (s *share) spend(now time.Time) bool {
	if s.left == 0 {
		return false
	}
	if !now.Before(s.until) { // some were not needed
		s.left, s.size = 0, s.size/2
		return false
	}
	s.left--
	if s.left == 0 {
		s.size = min(s.size+1, s.most)
	}
	return true
}

// await is how long until the class may ask; 0 is now, negative when somebody
// of it is asking.
func (s *share) await(class remote.Class, now time.Time) time.Duration {
	if s.asking[class] {
		return -1
	}
	return max(0, s.dry[class].Sub(now))
}

// ask goes to the purse for a class; the caller holds the lock, which is given
// back meanwhile. as is the class that the purse is told.
func (b *Budget) ask(ctx context.Context, class, as remote.Class) error {
	s := b.shared
	want := max(1, min(b.waiting[class], s.most))
	if class == remote.Background {
		want = max(want, s.size)
	}
	s.asking[class] = true
	pace := s.pace
	b.mu.Unlock()
	n, wait, err := s.purse.Take(ctx, pace, as, want)
	b.mu.Lock()
	s.asking[class] = false
	now := b.now()
	if n > 0 {
		if !now.Before(s.until) {
			s.left = 0
		}
		s.left, s.until = s.left+n, now.Add(remote.Stale)
	}
	if class == remote.Background && n < want { // what comes in meanwhile is not lost
		wait = max(wait, askEvery)
	}
	s.dry[class] = now.Add(wait)
	b.wake()
	return fault.At("take from the shared budget", err)
}

// hold tells the other processes.
func (s *share) hold(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), holdMost)
	defer cancel()
	if err := s.purse.Hold(ctx, d); err != nil {
		s.log.Warn("other processes are not told that the system asks for silence", "error", err)
	}
}
