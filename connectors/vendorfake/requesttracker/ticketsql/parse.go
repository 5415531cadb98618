package ticketsql

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Type is how the values of a field compare.
type Type int

// Types.
const (
	Text   Type = iota // without regard to case
	Number             // a value that is no number matches nothing
	Date               // see ReadDate
)

// Schema says which fields exist, in lower case, and their types. Names of the
// form CF.{…} exist always: an unknown custom field simply matches nothing.
type Schema map[string]Type

// Query is a parsed query.
type Query struct{ root node }

// node is a condition or a group of nodes joined by one word.
type node interface {
	match(Row) bool
}

type group struct {
	any   bool // OR
	nodes []node
}

type parser struct {
	tokens []token
	at     int
	schema Schema
	zone   *time.Location
}

// Parse reads a query. Dates in it are read in zone. The error text is for the
// caller, as Request Tracker's is.
func Parse(query string, schema Schema, zone *time.Location) (Query, error) {
	tokens, err := lex(query)
	if err != nil {
		return Query{}, err
	}
	p := &parser{tokens: tokens, schema: schema, zone: zone}
	root, err := p.group()
	if err != nil {
		return Query{}, err
	}
	if p.at < len(p.tokens) {
		return Query{}, fmt.Errorf("wrong query, expecting a AGGREGATOR before '%s'", p.tokens[p.at].text)
	}
	return Query{root: root}, nil
}

// Match reports whether a row fits the query.
func (q Query) Match(r Row) bool { return q.root.match(r) }

// Mentions reports whether the query names the field (lower case) anywhere.
func (q Query) Mentions(field string) bool { return mentions(q.root, field) }

func mentions(n node, field string) bool {
	switch n := n.(type) {
	case group:
		for _, m := range n.nodes {
			if mentions(m, field) {
				return true
			}
		}
	case condition:
		return n.field == field
	}
	return false
}

func (g group) match(r Row) bool {
	for _, n := range g.nodes {
		if n.match(r) == g.any {
			return g.any
		}
	}
	return !g.any
}

// group reads terms joined by AND or by OR up to a closing parenthesis or the end.
func (p *parser) group() (node, error) {
	first, err := p.term()
	if err != nil {
		return nil, err
	}
	g := group{nodes: []node{first}}
	joined := ""
	for p.at < len(p.tokens) && !p.is(")") {
		word := strings.ToUpper(p.take().text)
		if word != "AND" && word != "OR" {
			return nil, fmt.Errorf("wrong query, expecting a AGGREGATOR at '%s'", word)
		}
		if joined != "" && joined != word {
			return nil, errors.New("mixed AND and OR without parentheses")
		}
		joined = word
		n, err := p.term()
		if err != nil {
			return nil, err
		}
		g.nodes = append(g.nodes, n)
	}
	g.any = joined == "OR"
	return g, nil
}

func (p *parser) term() (node, error) {
	if !p.is("(") {
		return p.condition()
	}
	p.at++
	n, err := p.group()
	if err != nil {
		return nil, err
	}
	if !p.is(")") {
		return nil, errors.New("incomplete query, a parenthesis is not closed")
	}
	p.at++
	return n, nil
}

func (p *parser) is(text string) bool {
	return p.at < len(p.tokens) && !p.tokens[p.at].quoted && p.tokens[p.at].text == text
}

func (p *parser) take() token {
	if p.at >= len(p.tokens) {
		return token{}
	}
	t := p.tokens[p.at]
	p.at++
	return t
}

// condition reads: field operator value.
func (p *parser) condition() (node, error) {
	name := p.take()
	c := condition{field: strings.ToLower(name.text), op: strings.ToUpper(p.take().text)}
	if c.op == "NOT" || c.op == "IS" && strings.EqualFold(p.peek(), "NOT") {
		c.op += " " + strings.ToUpper(p.take().text)
	}
	value := p.take()
	switch {
	case name.text == "" || c.op == "" || value.text == "" && !value.quoted:
		return nil, errors.New("incomplete query, last element is not close paren or value")
	case !knownOperator(c.op):
		return nil, fmt.Errorf("wrong query, expecting a OPERATOR at '%s'", c.op)
	}
	kind, known := p.schema[c.field]
	if strings.HasPrefix(c.field, "cf.") {
		c.field = "cf." + strings.Trim(c.field[3:], "{}")
	} else if !known {
		return nil, fmt.Errorf("unknown field: %s", name.text)
	}
	c.kind, c.value, c.zone = kind, value.text, p.zone
	if kind == Date {
		c.date = ReadDate(value.text, p.zone)
	}
	return c, nil
}

func (p *parser) peek() string {
	if p.at >= len(p.tokens) {
		return ""
	}
	return p.tokens[p.at].text
}
