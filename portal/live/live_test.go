package live_test

import (
	"context"
	"encoding/json"
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
	"portico/sync/fault"
	"portico/sync/record"
)

func TestChangesReachTheReadersOfTheirAccountOnly(t *testing.T) {
	t.Parallel()
	run(t, live.Options{}, func(w *world) {
		a, b := record.NewAccountID(), record.NewAccountID()
		one, two, foreign := w.open(member(a, access.Owner)), w.open(member(a, access.Owner)), w.open(member(b, access.Owner))
		staff := w.open(grant.StaffIn(grant.User{ID: "s"}, access.Agent, a))
		w.send(change.RecordsChanged, a, record.KindTicket, "canary-1")
		w.send(change.RecordsChanged, a, record.KindAsset, "canary-2")
		w.send(change.RecordsChanged, a, record.KindComment, "canary-3")
		w.send(change.ActionMoved, a, record.KindTicket, "canary-4")
		for _, r := range []*reader{one, two, staff} {
			r.want(t, `{"kind":"ticket","ids":["canary-1"]}`, `{"kind":"asset","ids":["canary-2"]}`, `{"kind":"comment"}`, `{"kind":"action"}`)
		}
		if foreign.want(t); strings.Contains(foreign.text.String(), "canary") || strings.Contains(foreign.text.String(), a.String()) {
			t.Errorf("another account heard %s", foreign.text.String())
		}
	})
}

func TestANarrowRoleHearsNoMoreThanItSees(t *testing.T) {
	t.Parallel()
	run(t, live.Options{}, func(w *world) {
		a := record.NewAccountID()
		finance, contributor := w.open(member(a, access.Finance)), w.open(member(a, access.Contributor))
		w.send(change.RecordsChanged, a, record.KindTicket, "of-somebody-else")
		w.send(change.ActionMoved, a, record.KindTicket, "of-somebody-else")
		finance.want(t)
		contributor.want(t, "{}", "{}")
	})
}

// A page that opens learns when what its reader sees has last changed, and
// nothing of what they do not see.
func TestHelloSaysWhetherAPageIsOld(t *testing.T) {
	t.Parallel()
	run(t, live.Options{}, func(w *world) {
		a := record.NewAccountID()
		changed := func(s access.Scope) time.Time {
			r := w.open(s)
			var hello struct{ Changed time.Time }
			if all := r.events("hello"); len(all) != 1 || json.Unmarshal([]byte(all[0]), &hello) != nil {
				t.Fatalf("greeted with %s", r.text.String())
			}
			return hello.Changed
		}
		begun := time.Now()
		<-time.After(time.Minute) // of the bubble
		w.send(change.RecordsChanged, a, record.KindTicket, "x")
		moved := time.Now()
		<-time.After(time.Minute)
		if got := changed(member(a, access.Owner)); !got.Equal(moved) {
			t.Errorf("the account changed at %s, not %s", moved, got)
		}
		for name, s := range map[string]access.Scope{"who sees no requests": member(a, access.Finance), "another account": member(record.NewAccountID(), access.Owner)} {
			if got := changed(s); !got.Equal(begun) {
				t.Errorf("%s is told %s, not since when the hub listens, %s", name, got, begun)
			}
		}
	})
}

func TestASlowReaderIsToldOnceWhatItMissed(t *testing.T) {
	t.Parallel()
	run(t, live.Options{Patience: time.Hour}, func(w *world) {
		a := record.NewAccountID()
		slow := newReader()
		slow.stuck = make(chan struct{})
		s := member(a, access.Owner)
		w.serve(slow, s, func(context.Context) (access.Scope, error) { return s, nil })
		quick := w.open(s)
		for range 300 {
			w.send(change.RecordsChanged, a, record.KindTicket, record.NewID().String())
		}
		w.send(change.RecordsChanged, a, record.KindAsset, "one", "two")
		w.send(change.RecordsChanged, a, record.KindAsset, "two")
		if got := quick.events("change"); len(got) != 302 {
			t.Errorf("the quick reader was told %d times", len(got))
		}
		close(slow.stuck)
		synctest.Wait()
		got := slow.events("change")
		if len(got) != 2 || !strings.Contains(strings.Join(got, " "), `{"kind":"ticket"}`) || !strings.Contains(strings.Join(got, " "), `{"kind":"asset","ids":["one","two"]}`) {
			t.Errorf("the slow reader was told %v", got)
		}
	})
}

