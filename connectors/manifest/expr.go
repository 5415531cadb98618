package manifest

import (
	"fmt"
	"sync"

	"github.com/expr-lang/expr/vm"
)

// machines are interpreters between two expressions.
var machines sync.Pool

// Env holds what an expression can see, by name. It may be reused between
// evaluations by one goroutine.
type Env map[string]any

// Expr is one compiled expression. The zero value is "not written".
type Expr struct {
	Source  string
	fast    fast // nil when only the interpreter can run it
	program *vm.Program
}

// Set reports whether the manifest has this expression.
func (e *Expr) Set() bool { return e.Source != "" }

// Eval runs the expression. A path through something that is missing is nil, through something of another kind an error.
// The error names the expression; hostile data cannot make it panic.
func (e *Expr) Eval(env Env) (any, error) {
	if e.fast != nil {
		if out, ok := e.fast(env); ok {
			return out, nil
		}
	}
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
	yes, ok := out.(bool)
	if !ok && out != nil {
		return false, fmt.Errorf("%s: is %T, not true or false", e.Source, out)
	}
	return yes, nil
}

// Text runs the expression and returns its value as text (see Text).
func (e *Expr) Text(env Env) (string, error) {
	if !e.Set() {
		return "", nil
	}
	out, err := e.Eval(env)
	if err != nil {
		return "", err
	}
	text, ok := Text(out)
	if !ok {
		return "", fmt.Errorf("%s: is %T, not text", e.Source, out)
	}
	return text, nil
}
