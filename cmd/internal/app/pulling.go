package app

import (
	"context"
	"errors"

	"portico/sync/fault"
	"portico/sync/pull"
	"portico/sync/remote"
	"portico/sync/run"
)

// Preview reads at most limit records of a stream and stores nothing.
func (a *App) Preview(ctx context.Context, name, stream string, limit int) (remote.Page, error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return remote.Page{}, err
	}
	g := &glance{limit: limit}
	err = o.connector.Pull(ctx, o.conn, remote.PullRequest{Stream: stream, Mode: remote.Everything}, g)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return g.page, err
}

// errEnough ends a preview.
var errEnough = errors.New("seen enough")

// glance is an emitter that keeps the first records and stores nothing.
type glance struct {
	limit int
	page  remote.Page
}

func (g *glance) Page(_ context.Context, p remote.Page) error {
	g.page.Records = append(g.page.Records, p.Records...)
	g.page.Rejects = append(g.page.Rejects, p.Rejects...)
	if len(g.page.Records) >= g.limit {
		g.page.Records = g.page.Records[:g.limit]
		return errEnough
	}
	return nil
}

func (g *glance) Progress(int, int)              {}
func (g *glance) Complete(context.Context) error { return nil }

// Pull pulls streams of a connection now, in their order, and reports each run
// as it goes. A failed stream does not keep the next one from being pulled.
func (a *App) Pull(ctx context.Context, name string, streams []string, everything bool, progress func(run.Run)) ([]run.Run, error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return nil, err
	}
	wanted, err := streamsOf(tailored(o.connector, o.connection.Settings), streams)
	if err != nil {
		return nil, err
	}
	mode := remote.Changes
	if everything {
		mode = remote.Everything
	}
	if err := outward(ctx, o.sys); err != nil {
		return nil, err
	}
	puller := pull.New(pull.Options{Store: o.sys, Sources: sources{a, o.sys, a.log}, Watch: progress, Log: a.log, Now: a.now})
	var runs []run.Run
	for _, s := range wanted {
		r, err := puller.Run(ctx, run.Due{Connection: o.connection.ID, Stream: s.Name, Mode: mode})
		if ctx.Err() != nil {
			return runs, ctx.Err()
		}
		if r.ID == "" && err == nil {
			return runs, fault.Newf(fault.Conflict, "%s is being pulled by another process right now. Try again in a minute.", s.Name)
		}
		if r.ID == "" {
			return runs, err
		}
		runs = append(runs, r)
	}
	return runs, o.sys.Promote(ctx, o.connection.ID)
}
