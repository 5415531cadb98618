package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"
)

// Flush loses everything that the queue knows.
func (q *Queue) Flush(ctx context.Context) error { return q.client.FlushDB(ctx).Err() }

// Waiting counts the tasks of a name that nobody took yet.
func (q *Queue) Waiting(ctx context.Context, n Name) int {
	return int(q.client.LLen(ctx, "asynq:{"+string(rules[n].lane)+"}:pending").Val())
}

// OpenTicked opens a queue in process whose clock moves by ticks only.
func OpenTicked(ticks <-chan time.Time) (*Queue, error) {
	e, err := startEmbedded(ticks)
	if err != nil {
		return nil, err
	}
	q, err := Open(e.redis(), nil)
	if err == nil {
		q.embedded = e
	}
	return q, err
}

// Addr is where the queue in process listens.
func (q *Queue) Addr() string { return q.embedded.server.Addr() }

// Complaints is the logger that asynq gets, on a clock.
func Complaints(log *slog.Logger, now func() time.Time) asynq.Logger { return newLogger(log, now) }
