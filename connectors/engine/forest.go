package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
)

// node is a folder of the system: what it is called, and in which one it lies.
type node struct {
	Parent string `json:"p,omitempty"`
	Name   string `json:"n,omitempty"`
}

// forest knows the folders around items. It belongs to one goroutine.
type forest struct {
	s     *session
	t     *manifest.Tree
	st    *manifest.Stream
	root  string
	frame *manifest.Frame
	nodes map[string]node
}

// deepest is how many folders may lie in each other.
const deepest = 100

// forest returns what is known of a stream's folders; nil for a stream without.
func (s *session) forest(st *manifest.Stream, known map[string]node) (*forest, error) {
	if st.Tree == nil {
		return nil, nil
	}
	env := s.env()
	f := &forest{s: s, t: st.Tree, st: st, frame: s.m.Frame(env), nodes: map[string]node{}}
	maps.Copy(f.nodes, known)
	var err error
	if f.root, err = st.Tree.Root.Text(env); err == nil && f.root == "" {
		err = fmt.Errorf("%s is nothing", st.Tree.Root.Source)
	}
	if err != nil {
		return nil, broken("find the folder in which everything lies", err)
	}
	return f, nil
}

// place is what an item says about itself.
func (f *forest) place(item tree.Value) (id string, at node, folder, gone bool) {
	f.frame.Set(manifest.Item, item)
	id, _ = f.frame.Text(&f.t.ID) // what cannot be read, the mapper sets aside
	at.Parent, _ = f.frame.Text(&f.t.Parent)
	at.Name, _ = f.frame.Text(&f.t.Name)
	folder, _ = f.frame.Bool(&f.t.Folder)
	gone, _ = f.frame.Bool(&f.t.Gone)
	return id, at, folder, gone && f.t.Gone.Set()
}

// learn takes in the folders of a page, and reads those around its items that are
// not known. It returns the folders that came, moved, or are called otherwise, and
// that lie in the root, or did.
func (f *forest) learn(ctx context.Context, items []tree.Value) ([]string, error) {
	var moved []string
	for _, item := range items {
		id, at, folder, gone := f.place(item)
		switch {
		case id == "" || !folder:
		case gone:
			delete(f.nodes, id)
		case f.nodes[id] != at:
			before := f.inside(id)
			f.nodes[id] = at
			if err := f.reach(ctx, id); err != nil {
				return nil, err
			}
			if before || f.inside(id) {
				moved = append(moved, id)
			}
		}
	}
	for _, item := range items {
		if _, at, _, gone := f.place(item); !gone {
			if err := f.reach(ctx, at.Parent); err != nil {
				return nil, err
			}
		}
	}
	return moved, nil
}

// reach reads the folders around a folder as far as they are not known.
func (f *forest) reach(ctx context.Context, id string) error {
	for range deepest {
		at, known := f.nodes[id]
		switch {
		case id == "" || id == f.root:
			return nil
		case known:
			id = at.Parent
			continue
		}
		items, _, err := f.s.byID(ctx, f.st, []string{id})
		if err != nil {
			return fault.At("read the folder around an item", err)
		}
		if len(items) > 0 {
			_, at, _, _ = f.place(items[0])
		}
		f.nodes[id] = at // one that is not there lies nowhere
		id = at.Parent
	}
	return broken("find the folders around an item", fmt.Errorf("there are more than %d, or they lie in each other", deepest))
}

// around lists the folders around something in a folder, the outermost first, and
// whether they lie in the root.
func (f *forest) around(id string) ([]any, bool) {
	out := []any{}
	for range deepest {
		if id == f.root {
			slices.Reverse(out)
			return out, true
		}
		at, known := f.nodes[id]
		if !known || id == "" {
			break
		}
		out = append(out, map[string]any{"id": id, "name": at.Name})
		id = at.Parent
	}
	return nil, false
}

func (f *forest) inside(id string) bool {
	_, in := f.around(f.nodes[id].Parent)
	return in
}

// folders is what the records of an item see.
func (f *forest) folders(item tree.Value) tree.Value {
	id, at, _, gone := f.place(item)
	list, in := f.around(at.Parent)
	if !in || gone || id == f.root {
		return tree.Value{}
	}
	return tree.Of(list)
}

// within leaves out what lies elsewhere: on a first reading nobody has any of it.
func (f *forest) within(items []tree.Value) []tree.Value {
	return slices.DeleteFunc(slices.Clone(items), func(item tree.Value) bool {
		return item.Has() && !f.folders(item).Has() && f.folders(item).Kind() == tree.Nothing
	})
}

// beneath visits page after page what lies in a folder, at any depth.
func (f *forest) beneath(ctx context.Context, id string, visit func([]tree.Value) error) error {
	todo := []string{id}
	for n := 0; n < len(todo); n++ {
		l := &lister{s: f.s, fetch: &f.t.Children, env: with(f.s.env(), manifest.Env{"id": todo[n]})}
		err := l.each(ctx, place{}, func(pg page) error {
			for _, item := range pg.items {
				if child, at, folder, _ := f.place(item); folder && child != "" && !slices.Contains(todo, child) {
					f.nodes[child] = at
					todo = append(todo, child)
				}
			}
			return visit(pg.items)
		})
		if fault.Is(err, fault.NotFound) {
			continue // deleted meanwhile, which the list tells later
		}
		if err != nil {
			return fault.At("read what lies in a folder", err)
		}
	}
	return nil
}

// replant emits again what lies in folders that moved: it did not change, but where
// it lies did. The checkpoint stays, so that a run that dies here does it again.
func (p *puller) replant(ctx context.Context, moved []string, mappers []*mapper, pg page) error {
	if p.pass.Token == "" {
		return nil // everything is told anyway
	}
	p.mark.Pass = p.pass
	for _, id := range moved {
		err := p.forest.beneath(ctx, id, func(items []tree.Value) error {
			out := p.mapped(mappers, items)
			return p.commit(ctx, out, pg, 0)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