func TestAReaderThatTakesNothingIsGivenUp(t *testing.T) {
	t.Parallel()
	run(t, live.Options{Patience: 10 * time.Second}, func(w *world) {
		a := record.NewAccountID()
		s := member(a, access.Owner)
		stuck := newReader()
		stuck.stuck = make(chan struct{})
		ended := w.serve(stuck, s, func(context.Context) (access.Scope, error) { return s, nil })
		<-ended // hangs when the stream lasts
	})
}

func TestWhatTheBusMissedMeansEverything(t *testing.T) {
	t.Parallel()
	run(t, live.Options{}, func(w *world) {
		a, b := record.NewAccountID(), record.NewAccountID()
		readers := []*reader{w.open(member(a, access.Owner)), w.open(member(b, access.Contributor))}
		w.source.send(change.Event{Topic: change.Missed, Many: true})
		synctest.Wait()
		w.source.cut(w.source.out)
		<-time.After(2 * time.Second) // it listens anew
		synctest.Wait()
		w.send(change.RecordsChanged, a, record.KindTicket, "after")
		readers[0].want(t, "{}", "{}", `{"kind":"ticket","ids":["after"]}`)
		readers[1].want(t, "{}", "{}")
	})
}

func TestAHubOutlivesABusThatIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &source{fail: errors.New("away")}
		h := live.New(live.Options{Events: src})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.Run(ctx) }()
		<-time.After(time.Minute)
		src.mu.Lock()
		src.fail = nil
		src.mu.Unlock()
		<-time.After(2 * time.Second)
		src.send(change.New(change.RecordsChanged, time.Now(), record.NewAccountID(), record.KindTicket))
		if len(src.topics) != 2 {
			t.Errorf("it listens to %v", src.topics)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// rights are what again finds.
type rights struct {
	mu    sync.Mutex
	scope access.Scope
	err   error
	asked int
}

func (r *rights) again(context.Context) (access.Scope, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	return r.scope, r.err
}

func (r *rights) become(s access.Scope, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scope, r.err = s, err
}

func TestAStreamEndsWithTheRightToIt(t *testing.T) {
	t.Parallel()
	a := record.NewAccountID()
	s := member(a, access.Owner)
	for name, c := range map[string]struct {
		scope access.Scope
		err   error
		back  bool // the browser is to try again
	}{
		"signed out":      {err: fault.New(fault.Unauthenticated, "")},
		"no member":       {err: fault.New(fault.NotFound, "")},
		"store away":      {err: fault.New(fault.Unavailable, ""), back: true},
		"another account": {scope: grant.Member(grant.User{ID: s.User()}, record.NewAccountID(), access.Owner)},
		"somebody else":   {scope: member(a, access.Owner)},
		"nobody":          {},
	} {
		run(t, live.Options{}, func(w *world) {
			who := &rights{scope: s}
			r, ended := w.openWith(s, who.again)
			<-time.After(time.Minute)
			who.become(c.scope, c.err)
			<-time.After(4 * time.Second) // the last check is too old to tell anything on
			w.source.send(change.New(change.RecordsChanged, time.Now(), a, record.KindTicket, "canary"))
			<-ended
			r.want(t)
			if end := len(r.events("end")) > 0; end == c.back {
				t.Errorf("%s: told not to come back: %v", name, end)
			}
		})
	}
}

func TestAnIdleStreamIsCheckedAndKeptAlive(t *testing.T) {
	t.Parallel()
	run(t, live.Options{}, func(w *world) {
		who := &rights{scope: member(record.NewAccountID(), access.Owner)}
		r, ended := w.openWith(who.scope, who.again)
		<-time.After(61 * time.Second)
		synctest.Wait()
		if n := len(r.events("beat")); n != 4 || who.asked != 12 {
			t.Errorf("%d signs of life and %d checks in a minute", n, who.asked)
		}
		who.become(access.Scope{}, fault.New(fault.Unauthenticated, ""))
		before := time.Now()
		<-ended
		if took := time.Since(before); took > 5*time.Second {
			t.Errorf("it went on for %s", took)
		}
	})
}

// Many events ask no more often than a few seconds need, and a role that was
// narrowed counts from the next check.
func TestChecksAreFewAndTheirAnswerCounts(t *testing.T) {
	t.Parallel()
	run(t, live.Options{Check: time.Hour}, func(w *world) {
		a := record.NewAccountID()
		who := &rights{scope: member(a, access.Owner)}
		user := grant.User{ID: who.scope.User(), Email: who.scope.Email()}
		r, _ := w.openWith(who.scope, who.again)
		for range 50 {
			w.send(change.RecordsChanged, a, record.KindComment)
		}
		if who.asked != 0 {
			t.Errorf("asked %d times within a moment of the door's own check", who.asked)
		}
		who.become(grant.Member(user, a, access.Contributor), nil)
		<-time.After(4 * time.Second)
		w.send(change.RecordsChanged, a, record.KindTicket, "canary")
		if got := r.events("change"); who.asked != 1 || got[len(got)-1] != "{}" {
			t.Errorf("asked %d times, told %s", who.asked, got[len(got)-1])
		}
	})
}

func TestDrainingEndsEveryStreamAndRefusesNewOnes(t *testing.T) {
	t.Parallel()
	run(t, live.Options{}, func(w *world) {
		s := member(record.NewAccountID(), access.Owner)
		again := func(context.Context) (access.Scope, error) { return s, nil }
		one, first := w.openWith(s, again)
		_, second := w.openWith(s, again)
		w.hub.Close()
		w.hub.Close()
		<-first
		<-second
		if len(one.events("end")) != 0 {
			t.Error("a restart tells browsers not to come back")
		}
		err := w.hub.Serve(newReader(), httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/", nil), s, again)
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("a new stream: %v", err)
		}
	})
}

func TestOnePersonHoldsSoManyStreams(t *testing.T) {
	t.Parallel()
	run(t, live.Options{Most: 3}, func(w *world) {
		s := member(record.NewAccountID(), access.Owner)
		again := func(context.Context) (access.Scope, error) { return s, nil }
		open := func(ctx context.Context, s access.Scope) error {
			return w.hub.Serve(newReader(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil), s, again)
		}
		ctx, leave := context.WithCancel(w.t.Context())
		for range 3 {
			go func() { _ = open(ctx, s) }()
		}
		synctest.Wait()
		if err := open(w.t.Context(), s); !fault.Is(err, fault.Limited) {
			t.Errorf("a fourth: %v", err)
		}
		gone, cancel := context.WithCancel(w.t.Context())
		cancel()
		if err := open(gone, member(s.Account(), access.Owner)); err != nil {
			t.Errorf("a colleague: %v", err)
		}
		leave()
		synctest.Wait()
		if err := open(gone, s); err != nil {
			t.Errorf("after the others have ended: %v", err)
		}
	})
}

func TestHeadOnlyLooks(t *testing.T) {
	t.Parallel()
	h := live.New(live.Options{Events: &source{}})
	r := newReader()
	if err := h.Serve(r, httptest.NewRequestWithContext(t.Context(), http.MethodHead, "/", nil), access.Scope{}, nil); err != nil {
		t.Fatal(err)
	}
	if r.header.Get("Content-Type") != "text/event-stream" || !strings.Contains(r.header.Get("Cache-Control"), "no-transform") || r.header.Get("X-Accel-Buffering") != "no" || r.text.Len() > 0 {
		t.Errorf("%v %s", r.header, r.text.String())
	}
}

// What cannot stream is refused at once: it would be cut off by a time limit, or
// never reach anybody.
func TestAWriterThatCannotStreamIsRefused(t *testing.T) {
	t.Parallel()
	h := live.New(live.Options{Events: &source{}})
	err := h.Serve(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), access.Scope{}, nil)
	if !fault.Is(err, fault.Internal) {
		t.Errorf("got %v", err)
	}
}
