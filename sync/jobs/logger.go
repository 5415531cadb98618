package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// again is how long the same complaint is not repeated.
const again = time.Minute

// logger gives asynq's words to slog. While Redis is away asynq complains
// several times a second; a complaint that begins alike is said once a minute,
// with how often it was meant. It is safe for concurrent use.
type logger struct {
	log *slog.Logger
	now func() time.Time

	mu   sync.Mutex
	said map[string]complaint // by how it begins; asynq knows a few dozen
}

// complaint is when one was said last, and how often it was kept back since.
type complaint struct {
	at   time.Time
	kept int
}

func newLogger(log *slog.Logger, now func() time.Time) *logger {
	return &logger{log: log, now: now, said: map[string]complaint{}}
}

func (l *logger) Debug(args ...any) { l.log.Debug("queue: " + fmt.Sprint(args...)) }
func (l *logger) Info(args ...any)  { l.log.Info("queue: " + fmt.Sprint(args...)) }
func (l *logger) Warn(args ...any)  { l.complain(slog.LevelWarn, fmt.Sprint(args...)) }
func (l *logger) Error(args ...any) { l.complain(slog.LevelError, fmt.Sprint(args...)) }

// Fatal does not end the process: nothing that happens to a doorbell may.
func (l *logger) Fatal(args ...any) { l.complain(slog.LevelError, fmt.Sprint(args...)) }

func (l *logger) complain(level slog.Level, text string) {
	begin, _, _ := strings.Cut(text, ":")
	l.mu.Lock()
	last, known := l.said[begin]
	now := l.now()
	if known && now.Sub(last.at) < again {
		last.kept++
		l.said[begin] = last
		l.mu.Unlock()
		return
	}
	l.said[begin] = complaint{at: now}
	l.mu.Unlock()
	var more []any
	if last.kept > 0 {
		more = append(more, slog.Int("times_more", last.kept))
	}
	l.log.Log(context.Background(), level, "queue: "+text, more...)
}
