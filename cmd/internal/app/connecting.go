package app

import (
	"context"

	"portico/portal"
	"portico/portal/admin/connections"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

// runsShown is how many runs of a connection its pages look back on.
const runsShown = 60

// fitter is what the pages of connections work with: what the commands do, for a
// signed-in administrator.
type fitter struct {
	app *App
	sys *store.System
}

// connecting adds the pages of connections.
func (a *App) connecting(to *portal.Pages, sys *store.System, frame ui.Framer) {
	f := fitter{a, sys}
	p := connections.New(connections.Options{Watch: f, Care: f, Add: f, Own: f, Edit: f, Words: f, Match: f, Account: sys, Consent: f, Hooks: f, Trial: f, Fields: f, Files: f,
		Remove: f, Fresh: session.Fresh, Frame: frame})
	a.tables(to, p)
	to.Connections = portal.Connections{
		List: p.List, Gallery: p.Gallery, Form: p.Form, Check: p.Check, Preview: p.Preview, Connect: p.Connect, Again: p.Again,
		Show: p.Show, Runs: p.Runs, Pause: p.Pause, ReadOnly: p.ReadOnly, Pull: p.Pull, Reread: p.Reread, Confirm: p.Confirm,
		Settings: p.Settings, Revise: p.Revise, Statuses: p.Statuses, Status: p.SaveStatus,
		Companies: p.Companies, Match: p.MatchCompanies, Unmatch: p.Unmatch, Repair: p.Repair,
		ConsentBack: p.ConsentBack, ConsentChoose: p.ConsentChoose, ConsentAgain: p.ConsentAgain,
		Hooks: p.Hooks, HookSecret: p.HookSecret, Fields: portal.Fields{List: p.CustomFields, Show: p.ShowField, Ask: p.AskFields},
		WordsFile: p.WordsFile, WordsLook: p.WordsLook, WordsTake: p.WordsTake, DryRun: p.DryRun, DryRunShow: p.TryAction, AskRemoval: p.AskRemoval, Remove: p.Remove,
	}
}

// Lines implements connections.Watching.
func (f fitter) Lines(ctx context.Context) ([]connections.Line, error) {
	list, err := f.sys.Connections(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]connections.Line, len(list))
	for i, c := range list {
		if out[i], err = f.line(ctx, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f fitter) line(ctx context.Context, c remote.Connection) (connections.Line, error) {
	l := connections.Line{Connection: c, System: c.Connector}
	if connector, ok := f.app.connector(c.Connector); ok {
		l.System, l.Hosts = connector.Spec().Name, connector.Spec().Hosts(c.Settings)
	}
	var err error
	if l.Streams, err = f.sys.Streams(ctx, c.ID); err != nil {
		return l, err
	}
	if l.Backlog, err = f.sys.Backlog(ctx, c.ID); err != nil {
		return l, err
	}
	l.Waiting, err = f.sys.Waiting(ctx, c.ID)
	return l, err
}

// Detail implements connections.Watching.
func (f fitter) Detail(ctx context.Context, id record.ConnectionID) (connections.Detail, error) {
	c, err := f.sys.Connection(ctx, id)
	if err != nil {
		return connections.Detail{}, err
	}
	line, err := f.line(ctx, c)
	d := connections.Detail{Line: line}
	if err != nil {
		return d, err
	}
	if connector, ok := f.app.connector(c.Connector); ok {
		d.Spec = tailored(connector, c.Settings)
	}
	if d.Holdings, err = f.sys.Holdings(ctx, id); err != nil {
		return d, err
	}
	if d.Runs, err = f.sys.Runs(ctx, id, runsShown); err != nil {
		return d, err
	}
	if d.Secrets, err = f.sys.SecretAges(ctx, id); err != nil {
		return d, err
	}
	token, err := f.sys.Token(ctx, id)
	if err != nil {
		return d, err
	}
	d.SignIn = connections.SignedIn{At: token.SignedIn, Got: token.Got, Expires: token.Expires, RefreshEnds: token.RefreshEnds, Ended: token.Ended}
	if d.Unseen, err = f.sys.UnmatchedCompanies(ctx, id); err != nil {
		return d, err
	}
	d.Guessed, err = f.sys.GuessedMeanings(ctx, id)
	return d, err
}

// Rejects implements connections.Watching.
func (f fitter) Rejects(ctx context.Context, _ record.ConnectionID, r run.ID) ([]remote.Reject, error) {
	return f.sys.RejectsOf(ctx, r)
}

// Held implements connections.Watching.
func (f fitter) Held(ctx context.Context) string { return why(f.sys)(ctx) }

// as is the store for what the administrator does; everybody else is refused.
func (f fitter) as(ctx context.Context, s access.Scope) (*store.System, error) {
	if err := access.Administer(s); err != nil {
		return nil, err
	}
	return f.sys.As(s, origin(ctx)), nil
}

// on is as for one connection that exists.
func (f fitter) on(ctx context.Context, s access.Scope, id record.ConnectionID) (*store.System, error) {
	sys, err := f.as(ctx, s)
	if err == nil {
		_, err = sys.Connection(ctx, id)
	}
	return sys, err
}

// Pause implements connections.Caring.
func (f fitter) Pause(ctx context.Context, s access.Scope, id record.ConnectionID, paused bool) error {
	sys, err := f.on(ctx, s, id)
	if err != nil {
		return err
	}
	return sys.SetPaused(ctx, id, paused)
}

// SetReadOnly implements connections.Caring.
func (f fitter) SetReadOnly(ctx context.Context, s access.Scope, id record.ConnectionID, readOnly bool) error {
	sys, err := f.on(ctx, s, id)
	if err != nil {
		return err
	}
	return sys.SetReadOnly(ctx, id, readOnly)
}

// Pull implements connections.Caring. Whoever works finds within a second what is
// due, so that a page need not stay open.
func (f fitter) Pull(ctx context.Context, s access.Scope, id record.ConnectionID, stream string) error {
	sys, err := f.on(ctx, s, id)
	if err == nil {
		err = outward(ctx, sys)
	}
	if err != nil {
		return err
	}
	return sys.Hasten(ctx, id, stream)
}

// Want implements connections.Caring.
func (f fitter) Want(ctx context.Context, s access.Scope, id record.ConnectionID, stream string, mode remote.PullMode) error {
	if mode != remote.Everything && mode != remote.Census {
		return fault.New(fault.Invalid, "A stream can be read whole or counted again.")
	}
	sys, err := f.on(ctx, s, id)
	if err == nil {
		err = outward(ctx, sys)
	}
	if err != nil {
		return err
	}
	return sys.Want(ctx, id, stream, mode)
}
