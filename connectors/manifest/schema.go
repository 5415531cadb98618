package manifest

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed schema.json
var schemaJSON []byte

// Schema returns the JSON Schema of the language, for editors.
func Schema() []byte { return bytes.Clone(schemaJSON) }

var (
	schema  = mustSchema()
	english = message.NewPrinter(language.English)
)

func mustSchema() *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		panic(fmt.Sprintf("embedded manifest schema: %v", err))
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		panic(fmt.Sprintf("embedded manifest schema: %v", err))
	}
	return c.MustCompile("schema.json")
}

// validate checks the shape of a manifest.
func validate(where *positions, plain []byte) Problems {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
	if err != nil {
		return Problems{{File: where.file, Line: 1, Column: 1, Message: err.Error()}}
	}
	err = schema.Validate(doc)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return Problems{{File: where.file, Line: 1, Column: 1, Message: err.Error()}}
	}
	var out Problems
	leaves(invalid, func(e *jsonschema.ValidationError) { out = append(out, explain(where, e)...) })
	return out.sorted()
}

// leaves visits the causes that have no further cause.
func leaves(e *jsonschema.ValidationError, visit func(*jsonschema.ValidationError)) {
	if _, choice := e.ErrorKind.(*kind.OneOf); choice || len(e.Causes) == 0 {
		visit(e)
		return
	}
	for _, cause := range e.Causes {
		leaves(cause, visit)
	}
}

func explain(where *positions, e *jsonschema.ValidationError) Problems {
	at := pointer(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		var out Problems
		for _, name := range k.Properties {
			out = append(out, where.keyProblem(at.key(name), "unknown key %q%s", name, nearest(name, known(e))))
		}
		return out
	case *kind.Required:
		return Problems{where.keyProblem(at, "missing %s", list(k.Missing))}
	case *kind.DependentRequired:
		return Problems{where.keyProblem(at, "%q needs %s beside it", k.Prop, list(k.Missing))}
	case *kind.Type:
		return Problems{where.problem(at, 0, "this is %s, but must be %s", article(k.Got), article(strings.Join(k.Want, " or ")))}
	case *kind.Enum:
		return Problems{where.problem(at, 0, "%v is not one of: %s", k.Got, words(k.Want))}
	case *kind.Const:
		return Problems{where.problem(at, 0, "%v is not %v", k.Got, k.Want)}
	case *kind.OneOf:
		return Problems{where.problem(at, 0, "this has none of the forms that are allowed here")}
	case *kind.FalseSchema:
		return Problems{where.keyProblem(at, "this key is not allowed here")}
	default:
		return Problems{where.problem(at, 0, "%s", e.ErrorKind.LocalizedString(english))}
	}
}

// known returns the keys that the failing part of the schema allows.
func known(e *jsonschema.ValidationError) []string {
	_, place, _ := strings.Cut(e.SchemaURL, "#")
	at := schemaAt(place)
	var out []string
	for name := range at {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// schemaAt returns the properties of the schema object at a JSON pointer.
func schemaAt(place string) map[string]any {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		return nil
	}
	for _, name := range strings.Split(strings.Trim(place, "/"), "/") {
		switch n := doc.(type) {
		case map[string]any:
			if name != "" {
				doc = n[strings.NewReplacer("~1", "/", "~0", "~", "%5E", "^").Replace(name)]
			}
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(n) {
				return nil
			}
			doc = n[i]
		}
	}
	object, _ := doc.(map[string]any)
	properties, _ := object["properties"].(map[string]any)
	return properties
}

func list(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(quoted, ", ")
}

func words(values []any) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprint(v)
	}
	return strings.Join(out, ", ")
}

func article(kind string) string {
	if strings.IndexAny(kind, "aeiou") == 0 {
		return "an " + kind
	}
	return "a " + kind
}

// nearest proposes the key that was probably meant.
func nearest(name string, keys []string) string {
	best, distance := "", 3
	for _, k := range keys {
		if d := edits(name, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := previous
			if a[i] != b[j] {
				cost++
			}
			previous = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
