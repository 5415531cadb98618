// Package pull reads streams from systems of record into the read model. It
// promises that a page and its checkpoint are stored together, that a bad
// record is set aside while a bad page stops the stream with its checkpoint
// unmoved, that freshness moves only after a whole pass, and that nothing is
// deleted because a read failed, came back empty or came back short.
//
// It hides the lease of a run, its report and when the stream is due again.
package pull

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Store keeps runs and what they read. Every write is fenced by the run's lease
// and refused with fault.Conflict when the lease was lost.
type Store interface {
	// Begin leases a stream; false when another run has it.
	Begin(ctx context.Context, due run.Due, lease time.Duration) (run.Run, bool, error)
	// CommitNext makes a page ready, waits for its turn, stores the page in whole
	// and returns the run moved on. When turn fails, nothing is stored.
	CommitNext(ctx context.Context, turn func() (run.Run, error), p remote.Page, lease time.Duration) (run.Run, error)
	// Beat extends the lease and stores the progress.
	Beat(ctx context.Context, r run.Run, lease time.Duration) error
	// Sweep removes what a whole census did not see; seen is sorted.
	Sweep(ctx context.Context, r run.Run, kind record.Kind, seen []string, force bool) (run.SweepResult, error)
	// Finish ends the run and says when the stream is due again.
	Finish(ctx context.Context, r run.Run, next time.Time) error
}

// Sources opens connections.
type Sources interface {
	Open(ctx context.Context, id record.ConnectionID) (remote.Connector, remote.Conn, remote.Connection, error)
}

// Options of a Puller. Store and Sources are required.
type Options struct {
	Store   Store
	Sources Sources
	// Committed is called after every committed page, so that the relay need not
	// be waited for; nil means nobody is told.
	Committed func()
	// Watch is told a run after every page and when it ends; nil means nobody is.
	Watch func(run.Run)
	Log   *slog.Logger // nil discards
	Now   func() time.Time
	// Lease is how long a run that gives no sign of life keeps its stream
	// (default 45 s); it gives one every third of that.
	Lease time.Duration
	// Failing is how long a stream rests after its first failure (default 30 s);
	// the rest doubles with each failure in a row, up to MaxRest (default 15 min).
	Failing, MaxRest time.Duration
}

// Puller runs pulls. It is safe for concurrent use.
type Puller struct{ o Options }

// New returns a Puller.
func New(o Options) *Puller {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Committed == nil {
		o.Committed = func() {}
	}
	if o.Watch == nil {
		o.Watch = func(run.Run) {}
	}
	o.Lease = cmp.Or(o.Lease, 45*time.Second)
	o.Failing = cmp.Or(o.Failing, 30*time.Second)
	o.MaxRest = cmp.Or(o.MaxRest, 15*time.Minute)
	return &Puller{o}
}

// Run pulls one stream once. It returns the finished run and nil when the pass
// was whole; when another run has the stream it returns a zero run and nil. The
// error of a failed pass is in the run's report as well.
func (p *Puller) Run(ctx context.Context, due run.Due) (run.Run, error) {
	connector, conn, connection, err := p.o.Sources.Open(ctx, due.Connection)
	if err != nil {
		return p.unopened(ctx, due, err)
	}
	stream, ok := connector.Spec().Stream(due.Stream)
	if !ok {
		return run.Run{}, fault.Newf(fault.Setup, "%s has no stream %q.", connection.Name, due.Stream)
	}
	r, ok, err := p.o.Store.Begin(ctx, due, p.o.Lease)
	if err != nil || !ok {
		return run.Run{}, err
	}
	log := p.o.Log.With("connection", connection.Name, "stream", due.Stream, "mode", string(due.Mode), "run", string(r.ID))
	e := newPass(p, r, stream, due.Force)
	err = e.pull(ctx, connector, conn)
	return p.finish(ctx, log, e, err)
}

// unopened reports a connection that cannot even be opened as a failed run.
func (p *Puller) unopened(ctx context.Context, due run.Due, cause error) (run.Run, error) {
	r, ok, err := p.o.Store.Begin(ctx, due, p.o.Lease)
	if err != nil || !ok {
		return run.Run{}, err
	}
	e := newPass(p, r, remote.Stream{Name: due.Stream}, false)
	return p.finish(ctx, p.o.Log.With("stream", due.Stream, "run", string(r.ID)), e, cause)
}

// finish writes the report, whatever happened, even when the work was called off.
func (p *Puller) finish(ctx context.Context, log *slog.Logger, e *pass, cause error) (run.Run, error) {
	r := e.run()
	if fault.Is(cause, fault.Conflict) {
		log.Warn("run lost its stream to another", "error", cause)
		return r, nil
	}
	next := p.o.Now().Add(e.stream.Every)
	switch {
	case cause == nil:
		r.State = run.Done
	case ctx.Err() != nil && errors.Is(cause, ctx.Err()):
		r.State, r.Problem, next = run.Stopped, "Stopped with the program; the next run goes on from the checkpoint.", p.o.Now()
	default:
		r.State, r.Problem, next = run.Failed, plain(cause), p.o.Now().Add(p.rest(e, cause))
	}
	r.Ended = p.o.Now()
	report(log, r, cause)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := p.o.Store.Finish(ctx, r, next); err != nil {
		return r, fault.At("finish run", err)
	}
	p.o.Committed()
	p.o.Watch(r)
	return r, cause
}

// plain says in words for an administrator why a run failed.
func plain(cause error) string {
	if said := fault.Public(cause); said != "" {
		return said
	}
	return "The run failed because of a defect; the log has the details (look for the run's id)."
}

func report(log *slog.Logger, r run.Run, cause error) {
	args := []any{"state", string(r.State), "read", r.Counts.Read, "written", r.Counts.Written, "unchanged", r.Counts.Unchanged,
		"deleted", r.Counts.Deleted, "rejected", r.Counts.Rejected, "unmatched", r.Counts.Unmatched, "took", r.Ended.Sub(r.Started).Round(time.Millisecond)}
	if r.State == run.Failed {
		log.Warn("run failed", append(args, "error", cause)...)
		return
	}
	log.Info("run finished", args...)
}

// rest is how long a stream waits after a failure: what the source asked for,
// or a pause that doubles with every failure in a row.
func (p *Puller) rest(e *pass, cause error) time.Duration {
	if asked := fault.RetryAfter(cause); asked > 0 {
		return asked
	}
	rest := p.o.Failing
	for range min(e.failures, 10) {
		rest *= 2
	}
	return min(rest, p.o.MaxRest)
}
