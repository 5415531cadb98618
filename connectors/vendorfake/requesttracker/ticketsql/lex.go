// Package ticketsql reads the part of Request Tracker's query language that
// integrations use, and decides whether a row matches:
//
//	Queue = 'Support' AND ('CF.{Client}' = 'Nordwind' OR id > 20)
//
// It keeps the traps of the original (see ReadDate) with one exception: where
// Request Tracker answers AND and OR that are mixed without parentheses in a
// way nobody should rely on, this package refuses the query.
package ticketsql

import (
	"fmt"
	"strings"
)

// token is one word of a query.
type token struct {
	text   string
	quoted bool
}

// operators, longest first so that ">=" is not read as ">".
var operators = []string{"!=", ">=", "<=", "=", ">", "<", "(", ")"}

// lex splits a query into tokens.
func lex(query string) ([]token, error) {
	var out []token
	for rest := strings.TrimLeft(query, " \t\n"); rest != ""; rest = strings.TrimLeft(rest, " \t\n") {
		t, n, err := next(rest)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		rest = rest[n:]
	}
	return out, nil
}

// next reads the first token of a text that does not begin with a space, and its length.
func next(s string) (token, int, error) {
	if s[0] == '\'' || s[0] == '"' {
		return quoted(s)
	}
	for _, op := range operators {
		if strings.HasPrefix(s, op) {
			return token{text: op}, len(op), nil
		}
	}
	depth := 0 // spaces inside CF.{…} belong to the name
	for i, r := range s {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case depth == 0 && strings.ContainsRune(" \t\n()=!<>'\"", r):
			return token{text: s[:i]}, i, nil
		}
	}
	if depth != 0 {
		return token{}, 0, fmt.Errorf("a brace is not closed in '%s'", s)
	}
	return token{text: s}, len(s), nil
}

// quoted reads a string in single or double quotes; a backslash escapes the next character.
func quoted(s string) (token, int, error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == s[0]:
			return token{text: b.String(), quoted: true}, i + 1, nil
		default:
			b.WriteByte(s[i])
		}
	}
	return token{}, 0, fmt.Errorf("a quote is not closed in '%s'", s)
}
