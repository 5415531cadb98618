//go:build faults

package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fire is how many people press at once in the crossfire; the program has four
// connections to each role of its database (F25).
const fire = 64

// TestCrossfire has many people of three companies read at once, give up in the
// middle at any moment, and try what belongs to others.
func TestCrossfire(t *testing.T) { trials(t, "crossfire of companies", crossfire) }

func crossfire(x *trial) {
	w := newWorld(x, 12)
	w.start()
	browsers := w.enter()
	ctx, stop := context.WithTimeout(x.Context(), lasting(10*time.Second, 10*time.Minute))
	defer stop()
	var pages, given atomic.Int64
	var people sync.WaitGroup
	var crowd crowd
	for n := range fire {
		b := browsers[n%len(browsers)]
		people.Go(func() {
			for ctx.Err() == nil {
				whole, err := b.burst(ctx, browsers)
				if err != nil {
					x.Error(err)
					return
				}
				if whole {
					pages.Add(1)
				} else {
					given.Add(1)
				}
			}
		})
	}
	for _, b := range browsers {
		people.Go(func() { crowd.ask(ctx, b) })
	}
	people.Wait()
	if pages.Load() == 0 || given.Load() == 0 {
		x.Errorf("%d pages, %d given up: this proves nothing", pages.Load(), given.Load())
	}
	w.settle(2*time.Minute + time.Duration(len(crowd.errands()))*time.Second)
	w.judge(outcome{rounds: 1, note: fmt.Sprintf("%d people at once: %d pages read, %d given up in the middle", fire, pages.Load(), given.Load())}, crowd.errands(), browsers)
}

// burst asks for one page, of the own company or of another, and gives every
// second one up after a moment. It reports whether a whole answer came.
func (b *browser) burst(ctx context.Context, browsers []*browser) (whole bool, err error) {
	other := browsers[rand.N(len(browsers))]
	paths := []string{b.account, b.account + "tickets", b.account + "tickets.csv", b.account + "assets", b.tickets[rand.N(len(b.tickets))]}
	path, want := paths[rand.N(len(paths))], http.StatusOK
	if other.company != b.company && rand.N(3) == 0 {
		path, want = other.tickets[rand.N(len(other.tickets))], http.StatusNotFound
	}
	asking, give := context.WithCancel(ctx)
	defer give()
	if rand.N(2) == 0 {
		timer := time.AfterFunc(rand.N(60*time.Millisecond), give)
		defer timer.Stop()
	}
	a, err := b.do(asking, http.MethodGet, path, nil)
	if asking.Err() != nil {
		return false, nil
	}
	if a.status == http.StatusTooManyRequests && strings.HasSuffix(path, ".csv") {
		return false, nil // exports have a pace
	}
	if err != nil || a.status != want {
		return false, fmt.Errorf("%s asked for %s: status %d, want %d, %w", b.company.name, path, a.status, want, err)
	}
	if want == http.StatusOK && !strings.Contains(a.body, b.company.mark) {
		return false, fmt.Errorf("%s holds nothing of %s", path, b.company.name)
	}
	return true, nil
}
