package engine

import (
	"context"
	"slices"
	"time"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
	"portico/sync/remote"
)

// parent is one record whose children are read.
type parent struct {
	id      string
	version string
	at      time.Time
	item    any
}

// children reads what belongs to the changed parents of one page, and commits
// after each batch of them.
func (p *puller) children(ctx context.Context, pg page) error {
	p.observe(pg.items)
	p.began = p.s.conn.Now()
	changed := p.changed(pg)
	size := max(p.st.ForEach.Batch, 1)
	type loaded struct {
		page remote.Page
		err  error
	}
	batches := slices.Collect(slices.Chunk(changed, size))
	ahead := make([]chan loaded, len(batches))
	load := func(i int) {
		if i < len(batches) {
			ahead[i] = make(chan loaded, 1)
			go func() {
				out, err := p.s.joined(ctx, p.st, batches[i])
				ahead[i] <- loaded{out, err}
			}()
		}
	}
	load(0)
	var last remote.Page
	for i, batch := range batches {
		load(i + 1)
		l := <-ahead[i]
		if l.err != nil {
			return l.err
		}
		p.remember(batch)
		if last = l.page; i == len(batches)-1 {
			break // committed below, together with the step to the next page
		}
		p.mark.Pass = p.pass // still at this page: its other parents are to come
		if err := p.commit(ctx, last, pg, 0); err != nil {
			return err
		}
	}
	p.mark.advance(p.pass, pg, p.source.Incremental)
	return p.commit(ctx, last, pg, len(pg.items))
}

// changed returns the parents that were not read in this version before.
func (p *puller) changed(pg page) []parent {
	m := p.s.mapper(p.source.Emit[0], p.env, nil)
	m.sees(&p.source.Fetch, pg.aside)
	var out []parent
	for _, item := range pg.items {
		one, ok := p.parentOf(m, item)
		if !ok {
			continue
		}
		if p.mark.Seen[one.id].needs(one.version, p.s.conn.Now()) {
			one.item = item.Plain()
			out = append(out, one)
		}
	}
	return out
}

// parentOf reads an item of the parents' list.
func (p *puller) parentOf(m *mapper, item tree.Value) (parent, bool) {
	if p.source.Stubs() {
		one := m.stub(item)
		return one, one.id != "" && !m.buried()
	}
	rec, keep, _ := m.record(item)
	return parent{id: rec.External, version: rec.Version, at: rec.Updated}, keep
}

func (p *puller) remember(batch []parent) {
	if p.mark.Seen == nil {
		p.mark.Seen = map[string]seen{}
	}
	for _, one := range batch {
		s := seen{Version: one.version, At: one.at.Unix()}
		if old := p.mark.Seen[one.id]; old.Version != one.version && p.began.Sub(one.at) < settling {
			s.Read = p.began.Unix()
		}
		p.mark.Seen[one.id] = s
	}
}

// joined runs the requests of a stream for some parents and maps what came.
func (s *session) joined(ctx context.Context, st *manifest.Stream, batch []parent) (remote.Page, error) {
	var out remote.Page
	err := s.join(ctx, st, batch, func(e *manifest.Emit, items []tree.Value, env manifest.Env, parents map[string]any) {
		s.mapper(e, env, parents).into(&out, items)
	})
	return out, err
}

// join runs the requests of a stream for some parents and hands the items of
// each kind of record to visit.
func (s *session) join(ctx context.Context, st *manifest.Stream, batch []parent,
	visit func(e *manifest.Emit, items []tree.Value, env manifest.Env, parents map[string]any)) error {
	env := s.env()
	parents, ids, byID := make([]any, len(batch)), make([]string, len(batch)), map[string]any{}
	for i, one := range batch {
		parents[i], ids[i], byID[one.id] = one.item, one.id, one.item
	}
	env["parents"], env["ids"] = parents, ids
	lists := map[string][]tree.Value{manifest.Parents: make([]tree.Value, len(parents))}
	for i, one := range parents {
		lists[manifest.Parents][i] = tree.Of(one)
	}
	for i := range st.Requests {
		j := &st.Requests[i]
		items, besides, err := s.list(ctx, j, env)
		if err != nil {
			return fault.At("read "+j.Name, err)
		}
		for name := range j.Beside {
			env[name] = besides[name]
		}
		lists[j.Name] = items
		if !j.Index.Set() {
			env[j.Name] = plain(items)
		} else if env[j.Name], err = s.index(&j.Index, items, env); err != nil {
			return broken("index "+j.Name, err)
		}
	}
	for _, e := range st.Emit {
		visit(e, lists[e.From], env, byID)
	}
	return nil
}

// list reads all pages of one joined request. The interpreter sees its items
// from other items, so they are made plain once and for all.
func (s *session) list(ctx context.Context, j *manifest.Join, env manifest.Env) ([]tree.Value, aside, error) {
	if yes, err := j.When.Bool(env); err != nil || !yes {
		return nil, nil, fault.Wrap(fault.Broken, "decide whether to ask", err)
	}
	var items []tree.Value
	var besides aside
	l := &lister{s: s, fetch: &j.Fetch, env: env}
	err := l.each(ctx, place{}, func(pg page) error {
		for _, item := range pg.items {
			items = append(items, item.Settle())
		}
		besides = besides.with(pg.aside)
		return nil
	})
	return items, besides, err
}

func plain(items []tree.Value) []any {
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = item.Plain()
	}
	return out
}

// index groups items by a key.
func (s *session) index(key *manifest.Expr, items []tree.Value, env manifest.Env) (map[string]any, error) {
	f := s.m.Frame(env)
	out := map[string]any{}
	for _, item := range items {
		f.Set(manifest.Item, item)
		k, err := f.Text(key)
		if err != nil {
			return nil, err
		}
		group, _ := out[k].([]any)
		out[k] = append(group, item.Plain())
	}
	return out, nil
}
