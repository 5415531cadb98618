package engine

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
	"portico/sync/remote"
)

// driver returns the lister of the list that drives a pull, asking from where
// the pass stands.
func (p *puller) driver() (*lister, error) {
	l := &lister{s: p.s, fetch: &p.source.Fetch, env: p.env, also: url.Values{}}
	// Children are read per page of parents, and stubs one by one: that is as much
	// as one wants to ask at once.
	l.together = p.st.ForEach == nil && !p.st.Stubs()
	if d := p.source.Delta; d != nil {
		l.delta = &d.Token
		if d.Parameter != "" && p.pass.Token != "" {
			l.also.Set(d.Parameter, p.pass.Token)
		}
	}
	inc := p.source.Incremental
	if inc == nil {
		return l, nil
	}
	since, until, err := p.s.span(inc, p.pass, p.env)
	if err != nil {
		return nil, err
	}
	l.env = with(p.env, manifest.Env{"since": since, "until": until})
	if inc.Parameter != "" && !(p.pass.Since.IsZero() && p.pass.From.IsZero()) {
		l.also.Set(inc.Parameter, since)
	}
	p.since = since
	return l, nil
}

// begin is where the pass goes on.
func (p *puller) begin() place {
	from := p.pass.At
	switch d := p.source.Delta; {
	case from.Page > 1:
		from.Page-- // rows that left the list since then moved others one page up
		if from.Left > 0 {
			from.Left += p.source.Paging.Size
		}
	case d != nil && d.Parameter == "" && from == place{} && p.pass.Token != "":
		from.Next = p.pass.Token
	}
	return from
}

// walk visits the whole list, asking again from the last change wherever the
// system would give no more.
func (p *puller) walk(ctx context.Context, override map[string]manifest.Template, from place, visit func(page) error) error {
	for {
		l, err := p.driver()
		if err != nil {
			return err
		}
		l.override = override
		var cut, visited bool
		p.ordered = time.Time{}
		err = l.each(ctx, from, func(pg page) error {
			visited = true
			if err := p.edge(&pg); err != nil {
				return err
			}
			cut = pg.cut
			if err := visit(pg); err != nil || !cut {
				return err
			}
			p.pass.From = pg.edge // not before: what is committed of half a page goes on in it
			return nil
		})
		switch {
		case p.expired(err) && !visited:
			if err := p.anew(ctx, err); err != nil {
				return err
			}
			from, cut = place{}, true
		case err != nil || !cut:
			return err
		default:
			from = place{}
		}
	}
}

// edge notes where the window of a capped list ends. Its rows must come in the
// order of change, or what follows the window could be anything.
func (p *puller) edge(pg *page) error {
	if p.source.Paging == nil || p.source.Paging.Window == 0 {
		return nil
	}
	inc := p.source.Incremental
	frame := p.s.m.Frame(p.env)
	for _, item := range pg.items {
		at, err := changedAt(frame, &inc.Field, item)
		if err != nil || at.IsZero() {
			continue // the mapper sets it aside
		}
		if at.Before(p.ordered) {
			return broken("go through a list that is capped", fmt.Errorf("it is not in the order of %s", inc.Field.Source))
		}
		p.ordered = at
	}
	if !pg.cut {
		return nil
	}
	next := *p.pass
	next.From = p.ordered
	since, _, err := p.s.span(inc, &next, p.env)
	if err != nil {
		return err
	}
	if since == p.since || p.ordered.IsZero() {
		return fault.Newf(fault.Broken, "More than %d records changed at the same time, which is more than the system lists; change one of them in the system, or ask for a larger window.",
			p.source.Paging.Window).Because("go through a list that is capped", fmt.Errorf("no end of those of %s", since))
	}
	pg.edge = p.ordered
	return nil
}

func changedAt(f *manifest.Frame, field *manifest.Expr, item tree.Value) (time.Time, error) {
	f.Set(manifest.Item, item)
	v, err := f.Eval(field)
	if err != nil {
		return time.Time{}, err
	}
	return timeOf(v)
}

// expired reports whether the system no longer knows a token of its own: an old
// one that a pull began with, not one of the page before.
func (p *puller) expired(err error) bool {
	if err == nil || p.mode != remote.Changes || p.pass.Token == "" && p.pass.At.Next == "" {
		return false
	}
	return fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid)
}

// anew begins the pass anew without the token. What a whole read does not show is
// not deleted by it: only a census or a tombstone deletes.
func (p *puller) anew(ctx context.Context, cause error) error {
	p.s.conn.Log.InfoContext(ctx, "the system no longer knows where the last pull ended; the stream is read anew", "stream", p.st.Name, "cause", cause)
	p.pass = &pass{Mode: p.mode, Since: p.pass.Since, From: p.pass.From, Began: p.pass.Began}
	p.mark.Delta, p.mark.Pass = "", nil
	return ctx.Err()
}
