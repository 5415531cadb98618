package jobs

import (
	"crypto/rand"
	"time"

	"github.com/alicebob/miniredis/v2"

	"portico/sync/fault"
)

// embedded is a Redis inside this process: on a random port of the loopback
// interface, behind a random password, gone when the process ends.
type embedded struct {
	server   *miniredis.Miniredis
	password string
	ticker   *time.Ticker
	quit     chan struct{}
	done     chan struct{}
}

// startEmbedded starts the server and drives its clock by ticks (nil: every
// second). miniredis keeps no time of its own: undriven, no lock ever expires.
func startEmbedded(ticks <-chan time.Time) (*embedded, error) {
	e := &embedded{server: miniredis.NewMiniRedis(), password: rand.Text(), quit: make(chan struct{}), done: make(chan struct{})}
	e.server.RequireAuth(e.password)
	if err := e.server.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fault.Wrap(fault.Internal, "start the queue in process", err)
	}
	started := time.Now()
	if ticks == nil {
		e.ticker = time.NewTicker(time.Second)
		ticks = e.ticker.C
	}
	go e.drive(started, ticks)
	return e, nil
}

func (e *embedded) drive(last time.Time, ticks <-chan time.Time) {
	defer close(e.done)
	for {
		select {
		case now := <-ticks:
			if passed := now.Sub(last); passed > 0 {
				e.server.FastForward(passed)
				last = now
			}
		case <-e.quit:
			return
		}
	}
}

func (e *embedded) redis() *Redis {
	return &Redis{Addrs: []string{e.server.Addr()}, Password: e.password}
}

func (e *embedded) stop() {
	close(e.quit)
	<-e.done
	if e.ticker != nil {
		e.ticker.Stop()
	}
	e.server.Close()
}
