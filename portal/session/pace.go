package session

import (
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"portico/sync/access"
	"portico/sync/fault"
)

// Pace limits how often the readers of one page, and each account's together,
// may ask for it (OWASP ASVS 5.0.0, 2.4.1). It counts in this process. The zero
// Pace is ready, and safe for concurrent use.
type Pace struct {
	mu   sync.Mutex
	seen map[string]*rate.Limiter
}

// A reader may ask for a few at once and then for two a minute; an account's
// readers together for four times as much.
const (
	paceBurst   = 10
	paceEvery   = 30 * time.Second
	paceAccount = 4
	paceMost    = 1000 // subjects that are remembered before those at rest are forgotten
)

// Hold puts a page behind the pace.
func (p *Pace) Hold(next Page) Page {
	if next == nil {
		return nil
	}
	return func(w http.ResponseWriter, r *http.Request, s access.Scope) error {
		now := time.Now()
		if !s.Looking() && !p.take("account "+s.Account().String(), paceAccount, now) || !p.take("user "+s.Reader(), 1, now) {
			return fault.New(fault.Limited, "This was asked for very often just now. Try again in a moment.").After(paceEvery)
		}
		return next(w, r, s)
	}
}

// take counts one more of a subject that may ask so many times as often as a reader.
func (p *Pace) take(subject string, times int, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.seen) >= paceMost {
		for key, l := range p.seen {
			if l.TokensAt(now) >= float64(l.Burst()) { // as if it was never here
				delete(p.seen, key)
			}
		}
	}
	l, ok := p.seen[subject]
	if !ok {
		l = rate.NewLimiter(rate.Every(paceEvery/time.Duration(times)), paceBurst*times)
		if p.seen == nil {
			p.seen = map[string]*rate.Limiter{}
		}
		p.seen[subject] = l
	}
	return l.AllowN(now, 1)
}
