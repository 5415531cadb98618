package bus

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"

	"portico/sync/change"
	"portico/sync/fault"
)

// stream is the one Watermill topic: a single one keeps events of different
// topics in order, and subscribers choose for themselves.
const stream = "portico:changes"

// backlog is how many events wait for a subscriber before it misses some.
const backlog = 64

// Bus carries events: inside this process, or among all that share a Redis. It
// is safe for concurrent use.
type Bus struct {
	local  *gochannel.GoChannel // what this process hears
	shared *shared              // nil inside one process
	log    *slog.Logger
}

// New returns a bus within this process. log may be nil.
func New(log *slog.Logger) *Bus {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	// Publishing waits until every subscriber has acknowledged. Ours do so on
	// receipt, so that costs nothing, and it is what keeps the order: otherwise
	// each message is handed over in a goroutine of its own.
	local := gochannel.NewGoChannel(gochannel.Config{BlockPublishUntilSubscriberAck: true}, watermill.NopLogger{})
	return &Bus{local: local, log: log}
}

// Open returns a bus among all processes that open it on the same Redis; nil is
// New. A Redis that is away costs events, not the start: subscribers get a
// change.Missed meanwhile, now and then, and another when it is back.
func Open(r *Redis, log *slog.Logger) (*Bus, error) {
	b := New(log)
	if r == nil {
		return b, nil
	}
	s, err := join(r, stream, b)
	if err != nil {
		return nil, err
	}
	b.shared = s
	return b, nil
}

// Publish hands an event to everybody who listens now. When it fails
// (fault.Unavailable), only those in this process have heard it, and the others
// get a change.Missed once they can be reached again.
func (b *Bus) Publish(e change.Event) error {
	m, err := encode(e)
	if err != nil {
		return err
	}
	if b.shared != nil {
		if err = b.shared.publish(m); err == nil {
			return nil // it comes back by the stream
		}
	}
	return fault.Wrap(fault.Unavailable, "publish event", errors.Join(err, b.local.Publish(stream, m)))
}

// Ping reports whether events reach the other processes.
func (b *Bus) Ping(ctx context.Context) error {
	if b.shared == nil {
		return nil
	}
	return fault.Wrap(fault.Unavailable, "reach the bus", b.shared.ping(ctx))
}

// Subscribe returns the events of the topics (none: of all topics) from now on,
// in order, until ctx ends; then the channel is closed. Every subscriber gets
// every event. One that falls more than 64 behind, or whose process was cut off,
// loses events, and gets a change.Missed, without ids, in their place, whatever
// topics it asked for.
func (b *Bus) Subscribe(ctx context.Context, topics ...change.Topic) (<-chan change.Event, error) {
	messages, err := b.local.Subscribe(ctx, stream)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "subscribe to events", err)
	}
	wanted := map[change.Topic]bool{change.Missed: true}
	for _, t := range topics {
		wanted[t] = true
	}
	out := make(chan change.Event)
	box := newBox(backlog)
	go b.collect(messages, func(t change.Topic) bool { return len(topics) == 0 || wanted[t] }, box)
	go box.deliver(ctx, out)
	return out, nil
}

// collect acknowledges what arrives and puts it where the subscriber fetches it.
func (b *Bus) collect(messages <-chan *message.Message, wanted func(change.Topic) bool, box *box) {
	defer box.close()
	for m := range messages {
		m.Ack()
		var e change.Event
		if err := json.Unmarshal(m.Payload, &e); err != nil {
			b.log.Error("event cannot be read", "event", m.UUID, "error", err)
			continue
		}
		if wanted(e.Topic) {
			box.put(e)
		}
	}
}

// hear hands a message of the stream to the subscribers of this process.
func (b *Bus) hear(m *message.Message) {
	if err := b.local.Publish(stream, m); err != nil {
		b.log.Debug("an event came after the bus was closed", "event", m.UUID)
	}
}

// Close ends every subscription.
func (b *Bus) Close() error {
	var err error
	if b.shared != nil {
		err = b.shared.leave()
	}
	return fault.Wrap(fault.Internal, "close the bus", errors.Join(err, b.local.Close()))
}

func encode(e change.Event) (*message.Message, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "encode event", err)
	}
	return message.NewMessage(e.ID, data), nil
}
