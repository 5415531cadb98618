package connectortest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/sync/action"
	"portico/sync/remote"
)

// The kit is worth what it catches: each of these connectors breaks a promise in
// a way that was seen in the wild, and the check named must say so.
func TestBrokenConnectorsAreCaught(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for _, b := range brokenWays {
		tried[b.caughtBy] = true
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			target := requestTracker()
			if b.caughtBy == endsMeanwhile {
				target = renewing(ofItsOwn)
			}
			if b.caughtBy == forgedWebhooks {
				target = deskTarget()
			}
			sound := target.Connector
			target.Connector = func(t testing.TB) remote.Connector { return b.how(sound(t)) }
			if !fails(t, b.caughtBy, target) {
				t.Errorf("the check %q is content with it", b.caughtBy)
			}
		})
	}
	for _, name := range connectortest.Checks() {
		if !tried[name] {
			t.Errorf("no broken connector proves the check %q", name)
		}
	}
}

// fails runs a check and reports whether it failed.
func fails(t *testing.T, name string, target connectortest.Target) bool {
	w := &witness{TB: t}
	done := make(chan struct{})
	go func() { // a failure ends the goroutine that it happens on
		defer close(done)
		connectortest.RunCheck(w, name, target)
	}()
	<-done
	return w.Failed()
}

// witness notes a failure instead of failing the test, and ends the check there.
type witness struct {
	testing.TB
	mu     sync.Mutex
	failed bool
}

func (w *witness) fail() {
	w.mu.Lock()
	w.failed = true
	w.mu.Unlock()
	runtime.Goexit()
}

func (w *witness) Failed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}

func (w *witness) Error(...any)          { w.fail() }
func (w *witness) Errorf(string, ...any) { w.fail() }
func (w *witness) Fatal(...any)          { w.fail() }
func (w *witness) Fatalf(string, ...any) { w.fail() }
func (w *witness) Log(...any)            {}
func (w *witness) Logf(string, ...any)   {}

// broken is a connector with some of its methods replaced.
type broken struct {
	remote.Connector
	check   func(remote.Report) remote.Report
	pull    func(ctx context.Context, c remote.Conn, r remote.PullRequest, e remote.Emitter) error
	prepare func(string, remote.Outcome) (string, remote.Outcome)
	act     func(ctx context.Context, c remote.Conn, a action.Action) remote.Outcome
	probe   func(remote.Outcome) remote.Outcome
	confirm func(remote.Outcome) remote.Outcome
	hints   func([]remote.Hint, error) ([]remote.Hint, error)
}

const forgedWebhooks = "out-of-order and forged webhooks"

func (b *broken) Hints(ctx context.Context, c remote.Conn, raw *remote.RawRequest) ([]remote.Hint, error) {
	hints, err := b.Connector.Hints(ctx, c, raw)
	if b.hints != nil {
		return b.hints(hints, err)
	}
	return hints, err
}

func (b *broken) Check(ctx context.Context, c remote.Conn) remote.Report {
	r := b.Connector.Check(ctx, c)
	if b.check != nil {
		r = b.check(r)
	}
	return r
}

func (b *broken) Pull(ctx context.Context, c remote.Conn, r remote.PullRequest, e remote.Emitter) error {
	if b.pull != nil {
		return b.pull(ctx, c, r, e)
	}
	return b.Connector.Pull(ctx, c, r, e)
}

func (b *broken) Prepare(ctx context.Context, c remote.Conn, a action.Action) (string, remote.Outcome) {
	mark, out := b.Connector.Prepare(ctx, c, a)
	if b.prepare != nil {
		return b.prepare(mark, out)
	}
	return mark, out
}

func (b *broken) Act(ctx context.Context, c remote.Conn, a action.Action) remote.Outcome {
	if b.act != nil {
		return b.act(ctx, c, a)
	}
	return b.Connector.Act(ctx, c, a)
}

func (b *broken) Probe(ctx context.Context, c remote.Conn, a action.Action) remote.Outcome {
	out := b.Connector.Probe(ctx, c, a)
	if b.probe != nil {
		out = b.probe(out)
	}
	return out
}

func (b *broken) Confirm(ctx context.Context, c remote.Conn, a action.Action) remote.Outcome {
	out := b.Connector.Confirm(ctx, c, a)
	if b.confirm != nil {
		out = b.confirm(out)
	}
	return out
}

// emitter stands between a connector and the real emitter.
type emitter struct {
	remote.Emitter
	page     func(ctx context.Context, p remote.Page) error
	complete func(ctx context.Context) error
}

func (e *emitter) Page(ctx context.Context, p remote.Page) error {
	if e.page != nil {
		return e.page(ctx, p)
	}
	return e.Emitter.Page(ctx, p)
}

func (e *emitter) Complete(ctx context.Context) error {
	if e.complete != nil {
		return e.complete(ctx)
	}
	return e.Emitter.Complete(ctx)
}

// withPages returns a connector whose pages are changed on their way.
func withPages(c remote.Connector, change func(r remote.PullRequest, p *remote.Page)) remote.Connector {
	return &broken{Connector: c, pull: func(ctx context.Context, conn remote.Conn, r remote.PullRequest, e remote.Emitter) error {
		return c.Pull(ctx, conn, r, &emitter{Emitter: e, page: func(ctx context.Context, p remote.Page) error {
			change(r, &p)
			return e.Page(ctx, p)
		}})
	}}
}

// alwaysComplete hides every failure and says that the pass was whole.
func alwaysComplete(c remote.Connector) remote.Connector {
	return &broken{Connector: c, pull: func(ctx context.Context, conn remote.Conn, r remote.PullRequest, e remote.Emitter) error {
		_ = c.Pull(ctx, conn, r, &emitter{Emitter: e, complete: func(context.Context) error { return nil }})
		return e.Complete(ctx)
	}}
}

// once pulls each stream a single time and then says that nothing changed.
func once(c remote.Connector) remote.Connector {
	return &broken{Connector: c, pull: func(ctx context.Context, conn remote.Conn, r remote.PullRequest, e remote.Emitter) error {
		if len(r.Checkpoint) > 0 {
			return e.Complete(ctx)
		}
		return c.Pull(ctx, conn, r, e)
	}}
}

// impatient has a budget that forgets what it was told.
type impatient struct{ remote.Budget }

func (impatient) Hold(time.Time) {}

// wordless takes the words for people off an error.
func wordless(c remote.Connector) remote.Connector {
	return &broken{Connector: c, pull: func(ctx context.Context, conn remote.Conn, r remote.PullRequest, e remote.Emitter) error {
		if err := c.Pull(ctx, conn, r, e); err != nil {
			return errors.New(err.Error())
		}
		return nil
	}}
}

// stamped numbers what it emits, so that nothing is ever the same.
func stamped(c remote.Connector) remote.Connector {
	n := 0
	return withPages(c, func(_ remote.PullRequest, p *remote.Page) {
		for i := range p.Records {
			n++
			p.Records[i].Version = fmt.Sprint(n)
		}
	})
}
