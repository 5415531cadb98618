package manifest

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/expr-lang/expr/ast"
)

// step is one member of a path: a name, or an index when name is "".
type step struct {
	name  string
	index int
}

// pathOf returns the steps of a plain path (item.Queue.Name, body.items[0].id),
// or nil when the expression is anything more.
func pathOf(node ast.Node) []step {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		return []step{{name: n.Value}}
	case *ast.ChainNode:
		return pathOf(n.Node)
	case *ast.MemberNode:
		head := pathOf(n.Node)
		if head == nil || n.Method {
			return nil
		}
		switch p := n.Property.(type) {
		case *ast.StringNode:
			return append(head, step{name: p.Value})
		case *ast.IntegerNode:
			if p.Value < 0 {
				return nil
			}
			return append(head, step{index: p.Value})
		}
	}
	return nil
}

// walk follows a path. What is missing on the way is nil; false means that
// something is not of the kind that the path expects.
func walk(env Env, path []step) (any, bool) {
	at := env[path[0].name]
	for _, s := range path[1:] {
		if at == nil {
			return nil, true
		}
		if s.name == "" {
			list, ok := at.([]any)
			if !ok || s.index >= len(list) {
				return nil, false
			}
			at = list[s.index]
			continue
		}
		switch m := at.(type) {
		case map[string]any:
			at = m[s.name]
		case map[string]string:
			at = m[s.name]
		default:
			return nil, false
		}
	}
	return at, true
}

// Text gives a JSON scalar as text: nil is "", whole numbers have no exponent.
// It reports false for a list or an object.
func Text(v any) (string, bool) {
	switch t := v.(type) {
	case nil:
		return "", true
	case string:
		return t, true
	case float64:
		if t == math.Trunc(t) && math.Abs(t) < 1<<53 {
			return strconv.FormatInt(int64(t), 10), true
		}
		return strconv.FormatFloat(t, 'f', -1, 64), true
	case json.Number:
		return t.String(), true
	case int:
		return strconv.Itoa(t), true
	case int64:
		return strconv.FormatInt(t, 10), true
	case bool:
		return strconv.FormatBool(t), true
	default:
		return "", false
	}
}
