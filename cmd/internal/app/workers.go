package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"portico/cmd/internal/provider"
	"portico/sync/action"
	"portico/sync/bus"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/intake"
	"portico/sync/jobs"
	"portico/sync/notify"
	"portico/sync/pull"
	"portico/sync/push"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/schedule"
	"portico/sync/store"
	"portico/sync/webhook"
)

// workers is everything that happens without a browser: pulls, actions, the
// relay and the clock.
type workers struct {
	sys    *store.System
	queue  *jobs.Queue
	server *jobs.Server
	relay  *bus.Relay
	bus    *bus.Bus
	push   *push.Worker
	pull   *pull.Puller
	tell   *webhook.Worker
	mail   *notify.Worker
	intake *intake.Intake
	leave  *remover
	clock  schedule.Loop
	log    *slog.Logger
	// elsewhere says that other processes work: this one only rings them.
	elsewhere bool
	unrung    atomic.Bool // the last ring elsewhere failed
}

func (a *App) newWorkers(s *store.Store, firm *provider.Provider) (*workers, error) {
	sys := s.System()
	queue, events, err := a.doorbells()
	if err != nil {
		return nil, err
	}
	w := &workers{sys: sys, queue: queue, bus: events, log: a.log}
	w.relay = bus.NewRelay(bus.RelayOptions{Outbox: sys, Bus: w.bus, Rings: []func(context.Context, change.Event){w.ring}, Log: a.log})
	from := sources{a, sys, a.log}
	w.push = push.New(push.Options{Store: sys, Sources: from, Ring: w.again, Committed: w.relay.Wake, Log: a.log, Now: a.now})
	w.pull = pull.New(pull.Options{Store: sys, Sources: from, Committed: w.relay.Wake, Log: a.log, Now: a.now})
	w.intake = intake.New(intake.Options{Store: sys, Sources: from, Ring: w.ringHook, Base: strings.TrimSuffix(a.cfg.URL(), "/"), Learn: a.learned(sys), Committed: w.relay.Wake, Log: a.log, Now: a.now})
	if w.tell, err = a.teller(sys, w.relay.Wake); err != nil {
		return nil, errors.Join(err, queue.Close(), events.Close())
	}
	if w.mail, err = a.postman(s, firm); err != nil {
		return nil, errors.Join(err, queue.Close())
	}
	w.leave = newRemover(sys, a.log)
	w.clock = schedule.Loop{Store: sys, Enqueue: w.enqueuePull, Sweep: w.sweep, Now: a.now, Log: a.log}
	w.server = jobs.NewServer(queue, map[jobs.Name]jobs.Handler{jobs.PushAction: w.doAction, jobs.PullStream: w.doPull, jobs.DeliverWebhooks: w.doTell, jobs.ReadHook: w.doHook, jobs.SendMails: w.doMail},
		jobs.ServerOptions{Interactive: a.cfg.Jobs.Workers, Background: max(2, a.cfg.Jobs.Workers/2), Log: a.log})
	a.mu.Lock()
	a.ring = w.start
	a.mu.Unlock()
	return w, nil
}

// ring follows an event after its commit: an action that may move is worked on
// in this process at once, and who is owed a webhook is told.
func (w *workers) ring(ctx context.Context, e change.Event) {
	switch e.Topic {
	case change.ActionDue:
		for _, id := range e.IDs {
			w.nudge(ctx, id)
		}
	case change.EndpointOff:
		w.start(ctx, jobs.Task{Name: jobs.SendMails})
	case change.ActionMoved, change.RecordsChanged, change.ApprovalAsked, change.ApprovalMoved:
		if !e.Quiet {
			w.start(ctx, jobs.Task{Name: jobs.DeliverWebhooks})
		}
		if e.Topic == change.ApprovalAsked {
			w.start(ctx, jobs.Task{Name: jobs.SendMails})
		}
	}
}

// start lets a task be done here, or by any process when this one is too busy or
// only serves pages. What is not rung for is found by the sweep.
func (w *workers) start(ctx context.Context, t jobs.Task) {
	if !w.elsewhere && w.server.Nudge(t) {
		return
	}
	w.enqueue(ctx, t)
}

// enqueue rings elsewhere. That nobody can be rung is logged when it begins and
// when it is over: there may be a task every moment.
func (w *workers) enqueue(ctx context.Context, t jobs.Task) {
	err := w.queue.Enqueue(ctx, t)
	switch was := w.unrung.Swap(err != nil); {
	case err != nil && !was:
		w.log.Warn("tasks are not rung; the sweep finds them", "task", string(t.Name), "error", err)
	case err == nil && was:
		w.log.Info("tasks are rung again")
	}
}

