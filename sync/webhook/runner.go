package webhook

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"portico/sync/delivery"
	"portico/sync/fault"
)

// run works for one endpoint until nothing is due to it soon. Endpoints have a
// runner each, so a slow one keeps nobody waiting but itself.
func (w *Worker) run(id delivery.EndpointID, bell chan struct{}) {
	defer w.work.Done()
	for {
		next, more := w.guard(id)
		if more && !w.stopping() && !next.After(w.o.Now()) {
			continue
		}
		if w.rest(next, bell) {
			continue
		}
		if w.leave(id, bell) {
			return
		}
	}
}

// rest waits for the next delivery when it is near, and reports whether to look
// again.
func (w *Worker) rest(next time.Time, bell <-chan struct{}) bool {
	wait := next.Sub(w.o.Now())
	if next.IsZero() || wait > nap || w.stopping() {
		return false
	}
	timer := time.NewTimer(max(wait, time.Millisecond))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-bell:
		return true
	case <-w.closing:
		return false
	}
}

// leave ends the runner unless it was rung meanwhile.
func (w *Worker) leave(id delivery.EndpointID, bell <-chan struct{}) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-bell:
		if !w.closed {
			return false
		}
	default:
	}
	delete(w.runners, id)
	return true
}

func (w *Worker) stopping() bool {
	select {
	case <-w.closing:
		return true
	default:
		return false
	}
}

// guard is round, logged: what fails is left to the next sweep.
func (w *Worker) guard(id delivery.EndpointID) (next time.Time, more bool) {
	defer func() {
		if r := recover(); r != nil {
			w.o.Log.Error("webhook worker panicked", "endpoint", string(id), "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			next, more = time.Time{}, false
		}
	}()
	next, more, err := w.round(id)
	if err != nil {
		w.o.Log.Error("webhooks could not be worked on", "endpoint", string(id), "error", err)
		return time.Time{}, false
	}
	return next, more
}

// round claims what is due, attempts it and settles it.
func (w *Worker) round(id delivery.EndpointID) (next time.Time, more bool, err error) {
	if w.stopping() {
		return time.Time{}, false, nil
	}
	claims, next, err := w.o.Store.ClaimDeliveries(w.ctx, id, batch, lease)
	if err != nil || len(claims) == 0 {
		return next, false, fault.At("claim deliveries", err)
	}
	b := &bout{Worker: w, endpoint: claims[0].Endpoint}
	b.keys, b.broken = w.o.Keys(w.ctx, b.endpoint)
	return next, true, b.all(claims)
}

// bout is the work on one batch of claims of one endpoint.
type bout struct {
	*Worker
	endpoint delivery.Endpoint
	keys     Keys
	broken   error // why the keys cannot be had

	mu   sync.Mutex
	hold time.Time // nothing more is sent before this; see delivery.Step
	off  bool      // nothing more is sent at all
}

// all attempts the claims, a few at once, and settles each soon after it is
// known, together with whatever else is known by then.
func (b *bout) all(claims []delivery.Claim) error {
	todo, done := make(chan delivery.Claim), make(chan delivery.Settled, len(claims))
	var senders sync.WaitGroup
	for range min(atOnce, len(claims)) {
		senders.Go(func() {
			for c := range todo {
				done <- delivery.Settled{Claim: c, Step: b.one(c)}
			}
		})
	}
	go func() {
		for _, c := range claims {
			todo <- c
		}
		close(todo)
		senders.Wait()
		close(done)
	}()
	var failed error
	for s := range done {
		if err := b.settle(gather(s, done)); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

// gather adds to the first what is known soon after it: a commit costs the same
// for many as for few, and what is lost by a crash in between is sent again.
func gather(first delivery.Settled, done <-chan delivery.Settled) []delivery.Settled {
	list := []delivery.Settled{first}
	soon := time.NewTimer(linger)
	defer soon.Stop()
	for len(list) < batch {
		select {
		case s, ok := <-done:
			if !ok {
				return list
			}
			list = append(list, s)
		case <-soon.C:
			return list
		}
	}
	return list
}

// settle commits even when the work was called off: what is known must be written.
func (b *bout) settle(list []delivery.Settled) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), settleTime)
	defer cancel()
	if err := b.o.Store.SettleDeliveries(ctx, b.endpoint.ID, list); err != nil {
		return fault.At("settle deliveries", err)
	}
	for _, s := range list {
		if s.Step.Disable != "" {
			b.o.Log.Warn("webhook endpoint was switched off", "endpoint", string(b.endpoint.ID), "why", s.Step.Disable)
			b.o.Committed()
		}
	}
	return nil
}

// one attempts a claim unless something came up meanwhile; then it is given back.
func (b *bout) one(c delivery.Claim) (step delivery.Step) {
	defer func() {
		if r := recover(); r != nil {
			b.o.Log.Error("webhook attempt panicked", "delivery", string(c.Delivery.ID), "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			step = b.decide(c, answer{at: b.o.Now(), problem: "The attempt failed because of a defect."})
		}
	}()
	now := b.o.Now()
	if due, wait := b.held(now); wait || b.stopping() || c.Until.Sub(now) < timeout+settleTime {
		return delivery.Step{State: delivery.Due, Due: due}
	}
	a := b.attempt(c)
	if b.ctx.Err() != nil && a.status == 0 { // we hung up, the endpoint is not to blame
		return delivery.Step{State: delivery.Due, Due: now}
	}
	step = b.decide(c, a)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.off = b.off || step.Disable != ""
	if step.Hold.After(b.hold) {
		b.hold = step.Hold
	}
	return step
}

// held reports whether nothing may be sent now, and until when.
func (b *bout) held(now time.Time) (until time.Time, held bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hold.After(now) {
		return b.hold, true
	}
	return now, b.off
}

// decide is what an answer makes of a claim, with one line in the log.
func (b *bout) decide(c delivery.Claim, a answer) delivery.Step {
	step := judge(c, a, b.o.Jitter())
	b.o.Log.Info("webhook attempted", "delivery", string(c.Delivery.ID), "endpoint", string(b.endpoint.ID), "type", string(c.Delivery.Message.Type),
		"attempt", c.Delivery.Attempt+1, "status", a.status, "to", string(step.State), "took", a.took.Round(time.Millisecond), "problem", a.problem)
	return step
}
