package bus_test

import (
	"context"
	"crypto/rand"
	"os"
	"testing"
	"time"

	"portico/sync/bus"
	"portico/sync/change"
)

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

// each runs a test on the bus in process and, where there is one, on Redis.
// other is a bus on the same stream, as another process has it; in one process
// it is the same.
func each(t *testing.T, test func(t *testing.T, b, other *bus.Bus)) {
	t.Helper()
	t.Parallel()
	t.Run("in process", func(t *testing.T) {
		t.Parallel()
		b := bus.New(nil)
		test(t, b, b)
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		addr := os.Getenv("PORTICO_TEST_REDIS")
		if addr == "" {
			t.Skip("PORTICO_TEST_REDIS names no server")
		}
		r, key := &bus.Redis{Addrs: []string{addr}}, bus.Stream+rand.Text()
		test(t, open(t, r, key), open(t, r, key))
	})
}

func open(t *testing.T, r *bus.Redis, key string) *bus.Bus {
	t.Helper()
	b, err := bus.OpenOn(r, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func subscribe(t *testing.T, b *bus.Bus, topics ...change.Topic) <-chan change.Event {
	t.Helper()
	events, err := b.Subscribe(t.Context(), topics...)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func publish(t *testing.T, b *bus.Bus, events ...change.Event) {
	t.Helper()
	for _, e := range events {
		if err := b.Publish(e); err != nil {
			t.Fatal(err)
		}
	}
}

func receive(t *testing.T, from <-chan change.Event) (change.Event, bool) {
	t.Helper()
	select {
	case e, ok := <-from:
		return e, ok
	case <-time.After(patience):
		t.Fatal("nothing was heard")
		panic("unreachable")
	}
}

// hears receives until the event comes and returns what came before.
func hears(t *testing.T, from <-chan change.Event, want change.Event) (before []change.Event) {
	t.Helper()
	for {
		e, ok := receive(t, from)
		if !ok {
			t.Fatal("the subscription ended")
		}
		if e.ID == want.ID {
			return before
		}
		before = append(before, e)
	}
}

func TestEverySubscriberGetsEveryEventInOrder(t *testing.T) {
	each(t, func(t *testing.T, b, other *bus.Bus) {
		box, rung := &outbox{}, make(chan string, 250)
		subscribers := []<-chan change.Event{subscribe(t, b), subscribe(t, b), subscribe(t, other)}
		moved := subscribe(t, other, change.ActionMoved)
		ctx, stop := context.WithCancel(t.Context())
		r := bus.NewRelay(bus.RelayOptions{Outbox: box, Bus: b, Every: time.Hour, Rings: []func(context.Context, change.Event){
			func(_ context.Context, e change.Event) { rung <- e.ID },
		}})
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx) }()
		var want []change.Event
		for n := range 250 { // more than two batches
			topic := change.ActionDue
			if n%2 == 1 {
				topic = change.ActionMoved
			}
			want = append(want, event(topic, "x"))
		}
		for n := 0; n < len(want); n += 50 { // in portions that a reader keeps up with
			part := want[n : n+50]
			box.add(part...)
			r.Wake()
			for _, e := range part {
				if got := <-rung; got != e.ID {
					t.Fatalf("rang %s, not %s", got, e.ID)
				}
				for i, s := range subscribers {
					if got, _ := receive(t, s); got.ID != e.ID || got.Account != e.Account || got.IDs[0] != "x" || !got.At.Equal(e.At) {
						t.Fatalf("subscriber %d got %+v, not %+v", i, got, e)
					}
				}
				if e.Topic != change.ActionMoved {
					continue
				}
				if got, _ := receive(t, moved); got.ID != e.ID {
					t.Fatalf("told of %+v, not %+v", got, e)
				}
			}
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestWhoJoinsLaterHearsFromThenOn(t *testing.T) {
	each(t, func(t *testing.T, b, other *bus.Bus) {
		first, last := event(change.ActionDue), event(change.ActionDue)
		early := subscribe(t, other)
		publish(t, b, first)
		hears(t, early, first)
		late := subscribe(t, other)
		publish(t, b, last)
		if before := hears(t, late, last); len(before) > 0 {
			t.Errorf("it was told of %+v", before)
		}
	})
}

func TestASlowSubscriberMissesAndIsTold(t *testing.T) {
	each(t, func(t *testing.T, b, other *bus.Bus) {
		slow := subscribe(t, other, change.RecordsChanged) // the mark comes whatever was asked for
		for range 500 {                                    // would hang here if a subscriber could hold it up
			publish(t, b, event(change.RecordsChanged))
		}
		told := 0
		for {
			e, _ := receive(t, slow)
			if e.Topic == change.Missed {
				break
			}
			told++
		}
		if told == 0 || told > 70 {
			t.Errorf("told %d events before the mark", told)
		}
		again := event(change.RecordsChanged)
		publish(t, b, again)
		hears(t, slow, again)
	})
}

func TestSubscriptionsEnd(t *testing.T) {
	t.Parallel()
	test := func(t *testing.T, b *bus.Bus) {
		ctx, cancel := context.WithCancel(t.Context())
		gone, err := b.Subscribe(ctx)
		if err != nil {
			t.Fatal(err)
		}
		stays := subscribe(t, b)
		cancel()
		if _, ok := receive(t, gone); ok {
			t.Error("an event after the end")
		}
		e := event(change.ActionDue)
		publish(t, b, e)
		hears(t, stays, e)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if _, ok := receive(t, stays); ok {
			t.Error("open after close")
		}
		if _, err := b.Subscribe(t.Context()); err == nil {
			t.Error("subscribed to a closed bus")
		}
		if err := b.Publish(e); err == nil {
			t.Error("published on a closed bus")
		}
	}
	t.Run("in process", func(t *testing.T) {
		t.Parallel()
		test(t, bus.New(nil))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		addr := os.Getenv("PORTICO_TEST_REDIS")
		if addr == "" {
			t.Skip("PORTICO_TEST_REDIS names no server")
		}
		b, err := bus.OpenOn(&bus.Redis{Addrs: []string{addr}}, bus.Stream+rand.Text(), nil)
		if err != nil {
			t.Fatal(err)
		}
		test(t, b)
	})
}
