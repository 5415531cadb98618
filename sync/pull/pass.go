package pull

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/valid"
)

// pass is one run at work: the Emitter that a connector writes to.
type pass struct {
	p        *Puller
	stream   remote.Stream
	mode     remote.PullMode
	force    bool
	failures int

	mu       sync.Mutex
	r        run.Run
	seen     map[record.Kind][]string
	complete bool

	last   *step                              // of the page that was given last
	beside func(do func(ctx context.Context)) // runs do in the context of the pass
}

func newPass(p *Puller, r run.Run, stream remote.Stream, force bool) *pass {
	return &pass{p: p, r: r, mode: r.Mode, stream: stream, force: force, failures: r.Failures, seen: map[record.Kind][]string{}, last: begun()}
}

func (e *pass) run() run.Run {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.r
}

// pull lets the connector read while a heartbeat keeps the lease.
func (e *pass) pull(ctx context.Context, connector remote.Connector, conn remote.Conn) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		e.beat(ctx, cancel)
	}()
	err := e.read(ctx, connector, conn)
	lost := context.Cause(ctx)
	cancel(nil)
	<-beating
	if fault.Is(lost, fault.Conflict) {
		return lost
	}
	return err
}

// read takes the stream to its end; only a census that got there sweeps.
func (e *pass) read(ctx context.Context, connector remote.Connector, conn remote.Conn) error {
	e.beside = func(do func(context.Context)) { go do(ctx) }
	err := connector.Pull(ctx, conn, remote.PullRequest{Stream: e.stream.Name, Mode: e.mode, Checkpoint: e.r.Checkpoint}, e)
	if failed := e.last.wait(); failed != nil {
		err = failed
	}
	switch {
	case e.mode == remote.Census && errors.Is(err, remote.ErrUncounted):
		e.mu.Lock()
		e.r.Uncounted = true
		e.mu.Unlock()
		return nil
	case err != nil:
		return err
	case !e.complete:
		return fault.New(fault.Broken, "The source stopped before the end of the list; what was read is kept and the rest is read next time.")
	case e.mode == remote.Census:
		return e.sweep(ctx)
	default:
		return nil
	}
}

// beat gives signs of life until the context ends. A lost lease ends the pass.
func (e *pass) beat(ctx context.Context, lost context.CancelCauseFunc) {
	tick := time.NewTicker(e.p.o.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := e.p.o.Store.Beat(ctx, e.run(), e.p.o.Lease); fault.Is(err, fault.Conflict) {
				lost(err)
				return
			}
		}
	}
}

// Page implements remote.Emitter. A page is made ready while the one before it
// is committed, and Page returns when that one is: the source is read on
// meanwhile, and never more than two pages are on their way.
func (e *pass) Page(_ context.Context, page remote.Page) error {
	if e.mode == remote.Census {
		for kind, ids := range page.Seen {
			e.seen[kind] = append(e.seen[kind], ids...)
		}
		return nil
	}
	before, this := e.last, &step{done: make(chan struct{})}
	e.last = this
	e.beside(func(ctx context.Context) {
		defer close(this.done)
		this.err = e.keep(ctx, before, page)
	})
	return before.wait()
}

// step is the commit of one page. Of pages that follow one that failed, none is
// committed.
type step struct {
	done chan struct{} // closed when it is known what became of it
	err  error
}

// begun is the step before the first page.
func begun() *step {
	s := &step{done: make(chan struct{})}
	close(s.done)
	return s
}

func (s *step) wait() error {
	<-s.done
	return s.err
}

// keep commits a page once the one before it is committed.
func (e *pass) keep(ctx context.Context, before *step, page remote.Page) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.New(fault.Internal, "").Because("store a page", fmt.Errorf("%v\n%s", p, debug.Stack()))
		}
	}()
	r, err := e.p.o.Store.CommitNext(ctx, e.after(before), sift(page), e.p.o.Lease)
	if err != nil {
		return fault.At("store a page", err)
	}
	e.mu.Lock()
	r.Done, r.Total, r.AsOf = e.r.Done, e.r.Total, e.r.AsOf // these may have moved meanwhile
	e.r = r
	e.mu.Unlock()
	e.p.o.Committed()
	e.p.o.Watch(r)
	return nil
}

// after is the run as the page before left it.
func (e *pass) after(before *step) func() (run.Run, error) {
	return func() (run.Run, error) {
		err := before.wait()
		return e.run(), err
	}
}

// sift sets aside records that break the rules of their kind.
func sift(page remote.Page) remote.Page {
	kept := make([]record.Record, 0, len(page.Records))
	for _, r := range page.Records {
		if err := valid.Struct(r); err != nil {
			page.Rejects = append(page.Rejects, remote.Reject{Kind: r.Kind, External: r.External, Reason: reasons(err)})
			continue
		}
		if len(r.Custom) > 0 {
			var why string
			if r.Custom, why = record.Trim(r.Custom); why != "" {
				page.Rejects = append(page.Rejects, remote.Reject{Kind: r.Kind, External: r.External, Reason: why})
			}
		}
		kept = append(kept, r)
	}
	page.Records = kept
	return page
}

func reasons(err error) string {
	var out []string
	for field, problem := range fault.Fields(err) {
		out = append(out, field+": "+problem)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// Progress implements remote.Emitter.
func (e *pass) Progress(done, total int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.r.Done, e.r.Total = done, total
}

// AsOf implements remote.Dated.
func (e *pass) AsOf(at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.r.AsOf = at
}

// Complete implements remote.Emitter.
func (e *pass) Complete(context.Context) error {
	e.complete = true
	return nil
}

// sweep removes what a whole census did not see, if it is credibly little.
func (e *pass) sweep(ctx context.Context) error {
	for _, kind := range e.stream.Kinds {
		seen := e.seen[kind]
		slices.Sort(seen)
		res, err := e.p.o.Store.Sweep(ctx, e.run(), kind, seen, e.force)
		if err != nil {
			return fault.At("sweep "+string(kind), err)
		}
		e.r.Counts.Read += len(seen)
		e.r.Counts.Deleted += res.Deleted
		if res.Held {
			e.p.o.Log.Warn("census held: too many records are missing at the source", "stream", e.stream.Name, "kind", string(kind),
				"known", res.Known, "missing", res.Missing)
		}
	}
	return nil
}
