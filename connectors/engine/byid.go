package engine

import (
	"context"
	"fmt"
	"slices"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
)

// alongside is how many single records are read at once where a manifest does
// not say.
const alongside = 4

// byID reads single records by their keys, some requests at a time, and returns
// them in the order of the keys, with what stood beside them. One that the system
// does not have is absent.
func (s *session) byID(ctx context.Context, st *manifest.Stream, ids []string) ([]tree.Value, aside, error) {
	b := st.ByID
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type part struct {
		items []tree.Value
		aside aside
		err   error
	}
	parts := slices.Collect(slices.Chunk(ids, max(b.Batch, 1)))
	results := make([]chan part, len(parts))
	read := func(i int) {
		if i >= len(parts) {
			return
		}
		results[i] = make(chan part, 1)
		go func() {
			items, besides, err := s.some(ctx, st, parts[i])
			results[i] <- part{items, besides, err}
		}()
	}
	parallel := b.Parallel
	if parallel <= 0 {
		parallel = alongside
	}
	for i := range min(parallel, len(parts)) {
		read(i)
	}
	var out []tree.Value
	var besides aside
	for i := range parts {
		got := <-results[i]
		if got.err != nil {
			return nil, nil, got.err
		}
		out, besides = append(out, got.items...), besides.with(got.aside)
		read(i + parallel)
	}
	return out, besides, nil
}

// some reads what one request covers.
func (s *session) some(ctx context.Context, st *manifest.Stream, ids []string) ([]tree.Value, aside, error) {
	b := st.ByID
	env := with(s.env(), manifest.Env{"id": ids[0], "ids": ids})
	a, err := s.get(ctx, &b.Request, env, nil)
	if fault.Is(err, fault.NotFound) && len(ids) == 1 {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fault.At("read "+clip(ids[0], 60), err)
	}
	f := s.m.Frame(env) // the body as it was read: its amounts keep their digits
	f.Set(manifest.Status, tree.OfInt(a.status))
	f.Set(manifest.Headers, tree.Of(a.headers))
	f.Set(manifest.Body, a.body)
	found, err := f.Eval(&b.Items)
	if err != nil {
		return nil, nil, broken("find the record", err)
	}
	var out []tree.Value
	for one := range each(found) {
		switch {
		case one.Kind() == tree.Nothing:
		case !one.Has():
			return nil, nil, broken("find the record", fmt.Errorf("%s is %T, not an object", b.Items.Source, one.Plain()))
		default:
			out = append(out, one)
		}
	}
	if len(out) > len(ids) {
		return nil, nil, broken("find the record", fmt.Errorf("%d records where %d were asked for", len(out), len(ids)))
	}
	besides, err := s.beside(ctx, &st.Fetch, f, out)
	return out, besides, err
}

// stub is what a list of stubs says about an item.
func (m *mapper) stub(item tree.Value) parent {
	m.err = nil
	m.frame.Set(manifest.Item, item)
	one := parent{id: m.key()}
	one.version, _ = m.frame.Text(&m.emit.Version) // without one, it is read each time
	if at, err := m.frame.Eval(&m.emit.Updated); err == nil {
		one.at, _ = timeOf(at)
	}
	return one
}

// whole exchanges the stubs of a page for the records that they stand for, as
// far as those changed. Tombstones stay what they are.
func (p *puller) whole(ctx context.Context, stubs []tree.Value) ([]tree.Value, aside, error) {
	m := p.s.mapper(p.st.Emit[0], p.env, nil)
	var out []tree.Value
	var batch []parent
	var ids []string
	p.began = p.s.conn.Now()
	for _, item := range stubs {
		one := m.stub(item)
		switch {
		case one.id == "" || m.buried():
			out = append(out, item) // the mapper sets it aside, or buries it
		case p.mark.Seen[one.id].needs(one.version, p.began) && !slices.Contains(ids, one.id):
			batch, ids = append(batch, one), append(ids, one.id)
		}
	}
	items, besides, err := p.s.byID(ctx, p.st, ids)
	if err != nil {
		return nil, nil, err
	}
	p.remember(batch)
	return append(out, items...), besides, nil
}
