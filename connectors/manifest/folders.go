package manifest

import (
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"
)

// Tree is a stream whose items lie in folders and say only which folder is around
// them. Its records see "folders": those around the item, each with id and name, the
// outermost first, below the one that Root names; nothing for what lies elsewhere.
type Tree struct {
	ID     Expr `json:"id"`
	Parent Expr `json:"parent"` // id of the folder around it; nothing at the very top
	Name   Expr `json:"name"`
	Folder Expr `json:"folder"` // the item is a folder
	Gone   Expr `json:"gone"`   // the item was deleted
	Root   Expr `json:"root"`   // id of the folder in which everything lies
	// Children lists what lies in the folder "id": a folder that moved or that is
	// called otherwise says nothing about what is in it.
	Children Fetch `json:"children"`
}

func (c *compiler) folders(t *Tree, at pointer, base scope) scope {
	if t == nil {
		return nil
	}
	sees := base.with(itemScope)
	for name, e := range map[string]*Expr{"id": &t.ID, "parent": &t.Parent, "name": &t.Name} {
		c.expr(e, at.key(name), sees)
	}
	c.expr(&t.Folder, at.key("folder"), sees, expr.AsBool())
	c.expr(&t.Gone, at.key("gone"), sees, expr.AsBool())
	c.expr(&t.Root, at.key("root"), base)
	c.fetch(&t.Children, at.key("children"), base.with(scope{"id": types.String}))
	return scope{"folders": types.Any}
}

// lintTree finds a tree that could not be followed.
func (c *compiler) lintTree(s *Stream, at pointer) {
	if s.Tree == nil {
		return
	}
	if s.Delta == nil || s.ByID == nil || s.Stubs() {
		c.problem(at.key("tree"), "items in folders need \"delta\", which tells what moved, and \"by_id\" without stubs, which reads the folders around them")
	}
	if !c.asks(&s.Tree.Children.Request, "id") {
		c.problem(at.key("tree").key("children"), "nothing in the request says whose content is asked for: use id in it")
	}
}
