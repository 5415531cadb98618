package manifest

import (
	"fmt"
	"net/url"
	"strings"
)

// Template is literal text with {expressions} in it; {{ and }} are plain braces.
type Template struct {
	Source string
	parts  []part
}

type part struct {
	literal string
	expr    Expr
	column  int // of the expression in Source, in runes, from 0
}

// Set reports whether the manifest has this text.
func (t *Template) Set() bool { return t.Source != "" }

// Text fills in the expressions as they are.
func (t *Template) Text(env Env) (string, error) {
	return t.fill(env, asIs)
}

// URL fills in the expressions percent-encoded, so that a value can never add
// a path segment or a parameter (RFC 3986, section 2.1).
func (t *Template) URL(env Env) (string, error) { return t.fill(env, segment) }

// Address fills in an absolute address: an expression at its very beginning is an
// address itself and stays as it is, the others are percent-encoded.
func (t *Template) Address(env Env) (string, error) {
	first := true
	return t.fill(env, func(value string) (string, error) {
		whole := first && len(t.parts) > 0 && t.parts[0].expr.Set()
		first = false
		if whole {
			return strings.TrimRight(value, "/"), nil
		}
		return segment(value)
	})
}

func segment(value string) (string, error) {
	if value == "." || value == ".." {
		return "", fmt.Errorf("%q cannot stand in a path", value)
	}
	return url.PathEscape(value), nil
}

func asIs(value string) (string, error) { return value, nil }

func (t *Template) fill(env Env, escape func(string) (string, error)) (string, error) {
	if len(t.parts) == 1 && !t.parts[0].expr.Set() {
		return t.parts[0].literal, nil
	}
	var out strings.Builder
	for i := range t.parts {
		p := &t.parts[i]
		if !p.expr.Set() {
			out.WriteString(p.literal)
			continue
		}
		value, err := p.expr.Text(env)
		if err != nil {
			return "", err
		}
		if value, err = escape(value); err != nil {
			return "", err
		}
		out.WriteString(value)
	}
	return out.String(), nil
}

// split finds the expressions of a template.
func (t *Template) split() error {
	runes := []rune(t.Source)
	var literal []rune
	flush := func() {
		if len(literal) > 0 {
			t.parts = append(t.parts, part{literal: string(literal)})
			literal = nil
		}
	}
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case (r == '{' || r == '}') && i+1 < len(runes) && runes[i+1] == r:
			literal = append(literal, r)
			i++
		case r == '{':
			end := closing(runes, i+1)
			if end < 0 {
				return fmt.Errorf("a { is never closed; write {{ for a plain brace")
			}
			flush()
			t.parts = append(t.parts, part{expr: Expr{Source: string(runes[i+1 : end])}, column: i + 1})
			i = end
		case r == '}':
			return fmt.Errorf("a } without a {; write }} for a plain brace")
		default:
			literal = append(literal, r)
		}
	}
	flush()
	return nil
}

// closing returns the index of the brace that ends the expression at from, past
// braces inside it and inside its strings, or -1.
func closing(runes []rune, from int) int {
	depth, quote := 0, rune(0)
	for i := from; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"' || r == '`':
			quote = r
		case r == '{':
			depth++
		case r == '}' && depth == 0:
			return i
		case r == '}':
			depth--
		}
	}
	return -1
}

// Uses reports whether an expression of the template names the word.
func (t *Template) Uses(name string) bool {
	for i := range t.parts {
		if e := &t.parts[i].expr; e.Set() && strings.Contains(e.Source, name) {
			return true
		}
	}
	return false
}
