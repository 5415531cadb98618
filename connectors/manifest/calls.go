package manifest

import (
	"github.com/expr-lang/expr/ast"

	"portico/connectors/manifest/tree"
)

// builtin runs a few of expr-lang's own functions.
func (s shortcuts) builtin(n *ast.BuiltinNode) fast {
	args, ok := s.all(n.Arguments)
	switch {
	case !ok:
		return nil
	case n.Name == "trimSuffix" && len(args) == 2:
		return ofTwo(args[0], args[1], trimSuffix)
	case n.Name == "string" && len(args) == 1:
		return ofOne(args[0], asText)
	default:
		return nil
	}
}

// call runs the language's own functions.
func (s shortcuts) call(n *ast.CallNode) fast {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	args, okToo := s.all(n.Arguments)
	if !ok || !okToo || len(args) == 0 {
		return nil
	}
	switch callee.Value {
	case "pick":
		return firstOf(args)
	case "named":
		return s.named(args)
	case "single":
		return ofOne(args[0], alone)
	case "mend":
		return ofOne(args[0], onText(mend))
	case "basename":
		return ofOne(args[0], onText(basename))
	default:
		return nil
	}
}

func (s shortcuts) all(nodes []ast.Node) ([]fast, bool) {
	out := make([]fast, len(nodes))
	for i, n := range nodes {
		if out[i] = s.of(n); out[i] == nil {
			return nil, false
		}
	}
	return out, true
}

func ofOne(arg fast, do func(tree.Value) (tree.Value, bool)) fast {
	return func(f *Frame) (tree.Value, bool) {
		v, ok := arg(f)
		if !ok {
			return v, false
		}
		return do(v)
	}
}

// onText lends a function of the interpreter for text.
func onText(call func(...any) (any, error)) func(tree.Value) (tree.Value, bool) {
	return func(v tree.Value) (tree.Value, bool) {
		if v.Kind() != tree.Text {
			return v, false
		}
		out, err := call(v.String())
		return tree.Of(out), err == nil
	}
}

func asText(v tree.Value) (tree.Value, bool) {
	return v, v.Kind() == tree.Text
}

// alone is single.
func alone(v tree.Value) (tree.Value, bool) {
	if n, ok := v.Len(); !ok {
		return v, true
	} else if n == 0 {
		return tree.Value{}, true
	}
	return v.At(0)
}

// firstOf is pick. All arguments are run, as the interpreter does: any of them
// may be an error.
func firstOf(args []fast) fast {
	return func(f *Frame) (out tree.Value, ok bool) {
		for _, a := range args {
			v, ok := a(f)
			if !ok {
				return v, false
			}
			if out.Kind() == tree.Nothing && (v.Kind() != tree.Text || v.String() != "") {
				out = v
			}
		}
		return out, true
	}
}

func (s shortcuts) named(args []fast) fast {
	if len(args) != 2 {
		return nil
	}
	name, value, values := s.names.ID("name"), s.names.ID("value"), s.names.ID("values")
	return ofTwo(args[0], args[1], func(list, wanted tree.Value) (tree.Value, bool) {
		if wanted.Kind() != tree.Text {
			return wanted, false
		}
		for entry := range list.Each {
			called, ok := entry.Member(name, "name")
			if !ok || called.Kind() != tree.Text || called.String() != wanted.String() {
				continue
			}
			if several, _ := entry.Member(values, "values"); several.Kind() == tree.List {
				return alone(several)
			} else if several.Kind() == tree.Foreign {
				return several, false
			}
			return entry.Member(value, "value")
		}
		return tree.Value{}, true
	})
}
