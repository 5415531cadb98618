package bus

import (
	"context"
	"crypto/tls"
	"errors"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill-redisstream/pkg/redisstream"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"portico/sync/fault"
)

// Redis says where processes meet. One address is a single server (or the seed
// of a cluster when Cluster is set); with Master, the addresses are sentinels.
type Redis struct {
	Addrs            []string // host:port
	Master           string   // name of the master that the sentinels watch, or ""
	Cluster          bool
	Username         string
	Password         string
	SentinelUsername string
	SentinelPassword string
	DB               int // not in a cluster
	TLS              *tls.Config
}

const (
	// kept is about how many events the stream holds: what a process may lag
	// behind before it misses some.
	kept = 10_000
	// publishMost is how long one event may take to be published.
	publishMost = 2 * time.Second
	// spare is for how long nothing is tried after a failure. Each try takes a
	// while when Redis is away, and there may be many events.
	spare = time.Second
)

// errSpared is why an event was not even tried to be published.
var errSpared = errors.New("redis was away a moment ago")

// shared is the part of a bus that other processes are on, too.
type shared struct {
	key    string
	client redis.UniversalClient
	pub    message.Publisher
	bus    *Bus
	tail   tail

	stop context.CancelFunc
	done chan struct{}

	mu sync.Mutex
	// shut is until when nothing is published.
	shut time.Time
	// owes says that something could not be published, so that the other
	// processes are to be told that they missed it.
	owes bool
}

// join listens from now on.
func join(r *Redis, key string, b *Bus) (*shared, error) {
	if len(r.Addrs) == 0 {
		return nil, fault.New(fault.Setup, "Name at least one Redis address (host:port).")
	}
	logging.Disable() // it writes past slog, and every failure comes back as an error
	s := &shared{key: key, bus: b, done: make(chan struct{}), client: redis.NewUniversalClient(&redis.UniversalOptions{
		Addrs: r.Addrs, MasterName: r.Master, IsClusterMode: r.Cluster, DB: r.DB, TLSConfig: r.TLS,
		Username: r.Username, Password: r.Password, SentinelUsername: r.SentinelUsername, SentinelPassword: r.SentinelPassword,
		// A blocked read is ended by its deadline, and nothing waits long for a
		// server that is away: it is asked again soon enough.
		ContextTimeoutEnabled: true, DialTimeout: publishMost, DialerRetries: 1, MaxRetries: 1,
	})}
	pub, err := redisstream.NewPublisher(redisstream.PublisherConfig{Client: s.client, DefaultMaxlen: kept}, watermill.NopLogger{})
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "make a publisher", err)
	}
	s.pub = pub
	s.tail = tail{key: key, client: s.client}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	away := s.tail.join(ctx)
	go s.listen(ctx, away)
	return s, nil
}

// publish adds a message to the stream.
func (s *shared) publish(m *message.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock() // one after the other, or they would not be in order
	if time.Now().Before(s.shut) {
		s.owes = true
		return errSpared
	}
	ctx, cancel := context.WithTimeout(m.Context(), publishMost)
	defer cancel()
	sent := m.Copy()
	sent.SetContext(ctx)
	err := s.pub.Publish(s.key, sent)
	if err != nil {
		s.owes = true
		s.shut = time.Now().Add(spare)
	}
	return err
}

// listen hands what others publish to this process until ctx ends. away is why
// the stream could not be joined.
func (s *shared) listen(ctx context.Context, away error) {
	defer close(s.done)
	for ctx.Err() == nil {
		if away != nil {
			s.sitOut(ctx, away)
		}
		var got []*message.Message
		var gap bool
		got, gap, away = s.tail.next(ctx)
		s.tell(got, gap)
		if away == nil {
			s.settle()
		}
	}
}

func (s *shared) tell(got []*message.Message, gap bool) {
	for _, m := range got {
		s.bus.hear(m)
	}
	if gap {
		s.miss()
	}
}

// Between tries to reach Redis again, and between reminders that pages should
// look by themselves meanwhile.
const (
	tryAgain = 250 * time.Millisecond
	remind   = 15 * time.Second
)

// sitOut waits until Redis is back. Meanwhile nobody hears of what the other
// processes do, and afterwards it is not known what they did.
func (s *shared) sitOut(ctx context.Context, why error) {
	if ctx.Err() != nil {
		return
	}
	s.bus.log.Warn("Redis is away: pages are not told of changes, and look by themselves now and then", "error", why)
	s.miss()
	again, reminder := time.NewTicker(tryAgain), time.NewTicker(remind)
	defer again.Stop()
	defer reminder.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-reminder.C:
			s.miss()
			continue
		case <-again.C:
		}
		got, _, err := s.tail.check(ctx)
		if err == nil {
			s.tell(got, true)
			s.bus.log.Info("Redis is back: pages are told of changes again")
			return
		}
	}
}

// miss tells this process that it may have missed anything.
func (s *shared) miss() {
	if m, err := encode(missed(time.Now())); err == nil {
		s.bus.hear(m)
	}
}

// settle tells the others that something could not be published.
func (s *shared) settle() {
	s.mu.Lock()
	owes := s.owes && !time.Now().Before(s.shut)
	if owes {
		s.owes = false
	}
	s.mu.Unlock()
	if !owes {
		return
	}
	if m, err := encode(missed(time.Now())); err == nil {
		_ = s.publish(m) // or it stays owed
	}
}

func (s *shared) ping(ctx context.Context) error { return s.client.Ping(ctx).Err() }

// leave ends listening and waits for it.
func (s *shared) leave() error {
	s.stop()
	err := s.pub.Close() // and the client with it, which ends a read that waits
	<-s.done
	return err
}
