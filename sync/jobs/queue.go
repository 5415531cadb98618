package jobs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"portico/sync/fault"
)

// Redis says where the queue lives. One address is a single server (or the
// seed of a cluster when Cluster is set); with Master, the addresses are
// sentinels.
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
	// ringMost is how long one ring may take. Nobody waits for it.
	ringMost = 2 * time.Second
	// spare is for how long nobody is rung after a failure. Each try takes a while
	// when Redis is away, and there may be much to ring for.
	spare = time.Second
)

// errSpared is why a ring was not even tried.
var errSpared = errors.New("redis was away a moment ago")

// Queue rings in any process that serves the same Redis. It is safe for
// concurrent use.
type Queue struct {
	client   redis.UniversalClient
	asynq    *asynq.Client
	embedded *embedded
	log      *slog.Logger
	shut     atomic.Int64 // until when nobody is rung, in Unix nanoseconds
}

// Open connects to Redis, or, when r is nil, starts a queue inside this process
// that nobody else can reach. It does not wait for Redis: a server that is away
// costs rings, not the start. log may be nil.
func Open(r *Redis, log *slog.Logger) (*Queue, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	q := &Queue{log: log}
	if r == nil {
		e, err := startEmbedded(nil)
		if err != nil {
			return nil, err
		}
		q.embedded, r = e, e.redis()
	}
	if len(r.Addrs) == 0 {
		return nil, fault.New(fault.Setup, "Name at least one Redis address (host:port).")
	}
	logging.Disable() // it writes past slog, and every failure comes back as an error
	q.client = redis.NewUniversalClient(&redis.UniversalOptions{
		Addrs: r.Addrs, MasterName: r.Master, IsClusterMode: r.Cluster, DB: r.DB, TLSConfig: r.TLS,
		Username: r.Username, Password: r.Password, SentinelUsername: r.SentinelUsername, SentinelPassword: r.SentinelPassword,
		ContextTimeoutEnabled: true, DialTimeout: ringMost, DialerRetries: 1, MaxRetries: 1,
	})
	q.asynq = asynq.NewClientFromRedisClient(q.client)
	return q, nil
}

// Enqueue rings for a task in some process. An equal task that still waits is
// enough. An error (fault.Unavailable) means that nobody was rung; the caller
// logs it and relies on its sweep.
func (q *Queue) Enqueue(ctx context.Context, t Task) error {
	r, ok := rules[t.Name]
	if !ok {
		return fault.Wrap(fault.Internal, "enqueue task", fmt.Errorf("task %q is not known", t.Name))
	}
	payload, err := t.payload()
	if err != nil {
		return err
	}
	if time.Now().UnixNano() < q.shut.Load() {
		return fault.Wrap(fault.Unavailable, "enqueue task "+string(t.Name), errSpared)
	}
	ctx, cancel := context.WithTimeout(ctx, ringMost)
	defer cancel()
	_, err = q.asynq.EnqueueContext(ctx, asynq.NewTask(string(t.Name), payload),
		asynq.Queue(string(r.lane)), asynq.MaxRetry(0), asynq.Unique(r.once), asynq.Timeout(r.limit))
	if err == nil || errors.Is(err, asynq.ErrDuplicateTask) {
		return nil
	}
	q.shut.Store(time.Now().Add(spare).UnixNano())
	return fault.Wrap(fault.Unavailable, "enqueue task "+string(t.Name), err)
}

// Ping reports whether the queue can be reached.
func (q *Queue) Ping(ctx context.Context) error {
	return fault.Wrap(fault.Unavailable, "reach the queue", q.client.Ping(ctx).Err())
}

// Close ends the connection, and the queue itself when it is in process. Stop
// the servers first.
func (q *Queue) Close() error {
	err := q.client.Close()
	if q.embedded != nil {
		q.embedded.stop()
	}
	return fault.Wrap(fault.Internal, "close the queue", err)
}
