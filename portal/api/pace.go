package api

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"portico/sync/fault"
)

// What one key may ask, in this process: so many at once, and so many more each
// minute.
const (
	paceMost  = 600
	paceEvery = time.Minute
	paceKeys  = 1000 // keys that are remembered before those at rest are forgotten
)

// pace limits each key. The zero pace is ready, and safe for concurrent use.
type pace struct {
	mu   sync.Mutex
	seen map[string]*rate.Limiter
}

// take counts one request and says in the headers how many are left
// (draft-ietf-httpapi-ratelimit-headers).
func (p *pace) take(h http.Header, key string, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.seen) >= paceKeys {
		for name, l := range p.seen {
			if l.TokensAt(now) >= float64(l.Burst()) { // as if it was never here
				delete(p.seen, name)
			}
		}
	}
	l, ok := p.seen[key]
	if !ok {
		l = rate.NewLimiter(rate.Every(paceEvery/paceMost), paceMost)
		if p.seen == nil {
			p.seen = map[string]*rate.Limiter{}
		}
		p.seen[key] = l
	}
	good := l.AllowN(now, 1)
	left := l.TokensAt(now)
	full := time.Duration((paceMost - left) * float64(paceEvery/paceMost))
	h.Set("RateLimit-Policy", fmt.Sprintf(`"key";q=%d;w=%d`, paceMost, int(paceEvery.Seconds())))
	h.Set("RateLimit", fmt.Sprintf(`"key";r=%d;t=%d`, max(0, int(left)), int(math.Ceil(full.Seconds()))))
	if !good {
		return fault.New(fault.Limited, "This key asks very often. Wait a moment.").After(time.Second)
	}
	return nil
}
