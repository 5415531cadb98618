// Package jobs rings: it says to some process that there is work, and calls the
// handler there. Only this package knows asynq and Redis.
//
// It promises speed and nothing else. A ring may be lost, doubled or late, and
// Redis may be flushed or away: what is owed stands in the store, and whoever
// is owed something rings again. Therefore a task carries ids only, is never
// retried or kept by the queue, and a handler must find out by itself whether
// there is anything to do.
//
// Two ways lead to a handler: Queue.Enqueue reaches any process, Server.Nudge
// the handlers of this one at once, without waiting for the queue's polling.
// Without a configured Redis the queue runs in process (see Open).
package jobs

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"portico/sync/fault"
)

// Name says what is to be done.
type Name string

// The tasks.
const (
	PushAction Name = "push.action" // ids: action
	PullStream Name = "pull.stream" // ids: connection, stream, mode
	// DeliverWebhooks has no ids: it says that something may be due to somebody.
	DeliverWebhooks Name = "webhook.deliver"
	ReadHook        Name = "intake.read" // ids: hook
	// SendMails has no ids: it says that mails may be due.
	SendMails Name = "notify.send"
)

// lane is an asynq queue with workers of its own, so that long pulls never hold
// back what a person waits for.
type lane string

const (
	interactive lane = "interactive"
	background  lane = "background"
)

// rule is how the queue treats a task.
type rule struct {
	lane lane
	// once is for how long an equal task that still waits makes another ring
	// superfluous. It is short, because a lock may outlive its task.
	once time.Duration
	// limit is after how long asynq takes a handler for lost.
	limit time.Duration
}

var rules = map[Name]rule{
	PushAction: {lane: interactive, once: 9 * time.Second, limit: 10 * time.Minute},
	PullStream: {lane: background, once: 15 * time.Second, limit: 48 * time.Hour},

	DeliverWebhooks: {lane: interactive, once: time.Second, limit: time.Minute},
	ReadHook:        {lane: interactive, once: 9 * time.Second, limit: 10 * time.Minute},
	SendMails:       {lane: interactive, once: time.Second, limit: time.Minute},
}

// Task is a ring: a name and what it is about, never content.
type Task struct {
	Name Name
	IDs  []string
}

// Handler does what a task rings for. It may be called at any time, also when
// there is nothing to do, and for equal tasks at once. Its error is logged;
// nothing is retried on account of it.
type Handler func(ctx context.Context, t Task) error

// key is equal for equal tasks.
func (t Task) key() string { return string(t.Name) + "\x00" + strings.Join(t.IDs, "\x00") }

func (t Task) payload() ([]byte, error) {
	data, err := json.Marshal(t.IDs)
	return data, fault.Wrap(fault.Internal, "encode task", err)
}

func parse(name string, payload []byte) (Task, error) {
	t := Task{Name: Name(name)}
	err := json.Unmarshal(payload, &t.IDs)
	return t, fault.Wrap(fault.Broken, "decode task "+name, err)
}
