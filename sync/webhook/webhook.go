// Package webhook tells back-office systems what happened: it signs messages
// (Standard Webhooks 1.0) and posts them to the endpoints that subscribe.
//
// It promises that a delivery which the store owes is attempted until it is
// answered with 2xx or its schedule is over, always with one webhook-id and the
// same bytes, so at least once; that one endpoint never waits for another; and
// that each attempt is in the log. It promises no order.
//
// What is owed is in the store. A ring only says that something may be due; a
// lost one costs time until the next sweep, a second one costs nothing.
package webhook

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"portico/sync/delivery"
	"portico/sync/fault"
)

// Store is where deliveries live. Claims are fenced: of two workers with the
// same delivery only the later one's step counts.
type Store interface {
	// DueEndpoints lists endpoints that something can be delivered to now.
	DueEndpoints(ctx context.Context, now time.Time, limit int) ([]delivery.EndpointID, error)
	// ClaimDeliveries leases due deliveries of an endpoint, within its rate; next
	// says when there may be more, or is zero.
	ClaimDeliveries(ctx context.Context, id delivery.EndpointID, limit int, lease time.Duration) (claims []delivery.Claim, next time.Time, err error)
	// SettleDeliveries commits what attempts at one endpoint came to.
	SettleDeliveries(ctx context.Context, id delivery.EndpointID, list []delivery.Settled) error
}

// Keys are what an endpoint's requests are made with, unsealed.
type Keys struct {
	Secrets []string          // the newest first; each signs
	Headers map[string]string // the owner's own
}

// Options of a Worker. Store, Keys and Client are required.
type Options struct {
	Store Store
	// Keys unseals the secrets and headers of an endpoint, at each claim, so that
	// a rotated secret is used at once.
	Keys func(ctx context.Context, e delivery.Endpoint) (Keys, error)
	// Client dials through the egress guard and follows no redirects.
	Client *http.Client
	Log    *slog.Logger // nil discards
	Now    func() time.Time
	// Committed is called after what somebody else must be told of was stored;
	// nil means nobody is.
	Committed func()
	// Jitter returns a number in [0,1); nil uses a random one.
	Jitter func() float64
}

// Rhythm and limits of the work on one endpoint.
const (
	batch      = 128              // deliveries claimed together
	atOnce     = 8                // requests to one endpoint at the same time
	lease      = time.Minute      // how long a claim is owned
	timeout    = 15 * time.Second // for one attempt, everything included
	settleTime = 10 * time.Second // for committing what is known
	// linger is how long a result waits for others to be committed with it.
	linger = 10 * time.Millisecond
	// nap is how long a runner waits for its endpoint's next delivery; what comes
	// later is the sweep's.
	nap        = 30 * time.Second
	sweepLimit = 1000
)

// Worker delivers. It is safe for concurrent use.
type Worker struct {
	o    Options
	ctx  context.Context // what attempts run in; ends when draining takes too long
	call context.CancelFunc

	mu      sync.Mutex
	runners map[delivery.EndpointID]chan struct{} // one per endpoint at work, with its bell
	closing chan struct{}                         // closed: begin nothing more
	closed  bool
	work    sync.WaitGroup
}

// New returns a worker that waits to be rung.
func New(o Options) *Worker {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.Committed == nil {
		o.Committed = func() {}
	}
	w := &Worker{o: o, runners: map[delivery.EndpointID]chan struct{}{}, closing: make(chan struct{})}
	w.ctx, w.call = context.WithCancel(context.Background())
	return w
}

// Sweep rings every endpoint that something is due to. It returns at once; call
// it after something was committed that may be told, and at least every ten
// seconds.
func (w *Worker) Sweep(ctx context.Context) error {
	ids, err := w.o.Store.DueEndpoints(ctx, w.o.Now(), sweepLimit)
	if err != nil {
		return fault.At("list endpoints with due deliveries", err)
	}
	for _, id := range ids {
		w.Ring(id)
	}
	return nil
}

// Ring says that something may be due to an endpoint. It never blocks.
func (w *Worker) Ring(id delivery.EndpointID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	if bell, busy := w.runners[id]; busy {
		select {
		case bell <- struct{}{}:
		default: // it was rung already
		}
		return
	}
	bell := make(chan struct{}, 1)
	w.runners[id] = bell
	w.work.Add(1)
	go w.run(id, bell)
}

// Drain begins nothing more and waits for the attempts under way. When ctx ends
// first they are called off; what was sent and not answered is sent again later.
func (w *Worker) Drain(ctx context.Context) {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.closing)
	}
	w.mu.Unlock()
	idle := make(chan struct{})
	go func() { w.work.Wait(); close(idle) }()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	w.call()
	<-idle
}
