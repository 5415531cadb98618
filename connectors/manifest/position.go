package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Problem is one thing that is wrong with a file. Line and Column count from 1.
type Problem struct {
	File         string
	Line, Column int
	Message      string
}

func (p Problem) String() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Problems is everything that is wrong with a file, in the order of the file.
type Problems []Problem

// Error lists one problem per line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return slices.Compact(p)
}

// pointer is a place in the document, as the keys that lead there.
type pointer []string

func (p pointer) key(k string) pointer { return append(slices.Clone(p), k) }
func (p pointer) index(i int) pointer  { return p.key(strconv.Itoa(i)) }

// positions finds the line and column of a place.
type positions struct {
	file string
	root ast.Node
}

// find returns the value at a place, or the nearest thing around it that exists.
func (w *positions) find(at pointer) (key, value ast.Node) {
	value = w.root
	for _, name := range at {
		var next *ast.MappingValueNode
		switch n := value.(type) {
		case *ast.MappingNode:
			for _, v := range n.Values {
				if v.Key.String() == name || v.Key.GetToken().Value == name {
					next = v
				}
			}
		case *ast.SequenceNode:
			if i, err := strconv.Atoi(name); err == nil && i < len(n.Values) {
				key, value = nil, n.Values[i]
				continue
			}
		}
		if next == nil {
			return key, value
		}
		key, value = next.Key, next.Value
	}
	return key, value
}

func (w *positions) start(n ast.Node) *token.Position {
	for {
		switch v := n.(type) {
		case *ast.MappingNode:
			if len(v.Values) == 0 {
				return v.Start.Position
			}
			n = v.Values[0].Key
		case *ast.SequenceNode:
			if len(v.Values) == 0 || v.IsFlowStyle {
				return v.Start.Position
			}
			n = v.Values[0]
		default:
			return n.GetToken().Position
		}
	}
}

// problem places a message at a value; column is added to where it begins.
func (w *positions) problem(at pointer, column int, format string, args ...any) Problem {
	_, value := w.find(at)
	p := w.start(value)
	return Problem{File: w.file, Line: p.Line, Column: p.Column + column, Message: fmt.Sprintf(format, args...)}
}

// keyProblem places a message at the key itself.
func (w *positions) keyProblem(at pointer, format string, args ...any) Problem {
	key, value := w.find(at)
	if key == nil {
		key = value
	}
	p := w.start(key)
	return Problem{File: w.file, Line: p.Line, Column: p.Column, Message: fmt.Sprintf(format, args...)}
}

// inside places a message inside a text value: line counts from 1 and column
// from 0 within the text, as YAML reads it.
func (w *positions) inside(at pointer, line, column int, format string, args ...any) Problem {
	_, value := w.find(at)
	p := Problem{File: w.file, Message: fmt.Sprintf(format, args...)}
	switch v := value.(type) {
	case *ast.LiteralNode:
		first := v.Value.GetToken()
		indent := len(first.Origin) - len(strings.TrimLeft(first.Origin, " \n"))
		p.Line, p.Column = v.Start.Position.Line+line, indent+column+1
	case *ast.StringNode:
		start := v.GetToken().Position
		p.Line, p.Column = start.Line+line-1, start.Column+column
		if t := v.GetToken().Type; t == token.SingleQuoteType || t == token.DoubleQuoteType {
			p.Column++
		}
	default:
		return w.problem(at, 0, format, args...)
	}
	return p
}
