package manifest

import (
	"github.com/expr-lang/expr/ast"

	"portico/connectors/manifest/tree"
)

// Most expressions of a manifest are a path, a constant, a comparison, or one of
// our own functions over those. They run many times per record, so they are
// turned into plain Go closures; everything else goes through the interpreter.
// A closure that meets something out of the ordinary answers false, and the
// interpreter decides: the two never differ in what they say.

// fast evaluates an expression, or reports that the interpreter must.
type fast func(*Frame) (tree.Value, bool)

// shortcuts makes closures. It resolves every name while it does.
type shortcuts struct {
	names  *tree.Names
	places *places
}

// of returns a closure for the expression, or nil.
func (s shortcuts) of(node ast.Node) fast {
	run := s.node(node)
	if run == nil || !steady(node) {
		return run
	}
	return s.once(run)
}

func (s shortcuts) node(node ast.Node) fast {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		at := s.places.place(n.Value)
		return func(f *Frame) (tree.Value, bool) { return f.values[at], true }
	case *ast.StringNode:
		return constant(tree.OfText(n.Value))
	case *ast.IntegerNode:
		return constant(tree.OfInt(n.Value))
	case *ast.BoolNode:
		return constant(tree.OfBool(n.Value))
	case *ast.NilNode:
		return constant(tree.Value{})
	case *ast.ChainNode:
		return s.of(n.Node)
	case *ast.MemberNode:
		return s.member(n)
	case *ast.CallNode:
		return s.call(n)
	case *ast.BuiltinNode:
		return s.builtin(n)
	case *ast.UnaryNode:
		return s.not(n)
	case *ast.BinaryNode:
		return s.binary(n)
	case *ast.ConditionalNode:
		return s.choice(n)
	default:
		return nil
	}
}

func constant(v tree.Value) fast { return func(*Frame) (tree.Value, bool) { return v, true } }

// steady reports whether an expression says the same for every item: it asks
// for nothing but settings and identity.
func steady(node ast.Node) bool {
	switch node.(type) {
	case *ast.IdentifierNode, *ast.StringNode, *ast.IntegerNode, *ast.BoolNode, *ast.NilNode:
		return false // nothing to save
	}
	l := listener{}
	ast.Walk(&node, &l)
	for _, name := range l.names {
		if name != "config" && name != "me" {
			return false
		}
	}
	return true
}

// listener hears which names an expression says.
type listener struct{ names []string }

// Visit implements ast.Visitor.
func (l *listener) Visit(node *ast.Node) {
	if n, ok := (*node).(*ast.IdentifierNode); ok {
		l.names = append(l.names, n.Value)
	}
}

// once keeps what an expression said the first time.
func (s shortcuts) once(run fast) fast {
	at := s.places.unnamed()
	return func(f *Frame) (tree.Value, bool) {
		if f.kept[at] {
			return f.values[at], true
		}
		v, ok := run(f)
		f.values[at], f.kept[at] = v, ok
		return v, ok
	}
}

func (s shortcuts) member(n *ast.MemberNode) fast {
	of := s.of(n.Node)
	if of == nil || n.Method {
		return nil
	}
	switch p := n.Property.(type) {
	case *ast.StringNode:
		id, name := s.names.ID(p.Value), p.Value
		if base, ok := n.Node.(*ast.IdentifierNode); ok { // by far the most: item.Name
			at := s.places.place(base.Value)
			return func(f *Frame) (tree.Value, bool) { return f.values[at].Member(id, name) }
		}
		return func(f *Frame) (tree.Value, bool) {
			v, ok := of(f)
			if !ok {
				return v, false
			}
			return v.Member(id, name)
		}
	case *ast.IntegerNode:
		return func(f *Frame) (tree.Value, bool) {
			v, ok := of(f)
			if !ok || v.Kind() == tree.Nothing {
				return v, ok
			}
			return v.At(p.Value)
		}
	default:
		return nil
	}
}

