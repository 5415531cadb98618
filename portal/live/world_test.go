package live_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"portico/portal/live"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/change"
	"portico/sync/record"
)

// source is a bus of one test. Every subscription replaces the one before.
type source struct {
	mu     sync.Mutex
	out    chan change.Event
	fail   error
	topics []change.Topic
}

func (s *source) Subscribe(ctx context.Context, topics ...change.Topic) (<-chan change.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return nil, s.fail
	}
	out := make(chan change.Event)
	s.out, s.topics = out, topics
	context.AfterFunc(ctx, func() { s.cut(out) })
	return out, nil
}

func (s *source) subscribed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out != nil
}

func (s *source) cut(out chan change.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out == out {
		close(out)
		s.out = nil
	}
}

func (s *source) send(e change.Event) {
	s.mu.Lock()
	out := s.out
	s.mu.Unlock()
	out <- e
}

// reader is the browser's side of one stream: a writer that keeps what is sent,
// or takes nothing while it is stuck.
type reader struct {
	header http.Header
	mu     sync.Mutex
	text   strings.Builder
	status int
	stuck  chan struct{} // writes wait until it is closed
	limit  time.Time
}

func newReader() *reader { return &reader{header: http.Header{}} }

func (r *reader) Header() http.Header                { return r.header }
func (r *reader) WriteHeader(status int)             { r.status = status }
func (r *reader) FlushError() error                  { return nil }
func (r *reader) SetReadDeadline(time.Time) error    { return nil }
func (r *reader) SetWriteDeadline(t time.Time) error { r.limit = t; return nil }

func (r *reader) Write(b []byte) (int, error) {
	if r.stuck != nil {
		select {
		case <-r.stuck:
		case <-time.After(time.Until(r.limit)):
			return 0, errors.New("the reader takes nothing")
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.WriteString(string(b))
}

// events returns the data of every event by this name, oldest first.
func (r *reader) events(name string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, block := range strings.Split(r.text.String(), "\n\n") {
		if _, data, ok := strings.Cut(block, "event: "+name+"\ndata: "); ok {
			out = append(out, data)
		}
	}
	return out
}

func (r *reader) want(t *testing.T, changes ...string) {
	t.Helper()
	got := r.events("change")
	if strings.Join(got, " ") != strings.Join(changes, " ") {
		t.Errorf("told %v, want %v", got, changes)
	}
}

// world is a hub in the bubble of one test.
type world struct {
	t      *testing.T
	source *source
	hub    *live.Hub
}

func run(t *testing.T, o live.Options, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := &world{t: t, source: &source{}}
		o.Events = w.source
		w.hub = live.New(o)
		go func() {
			if err := w.hub.Run(ctx); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		test(w)
		w.hub.Close()
		cancel()
		synctest.Wait()
	})
}

// open starts a stream whose rights stay as they are.
func (w *world) open(s access.Scope) *reader {
	r, _ := w.openWith(s, func(context.Context) (access.Scope, error) { return s, nil })
	return r
}

// openWith returns the reader and a channel that is closed when its stream ends.
func (w *world) openWith(s access.Scope, again func(context.Context) (access.Scope, error)) (*reader, <-chan struct{}) {
	r := newReader()
	return r, w.serve(r, s, again)
}

func (w *world) serve(r *reader, s access.Scope, again func(context.Context) (access.Scope, error)) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := w.hub.Serve(r, httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/", nil), s, again); err != nil {
			w.t.Error(err)
		}
	}()
	synctest.Wait()
	return ended
}

func (w *world) send(topic change.Topic, a record.AccountID, k record.Kind, ids ...string) {
	w.source.send(change.New(topic, time.Now(), a, k, ids...))
	synctest.Wait()
}

func member(a record.AccountID, role access.Role) access.Scope {
	return grant.Member(grant.User{ID: access.NewUserID(), Name: "Ines", Email: "ines@nordwind.example"}, a, role)
}
