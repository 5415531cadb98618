package manifest

import (
	"github.com/expr-lang/expr/ast"
)

// names collects the members that the expressions of a manifest could ever ask
// an answer for, so that the engine need not keep the others.
type names struct {
	known map[string]string
	own   map[string]bool // joined lists under an index: maps that the engine makes
	all   bool            // an expression picks members that only a run can name
}

// newNames knows what the function named looks for.
func newNames() names {
	return names{known: map[string]string{"name": "name", "value": "value", "values": "values"}, own: map[string]bool{}}
}

// Visit implements ast.Visitor.
func (n *names) Visit(node *ast.Node) {
	switch v := (*node).(type) {
	case *ast.StringNode: // also every constant member: item.Name, item["Name"], "Name" in item
		n.known[v.Value] = v.Value
	case *ast.MemberNode:
		switch v.Property.(type) {
		case *ast.StringNode, *ast.IntegerNode:
		default:
			n.all = n.all || !n.ours(v.Node)
		}
	case *ast.BuiltinNode:
		switch v.Name {
		case "keys", "values", "toPairs", "toJSON":
			n.all = n.all || len(v.Arguments) == 0 || !n.ours(v.Arguments[0])
		}
	}
}

// ours reports whether a value is one of the engine's own maps rather than part
// of an answer.
func (n *names) ours(node ast.Node) bool {
	switch v := node.(type) {
	case *ast.ChainNode:
		return n.ours(v.Node)
	case *ast.IdentifierNode:
		return n.own[v.Value]
	default:
		return false
	}
}

// Wanted returns the names of members that expressions can ask for, each under
// itself; nil means that all must be kept.
func (m *Manifest) Wanted() map[string]string { return m.wanted }
