package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Pull implements remote.Connector.
func (c *Connector) Pull(ctx context.Context, conn remote.Conn, req remote.PullRequest, emit remote.Emitter) error {
	st := c.m.Streams[req.Stream]
	if st == nil {
		return fault.Newf(fault.Internal, "%s has no stream %q.", c.m.Name, req.Stream)
	}
	s, err := c.open(conn, remote.Background)
	if err != nil {
		return err
	}
	if err := s.identify(ctx); err != nil {
		return err
	}
	p := &puller{s: s, st: st, source: st, mode: req.Mode, emit: emit}
	if st.ForEach != nil {
		p.source = c.m.Streams[st.ForEach.Stream]
	}
	if err := s.know(ctx, slices.Concat(st.Tables, p.source.Tables)...); err != nil {
		return err
	}
	if p.mark, err = readBookmark(req.Checkpoint); err != nil {
		conn.Log.WarnContext(ctx, "checkpoint is not readable; the stream starts anew", "stream", st.Name, "error", err)
		p.mark = bookmark{}
	}
	if err := p.run(ctx, req.Checkpoint); err != nil {
		return fault.At("pull "+st.Name, err)
	}
	return emit.Complete(ctx)
}

// puller runs one pull of one stream.
type puller struct {
	s      *session
	st     *manifest.Stream
	source *manifest.Stream // whose list drives it: its own, or that of the parents
	mode   remote.PullMode
	emit   remote.Emitter
	mark   bookmark
	pass   *pass
	env    manifest.Env
	frame  *manifest.Frame // of the items that raise the cursor
	done   int
	began  time.Time // of this page's reading, by our clock

	since   string    // what the list is asked by
	ordered time.Time // the last change of a list that is capped
	forest  *forest   // of items that lie in folders; nil elsewhere
}

func (p *puller) run(ctx context.Context, given remote.Checkpoint) error {
	p.env = p.s.env()
	p.pass = p.mark.begin(p.mode, p.source.Incremental, p.s.clock, p.s.conn.Now())
	p.frame = p.s.m.Frame(p.env)
	var err error
	if p.forest, err = p.s.forest(p.source, p.mark.Folders); err != nil {
		return err
	}
	if p.mode == remote.Census {
		return p.census(ctx, given)
	}
	visit := p.records(ctx)
	if p.st.ForEach != nil {
		visit = func(pg page) error { return p.children(ctx, pg) }
	}
	err = p.walk(ctx, nil, p.begin(), visit)
	if errors.Is(err, errLostSince) {
		// What was left of the pass cannot be trusted to be all, and its end would
		// move the cursor past it: the pass begins anew, with no cursor to move.
		p.pass = &pass{Mode: p.mode, Since: p.pass.Since, Token: p.pass.Token, Began: p.pass.Began}
		err = p.walk(ctx, nil, p.begin(), visit)
	}
	return err
}

// records commits a page of the stream's own items.
func (p *puller) records(ctx context.Context) func(page) error {
	mappers := p.s.mappers(p.st, p.env, nil)
	p.grave(mappers)
	return func(pg page) error {
		p.observe(pg.items)
		items, beside := pg.items, pg.aside
		if p.st.Stubs() {
			var err error
			if items, beside, err = p.whole(ctx, items); err != nil {
				return err
			}
		}
		for _, m := range mappers {
			m.sees(&p.st.Fetch, beside)
		}
		if err := p.plant(ctx, items, mappers, pg); err != nil {
			return err
		}
		if p.forest != nil && p.pass.Token == "" {
			items = p.forest.within(items)
		}
		out := p.mapped(mappers, items)
		p.mark.advance(p.pass, pg, p.source.Incremental)
		return p.commit(ctx, out, pg, len(pg.items))
	}
}

// plant brings what is known of the folders up to a page.
func (p *puller) plant(ctx context.Context, items []tree.Value, mappers []*mapper, pg page) error {
	if p.forest == nil {
		return nil
	}
	for _, m := range mappers {
		m.forest = p.forest
	}
	moved, err := p.forest.learn(ctx, items)
	if err != nil {
		return err
	}
	if err := p.replant(ctx, moved, mappers, pg); err != nil {
		return err
	}
	p.mark.Folders = maps.Clone(p.forest.nodes)
	return nil
}

func (p *puller) mapped(mappers []*mapper, items []tree.Value) remote.Page {
	var out remote.Page
	for _, m := range mappers {
		m.into(&out, items)
	}
	return out
}

