package bus_test

import (
	"context"
	"errors"
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

func TestARelayRingsAndPublishesInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, box := bus.New(nil), &outbox{}
		ctx, cancel := context.WithCancel(t.Context())
		all, err := b.Subscribe(ctx)
		if err != nil {
			t.Fatal(err)
		}
		moved, err := b.Subscribe(ctx, change.ActionMoved)
		if err != nil {
			t.Fatal(err)
		}
		var rung []string // written by the relay only, read when it has stopped
		r, stop := relay(t, bus.RelayOptions{Outbox: box, Bus: b, Every: time.Hour, Rings: []func(context.Context, change.Event){
			func(_ context.Context, e change.Event) { rung = append(rung, e.ID) },
		}})
		var want []change.Event
		for n := range 250 { // more than two batches
			topic := change.ActionDue
			if n%2 == 1 {
				topic = change.ActionMoved
			}
			want = append(want, event(topic, "x"))
		}
		var got, gotMoved []change.Event
		go func() {
			for e := range all {
				got = append(got, e)
			}
		}()
		go func() {
			for e := range moved {
				gotMoved = append(gotMoved, e)
			}
		}()
		for n := 0; n < len(want); n += 50 { // in portions that a reader keeps up with
			box.add(want[n : n+50]...)
			r.Wake()
			synctest.Wait()
		}
		stop()
		cancel()
		synctest.Wait()
		if len(rung) != 250 || len(got) != 250 || len(gotMoved) != 125 {
			t.Fatalf("rang %d, told %d, told of moves %d", len(rung), len(got), len(gotMoved))
		}
		for n, e := range want {
			if rung[n] != e.ID || got[n].ID != e.ID || got[n].Account != e.Account || got[n].IDs[0] != "x" {
				t.Fatalf("event %d: rang %s, told %+v, not %+v", n, rung[n], got[n], e)
			}
		}
	})
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

func TestASlowSubscriberMissesAndIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := bus.New(nil)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		slow, err := b.Subscribe(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for range 500 { // would hang here if a subscriber could hold it up
			if err := b.Publish(event(change.RecordsChanged)); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		told, marks := 0, 0
		for synctest.Wait(); ; synctest.Wait() {
			select {
			case e := <-slow:
				if e.Topic == change.Missed {
					marks++
				} else if marks > 0 {
					t.Error("an old event after the mark")
				} else {
					told++
				}
				continue
			default:
			}
			break
		}
		if marks != 1 || told == 0 || told > 70 {
			t.Errorf("told %d, marked %d times", told, marks)
		}
		again := event(change.ActionMoved)
		if err := b.Publish(again); err != nil {
			t.Fatal(err)
		}
		if e := <-slow; e.ID != again.ID {
			t.Errorf("afterwards it got %+v", e)
		}
	})
}

func TestSubscriptionsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := bus.New(nil)
		ctx, cancel := context.WithCancel(t.Context())
		gone, err := b.Subscribe(ctx)
		if err != nil {
			t.Fatal(err)
		}
		stays, err := b.Subscribe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, ok := <-gone; ok {
			t.Error("an event after the end")
		}
		if err := b.Publish(event(change.ActionDue)); err != nil {
			t.Fatal(err)
		}
		if _, ok := <-stays; !ok {
			t.Error("the other subscription ended too")
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if _, ok := <-stays; ok {
			t.Error("open after close")
		}
		if _, err := b.Subscribe(t.Context()); err == nil {
			t.Error("subscribed to a closed bus")
		}
	})
}
