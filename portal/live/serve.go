package live

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
)

// Serve streams what changes in the account of the scope until the reader
// leaves, the process drains, or the reader may no longer listen: GET
// /a/{account}/events. again repeats every check of the door and returns the
// scope as it is now. Once the stream has begun there is nothing to report, so
// the error is always from before.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, s access.Scope, again func(context.Context) (access.Scope, error)) error {
	out, err := newWriter(w, h.o.Patience)
	if err != nil {
		return err
	}
	if r.Method == http.MethodHead {
		return nil
	}
	st, err := h.join(s)
	if err != nil {
		return err
	}
	defer h.leave(st)
	if out.hello(h.changed(s), spread()) != nil {
		return nil
	}
	l := &listener{hub: h, stream: st, scope: s, again: again, checked: h.o.Now(), out: out}
	l.listen(r.Context())
	return nil
}

// spread is after how long a browser comes back: each at a moment of its own, so
// that a restart is not followed by everybody at once.
func spread() time.Duration { return time.Second + rand.N(4*time.Second) } //nolint:gosec // no secret

// believed is how old a check may be when something is told.
const believed = 3 * time.Second

// beats is after how many checks a stream is given a sign of life.
const beats = 3

// listener is one open connection.
type listener struct {
	hub     *Hub
	stream  *stream
	scope   access.Scope
	again   func(context.Context) (access.Scope, error)
	checked time.Time
	out     *writer
}

func (l *listener) listen(ctx context.Context) {
	tick := time.NewTicker(l.hub.o.Check)
	defer tick.Stop()
	for n := 1; ; {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-l.hub.done:
			l.out.bye()
			return
		case <-tick.C:
			if err = l.check(ctx, 0); err == nil && n%beats == 0 {
				err = l.out.beat()
			}
			n++
		case <-l.stream.wake:
			err = l.tell(ctx)
		}
		if err != nil {
			l.part(err)
			return
		}
	}
}

// tell sends what waits, on a check that is not old.
func (l *listener) tell(ctx context.Context) error {
	n := l.stream.take()
	age := believed
	if n.all {
		age = 0
	}
	if err := l.check(ctx, age); err != nil {
		return err
	}
	return l.out.changes(n.messages(l.scope))
}

// check asks again whether the reader may listen, unless that was asked within age.
func (l *listener) check(ctx context.Context, age time.Duration) error {
	if age > 0 && l.hub.o.Now().Sub(l.checked) < age {
		return nil
	}
	s, err := l.again(ctx)
	if err != nil {
		return err
	}
	if !s.Valid() || s.Account() != l.stream.account || listening(s) != l.stream.user {
		return fault.New(fault.NotFound, "")
	}
	l.scope, l.checked = s, l.hub.o.Now()
	return nil
}

// part ends the stream. A reader who may not listen any more is told not to come
// back; after anything else the browser tries again by itself.
func (l *listener) part(err error) {
	switch fault.KindOf(err) {
	case fault.Unauthenticated, fault.NotFound, fault.Forbidden:
		l.out.end()
	default:
		l.out.bye()
	}
}
