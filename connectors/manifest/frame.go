package manifest

import (
	"fmt"
	"maps"

	"portico/connectors/manifest/tree"
)

// Place is where a frame holds the value of one name.
type Place int

// Places that the engine fills; the others follow as expressions name them.
const (
	Item Place = iota
	Parent
	Body
	Status
	Headers
	Folders
	FieldAt // an entry of the custom fields of a record
)

var fixedPlaces = []string{"item", "parent", "body", "status", "headers", "folders", "field"}

// places gives each name that the expressions of a manifest see its place. It
// grows while they are compiled.
type places struct {
	of    map[string]Place
	names []string // by place; "" for a result that expressions share
}

func newPlaces() *places {
	p := &places{of: map[string]Place{}}
	for _, name := range fixedPlaces {
		p.place(name)
	}
	return p
}

func (p *places) place(name string) Place {
	at, ok := p.of[name]
	if !ok {
		at = p.unnamed()
		p.of[name], p.names[at] = at, name
	}
	return at
}

func (p *places) unnamed() Place {
	p.names = append(p.names, "")
	return Place(len(p.names) - 1)
}

// Frame is what expressions see that run again and again: for each item of a
// page. It belongs to one goroutine.
type Frame struct {
	places *places
	values []tree.Value
	// plain is what the interpreter sees; a name is brought up to date when an
	// expression that needs the interpreter uses it.
	plain map[string]any
	stale []bool
	kept  []bool // shared results that are already known
}

// Frame returns a frame that sees what env holds.
func (m *Manifest) Frame(env Env) *Frame {
	n := len(m.places.names)
	f := &Frame{places: m.places, values: make([]tree.Value, n), plain: make(map[string]any, n), stale: make([]bool, n), kept: make([]bool, n)}
	maps.Copy(f.plain, env)
	for name, v := range env {
		if at, ok := m.places.of[name]; ok {
			f.values[at] = tree.Of(v)
		}
	}
	return f
}

// Set changes what a name stands for. The settings and the identity cannot change.
func (f *Frame) Set(at Place, v tree.Value) { f.values[at], f.stale[at] = v, true }

// Eval runs an expression, as Expr.Eval does.
func (f *Frame) Eval(e *Expr) (tree.Value, error) {
	if e.fast != nil {
		if v, ok := e.fast(f); ok {
			return v, nil
		}
	}
	if e.program == nil {
		return tree.Value{}, nil
	}
	f.refresh(e)
	out, err := interpret(e.program, f.plain)
	if err != nil {
		return tree.Value{}, fmt.Errorf("%s: %w", e.Source, err)
	}
	return tree.Of(out), nil
}

// refresh makes plain what the expression is about to see.
func (f *Frame) refresh(e *Expr) {
	if e.opaque {
		for at, name := range f.places.names {
			if f.stale[at] {
				f.plain[name], f.stale[at] = f.values[at].Plain(), false
			}
		}
	}
	for _, at := range e.uses {
		if f.stale[at] {
			f.plain[f.places.names[at]], f.stale[at] = f.values[at].Plain(), false
		}
	}
}

// Bool runs a condition, as Expr.Bool does.
func (f *Frame) Bool(e *Expr) (bool, error) {
	if !e.Set() {
		return true, nil
	}
	v, err := f.Eval(e)
	if err != nil {
		return false, err
	}
	return e.truth(v)
}

// Text runs an expression and returns its value as text, as Expr.Text does.
func (f *Frame) Text(e *Expr) (string, error) {
	if !e.Set() {
		return "", nil
	}
	v, err := f.Eval(e)
	if err != nil {
		return "", err
	}
	return e.text(v)
}