// mappers returns one mapper for each kind of record that a stream emits.
func (s *session) mappers(st *manifest.Stream, env manifest.Env, parents map[string]any) []*mapper {
	out := make([]*mapper, len(st.Emit))
	for i, e := range st.Emit {
		out[i] = s.mapper(e, env, parents)
	}
	return out
}

// into maps items and adds what comes of them to a page.
func (m *mapper) into(out *remote.Page, items []tree.Value) {
	if out.Records == nil {
		out.Records = make([]record.Record, 0, len(items))
	}
	if m.emit.Each.Set() {
		rejects := m.unfold(items, func(one tree.Value) { m.add(out, one) })
		out.Rejects = append(out.Rejects, rejects...)
		return
	}
	for _, item := range items {
		m.add(out, item)
	}
}

func (m *mapper) add(out *remote.Page, item tree.Value) {
	rec, keep, reject := m.record(item)
	switch {
	case reject != nil:
		out.Rejects = append(out.Rejects, *reject)
	case keep:
		if len(out.Deleted) > 0 {
			m.revives(out, &rec)
		}
		out.Records = append(out.Records, rec)
	case m.gone:
		m.buries(out, &rec)
	}
}

// observe raises the cursor by the items of a page.
func (p *puller) observe(items []tree.Value) {
	inc := p.source.Incremental
	if inc == nil {
		return
	}
	latest := p.s.conn.Now().Add(-inc.Lag.Duration)
	for _, item := range items {
		// What cannot be read, the mapper sets aside and says why.
		if at, err := changedAt(p.frame, &inc.Field, item); err == nil {
			p.pass.observe(at, latest)
		}
	}
}

func (p *puller) commit(ctx context.Context, out remote.Page, pg page, rows int) error {
	next, err := p.mark.encode()
	if err != nil {
		return err
	}
	out.Next = next
	if err := p.emit.Page(ctx, out); err != nil {
		return err
	}
	p.progress(pg, rows)
	return nil
}

func (p *puller) progress(pg page, rows int) {
	total := pg.total
	if paging := p.source.Paging; total >= 0 && paging != nil && paging.Kind == manifest.Keyset {
		total += p.done // it counts what is left
	}
	p.done += rows
	p.emit.Progress(p.done, total)
}

// census lists which records exist. Its checkpoint is the one that it was given:
// counting must not move the cursor of changes.
func (p *puller) census(ctx context.Context, given remote.Checkpoint) error {
	keys := p.st.Stubs()
	var override map[string]manifest.Template
	if c := p.st.Census; c != nil {
		override, keys = c.Query, keys || len(c.Query) > 0
	}
	if p.st.ForEach != nil {
		return fault.New(fault.Internal, "A stream of children has no census; they go with their parents.")
	}
	mappers := p.s.mappers(p.st, p.env, nil)
	paging := p.source.Paging
	counted := paging != nil && paging.Numbered() && paging.Window == 0
	most := 0 // rows that the list was ever said to have
	return p.walk(ctx, override, place{}, func(pg page) error {
		// Going back to where rows were lost may find that all are: a list that shrinks
		// while it is counted says nothing of what is not in it.
		if most = max(most, pg.total); counted && pg.total >= 0 && most-pg.total > max(1, most/20) {
			return short(pg.total, most)
		}
		if p.forest != nil {
			if _, err := p.forest.learn(ctx, pg.items); err != nil {
				return err
			}
		}
		out := remote.Page{Seen: map[record.Kind][]string{}, Next: given}
		for _, m := range mappers {
			m.sees(&p.st.Fetch, pg.aside)
			m.forest = p.forest
			m.count(&out, pg.items, keys)
		}
		if err := p.emit.Page(ctx, out); err != nil {
			return err
		}
		p.progress(pg, len(pg.items))
		return nil
	})
}

// count notes the ids of items. When a census asks for less than a pull does,
// only the key of an item can be trusted to be there.
func (m *mapper) count(out *remote.Page, items []tree.Value, keys bool) {
	if m.emit.Each.Set() {
		var entries []tree.Value
		m.unfold(items, func(one tree.Value) { entries = append(entries, one) })
		items = entries
	}
	for _, item := range items {
		if !keys {
			if rec, keep, _ := m.record(item); keep {
				out.Seen[rec.Kind] = append(out.Seen[rec.Kind], rec.External)
			} else if id := m.key(); rec.Kind == "" && m.err != nil && id != "" {
				out.Seen[m.emit.Kind] = append(out.Seen[m.emit.Kind], id) // unreadable is not gone
			}
			continue
		}
		m.see(item)
		if id := m.key(); id != "" && !m.buried() {
			out.Seen[m.emit.Kind] = append(out.Seen[m.emit.Kind], id)
		}
	}
}
