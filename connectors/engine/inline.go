package engine

import (
	"fmt"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/remote"
)

// entries are the items that stand inside an item, which is their parent. An item
// without any has none; what is no list is set aside.
func (m *mapper) entries(item tree.Value) ([]tree.Value, *remote.Reject) {
	if !item.Has() {
		return nil, m.reject("", fmt.Errorf("the item is %T, not an object", item.Plain()))
	}
	m.frame.Set(manifest.Item, item)
	m.frame.Set(manifest.Parent, tree.Value{})
	list, err := m.frame.Eval(&m.emit.Each)
	if err != nil {
		return nil, m.reject("", err)
	}
	m.frame.Set(manifest.Parent, item)
	var out []tree.Value
	for one := range each(list) {
		if one.Kind() != tree.Nothing {
			out = append(out, one)
		}
	}
	return out, nil
}

// unfold returns the entries of all items, and what has none that can be read.
func (m *mapper) unfold(items []tree.Value, visit func(tree.Value)) []remote.Reject {
	var out []remote.Reject
	for _, item := range items {
		entries, reject := m.entries(item)
		if reject != nil {
			out = append(out, *reject)
		}
		for _, one := range entries {
			visit(one)
		}
	}
	return out
}
