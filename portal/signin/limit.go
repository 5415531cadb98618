package signin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"sync"
	"time"
)

// limit says how often something may be tried: free tries within a span of
// time, after that only with growing pauses.
type limit struct {
	kind        string
	free        int
	within      time.Duration
	first, most time.Duration // the pause after the free tries; it doubles up to most
}

// The limits of signing in. Only tries that got as far as the password count,
// so that hammering on a closed door does not keep it closed. An address that
// is guessed at from everywhere is slowed down for browsers that never signed
// in there, to 100 + 12 tries in an hour; a browser that did keeps its own count.
var (
	perPair    = limit{"pair", 5, 15 * time.Minute, time.Minute, 15 * time.Minute}
	perPeer    = limit{"peer", 30, time.Hour, time.Minute, 15 * time.Minute}
	perAddress = limit{"address", 100, time.Hour, 5 * time.Minute, 5 * time.Minute}
	perDevice  = limit{"device", 5, 15 * time.Minute, time.Minute, 15 * time.Minute}

	forgotPeer    = limit{"forgot-peer", 10, time.Hour, 5 * time.Minute, 15 * time.Minute}
	forgotAddress = limit{"forgot-address", 3, time.Hour, 15 * time.Minute, 30 * time.Minute}

	mailedPeer    = limit{"mailed-peer", 20, time.Hour, 5 * time.Minute, 15 * time.Minute}
	mailedAddress = limit{"mailed-address", 5, time.Hour, 5 * time.Minute, 15 * time.Minute}
	// A code is tried five times; the pause after that is as long as its life.
	perCode     = limit{"code", 5, mailedLife, mailedLife, mailedLife}
	perSecond   = limit{"second", 5, 15 * time.Minute, time.Minute, 15 * time.Minute}
	perCodePeer = limit{"code-peer", 30, time.Hour, time.Minute, 15 * time.Minute}
)

// counted is one limit applied to one subject.
type counted struct {
	limit
	key string
}

// of names the subject by a hash: the table of attempts holds no addresses.
func (l limit) of(parts ...string) counted {
	sum := sha256.New()
	for _, p := range parts {
		sum.Write([]byte(p))
		sum.Write([]byte{0})
	}
	return counted{l, l.kind + ":" + hex.EncodeToString(sum.Sum(nil)[:16])}
}

// network is what counts as one peer: an IPv4 address, or the /64 that one
// IPv6 customer has at least (RFC 6177).
func network(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// limiter applies limits. The counts are in the store; tries that are still
// running are known here, so that many at once do not slip past a count.
type limiter struct {
	book    Attempts
	now     func() time.Time
	mu      sync.Mutex
	running map[string]int
}

// try is one admitted attempt. Exactly one of fail and succeed follows.
type try struct {
	l        *limiter
	subjects []counted
}

// begin admits an attempt under all limits, or says how long to wait.
func (l *limiter) begin(ctx context.Context, subjects ...counted) (*try, time.Duration, error) {
	t := &try{l: l}
	for _, s := range subjects {
		ahead := l.enter(s.key)
		t.subjects = append(t.subjects, s)
		wait, err := l.wait(ctx, s, ahead)
		if err != nil || wait > 0 {
			t.release()
			return nil, wait, err
		}
	}
	return t, 0, nil
}

// fail counts the attempt and returns how many each subject has now, in order.
func (t *try) fail(ctx context.Context) ([]int, error) {
	defer t.release()
	counts := make([]int, len(t.subjects))
	now := t.l.now()
	for i, s := range t.subjects {
		if err := t.l.book.NoteAttempt(ctx, s.key, now); err != nil {
			return nil, err
		}
		n, err := t.l.book.CountAttempts(ctx, s.key, now.Add(-s.within))
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	return counts, nil
}

// succeed forgets the failures of the first subject, the narrowest. The wider
// ones stay: somebody with one good password must not buy free guesses with it.
func (t *try) succeed(ctx context.Context) error {
	defer t.release()
	return t.l.book.ClearAttempts(ctx, t.subjects[0].key)
}

func (t *try) release() {
	for _, s := range t.subjects {
		t.l.leave(s.key)
	}
	t.subjects = nil
}

func (l *limiter) enter(key string) (ahead int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ahead = l.running[key]
	l.running[key]++
	return ahead
}

func (l *limiter) leave(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running[key]--; l.running[key] <= 0 {
		delete(l.running, key)
	}
}

// wait returns how long a subject has to pause, zero when it need not.
func (l *limiter) wait(ctx context.Context, s counted, ahead int) (time.Duration, error) {
	now := l.now()
	noted, err := l.book.CountAttempts(ctx, s.key, now.Add(-s.within))
	if err != nil || noted+ahead < s.free {
		return 0, err
	}
	pause := s.most
	if over := noted + ahead - s.free; over < 16 {
		pause = min(s.first<<over, s.most)
	}
	if ahead > 0 {
		return pause, nil
	}
	recent, err := l.book.CountAttempts(ctx, s.key, now.Add(-pause))
	if err != nil || recent == 0 {
		return 0, err
	}
	return l.since(ctx, s.key, now, pause)
}

// since finds the newest attempt within the pause, to a few seconds, by halving:
// the book can count but not list.
func (l *limiter) since(ctx context.Context, key string, now time.Time, pause time.Duration) (time.Duration, error) {
	old, young := pause, time.Duration(0) // the newest attempt is between these ages
	for old-young > 5*time.Second {
		middle := (old + young) / 2
		n, err := l.book.CountAttempts(ctx, key, now.Add(-middle))
		if err != nil {
			return 0, err
		}
		if n > 0 {
			old = middle
		} else {
			young = middle
		}
	}
	return max(pause-young, time.Second), nil
}
