package manifest

import (
	"fmt"
	"sync"

	"github.com/expr-lang/expr/vm"

	"portico/connectors/manifest/tree"
)

// Env holds what an expression can see, by name.
type Env map[string]any

// Expr is one compiled expression. The zero value is "not written".
type Expr struct {
	Source  string
	fast    fast // nil when only the interpreter can run it
	program *vm.Program
	uses    []Place // of the names in it
	opaque  bool    // it cannot be known which names are in it
}

// Set reports whether the manifest has this expression.
func (e *Expr) Set() bool { return e.Source != "" }

// Eval runs the expression. A path through something that is missing is nil, through something of another kind an error.
// The error names the expression; hostile data cannot make it panic. What runs
// for every item runs in a Frame instead, and says the same.
func (e *Expr) Eval(env Env) (any, error) {
	if e.program == nil {
		return nil, nil
	}
	out, err := interpret(e.program, env)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Source, err)
	}
	return out, nil
}

// Bool runs a condition; one that is not written is true. Nil is false.
func (e *Expr) Bool(env Env) (bool, error) {
	if !e.Set() {
		return true, nil
	}
	out, err := e.Eval(env)
	if err != nil {
		return false, err
	}
	return e.truth(tree.Of(out))
}

// Text runs the expression and returns its value as text (see tree.Value.Scalar).
func (e *Expr) Text(env Env) (string, error) {
	if !e.Set() {
		return "", nil
	}
	out, err := e.Eval(env)
	if err != nil {
		return "", err
	}
	return e.text(tree.Of(out))
}

func (e *Expr) truth(v tree.Value) (bool, error) {
	if v.Kind() != tree.Bool && v.Kind() != tree.Nothing {
		return false, fmt.Errorf("%s: is %T, not true or false", e.Source, v.Plain())
	}
	return v.Bool(), nil
}

func (e *Expr) text(v tree.Value) (string, error) {
	text, ok := v.Scalar()
	if !ok {
		return "", fmt.Errorf("%s: is %T, not text", e.Source, v.Plain())
	}
	return text, nil
}

// machines are interpreters between two expressions.
var machines sync.Pool

// interpret runs a program on a borrowed machine, whose stacks are used again.
func interpret(program *vm.Program, env map[string]any) (any, error) {
	machine, _ := machines.Get().(*vm.VM)
	if machine == nil {
		machine = &vm.VM{}
	}
	out, err := machine.Run(program, env)
	if err == nil { // one that failed half-way is not worth trusting again
		machines.Put(machine)
	}
	return out, err
}
