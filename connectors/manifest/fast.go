package manifest

import (
	"errors"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// Most expressions of a manifest are a path, a constant, or one of our own
// functions over those. They run many times per record, so they are turned into
// plain Go closures; everything else goes through the interpreter. A closure
// that meets something out of the ordinary answers false, and the interpreter
// decides: the two never differ in what they say.

// fast evaluates an expression, or reports that the interpreter must.
type fast func(Env) (any, bool)

// native are the functions that closures may call.
var native = map[string]func(...any) (any, error){"single": single, "pick": pick, "named": named, "mend": mend, "basename": basename}

// fastOf returns a closure for the expression, or nil.
func fastOf(node ast.Node) fast {
	if path := pathOf(node); path != nil {
		return func(env Env) (any, bool) { return walk(env, path) }
	}
	switch n := node.(type) {
	case *ast.StringNode:
		return constant(n.Value)
	case *ast.NilNode:
		return constant(nil)
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return fastCall(native[callee.Value], n.Arguments)
		}
		return nil
	case *ast.BuiltinNode:
		if n.Name == "trimSuffix" && len(n.Arguments) == 2 {
			return fastCall(trimSuffix, n.Arguments)
		}
		return nil
	case *ast.BinaryNode:
		return fastBinary(n)
	case *ast.ConditionalNode:
		return fastChoice(n)
	case *ast.ChainNode:
		return fastOf(n.Node)
	case *ast.MemberNode:
		return fastMember(n)
	default:
		return nil
	}
}

func constant(v any) fast { return func(Env) (any, bool) { return v, true } }

// fastMember is a member of something that is not itself a path: one(x).name.
func fastMember(n *ast.MemberNode) fast {
	of := fastOf(n.Node)
	name, ok := n.Property.(*ast.StringNode)
	if of == nil || !ok || n.Method {
		return nil
	}
	return func(env Env) (any, bool) {
		v, ok := of(env)
		m, isMap := v.(map[string]any)
		return m[name.Value], ok && (isMap || v == nil)
	}
}

// trimSuffix is expr-lang's own, for text.
func trimSuffix(args ...any) (any, error) {
	text, ok := args[0].(string)
	suffix, okToo := args[1].(string)
	if !ok || !okToo {
		return nil, errNotText
	}
	return strings.TrimSuffix(text, suffix), nil
}

var errNotText = errors.New("not text")

func fastCall(call func(...any) (any, error), arguments []ast.Node) fast {
	args := make([]fast, len(arguments))
	for i, a := range arguments {
		if args[i] = fastOf(a); args[i] == nil || call == nil {
			return nil
		}
	}
	return func(env Env) (any, bool) {
		var room [4]any
		values := room[:0]
		for _, a := range args {
			v, ok := a(env)
			if !ok {
				return nil, false
			}
			values = append(values, v)
		}
		out, err := call(values...)
		return out, err == nil
	}
}

// fastBinary joins and compares text.
func fastBinary(n *ast.BinaryNode) fast {
	left, right := fastOf(n.Left), fastOf(n.Right)
	if left == nil || right == nil {
		return nil
	}
	text := func(env Env) (l, r string, ok bool) {
		a, okA := left(env)
		b, okB := right(env)
		l, isText := a.(string)
		r, isTextToo := b.(string)
		return l, r, okA && okB && isText && isTextToo
	}
	switch n.Operator {
	case "+":
		return func(env Env) (any, bool) { l, r, ok := text(env); return l + r, ok }
	case "==":
		return func(env Env) (any, bool) { l, r, ok := text(env); return l == r, ok }
	case "!=":
		return func(env Env) (any, bool) { l, r, ok := text(env); return l != r, ok }
	default:
		return nil
	}
}

func fastChoice(n *ast.ConditionalNode) fast {
	cond, yes, no := fastOf(n.Cond), fastOf(n.Exp1), fastOf(n.Exp2)
	if cond == nil || yes == nil || no == nil {
		return nil
	}
	return func(env Env) (any, bool) {
		v, ok := cond(env)
		is, isBool := v.(bool)
		switch {
		case !ok || !isBool:
			return nil, false
		case is:
			return yes(env)
		default:
			return no(env)
		}
	}
}

// interpret runs a program on a borrowed machine, whose stacks are used again.
func interpret(program *vm.Program, env Env) (any, error) {
	machine, _ := machines.Get().(*vm.VM)
	if machine == nil {
		machine = &vm.VM{}
	}
	out, err := machine.Run(program, map[string]any(env))
	if err == nil { // one that failed half-way is not worth trusting again
		machines.Put(machine)
	}
	return out, err
}
