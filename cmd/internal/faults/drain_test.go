//go:build faults

package faults_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// drainWithin is how long the program may take to end (F20).
const drainWithin = 30 * time.Second

// TestDrainUnderLoad ends the program politely while people use it. A request
// that the program accepted is answered; one that it did not accept finds the
// door closed before anything happened.
func TestDrainUnderLoad(t *testing.T) { trials(t, "SIGTERM under load", drainUnderLoad) }

func drainUnderLoad(x *trial) {
	w := newWorld(x, 30)
	w.start()
	browsers := w.enter()
	times, slowest := rounds(5, 100), time.Duration(0)
	var all []*errand
	var cut atomic.Int64
	for range times {
		ctx, stop := context.WithCancel(x.Context())
		var people sync.WaitGroup
		var crowd crowd
		for n := range 6 {
			people.Go(func() { cut.Add(int64(crowd.press(ctx, browsers[n%len(browsers)]))) })
		}
		w.ledger().hasten()
		pause(ctx, 300*time.Millisecond+rand.N(time.Second))
		code, took := w.drain(drainWithin)
		stop()
		people.Wait()
		if slowest = max(slowest, took); code != 0 || took > drainWithin {
			x.Errorf("exit code %d after %s", code, took)
		}
		stored := w.ledger().actions()
		for _, e := range crowd.errands() {
			if _, ok := stored[e.key]; ok && !e.recorded {
				x.Errorf("%s was accepted and stored, but not answered", e.path)
			}
		}
		all = append(all, crowd.errands()...)
		w.start()
	}
	if n := cut.Load(); n > 0 {
		x.Errorf("%d answers broke off or were errors", n)
	}
	w.settle(3*time.Minute + time.Duration(len(all))*time.Second)
	w.judge(outcome{rounds: times, note: fmt.Sprintf("slowest end %s, exit code 0", slowest.Round(10*time.Millisecond))}, all, browsers)
}

// press posts and reads without a pause until it is stopped, and returns how
// many answers were not what an accepted request gets. Every fourth request is a
// post, because the source takes only a few of them a second.
func (c *crowd) press(ctx context.Context, b *browser) (cut int) {
	for n := rand.N(4); ctx.Err() == nil; n++ {
		if n%4 == 0 {
			e := b.reply(b.tickets[rand.N(len(b.tickets))])
			c.add(e)
			if err := e.send(); err != nil && !closed(err) {
				b.w.Errorf("a reply: %v", err)
				cut++
			}
		}
		a, err := b.get(b.tickets[rand.N(len(b.tickets))])
		if err != nil && !closed(err) || err == nil && a.status != http.StatusOK {
			b.w.Errorf("a page: status %d, %v", a.status, err)
			cut++
		}
	}
	return cut
}

// closed reports whether a request found nobody at the door: refused, or given
// back by the kernel before the program had taken it.
func closed(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF)
}

// TestDrainWhileEverythingHangs ends the program while the source does not
// answer and a client sends its form a byte at a time.
func TestDrainWhileEverythingHangs(t *testing.T) {
	trials(t, "SIGTERM while all hangs", drainWhileEverythingHangs)
}

func drainWhileEverythingHangs(x *trial) {
	w := newWorld(x, 5)
	w.start()
	browsers := w.enter()
	w.source.fake.Faults.Set(faults.Fault{Kind: faults.Delay, Wait: 2 * time.Minute})
	x.Cleanup(w.source.server.CloseClientConnections)
	w.ledger().hasten()
	e := browsers[0].reply(browsers[0].tickets[0])
	if err := e.send(); err != nil {
		x.Fatal(err)
	}
	ctx, stop := context.WithCancel(x.Context())
	var slow sync.WaitGroup
	begun := make(chan struct{})
	slow.Go(func() {
		body := &trickle{ctx: ctx, begun: begun, text: strings.NewReader(browsers[1].reply("").form.Encode() + strings.Repeat("x", 1000))}
		_, _ = browsers[1].do(ctx, http.MethodPost, browsers[1].tickets[0]+"/reply", body) // it is cut off, which is the point
	})
	<-begun
	pause(ctx, time.Second) // until the action and the pulls hang
	code, took := w.drain(drainWithin)
	stop()
	slow.Wait()
	if code != 0 || took > drainWithin {
		x.Errorf("exit code %d after %s:\n%s", code, took, tail(w.log()))
	}
	w.source.fake.Faults.Clear()
	w.source.server.CloseClientConnections()
	w.start()
	w.settle(3 * time.Minute)
	w.judge(outcome{rounds: 1, note: fmt.Sprintf("ended after %s", took.Round(10*time.Millisecond))}, []*errand{e}, browsers)
}

// trickle is a body that arrives a byte at a time.
type trickle struct {
	ctx   context.Context
	begun chan struct{}
	once  sync.Once
	text  io.Reader
}

// Read implements io.Reader.
func (s *trickle) Read(p []byte) (int, error) {
	s.once.Do(func() { close(s.begun) })
	if !pause(s.ctx, 200*time.Millisecond) {
		return 0, s.ctx.Err()
	}
	return s.text.Read(p[:1])
}
