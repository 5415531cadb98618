package rest

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxPatience is how long a Retry-After is waited for inside one pull.
const maxPatience = time.Minute

// backoff doubles from half a second with full jitter, so that many workers do
// not come back at the same moment.
func backoff(n int) time.Duration {
	ceiling := 500 * time.Millisecond << (n - 1)
	return ceiling/2 + rand.N(ceiling/2)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// epochs are the numbers that are no span of time but a moment: seconds since
// the epoch, or from a thousand times as many up milliseconds.
const epochs = 1e9

// retryAfter reads seconds or an HTTP date (RFC 9110, section 10.2.3), and what
// systems send instead: a moment as seconds or milliseconds since the epoch, or
// as RFC 3339. 0 means that nothing useful is said. Nobody can lock us out for
// more than a day.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	var d time.Duration
	if n, err := strconv.ParseFloat(value, 64); err == nil {
		switch {
		case !(n > 0):
			return 0
		case n >= epochs*1000:
			d = time.UnixMilli(int64(min(n, 1e15))).Sub(now)
		case n >= epochs:
			d = time.Unix(int64(n), 0).Sub(now)
		default:
			d = time.Duration(min(n, 86400) * float64(time.Second))
		}
	} else if at, err := http.ParseTime(value); err == nil {
		d = at.Sub(now)
	} else if at, err := time.Parse(time.RFC3339, value); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), 24*time.Hour)
}