// sweep rings for whatever is due, of actions, of mails and of webhooks in both
// directions; none keeps another from being looked for.
func (w *workers) sweep(ctx context.Context) error {
	_, err := w.sys.RemindApprovals(ctx)
	_, late := w.sys.LateApprovals(ctx)
	w.mail.Ring()
	w.leave.ring()
	return errors.Join(err, late, w.push.Sweep(ctx), w.tell.Sweep(ctx), w.intake.Sweep(ctx))
}

// doTell starts on what is due to endpoints, each in a runner of its own.
func (w *workers) doTell(ctx context.Context, _ jobs.Task) error { return w.tell.Sweep(ctx) }

// doMail starts on mails that are due.
func (w *workers) doMail(context.Context, jobs.Task) error {
	w.mail.Ring()
	return nil
}

// ringMail says that a letter is due that somebody waits for.
func (w *workers) ringMail() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	w.start(ctx, jobs.Task{Name: jobs.SendMails})
}

func (w *workers) ringHook(ctx context.Context, id run.HookID) {
	w.start(ctx, jobs.Task{Name: jobs.ReadHook, IDs: []string{string(id)}})
}

// doHook reads anew what a vendor's webhook hints at.
func (w *workers) doHook(ctx context.Context, t jobs.Task) error {
	if len(t.IDs) != 1 {
		return fault.New(fault.Internal, "").Because("read hook", errors.New("a task needs one id"))
	}
	return w.intake.Work(ctx, run.HookID(t.IDs[0]))
}

// nudge starts on an action here; when this process is too busy the queue brings it.
func (w *workers) nudge(ctx context.Context, id string) {
	w.start(ctx, jobs.Task{Name: jobs.PushAction, IDs: []string{id}})
}

// again is how the sweep rings: like everybody else, so that a queue that is
// away holds nothing back.
func (w *workers) again(ctx context.Context, id action.ID) error {
	w.nudge(ctx, id.String())
	return nil
}

// confirmedByPerson marks a census whose result counts however much is missing.
const confirmedByPerson = "confirmed"

// enqueuePull lets any process pull; when the queue is away, this one does.
func (w *workers) enqueuePull(ctx context.Context, d run.Due) error {
	t := jobs.Task{Name: jobs.PullStream, IDs: []string{d.Connection.String(), d.Stream, string(d.Mode)}}
	if d.Force {
		t.IDs = append(t.IDs, confirmedByPerson)
	}
	err := w.queue.Enqueue(ctx, t)
	if err != nil && w.server.Nudge(t) {
		return nil
	}
	return err
}

func (w *workers) doAction(ctx context.Context, t jobs.Task) error {
	if len(t.IDs) != 1 {
		return fault.New(fault.Internal, "").Because("push action", errors.New("a task needs one id"))
	}
	id, err := action.ParseID(t.IDs[0])
	if err != nil {
		return fault.Wrap(fault.Internal, "push action", err)
	}
	return w.push.Work(ctx, id)
}

func (w *workers) doPull(ctx context.Context, t jobs.Task) error {
	if len(t.IDs) != 3 && (len(t.IDs) != 4 || t.IDs[3] != confirmedByPerson) {
		return fault.New(fault.Internal, "").Because("pull stream", errors.New("a task needs connection, stream and mode"))
	}
	id, err := record.ParseConnectionID(t.IDs[0])
	if err != nil {
		return fault.Wrap(fault.Internal, "pull stream", err)
	}
	r, err := w.pull.Run(ctx, run.Due{Connection: id, Stream: t.IDs[1], Mode: remote.PullMode(t.IDs[2]), Force: len(t.IDs) == 4})
	if err != nil || r.State != run.Done {
		return nil // the run's report says what happened, and was logged once
	}
	return w.sys.Promote(ctx, id)
}

// drainWork is how long actions and pulls under way may take to reach a point
// where they can be left: a pull its page, an action its step.
const drainWork = 10 * time.Second

// drain takes no more work and waits for what is under way.
func (w *workers) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainWork)
	defer cancel()
	var telling sync.WaitGroup
	telling.Go(func() { w.tell.Drain(ctx) })
	telling.Go(func() { w.mail.Drain(ctx) })
	telling.Go(w.leave.drain)
	err := w.server.Stop(ctx)
	telling.Wait()
	return err
}

func (w *workers) close() {
	if err := w.queue.Close(); err != nil {
		w.log.Warn("queue did not close", "error", err)
	}
	if err := w.bus.Close(); err != nil {
		w.log.Warn("bus did not close", "error", err)
	}
}
