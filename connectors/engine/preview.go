package engine

import (
	"context"
	"errors"
	"slices"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
	"portico/sync/remote"
)

// errEnough ends a list that has given what is wanted.
var errEnough = errors.New("enough")

// Preview implements remote.Sampler: raw beside normalized. Nothing is stored.
func (c *Connector) Preview(ctx context.Context, conn remote.Conn, stream string, n int) ([]remote.Sample, error) {
	st := c.m.Streams[stream]
	if st == nil {
		return nil, fault.Newf(fault.Invalid, "%s has no stream %q.", c.m.Name, stream)
	}
	s, err := c.open(conn, remote.Background)
	if err != nil {
		return nil, err
	}
	s.whole = true
	if err := s.identify(ctx); err != nil {
		return nil, err
	}
	p := &puller{s: s, st: st, source: st}
	if st.ForEach != nil {
		p.source = c.m.Streams[st.ForEach.Stream]
	}
	if err := s.know(ctx, slices.Concat(st.Tables, p.source.Tables)...); err != nil {
		return nil, err
	}
	p.env = s.env()
	p.pass = &pass{}
	l, err := p.driver()
	if err != nil {
		return nil, err
	}
	l.together, l.delta = false, nil
	var out []remote.Sample
	err = l.each(ctx, place{}, func(pg page) error {
		if out, err = p.samples(ctx, pg, n); err != nil {
			return err
		}
		return errEnough
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, fault.At("preview "+stream, err)
}

// samples maps one page: its own items, or those that belong to its parents.
func (p *puller) samples(ctx context.Context, pg page, n int) ([]remote.Sample, error) {
	var out []remote.Sample
	items, beside := pg.items, pg.aside
	if p.st.Stubs() {
		var err error
		if items, beside, err = p.whole(ctx, items[:min(len(items), n)]); err != nil {
			return nil, err
		}
	}
	if p.st.ForEach == nil {
		items, around, err := p.standing(ctx, items, n)
		if err != nil {
			return nil, err
		}
		for _, m := range p.s.mappers(p.st, p.env, nil) {
			m.sees(&p.st.Fetch, beside)
			m.forest = around
			out = append(out, m.samples(items, n)...)
		}
		return out, nil
	}
	batch := p.changed(pg)
	batch = batch[:min(len(batch), max(p.st.ForEach.Batch, 1))]
	err := p.s.join(ctx, p.st, batch, func(e *manifest.Emit, items []tree.Value, env manifest.Env, parents map[string]any) {
		out = append(out, p.s.mapper(e, env, parents).samples(items, n)...)
	})
	return out, err
}

func (m *mapper) samples(items []tree.Value, n int) []remote.Sample {
	var out []remote.Sample
	if m.emit.Each.Set() {
		m.unfold(items, func(one tree.Value) {
			if len(out) < n {
				out = append(out, m.sample(one))
			}
		})
		return out
	}
	for _, item := range items[:min(len(items), n)] {
		out = append(out, m.sample(item))
	}
	return out
}

func (m *mapper) sample(item tree.Value) remote.Sample {
	sample := remote.Sample{Raw: item.Plain(), Kind: m.emit.Kind}
	rec, keep, reject := m.record(item)
	if sample.Reject = reject; keep {
		sample.Record = &rec
	}
	return sample
}

// standing finds the folders around the items that are shown.
func (p *puller) standing(ctx context.Context, items []tree.Value, n int) ([]tree.Value, *forest, error) {
	around, err := p.s.forest(p.st, nil)
	if around == nil || err != nil {
		return items, nil, err
	}
	items = items[:min(len(items), n)]
	_, err = around.learn(ctx, items)
	return items, around, err
}
