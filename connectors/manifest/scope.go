package manifest

import (
	"maps"

	"github.com/expr-lang/expr/types"
)

// scope is what an expression may see in one place of a manifest.
type scope types.Map

// with returns a scope that sees more.
func (s scope) with(more scope) scope {
	out := maps.Clone(s)
	maps.Copy(out, more)
	return out
}

var (
	itemScope   = scope{"item": types.Any}
	answerScope = scope{"status": types.Int, "headers": types.Map{types.Extra: types.String}, "body": types.Any}
	actionScope = scope{
		"action": types.Map{
			"kind": types.String, "ref": types.String, "external": types.String, "company": types.String,
			"base": types.String, "mark": types.String, "reference": types.String, "attempt": types.Int,
			"name": types.String, "email": types.String, "contact": types.String,
			"subject": types.String, "text": types.String, "queue": types.String, "fields": types.Any,
		},
		"files": types.Array(types.Map{"name": types.String, "type": types.String, "size": types.Int, "base64": types.String}),
	}
)

// base sees the settings (never a secret) and the identity.
func (m *Manifest) base() scope {
	settings := types.Map{}
	for name, f := range m.Config {
		if f.Type != "secret" {
			settings[name] = types.String
		}
	}
	s := scope{"config": settings}
	if m.Identity != nil {
		s["me"] = types.Any
	}
	return s
}

// credentials sees settings and secrets by their bare names.
func (m *Manifest) credentials() scope {
	s := scope{}
	for name := range m.Config {
		s[name] = types.String
	}
	return s
}
