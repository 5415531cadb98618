package engine

import (
	"context"
	"maps"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
)

// aside is what answers hold beside their items: by name and key. It is plain, so
// that any number of items may look into it.
type aside map[string]map[string]any

// beside reads it from one answer, whose frame this is, or asks for it. A row without
// a key is nobody's and is left out.
func (s *session) beside(ctx context.Context, fetch *manifest.Fetch, f *manifest.Frame, items []tree.Value) (aside, error) {
	if len(fetch.Beside) == 0 {
		return nil, nil
	}
	out := make(aside, len(fetch.Beside))
	for name, b := range fetch.Beside {
		from := f
		if b.Request != nil {
			var err error
			if from, err = s.askBeside(ctx, b, f, items); err != nil {
				return nil, fault.At("read "+name, err)
			}
		}
		if from == nil {
			continue
		}
		list, err := from.Eval(&b.Items)
		if err != nil {
			return nil, broken("find "+name, err)
		}
		out[name] = keyed(list, &b.Key, from)
	}
	return out, nil
}

// askBeside asks for the rows of some items and returns a frame with the answer; nil
// when no item refers to any.
func (s *session) askBeside(ctx context.Context, b *manifest.Beside, f *manifest.Frame, items []tree.Value) (*manifest.Frame, error) {
	var ids []string
	seen := map[string]bool{"": true}
	for _, item := range items {
		f.Set(manifest.Item, item)
		if id, err := f.Text(&b.Of); err == nil && !seen[id] {
			seen[id], ids = true, append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	env := with(s.env(), manifest.Env{"ids": ids})
	a, err := s.get(ctx, b.Request, env, nil)
	if err != nil {
		return nil, err
	}
	return s.m.Frame(with(env, a.env())), nil
}

// keyed makes a map of a list; the first with a key counts.
func keyed(list tree.Value, key *manifest.Expr, f *manifest.Frame) map[string]any {
	rows := map[string]any{}
	for row := range each(list) {
		f.Set(manifest.Item, row)
		k, err := f.Text(key)
		if _, twice := rows[k]; err == nil && k != "" && row.Has() && !twice {
			rows[k] = row.Plain()
		}
	}
	return rows
}

// with adds what the next answer holds beside its items; where both say something
// of the same row, the later one counts.
func (a aside) with(more aside) aside {
	if len(a) == 0 {
		return more
	}
	out := make(aside, len(a))
	for name, rows := range a {
		out[name] = maps.Clone(rows)
		maps.Copy(out[name], more[name])
	}
	return out
}

// sees lets a mapper look at what stood beside the items that follow.
func (m *mapper) sees(fetch *manifest.Fetch, a aside) {
	for name, b := range fetch.Beside {
		m.frame.Set(b.Place, tree.Of(map[string]any(a[name])))
	}
}

// know reads the tables that are named, unless they are known already.
func (s *session) know(ctx context.Context, names ...string) error {
	for _, name := range names {
		if s.tables[name] != nil {
			continue
		}
		rows, err := s.table(ctx, s.m.Tables[name])
		if err != nil {
			return fault.At("read the table "+name, err)
		}
		if s.tables == nil {
			s.tables = map[string]map[string]any{}
		}
		s.tables[name] = rows
	}
	return nil
}

func (s *session) table(ctx context.Context, t *manifest.Table) (map[string]any, error) {
	rows := map[string]any{}
	l := &lister{s: s, fetch: &t.Fetch, env: s.env()}
	f := s.m.Frame(l.env)
	err := l.each(ctx, place{}, func(pg page) error {
		for _, item := range pg.items {
			f.Set(manifest.Item, item)
			if key, err := f.Text(&t.Key); err == nil && key != "" && item.Has() {
				rows[key] = item.Plain()
			}
		}
		return nil
	})
	if t.Optional && (fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden)) {
		return rows, nil
	}
	return rows, err
}
