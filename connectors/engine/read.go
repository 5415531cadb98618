package engine

import (
	"context"
	"slices"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Read implements remote.Connector. Records that hang on a parent are read with
// it and cannot be asked for alone.
func (c *Connector) Read(ctx context.Context, conn remote.Conn, refs []record.Ref) ([]record.Record, error) {
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return nil, err
	}
	if err := s.identify(ctx); err != nil {
		return nil, err
	}
	wanted := map[string][]string{}
	for _, ref := range refs {
		name := c.m.Rereader(ref.Kind)
		if name == "" {
			return nil, fault.Newf(fault.Internal, "%s cannot read a single %s again.", c.m.Name, ref.Kind)
		}
		wanted[name] = append(wanted[name], ref.External)
	}
	var out []record.Record
	for _, name := range c.m.StreamOrder {
		if len(wanted[name]) == 0 {
			continue
		}
		page, err := s.again(ctx, name, wanted[name], c.families(name))
		if err != nil {
			return nil, fault.At("read again", err)
		}
		out = append(out, page.Records...)
	}
	return out, nil
}

// Tell implements remote.Teller.
func (c *Connector) Tell(ctx context.Context, conn remote.Conn, ref record.Ref) (remote.Page, error) {
	name := c.m.Rereader(ref.Kind)
	if name == "" {
		return remote.Page{}, fault.Newf(fault.Invalid, "%s hands out no single record of this kind. Have the stream that brings it read whole again.", c.m.Name)
	}
	s, err := c.open(conn, remote.Interactive)
	if err == nil {
		err = s.identify(ctx)
	}
	if err != nil {
		return remote.Page{}, err
	}
	page, err := s.again(ctx, name, []string{ref.External}, c.families(name))
	return page, fault.At("read again", err)
}

// families lists a stream and those of its children.
func (c *Connector) families(name string) []string {
	out := []string{name}
	for _, child := range c.m.StreamOrder {
		if f := c.m.Streams[child].ForEach; f != nil && f.Stream == name {
			out = append(out, child)
		}
	}
	return out
}

// again reads single records of a stream, and the children that are wanted.
// A record that cannot be mapped is among the rejects.
func (s *session) again(ctx context.Context, name string, ids []string, streams []string) (remote.Page, error) {
	var page remote.Page
	st := s.m.Streams[name]
	for _, name := range append([]string{name}, streams...) {
		if err := s.know(ctx, s.m.Streams[name].Tables...); err != nil {
			return page, err
		}
	}
	env := s.env()
	env["ids"], env["after"], env["since"] = ids, "0", ""
	items, besides, err := s.asked(ctx, st, env, ids)
	if err != nil {
		return page, err
	}
	around, err := s.forest(st, nil)
	if err == nil && around != nil {
		_, err = around.learn(ctx, items)
	}
	if err != nil {
		return page, err
	}
	for _, m := range s.mappers(st, env, nil) {
		m.sees(&st.Fetch, besides)
		m.forest = around
		m.into(&page, items)
	}
	batch := s.parents(st, items, besides, ids)
	for _, child := range s.m.StreamOrder {
		cs := s.m.Streams[child]
		if cs.ForEach == nil || cs.ForEach.Stream != name || !slices.Contains(streams, child) || len(batch) == 0 {
			continue
		}
		for part := range slices.Chunk(batch, max(cs.ForEach.Batch, 1)) {
			children, err := s.joined(ctx, cs, part)
			if err != nil {
				return page, err
			}
			page.Records = append(page.Records, children.Records...)
			page.Rejects = append(page.Rejects, children.Rejects...)
		}
	}
	return page, nil
}

// asked reads the items of single records.
func (s *session) asked(ctx context.Context, st *manifest.Stream, env manifest.Env, ids []string) ([]tree.Value, aside, error) {
	if st.ByID != nil {
		return s.byID(ctx, st, ids)
	}
	var items []tree.Value
	var besides aside
	l := &lister{s: s, fetch: &st.Fetch, env: env, override: st.Read}
	err := l.each(ctx, place{}, func(pg page) error {
		items, besides = append(items, pg.items...), besides.with(pg.aside)
		return nil
	})
	return items, besides, err
}

// parents picks the items that were asked for: a source may answer with more.
func (s *session) parents(st *manifest.Stream, items []tree.Value, besides aside, ids []string) []parent {
	m := s.mapper(st.Emit[0], s.env(), nil)
	m.sees(&st.Fetch, besides)
	var out []parent
	for _, item := range items {
		if rec, keep, _ := m.record(item); keep && slices.Contains(ids, rec.External) {
			out = append(out, parent{id: rec.External, version: rec.Version, at: rec.Updated, item: item.Plain()})
		}
	}
	return out
}
