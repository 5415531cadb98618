package bus_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"portico/sync/bus"
	"portico/sync/change"
	"portico/sync/record"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// outbox is a list of events whose reading can fail.
type outbox struct {
	mu     sync.Mutex
	events []change.Event
	fail   error
	looks  int
	again  bool // the transaction is tried twice
}

func (o *outbox) add(events ...change.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, events...)
}

func (o *outbox) set(err error) { o.mu.Lock(); defer o.mu.Unlock(); o.fail = err }

func (o *outbox) count() int { o.mu.Lock(); defer o.mu.Unlock(); return o.looks }

func (o *outbox) TakeOutbox(_ context.Context, limit int, follow func(change.Event) error) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.looks++
	n := min(limit, len(o.events))
	tried := o.events[:n]
	if o.again {
		tried = slices.Concat(tried, tried)
	}
	for _, e := range tried {
		if err := follow(e); err != nil {
			return 0, err
		}
	}
	if o.fail != nil {
		return 0, o.fail
	}
	o.events = o.events[n:]
	return n, nil
}

func event(topic change.Topic, ids ...string) change.Event {
	return change.New(topic, noon, record.NewAccountID(), record.KindTicket, ids...)
}

// relay starts a relay in the bubble of the calling test.
func relay(t *testing.T, o bus.RelayOptions) (*bus.Relay, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	r := bus.NewRelay(o)
	go func() {
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	synctest.Wait()
	return r, cancel
}

func TestARelayThatNobodyWakesLooksEverySecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		box, rung := &outbox{}, atomic.Int32{}
		_, stop := relay(t, bus.RelayOptions{Outbox: box, Bus: bus.New(nil), Rings: []func(context.Context, change.Event){
			func(context.Context, change.Event) { rung.Add(1) },
		}})
		defer stop()
		box.add(event(change.ActionDue))
		synctest.Wait()
		if n := rung.Load(); n != 0 {
			t.Fatal("it looked unasked")
		}
		<-time.After(time.Second) // of the bubble
		synctest.Wait()
		if n := rung.Load(); n != 1 {
			t.Errorf("rang %d times after a second", n)
		}
	})
}

func TestWhatIsNotCommittedIsNotTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		box, rung := &outbox{}, atomic.Int32{}
		box.set(errors.New("database is away"))
		box.add(event(change.ActionDue))
		r, stop := relay(t, bus.RelayOptions{Outbox: box, Bus: bus.New(nil), Rings: []func(context.Context, change.Event){
			func(context.Context, change.Event) { rung.Add(1) },
		}})
		defer stop()
		for range 100 {
			r.Wake()
			synctest.Wait()
		}
		if n := rung.Load(); n != 0 || box.count() > 2 {
			t.Errorf("rang %d times, looked %d times during an outage", n, box.count())
		}
		box.set(nil)
		<-time.After(time.Second) // of the bubble
		synctest.Wait()
		if n := rung.Load(); n != 1 {
			t.Errorf("rang %d times after it", n)
		}
	})
}

func TestATransactionThatIsTriedAgainTellsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		box, rung := &outbox{again: true}, atomic.Int32{}
		box.add(event(change.ActionDue), event(change.ActionDue))
		_, stop := relay(t, bus.RelayOptions{Outbox: box, Bus: bus.New(nil), Rings: []func(context.Context, change.Event){
			func(context.Context, change.Event) { rung.Add(1) },
		}})
		defer stop()
		if n := rung.Load(); n != 2 {
			t.Errorf("rang %d times for two events", n)
		}
	})
}

func TestEventsThatCannotBePublishedHoldNothingUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		deaf := bus.New(nil)
		if err := deaf.Close(); err != nil {
			t.Fatal(err)
		}
		box, rung, log := &outbox{}, atomic.Int32{}, &lines{}
		for range 250 {
			box.add(event(change.ActionDue))
		}
		_, stop := relay(t, bus.RelayOptions{Outbox: box, Bus: deaf, Log: slog.New(log), Rings: []func(context.Context, change.Event){
			func(context.Context, change.Event) { rung.Add(1) },
		}})
		defer stop()
		if n := rung.Load(); n != 250 {
			t.Errorf("rang %d times", n)
		}
		if n := log.count(); n != 1 {
			t.Errorf("an outage was logged %d times", n)
		}
	})
}

// lines counts what is logged.
type lines struct {
	slog.Handler
	n atomic.Int32
}

func (l *lines) Enabled(context.Context, slog.Level) bool  { return true }
func (l *lines) Handle(context.Context, slog.Record) error { l.n.Add(1); return nil }
func (l *lines) count() int                                { return int(l.n.Load()) }
