package manifest

import (
	"maps"
	"slices"

	"github.com/expr-lang/expr/types"
)

// Table is a short list that records refer to: statuses, pipelines, people. It is
// read once per piece of work, by those streams and actions whose expressions use
// its name, which stands for a map from Key to item.
type Table struct {
	Fetch
	Key Expr `json:"key"`
	// Optional says that the table is empty where the system does not have the
	// list, or does not show it to us.
	Optional bool `json:"optional"`
}

// Beside are rows that an answer holds beside its items, which refer to them by
// Key: people and groups of a page of tickets. Emit sees a map from Key to row.
type Beside struct {
	Items Expr  `json:"items"`
	Key   Expr  `json:"key"`
	Place Place `json:"-"` // in a frame
	// Request asks for the rows where the answer does not have them: once for the
	// items of a page, with "ids", which are what Of says of each.
	Request *Request `json:"request"`
	Of      Expr     `json:"of"`
}

// taken are names that stand for something else already.
var taken = []string{"item", "parent", "body", "status", "headers", "config", "me", "action", "files", "records",
	"parents", "ids", "id", "kind", "since", "until", "page", "offset", "cursor", "after", "size", "file", "field"}

// tables compiles the tables and returns what sees them.
func (c *compiler) tables(base scope) scope {
	out := base
	for _, name := range slices.Sorted(maps.Keys(c.m.Tables)) {
		t, at := c.m.Tables[name], pointer{"tables", name}
		if slices.Contains(taken, name) {
			c.problem(at, "%q stands for something else; call the table otherwise", name)
			continue
		}
		c.fetch(&t.Fetch, at, base)
		c.expr(&t.Key, at.key("key"), base.with(itemScope))
		c.asked.own[name] = true
		out = out.with(scope{name: types.Any})
	}
	return out
}

// noting runs a part of the compilation and returns the tables that it uses.
func (c *compiler) noting(part func()) []string {
	c.used = map[string]bool{}
	part()
	return slices.Sorted(maps.Keys(c.used))
}

// note remembers which tables an expression uses; all, when that cannot be known.
func (c *compiler) note(names []string, opaque bool) {
	for name := range c.m.Tables {
		if opaque || slices.Contains(names, name) {
			c.used[name] = true
		}
	}
}

// beside compiles what stands beside a list's items and returns what sees it.
func (c *compiler) beside(f *Fetch, at pointer, sees scope) scope {
	out := scope{}
	for name, b := range f.Beside {
		at := at.key("beside").key(name)
		if slices.Contains(taken, name) || c.m.Tables[name] != nil {
			c.problem(at, "%q stands for something else; call it otherwise", name)
			continue
		}
		if b.Request != nil {
			c.request(b.Request, at.key("request"), sees.with(scope{"ids": types.Array(types.String)}))
			c.expr(&b.Of, at.key("of"), sees.with(itemScope))
		}
		c.expr(&b.Items, at.key("items"), sees.with(answerScope))
		c.expr(&b.Key, at.key("key"), sees.with(itemScope))
		c.asked.own[name] = true
		b.Place = c.places.place(name)
		out[name] = types.Any
	}
	return out
}
