package pull_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/pull"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

var start = time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)

// ledger is a store that remembers what it was told.
type ledger struct {
	mu       sync.Mutex
	taken    bool
	lost     bool
	run      run.Run
	pages    []remote.Page
	swept    map[record.Kind][]string
	finished []run.Run
	next     time.Time
	beats    chan struct{}
	commit   func(remote.Page) error // may hold a commit up, or refuse it
}

func (l *ledger) Begin(_ context.Context, due run.Due, _ time.Duration) (run.Run, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.run.ID, l.run.Connection, l.run.Stream, l.run.Mode, l.run.State = run.NewID(), due.Connection, due.Stream, due.Mode, run.Running
	return l.run, !l.taken, nil
}

func (l *ledger) CommitNext(_ context.Context, turn func() (run.Run, error), p remote.Page, _ time.Duration) (run.Run, error) {
	r, err := turn()
	if err != nil {
		return r, err
	}
	if l.commit != nil {
		if err := l.commit(p); err != nil {
			return r, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost {
		return r, fault.New(fault.Conflict, "taken over")
	}
	l.pages = append(l.pages, p)
	r.Counts.Read += len(p.Records)
	r.Counts.Rejected += len(p.Rejects)
	r.Checkpoint = p.Next
	return r, nil
}

func (l *ledger) Beat(context.Context, run.Run, time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.beats != nil {
		close(l.beats)
		l.beats = nil
	}
	if l.lost {
		return fault.New(fault.Conflict, "taken over")
	}
	return nil
}

func (l *ledger) Sweep(ctx context.Context, _ run.Run, kind record.Kind, seen []string, _ bool) (run.SweepResult, error) {
	if err := ctx.Err(); err != nil {
		return run.SweepResult{}, err
	}
	if l.swept == nil {
		l.swept = map[record.Kind][]string{}
	}
	l.swept[kind] = seen
	return run.SweepResult{}, nil
}

func (l *ledger) Finish(_ context.Context, r run.Run, next time.Time) error {
	l.finished, l.next = append(l.finished, r), next
	return nil
}

// source is a connector whose Pull is a function.
type source struct {
	remote.Connector
	pull func(ctx context.Context, req remote.PullRequest, emit remote.Emitter) error
}

func (s source) Spec() remote.Spec {
	return remote.Spec{Streams: []remote.Stream{{Name: "tickets", Kinds: []record.Kind{record.KindTicket}, Every: time.Minute}}}
}

func (s source) Pull(ctx context.Context, _ remote.Conn, req remote.PullRequest, emit remote.Emitter) error {
	return s.pull(ctx, req, emit)
}

type opener struct{ source }

func (o opener) Open(context.Context, record.ConnectionID) (remote.Connector, remote.Conn, remote.Connection, error) {
	return o.source, remote.Conn{}, remote.Connection{Name: "Help desk"}, nil
}

func puller(l *ledger, f func(ctx context.Context, req remote.PullRequest, emit remote.Emitter) error) *pull.Puller {
	return pull.New(pull.Options{Store: l, Sources: opener{source{pull: f}}, Now: func() time.Time { return start }, Lease: 30 * time.Millisecond})
}

func due(mode remote.PullMode) run.Due {
	return run.Due{Connection: record.NewConnectionID(), Stream: "tickets", Mode: mode}
}

func ticket(external, subject string) record.Record {
	return record.Record{Kind: record.KindTicket, External: external, Company: "Nordwind", Body: record.Ticket{Number: external, Subject: subject, Status: "open"}}
}

func TestAWholePassIsDoneAndDueAgainByTheStreamsPace(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	r, err := puller(l, func(ctx context.Context, _ remote.PullRequest, emit remote.Emitter) error {
		if err := emit.Page(ctx, remote.Page{Records: []record.Record{ticket("1", "a")}, Next: remote.Checkpoint("1")}); err != nil {
			return err
		}
		return emit.Complete(ctx)
	}).Run(t.Context(), due(remote.Changes))
	if err != nil || r.State != run.Done || r.Counts.Read != 1 {
		t.Fatalf("run = %+v, %v", r, err)
	}
	if !l.next.Equal(start.Add(time.Minute)) {
		t.Errorf("due again at %v", l.next)
	}
}

func numberedPages(n int) func(ctx context.Context, _ remote.PullRequest, emit remote.Emitter) error {
	return func(ctx context.Context, _ remote.PullRequest, emit remote.Emitter) error {
		for i := range n {
			name := strconv.Itoa(i)
			if err := emit.Page(ctx, remote.Page{Records: []record.Record{ticket(name, name)}, Next: remote.Checkpoint(name)}); err != nil {
				return err
			}
		}
		return emit.Complete(ctx)
	}
}

func TestNoPageIsCommittedAfterOneThatFailedAndTheRunFails(t *testing.T) {
	t.Parallel()
	for bad := range 4 { // the last one's failure comes after the source is done
		refused := 0
		l := &ledger{commit: func(p remote.Page) error {
			if string(p.Next) == strconv.Itoa(bad) {
				refused++
				return fault.New(fault.Unavailable, "The disk is full.")
			}
			return nil
		}}
		r, err := puller(l, numberedPages(4)).Run(t.Context(), due(remote.Changes))
		if !fault.Is(err, fault.Unavailable) || r.State != run.Failed || refused != 1 {
			t.Fatalf("run = %+v, %v; refused %d times", r, err, refused)
		}
		if len(l.pages) != bad || r.Counts.Read != bad || bad > 0 && string(r.Checkpoint) != strconv.Itoa(bad-1) {
			t.Errorf("%d pages, run %+v; page %d failed", len(l.pages), r, bad)
		}
	}
}

func TestADefectInACommitFailsTheRunAndNotTheProgram(t *testing.T) {
	t.Parallel()
	l := &ledger{commit: func(remote.Page) error { panic("an unlikely thing") }}
	r, err := puller(l, numberedPages(2)).Run(t.Context(), due(remote.Changes))
	if !fault.Is(err, fault.Internal) || r.State != run.Failed || strings.Contains(r.Problem, "unlikely") {
		t.Errorf("run = %+v, %v", r, err)
	}
}

func TestTheSourceIsReadOnWhileAPageIsCommitted(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	l := &ledger{commit: func(p remote.Page) error {
		if string(p.Next) == "0" {
			<-asked
		}
		return nil
	}}
	r, err := puller(l, func(ctx context.Context, _ remote.PullRequest, emit remote.Emitter) error {
		if err := emit.Page(ctx, remote.Page{Records: []record.Record{ticket("0", "a")}, Next: remote.Checkpoint("0")}); err != nil {
			return err
		}
		close(asked)
		if err := emit.Page(ctx, remote.Page{Records: []record.Record{ticket("1", "a")}, Next: remote.Checkpoint("1")}); err != nil {
			return err
		}
		return emit.Complete(ctx)
	}).Run(t.Context(), due(remote.Changes))
	if err != nil || r.State != run.Done || string(r.Checkpoint) != "1" || len(l.pages) != 2 {
		t.Errorf("run = %+v, %v", r, err)
	}
}

func TestAPassThatStopsShortMovesNothing(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	r, err := puller(l, func(context.Context, remote.PullRequest, remote.Emitter) error { return nil }).Run(t.Context(), due(remote.Changes))
	if !fault.Is(err, fault.Broken) || r.State != run.Failed || r.Problem == "" {
		t.Fatalf("run = %+v, %v", r, err)
	}
}

func TestABadRecordIsSetAsideAndTheRunGoesOn(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	bad := ticket("2", "b")
	bad.Body = record.Ticket{Number: "2"} // a ticket without status
	r, err := puller(l, func(ctx context.Context, _ remote.PullRequest, emit remote.Emitter) error {
		if err := emit.Page(ctx, remote.Page{Records: []record.Record{ticket("1", "a"), bad, ticket("3", "c")}}); err != nil {
			return err
		}
		return emit.Complete(ctx)
	}).Run(t.Context(), due(remote.Changes))
	if err != nil || r.State != run.Done {
		t.Fatalf("run = %+v, %v", r, err)
	}
	p := l.pages[0]
	if len(p.Records) != 2 || len(p.Rejects) != 1 || p.Rejects[0].External != "2" || p.Rejects[0].Reason == "" {
		t.Errorf("page = %+v", p)
	}
}

func TestWhatIsTooMuchOfARecordIsCutAndReported(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	many := ticket("1", "a")
	for i := range 10_000 {
		many.Custom = append(many.Custom, record.Custom{ID: strconv.Itoa(i), Values: []string{"v"}})
	}
	huge := ticket("2", "b")
	huge.Custom = []record.Custom{{ID: "1", Values: []string{strings.Repeat("x", 30<<20)}}, {ID: "2", Values: []string{"fits"}}}
	fine := ticket("3", "c")
	fine.Custom = []record.Custom{{ID: "1", Values: []string{"v"}}}
	r, err := puller(l, func(ctx context.Context, _ remote.PullRequest, emit remote.Emitter) error {
		if err := emit.Page(ctx, remote.Page{Records: []record.Record{many, huge, fine}}); err != nil {
			return err
		}
		return emit.Complete(ctx)
	}).Run(t.Context(), due(remote.Changes))
	if err != nil || r.State != run.Done {
		t.Fatalf("run = %+v, %v", r, err)
	}
	p := l.pages[0]
	if len(p.Records) != 3 || len(p.Rejects) != 2 || !strings.Contains(p.Rejects[0].Reason, "10000 custom fields") || !strings.Contains(p.Rejects[1].Reason, "too long") {
		t.Fatalf("%d records, set aside %+v", len(p.Records), p.Rejects)
	}
	if n := len(p.Records[0].Custom); n != record.MostCustom {
		t.Errorf("%d fields are kept", n)
	}
	if c := p.Records[1].Custom; len(c) != 2 || len(c[0].Values[0]) != record.MostCustomText {
		t.Errorf("%d fields are kept of the huge one", len(c))
	}
}

func TestFailuresRestLongerEachTimeAndObeyRetryAfter(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int]time.Duration{0: 30 * time.Second, 2: 2 * time.Minute, 30: 15 * time.Minute} {
		l := &ledger{run: run.Run{Failures: failures}}
		_, err := puller(l, func(context.Context, remote.PullRequest, remote.Emitter) error {
			return fault.New(fault.Unavailable, "The help desk does not answer.")
		}).Run(t.Context(), due(remote.Changes))
		if err == nil || l.next.Sub(start) != want {
			t.Errorf("after %d failures: rest %v, want %v", failures, l.next.Sub(start), want)
		}
		if l.finished[0].Problem != "The help desk does not answer." {
			t.Errorf("problem = %q", l.finished[0].Problem)
		}
	}
	l := &ledger{}
	_, _ = puller(l, func(context.Context, remote.PullRequest, remote.Emitter) error {
		return fault.New(fault.Limited, "Too many requests.").After(7 * time.Minute)
	}).Run(t.Context(), due(remote.Changes))
	if l.next.Sub(start) != 7*time.Minute {
		t.Errorf("Retry-After: rest %v", l.next.Sub(start))
	}
}

func TestOnlyAWholeCensusSweeps(t *testing.T) {
	t.Parallel()
	census := func(whole bool) func(context.Context, remote.PullRequest, remote.Emitter) error {
		return func(ctx context.Context, _ remote.PullRequest, emit remote.Emitter) error {
			for _, ids := range [][]string{{"9", "3"}, {"5"}} {
				if err := emit.Page(ctx, remote.Page{Seen: map[record.Kind][]string{record.KindTicket: ids}}); err != nil {
					return err
				}
			}
			if !whole {
				return errors.New("connection reset")
			}
			return emit.Complete(ctx)
		}
	}
	l := &ledger{}
	if _, err := puller(l, census(false)).Run(t.Context(), due(remote.Census)); err == nil || l.swept != nil {
		t.Fatalf("a broken census swept %v (%v)", l.swept, err)
	}
	if _, err := puller(l, census(true)).Run(t.Context(), due(remote.Census)); err != nil {
		t.Fatal(err)
	}
	if got := l.swept[record.KindTicket]; !slices.Equal(got, []string{"3", "5", "9"}) {
		t.Errorf("seen = %v, want sorted and whole", got)
	}
	if len(l.pages) != 0 {
		t.Error("a census wrote records")
	}
}

func TestALostLeaseEndsThePassInTheMiddle(t *testing.T) {
	t.Parallel()
	l := &ledger{lost: true, beats: make(chan struct{})}
	r, err := puller(l, func(ctx context.Context, _ remote.PullRequest, emit remote.Emitter) error {
		<-ctx.Done() // a page that takes for ever; the heartbeat notices
		return ctx.Err()
	}).Run(t.Context(), due(remote.Changes))
	if err != nil || len(l.finished) != 0 {
		t.Errorf("run = %+v, %v; finished %v: a run that lost its stream must not report on it", r, err, l.finished)
	}
}

func TestDrainStopsWithoutCountingAFailure(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	ctx, cancel := context.WithCancel(t.Context())
	r, err := puller(l, func(ctx context.Context, _ remote.PullRequest, _ remote.Emitter) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}).Run(ctx, due(remote.Changes))
	if !errors.Is(err, context.Canceled) || r.State != run.Stopped || !l.next.Equal(start) {
		t.Errorf("run = %+v, %v, next %v", r, err, l.next)
	}
}

func TestAStreamThatSomebodyHasIsLeftAlone(t *testing.T) {
	t.Parallel()
	l := &ledger{taken: true}
	r, err := puller(l, func(context.Context, remote.PullRequest, remote.Emitter) error {
		t.Error("pulled without a lease")
		return nil
	}).Run(t.Context(), due(remote.Changes))
	if err != nil || r.State != "" || len(l.finished) != 0 {
		t.Errorf("run = %+v, %v", r, err)
	}
}
