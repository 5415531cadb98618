package notify

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"portico/sync/fault"
	"portico/sync/notice"
)

// one works on a claim; what it came to is for the store.
func (w *Worker) one(c notice.Claim) (step notice.Step) {
	defer func() {
		if r := recover(); r != nil {
			w.o.Log.Error("a mail made the worker panic", slog.String("mail", string(c.ID)), slog.String("panic", fmt.Sprint(r)), slog.String("stack", string(debug.Stack())))
			step = w.later(c, "It could not be written because of a defect.")
		}
	}()
	now := w.o.Now()
	switch {
	case w.resting() || c.Until.Sub(now) < w.o.Mailer.o.Timeout+settleTime:
		return notice.Step{State: notice.Due, Due: now}
	case !c.Expires.IsZero() && !now.Before(c.Expires):
		w.o.Log.Warn("mail not sent: it is too late", w.about(c)...)
		return notice.Step{State: notice.Failed, Problem: "It would have arrived too late: its link had expired."}
	}
	l, say, err := w.compose(w.ctx, c.Mail)
	switch {
	case w.ctx.Err() != nil:
		return notice.Step{State: notice.Due, Due: now}
	case fault.Is(err, fault.Unavailable):
		w.o.Log.Error("mail could not be written; it is tried again", append(w.about(c), slog.String("error", err.Error()))...)
		return w.later(c, "What it is about could not be read.")
	case err != nil:
		w.o.Log.Error("mail could not be written", append(w.about(c), slog.String("error", err.Error()))...)
		return w.later(c, "It could not be written: "+fault.Public(err))
	case !say:
		return notice.Step{State: notice.Silent}
	}
	return w.judge(c, w.o.Mailer.try(w.ctx, l))
}

// compose writes a mail of what is true now, unless there is nothing to say.
func (w *Worker) compose(ctx context.Context, m notice.Mail) (l letter, say bool, err error) {
	if m.To.Disabled {
		return l, false, nil
	}
	switch {
	case isInvitation(m.Sort):
		l, say, err = w.invitation(ctx, &m)
	case m.Sort == notice.News:
		l, say, err = w.news(ctx, m)
	case m.Sort == notice.Answers:
		l, say, err = w.answers(ctx, m)
	case m.Sort == notice.EndpointOff:
		l, say, err = w.endpoint(ctx, m)
	case isQuestion(m.Sort):
		l, say, err = w.question(ctx, m)
	default:
		l, err = w.letterOf(ctx, m)
		say = true
	}
	if err != nil || !say {
		return l, false, err
	}
	l, err = addressed(l, m)
	return l, true, err
}

// judge decides what an attempt makes of its claim.
func (w *Worker) judge(c notice.Claim, err error) notice.Step {
	if err == nil {
		w.reached()
		w.o.Log.Info("mail sent", w.about(c)...)
		return notice.Step{State: notice.Sent, Tried: true}
	}
	if w.ctx.Err() != nil && !fault.Is(err, fault.Unknown) { // we hung up
		return notice.Step{State: notice.Due, Due: w.o.Now()}
	}
	problem := fault.Public(err)
	if problem == "" {
		problem = "It could not be sent."
	}
	if isAway(err) {
		w.unreached(err)
	} else {
		w.reached()
	}
	if fault.Is(err, fault.Broken) || fault.Is(err, fault.Invalid) {
		w.o.Log.Warn("mail not sent", append(w.about(c), slog.String("error", err.Error()))...)
		return notice.Step{State: notice.Failed, Problem: problem, Tried: true}
	}
	step := w.later(c, problem)
	step.Doubtful = fault.Is(err, fault.Unknown)
	return step
}

// later books the next attempt, or gives up what has failed for days.
func (w *Worker) later(c notice.Claim, problem string) notice.Step {
	now := w.o.Now()
	if now.Sub(c.Created) >= notice.GiveUp {
		w.o.Log.Warn("mail given up", w.about(c)...)
		return notice.Step{State: notice.Failed, Problem: fmt.Sprintf("It was tried for %d days. The last attempt: %s", int(notice.GiveUp.Hours()/24), problem), Tried: true}
	}
	return notice.Step{State: notice.Due, Due: now.Add(notice.Backoff(c.Attempt+1, w.o.Jitter())), Problem: problem, Tried: true}
}

// unreached lets everything wait when no mail can leave. One line in the log
// says so, however many mails and attempts there are.
func (w *Worker) unreached(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.until.After(w.o.Now()) {
		return // another attempt has met the same
	}
	w.failed++
	pause := min(pauseMost, pauseFirst<<min(w.failed-1, 10))
	w.until = w.o.Now().Add(pause + time.Duration(w.o.Jitter()*float64(pause)/5))
	if w.failed == 1 {
		w.o.Log.Warn("mail cannot be sent; what is owed waits and is tried again for days", slog.String("why", fault.Public(err)), slog.String("error", err.Error()))
	}
}

func (w *Worker) reached() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed > 0 {
		w.o.Log.Info("mail can be sent again", slog.Int("failures", w.failed))
	}
	w.failed, w.until = 0, time.Time{}
}

func (w *Worker) about(c notice.Claim) []any {
	return []any{slog.String("mail", string(c.ID)), slog.String("sort", string(c.Sort)), slog.String("user", c.To.ID), slog.Int("attempt", c.Attempt+1)}
}
