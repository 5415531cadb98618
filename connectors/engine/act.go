package engine

import (
	"context"
	"errors"

	"portico/connectors/manifest"
	"portico/connectors/rest"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/remote"
)

// write is one action under way.
type write struct {
	*session
	a    action.Action
	spec *manifest.Action
	env  manifest.Env
}

func (c *Connector) write(ctx context.Context, conn remote.Conn, a action.Action) (*write, error) {
	spec := c.m.Actions[string(a.Kind)]
	if spec == nil {
		return nil, fault.Newf(fault.Invalid, "%s cannot do this.", c.m.Name)
	}
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return nil, err
	}
	w := &write{session: s, a: a, spec: spec, env: s.env()}
	w.env["action"] = map[string]any{
		"kind": string(a.Kind), "ref": a.Ref, "external": a.External, "company": a.Company, "base": a.Base,
		"mark": a.Mark, "reference": a.Reference, "attempt": a.Attempt, "name": a.Actor.Name, "email": a.Actor.Email, "contact": a.Contact,
		"subject": a.Input.Subject, "text": a.Input.Text, "queue": a.Input.Queue, "fields": a.Input.Fields,
	}
	w.env["files"] = described(a.Input.Files)
	return w, nil
}

// knows reads the tables that the action's expressions use.
func (w *write) knows(ctx context.Context) error {
	err := w.know(ctx, w.spec.Tables...)
	for name, rows := range w.tables {
		w.env[name] = rows
	}
	return err
}

// Prepare implements remote.Connector.
func (c *Connector) Prepare(ctx context.Context, conn remote.Conn, a action.Action) (string, remote.Outcome) {
	w, err := c.write(ctx, conn, a)
	if err != nil {
		return "", before(err)
	}
	if len(a.Input.Files) > 0 && !w.spec.Carries() {
		return "", before(fault.Newf(fault.Invalid, "%s does not take files from here; please send this without them.", c.m.Name))
	}
	p := w.spec.Prepare
	if p == nil {
		return "", remote.Outcome{Verdict: remote.Done}
	}
	if err := w.knows(ctx); err != nil {
		return "", before(err)
	}
	got, err := w.get(ctx, &p.Request, w.env, nil)
	if err != nil {
		return "", before(err)
	}
	env := with(w.env, got.env())
	if r := match(p.Refuse, got.status, env); r != nil {
		return "", ruled(r, env, nil)
	}
	mark, err := p.Mark.Text(env)
	if err != nil {
		return "", before(broken("remember the state before the write", err))
	}
	return mark, remote.Outcome{Verdict: remote.Done}
}

// Act implements remote.Connector.
func (c *Connector) Act(ctx context.Context, conn remote.Conn, a action.Action) remote.Outcome {
	w, err := c.write(ctx, conn, a)
	if err != nil {
		return before(err)
	}
	if err := w.knows(ctx); err != nil {
		return before(err)
	}
	if w.spec.Send.Upload != nil {
		return w.upload(ctx)
	}
	if w.spec.Inline {
		if w.env["files"], err = w.files(ctx); err != nil {
			return before(err)
		}
	}
	if err := w.first(ctx); err != nil {
		return before(err)
	}
	req, err := buildRequest(&w.spec.Send.Request, w.env, nil)
	if err != nil {
		return before(err)
	}
	return w.send(ctx, req)
}

// send carries out the request that takes effect.
func (w *write) send(ctx context.Context, req rest.Request) remote.Outcome {
	resp, err := w.client.Do(ctx, req)
	if resp == nil {
		return after(err)
	}
	return w.answered(resp, err)
}

// answered gives a whole answer its meaning. A good one may still be a refusal.
func (w *write) answered(resp *rest.Response, err error) remote.Outcome {
	got := lenientAnswer(resp)
	env := with(w.env, got.env())
	if r := match(w.spec.Send.Answers, resp.Status, env); r != nil {
		return ruled(r, env, err)
	}
	if err != nil {
		out := after(err)
		if resp.Status < 300 && !errors.Is(err, errInside) {
			out.Verdict = remote.Unknown // it said yes in words that cannot be read
		}
		return out
	}
	reference, err := w.spec.Send.Reference.Text(env)
	if err != nil {
		reference = "" // it took effect all the same; Confirm looks for it
	}
	return remote.Outcome{Verdict: remote.Done, Reference: reference}
}

// verdicts says what a rule's meaning does to an action.
var verdicts = map[manifest.Meaning]remote.Verdict{
	manifest.MeansRetry: remote.Retry, manifest.MeansLimited: remote.Retry, manifest.MeansAuth: remote.Retry,
	manifest.MeansSetup: remote.Retry, manifest.MeansConflict: remote.Conflict, manifest.MeansForbidden: remote.Rejected,
	manifest.MeansGone: remote.Rejected, manifest.MeansReject: remote.Rejected, manifest.MeansBroken: remote.Unknown,
}

func ruled(r *manifest.ErrorRule, env manifest.Env, cause error) remote.Outcome {
	say, err := r.Say.Text(env)
	if err != nil {
		say = ""
	}
	out := remote.Outcome{Verdict: verdicts[r.Is], Reason: say, Cause: cause, After: fault.RetryAfter(cause)}
	if r.Diff != nil {
		was, _ := r.Diff.Was.Text(env) // a difference that cannot be told is shown without its value
		now, _ := r.Diff.Now.Text(env)
		out.Diff = []remote.Difference{{Field: r.Diff.Field, Was: was, Now: now}}
	}
	return out
}

// before maps a fault of a request that certainly took no effect.
func before(err error) remote.Outcome { return rest.Unsent(err) }

// after maps a fault of a write that may have left.
func after(err error) remote.Outcome { return rest.Sent(err) }
