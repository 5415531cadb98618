package bus_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill-redisstream/pkg/redisstream"
	"github.com/ThreeDotsLabs/watermill/message"

	"portico/sync/bus"
	"portico/sync/change"
	"portico/sync/redistest"
)

func at(s *redistest.Server) *bus.Redis {
	return &bus.Redis{Addrs: []string{s.Address}, Password: redistest.Password}
}

// told receives until the mark of something missed comes.
func told(t *testing.T, from <-chan change.Event) {
	t.Helper()
	for {
		e, ok := receive(t, from)
		if !ok {
			t.Fatal("the subscription ended")
		}
		if e.Topic == change.Missed {
			return
		}
	}
}

// again publishes events until one is heard, which must happen at last.
func again(t *testing.T, b *bus.Bus, from <-chan change.Event) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	sent := map[string]bool{}
	for {
		select {
		case <-tick.C:
			e := event(change.ActionMoved)
			if b.Publish(e) == nil {
				sent[e.ID] = true
			}
		case e, ok := <-from:
			if !ok {
				t.Fatal("the subscription ended")
			}
			if sent[e.ID] {
				return
			}
		case <-late:
			t.Fatal("nothing was heard again")
		}
	}
}

func TestALostRedisIsSatOut(t *testing.T) {
	t.Parallel()
	s := redistest.New(t)
	log := &lines{}
	here, err := bus.Open(at(s), slog.New(log))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = here.Close() }()
	there := open(t, at(s), bus.Stream)
	near, far := subscribe(t, here, change.ActionMoved), subscribe(t, there, change.ActionMoved)

	s.Kill()
	told(t, near) // so that pages look by themselves
	told(t, far)
	begin, e := time.Now(), event(change.ActionMoved)
	for range 200 {
		if err := here.Publish(e); err == nil {
			t.Fatal("published nowhere")
		}
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("200 events held their publisher up for %s", took)
	}
	hears(t, near, e) // who listens in the same process hears all the same
	if n := log.count(); n != 1 {
		t.Errorf("the outage was logged %d times", n)
	}

	s.Start() // empty
	told(t, far)
	again(t, here, far)
	again(t, there, near)
}

func TestABusBeginsWithoutRedis(t *testing.T) {
	t.Parallel()
	s := redistest.New(t)
	s.Kill()
	b := open(t, at(s), bus.Stream)
	events := subscribe(t, b, change.ActionMoved)
	s.Start()
	told(t, events)
	again(t, b, events)
}

func TestAFlushIsNoticed(t *testing.T) {
	t.Parallel()
	s := redistest.New(t)
	b := open(t, at(s), bus.Stream)
	events := subscribe(t, b, change.ActionMoved)
	first, after := event(change.ActionMoved), event(change.ActionMoved)
	publish(t, b, first)
	hears(t, events, first)
	s.Do("FLUSHALL")
	told(t, events)
	publish(t, b, after)
	hears(t, events, after)
}

// TestIDsThatGoBackwardsAreHeard has a server begin the stream anew whose clock
// is far behind: a read after the last id would wait for ever.
func TestIDsThatGoBackwardsAreHeard(t *testing.T) {
	t.Parallel()
	s := redistest.New(t)
	b := open(t, at(s), bus.Stream)
	events := subscribe(t, b, change.ActionMoved)
	e := event(change.ActionMoved)
	publish(t, b, e)
	hears(t, events, e)
	behind := func(id string, e change.Event) {
		m := message.NewMessage(e.ID, []byte(`{"id":"`+e.ID+`","topic":"action.moved"}`))
		values, err := redisstream.DefaultMarshallerUnmarshaller{}.Marshal(bus.Stream, m)
		if err != nil {
			t.Fatal(err)
		}
		command := []any{"XADD", bus.Stream, id}
		for k, v := range values {
			command = append(command, k, v)
		}
		s.Do(command...)
	}
	s.Do("DEL", bus.Stream)
	behind("10-1", event(change.ActionMoved))
	told(t, events)
	later := event(change.ActionMoved)
	behind("10-2", later)
	hears(t, events, later)
}

// TestWhatWasTrimmedIsMissed reads after entries have gone that nobody had read.
func TestWhatWasTrimmedIsMissed(t *testing.T) {
	t.Parallel()
	s := redistest.New(t)
	b := open(t, at(s), bus.Stream)
	events := subscribe(t, b, change.ActionMoved)
	s.Do("EVAL", `redis.call('XADD', KEYS[1], '*', 'a', 'b'); redis.call('XTRIM', KEYS[1], 'MAXLEN', 0); return 'OK'`, "1", bus.Stream)
	told(t, events)
	later := event(change.ActionMoved)
	publish(t, b, later)
	hears(t, events, later)
}

func TestTheStreamDoesNotGrow(t *testing.T) {
	t.Parallel()
	s := redistest.New(t)
	b := open(t, at(s), bus.Stream)
	s.Do("EVAL", `for i = 1, 30000 do redis.call('XADD', KEYS[1], '*', 'a', 'b') end; return 'OK'`, "1", bus.Stream)
	for range 5 { // each removes a part of what is too much
		publish(t, b, event(change.ActionMoved))
	}
	if n, ok := s.Do("XLEN", bus.Stream).(int64); !ok || n > 11_000 {
		t.Errorf("it holds %d events", n)
	}
}

func TestEventsAreHeardOverACluster(t *testing.T) {
	t.Parallel()
	nodes := redistest.Cluster(t)
	r := &bus.Redis{Cluster: true, Addrs: []string{nodes[0].Address, nodes[1].Address}, Password: redistest.Password}
	here, there := open(t, r, bus.Stream), open(t, r, bus.Stream)
	events := subscribe(t, there)
	e := event(change.ActionMoved)
	publish(t, here, e)
	if before := hears(t, events, e); len(before) > 0 {
		t.Errorf("it was told of %+v", before)
	}
}

func TestEventsAreHeardAfterAFailover(t *testing.T) {
	t.Parallel()
	w := redistest.Sentinels(t)
	r := &bus.Redis{Master: redistest.Master, Addrs: w.Sentinels, Password: redistest.Password, SentinelPassword: redistest.Password}
	here, there := open(t, r, bus.Stream), open(t, r, bus.Stream)
	events := subscribe(t, there)
	e := event(change.ActionMoved)
	publish(t, here, e)
	if before := hears(t, events, e); len(before) > 0 {
		t.Errorf("it was told of %+v", before)
	}
	w.Master.Kill()
	told(t, events)
	w.Replaced()
	again(t, here, events)
}
