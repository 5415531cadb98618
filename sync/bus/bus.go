package bus

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"

	"portico/sync/change"
	"portico/sync/fault"
)

// stream is the one Watermill topic: a single one keeps events of different
// topics in order, and subscribers choose for themselves.
const stream = "changes"

// backlog is how many events wait for a subscriber before it misses some.
const backlog = 64

// Bus carries events inside this process. It is safe for concurrent use.
type Bus struct {
	pub message.Publisher
	sub message.Subscriber
	log *slog.Logger
}

// New returns a bus within this process. log may be nil.
func New(log *slog.Logger) *Bus {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	// Publishing waits until every subscriber has acknowledged. Ours do so on
	// receipt, so that costs nothing, and it is what keeps the order: otherwise
	// each message is handed over in a goroutine of its own.
	pubsub := gochannel.NewGoChannel(gochannel.Config{BlockPublishUntilSubscriberAck: true}, watermill.NopLogger{})
	return &Bus{pub: pubsub, sub: pubsub, log: log}
}

// Publish hands an event to everybody who listens now.
func (b *Bus) Publish(e change.Event) error {
	data, err := json.Marshal(e)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode event", err)
	}
	return fault.Wrap(fault.Unavailable, "publish event", b.pub.Publish(stream, message.NewMessage(e.ID, data)))
}

// Subscribe returns the events of the topics (none: of all topics) from now on,
// in order, until ctx ends; then the channel is closed. Every subscriber gets
// every event. One that falls more than 64 behind loses events, and gets a
// change.Missed, without ids, in their place.
func (b *Bus) Subscribe(ctx context.Context, topics ...change.Topic) (<-chan change.Event, error) {
	messages, err := b.sub.Subscribe(ctx, stream)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "subscribe to events", err)
	}
	wanted := map[change.Topic]bool{}
	for _, t := range topics {
		wanted[t] = true
	}
	out := make(chan change.Event)
	box := newBox(backlog)
	go b.collect(messages, wanted, box)
	go box.deliver(ctx, out)
	return out, nil
}

// collect acknowledges what arrives and puts it where the subscriber fetches it.
func (b *Bus) collect(messages <-chan *message.Message, wanted map[change.Topic]bool, box *box) {
	defer box.close()
	for m := range messages {
		m.Ack()
		var e change.Event
		if err := json.Unmarshal(m.Payload, &e); err != nil {
			b.log.Error("event cannot be read", "event", m.UUID, "error", err)
			continue
		}
		if len(wanted) == 0 || wanted[e.Topic] {
			box.put(e)
		}
	}
}

// Close ends every subscription.
func (b *Bus) Close() error {
	return fault.Wrap(fault.Internal, "close the bus", b.pub.Close())
}