func (s shortcuts) not(n *ast.UnaryNode) fast {
	of := s.of(n.Node)
	if of == nil || n.Operator != "not" && n.Operator != "!" {
		return nil
	}
	return func(f *Frame) (tree.Value, bool) {
		v, ok := of(f)
		return tree.OfBool(!v.Bool()), ok && v.Kind() == tree.Bool
	}
}

func (s shortcuts) choice(n *ast.ConditionalNode) fast {
	cond, yes, no := s.of(n.Cond), s.of(n.Exp1), s.of(n.Exp2)
	if cond == nil || yes == nil || no == nil {
		return nil
	}
	return func(f *Frame) (tree.Value, bool) {
		v, ok := cond(f)
		switch {
		case !ok || v.Kind() != tree.Bool:
			return v, false
		case v.Bool():
			return yes(f)
		default:
			return no(f)
		}
	}
}

func (s shortcuts) binary(n *ast.BinaryNode) fast {
	left := s.of(n.Left)
	if left != nil && n.Operator == "in" {
		return among(left, n.Right)
	}
	right := s.of(n.Right)
	if left == nil || right == nil {
		return nil
	}
	switch n.Operator {
	case "and", "&&":
		return both(left, right, true)
	case "or", "||":
		return both(left, right, false)
	case "??":
		return func(f *Frame) (tree.Value, bool) {
			if v, ok := left(f); !ok || v.Kind() != tree.Nothing {
				return v, ok && v.Kind() != tree.Foreign // a nil map is nothing, too
			}
			return right(f)
		}
	case "+":
		return ofTwo(left, right, func(a, b tree.Value) (tree.Value, bool) {
			return tree.OfText(a.String() + b.String()), a.Kind() == tree.Text && b.Kind() == tree.Text
		})
	case "==", "!=":
		wanted := n.Operator == "=="
		return ofTwo(left, right, func(a, b tree.Value) (tree.Value, bool) {
			is, ok := equal(a, b)
			return tree.OfBool(is == wanted), ok
		})
	default:
		return nil
	}
}

func ofTwo(left, right fast, do func(a, b tree.Value) (tree.Value, bool)) fast {
	return func(f *Frame) (tree.Value, bool) {
		a, ok := left(f)
		if !ok {
			return a, false
		}
		b, ok := right(f)
		if !ok {
			return b, false
		}
		return do(a, b)
	}
}

// both is "and", of which the second part counts after true, or "or".
func both(left, right fast, after bool) fast {
	return func(f *Frame) (tree.Value, bool) {
		v, ok := left(f)
		if !ok || v.Kind() != tree.Bool {
			return v, false
		}
		if v.Bool() == after {
			v, ok = right(f)
		}
		return v, ok && v.Kind() == tree.Bool
	}
}

// equal compares what can be compared at once.
func equal(a, b tree.Value) (is, ok bool) {
	switch {
	case a.Kind() == tree.Foreign || b.Kind() == tree.Foreign:
		return false, false
	case a.Kind() != b.Kind():
		return false, true
	}
	switch a.Kind() {
	case tree.Nothing:
		return true, true
	case tree.Bool:
		return a.Bool() == b.Bool(), true
	case tree.Number:
		x, okX := a.Int()
		y, okY := b.Int()
		return x == y, okX && okY
	case tree.Text:
		return a.String() == b.String(), true
	default:
		return false, false
	}
}

// among is a text in a list of constants.
func among(left fast, list ast.Node) fast {
	array, ok := list.(*ast.ArrayNode)
	if !ok {
		return nil
	}
	var words []string
	for _, n := range array.Nodes {
		word, ok := n.(*ast.StringNode)
		if !ok {
			return nil
		}
		words = append(words, word.Value)
	}
	return func(f *Frame) (tree.Value, bool) {
		v, ok := left(f)
		for _, w := range words {
			if v.String() == w {
				return tree.OfBool(true), ok && v.Kind() == tree.Text
			}
		}
		return tree.OfBool(false), ok && v.Kind() == tree.Text
	}
}

func trimSuffix(a, b tree.Value) (tree.Value, bool) {
	return a.TrimSuffix(b.String()), a.Kind() == tree.Text && b.Kind() == tree.Text
}
