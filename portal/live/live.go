// Package live tells open pages that something has changed, by server-sent
// events (WHATWG HTML, section 9.2). One Hub per process listens once and fans
// out to every open stream.
//
// It promises that a stream hears of its own account only, and there only of
// kinds that its reader sees; that a message names things and never holds any
// of their content; that a reader who sees only their own requests is told that
// something changed and never what; that a stream ends with the right to it;
// and that no reader, however slow, holds up another or whoever tells the hub.
// It does not promise that every change is told one by one: what is not fetched
// yet is put together, and a page that was away is told to look at everything.
package live

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"portico/sync/access"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
)

// Events is where changes are heard. The channel is closed when ctx ends or
// when there is nothing more to hear; a listener that was too slow gets a
// change.Missed.
type Events interface {
	Subscribe(ctx context.Context, topics ...change.Topic) (<-chan change.Event, error)
}

// Options of a Hub. Events is needed.
type Options struct {
	Events Events
	// Check is how often it is asked whether a stream may go on (5 s). Every third
	// time the stream is given a sign of life.
	Check time.Duration
	// Patience is how long one write may take before the reader counts as gone (10 s).
	Patience time.Duration
	// Most is how many streams one person may hold open here (30): a browser needs
	// one for each account that it shows.
	Most int
	Log  *slog.Logger
	Now  func() time.Time
}

// Hub fans changes out to open streams. It is safe for concurrent use.
type Hub struct {
	o    Options
	done chan struct{} // closed when the process drains

	mu      sync.Mutex
	streams map[record.AccountID]map[*stream]bool
	held    map[string]int // streams by user
	// heard is when a kind of an account was last heard of: one moment for each
	// that ever changed. Before since nothing is known.
	heard  map[topic]time.Time
	since  time.Time
	closed bool
}

// topic is what a change is about.
type topic struct {
	account record.AccountID
	kind    record.Kind
}

// New returns a hub that hears nothing until it runs.
func New(o Options) *Hub {
	if o.Check <= 0 {
		o.Check = 5 * time.Second
	}
	if o.Patience <= 0 {
		o.Patience = 10 * time.Second
	}
	if o.Most <= 0 {
		o.Most = 30
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Hub{
		o: o, done: make(chan struct{}), streams: map[record.AccountID]map[*stream]bool{},
		held: map[string]int{}, heard: map[topic]time.Time{}, since: o.Now(),
	}
}

// retry is how long the hub waits before it tries once more to listen.
const retry = time.Second

// Run listens until ctx ends. When listening breaks off it begins anew, and
// every page is told to look at everything.
func (h *Hub) Run(ctx context.Context) error {
	failing := false
	for ctx.Err() == nil {
		events, err := h.o.Events.Subscribe(ctx, change.RecordsChanged, change.ActionMoved)
		if err != nil && !failing && ctx.Err() == nil {
			h.o.Log.Error("open pages hear nothing; they ask by themselves meanwhile", "error", err)
		}
		failing = err != nil
		if err == nil {
			h.missed()
			for e := range events {
				h.tell(e)
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(retry):
		}
	}
	return nil
}

// Close ends every stream and refuses new ones. Browsers come back by
// themselves, each after a while of its own.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.done)
	}
}

// tell hands an event to the streams of its account.
func (h *Hub) tell(e change.Event) {
	if e.Topic == change.Missed {
		h.missed()
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard[topic{e.Account, e.Kind}] = h.o.Now()
	for s := range h.streams[e.Account] {
		s.put(e)
	}
}

// missed tells everybody that anything may have changed.
func (h *Hub) missed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.since = h.o.Now()
	for _, streams := range h.streams {
		for s := range streams {
			s.miss()
		}
	}
}

// join opens a stream for the account of the scope.
func (h *Hub) join(s access.Scope) (*stream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return nil, fault.New(fault.Unavailable, "The portal is being restarted. Try again in a moment.")
	case h.held[listening(s)] >= h.o.Most:
		return nil, fault.New(fault.Limited, "Too many pages are open at once. Close some of them.").After(time.Minute)
	}
	st := newStream(s)
	if h.streams[st.account] == nil {
		h.streams[st.account] = map[*stream]bool{}
	}
	h.streams[st.account][st] = true
	h.held[st.user]++
	return st, nil
}

func (h *Hub) leave(st *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.streams[st.account], st)
	if len(h.streams[st.account]) == 0 {
		delete(h.streams, st.account)
	}
	if h.held[st.user]--; h.held[st.user] == 0 {
		delete(h.held, st.user)
	}
}

// changed is when something that the reader may see was last heard of, or since
// when the hub has listened without a gap. A page that is older has to look again.
func (h *Hub) changed(s access.Scope) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	last := h.since
	for _, kind := range s.Kinds() {
		if at := h.heard[topic{s.Account(), kind}]; at.After(last) {
			last = at
		}
	}
	return last
}
