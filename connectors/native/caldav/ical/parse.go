// Package ical reads iCalendar (RFC 5545) that anybody may have written, and
// changes single lines of it without touching another byte.
//
// It promises that no input makes it panic, run long or take much memory: what
// is too large, cut, not UTF-8 or repeats too often is refused with a sentence
// for an administrator. It hides line folding, escaping, time zones that a file
// defines itself, and recurrence.
package ical

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of one calendar object. Real ones are a few kilobytes.
const (
	maxBytes = 2 << 20
	maxProps = 50_000
	maxDepth = 8
)

// Prop is one content line.
type Prop struct {
	Name   string              // upper case
	Params map[string][]string // names in upper case
	Value  string              // as it stands, unfolded

	from, to int // its bytes, line end included
}

// Param returns the first value of a parameter, or "".
func (p Prop) Param(name string) string {
	if values := p.Params[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Component is a VCALENDAR or a part of one.
type Component struct {
	Name  string
	Props []Prop
	Parts []*Component

	tail int // where its END line begins
}

// Get returns the first property of that name.
func (c *Component) Get(name string) (Prop, bool) {
	for _, p := range c.Props {
		if p.Name == name {
			return p, true
		}
	}
	return Prop{}, false
}

// Value returns the value of the first property of that name, or "".
func (c *Component) Value(name string) string {
	p, _ := c.Get(name)
	return p.Value
}

// All returns the properties of that name.
func (c *Component) All(name string) []Prop {
	var out []Prop
	for _, p := range c.Props {
		if p.Name == name {
			out = append(out, p)
		}
	}
	return out
}

// Parse reads one VCALENDAR. The error is a sentence for an administrator.
func Parse(data []byte) (*Component, error) {
	switch {
	case len(data) > maxBytes:
		return nil, fmt.Errorf("It is larger than %d MB.", maxBytes>>20)
	case !utf8.Valid(data) || bytes.ContainsRune(data, utf8.RuneError):
		return nil, errors.New("It is not in UTF-8, so its letters cannot be told.")
	}
	p := parser{data: data, at: len(data) - len(bytes.TrimPrefix(data, []byte("\ufeff")))}
	root, err := p.read()
	if err != nil {
		return nil, err
	}
	if root.Name != "VCALENDAR" {
		return nil, fmt.Errorf("It is a %.40q and no calendar.", root.Name)
	}
	return root, nil
}

type parser struct {
	data  []byte
	at    int
	lines int
}

// read builds the tree of the first component.
func (p *parser) read() (*Component, error) {
	var open []*Component
	for n := 0; n < maxProps; n++ {
		from := p.at
		line, ok := p.line()
		if !ok {
			return nil, errors.New("It is cut: it ends in the middle.")
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		prop, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("Line %d %w.", p.lines, err)
		}
		prop.from, prop.to = from, p.at
		name := strings.ToUpper(strings.TrimSpace(prop.Value))
		switch {
		case prop.Name == "BEGIN":
			if len(open) == maxDepth {
				return nil, errors.New("Its parts are nested too deeply.")
			}
			open = append(open, &Component{Name: name})
		case len(open) == 0:
			return nil, errors.New("It does not begin like a calendar.")
		case prop.Name == "END":
			last := open[len(open)-1]
			if last.Name != name {
				return nil, fmt.Errorf("Line %d ends another part than the one that is open.", p.lines)
			}
			last.tail = from
			if open = open[:len(open)-1]; len(open) == 0 {
				return last, nil
			}
			open[len(open)-1].Parts = append(open[len(open)-1].Parts, last)
		default:
			last := open[len(open)-1]
			last.Props = append(last.Props, prop)
		}
	}
	return nil, errors.New("It has too many lines.")
}

// line takes one logical line: what is folded over several is joined (section 3.1).
func (p *parser) line() (string, bool) {
	if p.at >= len(p.data) {
		return "", false
	}
	var out strings.Builder
	for first := true; p.at < len(p.data); first = false {
		rest := p.data[p.at:]
		if !first {
			if rest[0] != ' ' && rest[0] != '\t' {
				break
			}
			rest = rest[1:]
			p.at++
		}
		p.lines++
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			end = len(rest)
			p.at += end
		} else {
			p.at += end + 1
		}
		out.Write(bytes.TrimSuffix(rest[:end], []byte("\r")))
	}
	return out.String(), true
}

// parseLine splits a content line into name, parameters and value.
func parseLine(line string) (Prop, error) {
	end := strings.IndexAny(line, ";:")
	if end <= 0 {
		return Prop{}, errors.New("has no name and value")
	}
	p := Prop{Name: strings.ToUpper(line[:end]), Params: map[string][]string{}}
	rest := line[end:]
	for strings.HasPrefix(rest, ";") {
		name, after, ok := strings.Cut(rest[1:], "=")
		if !ok || strings.ContainsAny(name, ";:\"") {
			return Prop{}, errors.New("has a parameter without a value")
		}
		name = strings.ToUpper(name)
		for more := true; more; {
			var value string
			if value, after, ok = paramValue(after); !ok {
				return Prop{}, errors.New("has a quotation mark that is not closed, or no value")
			}
			p.Params[name] = append(p.Params[name], value)
			if more = strings.HasPrefix(after, ","); more {
				after = after[1:]
			}
		}
		rest = after
	}
	if !strings.HasPrefix(rest, ":") {
		return Prop{}, errors.New("has no value")
	}
	p.Value = rest[1:]
	return p, nil
}

// paramValue takes one value of a parameter, quoted or not.
func paramValue(s string) (value, rest string, ok bool) {
	if quoted, isQuoted := strings.CutPrefix(s, `"`); isQuoted {
		value, rest, ok = strings.Cut(quoted, `"`)
		return value, rest, ok
	}
	end := strings.IndexAny(s, ",;:")
	if end < 0 {
		return "", "", false
	}
	return s[:end], s[end:], true
}
