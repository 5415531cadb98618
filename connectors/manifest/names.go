package manifest

import (
	"github.com/expr-lang/expr/ast"

	"portico/connectors/manifest/tree"
)

// asked collects the members that the expressions of a manifest could ever ask
// an answer for, so that the engine need not keep the others.
type asked struct {
	names *tree.Names
	own   map[string]bool // joined lists under an index: maps that the engine makes
	all   bool            // an expression picks members that only a run can name
}

// Visit implements ast.Visitor.
func (a *asked) Visit(node *ast.Node) {
	switch v := (*node).(type) {
	case *ast.StringNode: // also every constant member: item.Name, item["Name"], "Name" in item
		a.names.ID(v.Value)
	case *ast.MemberNode:
		switch v.Property.(type) {
		case *ast.StringNode, *ast.IntegerNode:
		default:
			a.all = a.all || !a.ours(v.Node)
		}
	case *ast.BuiltinNode:
		switch v.Name {
		case "keys", "values", "toPairs", "toJSON":
			a.all = a.all || len(v.Arguments) == 0 || !a.ours(v.Arguments[0])
		}
	}
}

// ours reports whether a value is one of the engine's own maps rather than part
// of an answer.
func (a *asked) ours(node ast.Node) bool {
	switch v := node.(type) {
	case *ast.ChainNode:
		return a.ours(v.Node)
	case *ast.IdentifierNode:
		return a.own[v.Value]
	default:
		return false
	}
}

// Names returns the members that expressions can ask for.
func (m *Manifest) Names() *tree.Names { return m.names }
