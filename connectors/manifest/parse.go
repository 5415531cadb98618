package manifest

import (
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"portico/connectors/manifest/tree"
	"portico/sync/action"
	"portico/sync/fault"
)

// minOverlap is what the engine promises to bear between the clocks of a system
// and the moment a change becomes readable.
const minOverlap = 15 * time.Minute

const stringKind = reflect.String

// Load reads and compiles one file. The error is of kind Setup; a Problems is
// in its chain when the file could be read.
func Load(files fs.FS, name string) (*Manifest, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fault.Wrap(fault.Setup, "read manifest", err)
	}
	return Parse(name, data)
}

// Parse compiles a manifest; name is used in messages. The error is of kind
// Setup with a Problems in its chain that lists everything that is wrong.
func Parse(name string, data []byte) (*Manifest, error) {
	m, problems := parse(name, data)
	if len(problems) > 0 {
		return nil, fault.New(fault.Setup, "The manifest "+name+" has mistakes.").Because("load manifest", problems.sorted())
	}
	return m, nil
}

// Lint returns everything that is wrong with a manifest: what keeps it from
// loading and what would never work. A manifest without problems loads.
func Lint(name string, data []byte) Problems {
	_, problems := parse(name, data)
	return problems.sorted()
}

func parse(name string, data []byte) (*Manifest, Problems) {
	root, problem := document(name, data)
	if problem != nil {
		return nil, Problems{*problem}
	}
	where := &positions{file: name, root: root}
	plain, err := toJSON(root)
	if err != nil {
		return nil, Problems{yamlProblem(name, err)}
	}
	if problems := validate(where, plain); len(problems) > 0 {
		return nil, problems
	}
	m := &Manifest{File: name}
	if err := json.Unmarshal(plain, m); err != nil {
		return nil, Problems{{File: name, Line: 1, Column: 1, Message: err.Error()}}
	}
	m.name(where)
	names := tree.NewNames("name", "value", "values") // which the function named looks for
	c := &compiler{m: m, where: where, asked: asked{names: names, own: map[string]bool{}}, used: map[string]bool{}, shortcuts: shortcuts{names: names, places: newPlaces()}}
	c.all()
	c.lint()
	m.names, m.places = names, c.places
	if c.asked.all {
		m.names = names.Everything()
	}
	return m, c.problems
}

// document parses the YAML and returns its one mapping.
func document(name string, data []byte) (*ast.MappingNode, *Problem) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		p := yamlProblem(name, err)
		return nil, &p
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil, &Problem{File: name, Line: 1, Column: 1, Message: "the file is empty"}
	}
	root, ok := file.Docs[0].Body.(*ast.MappingNode)
	if !ok || len(file.Docs) > 1 {
		return nil, &Problem{File: name, Line: 1, Column: 1, Message: "a manifest is one document of keys and values"}
	}
	return root, nil
}

func yamlProblem(name string, err error) Problem {
	p := Problem{File: name, Line: 1, Column: 1, Message: err.Error()}
	var e yaml.Error
	if errors.As(err, &e) && e.GetToken() != nil {
		at := e.GetToken().Position
		p.Line, p.Column, p.Message = at.Line, at.Column, e.GetMessage()
	}
	return p
}

func toJSON(root ast.Node) ([]byte, error) {
	var value any
	if err := yaml.NodeToValue(root, &value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

// name gives each part its own name and remembers the order of the file.
func (m *Manifest) name(where *positions) {
	m.FieldOrder = where.keys("config")
	m.StreamOrder = where.keys("streams")
	m.ActionOrder = where.keys("actions")
	for name, s := range m.Streams {
		s.Name = name
	}
	for name, a := range m.Actions {
		a.Kind = action.Kind(name)
	}
}

// keys lists the keys of a mapping in the order of the file.
func (w *positions) keys(at ...string) []string {
	_, value := w.find(at)
	mapping, ok := value.(*ast.MappingNode)
	if !ok || value == w.root {
		return nil
	}
	var out []string
	for _, v := range mapping.Values {
		out = append(out, v.Key.GetToken().Value)
	}
	return out
}
