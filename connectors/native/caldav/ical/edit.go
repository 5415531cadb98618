package ical

import (
	"bytes"
	"slices"
)

// Editor collects changes of single lines of a calendar object. Every byte that
// no change names stays as it is.
type Editor struct {
	data  []byte
	end   string // how its lines end
	edits []edit
}

type edit struct {
	from, to int
	with     string
}

// NewEditor returns an editor of the bytes that were parsed.
func NewEditor(data []byte) *Editor {
	end := "\n"
	if bytes.Contains(data, []byte("\r\n")) {
		end = "\r\n"
	}
	return &Editor{data: data, end: end}
}

// Replace puts a line, not folded, in the place of a property.
func (e *Editor) Replace(p Prop, line string) {
	e.edits = append(e.edits, edit{p.from, p.to, fold(line, e.end)})
}

// Append adds a line, not folded, as the last property of a component. Parts of
// the component, such as alarms, stay where they are.
func (e *Editor) Append(c *Component, line string) {
	e.edits = append(e.edits, edit{c.tail, c.tail, fold(line, e.end)})
}

// Bytes returns the object with all changes.
func (e *Editor) Bytes() []byte {
	slices.SortStableFunc(e.edits, func(a, b edit) int { return a.from - b.from })
	var out bytes.Buffer
	at := 0
	for _, one := range e.edits {
		out.Write(e.data[at:one.from])
		out.WriteString(one.with)
		at = one.to
	}
	out.Write(e.data[at:])
	return out.Bytes()
}

// Line returns a property as one line, with its value exchanged and a parameter set.
func (p Prop) Line(value, param, paramValue string) string {
	names := make([]string, 0, len(p.Params)+1)
	for name := range p.Params {
		names = append(names, name)
	}
	if param != "" && p.Params[param] == nil {
		names = append(names, param)
	}
	slices.Sort(names)
	line := p.Name
	for _, name := range names {
		values := p.Params[name]
		if name == param {
			values = []string{paramValue}
		}
		for i, v := range values {
			if i == 0 {
				line += ";" + name + "="
			} else {
				line += ","
			}
			line += quoted(v)
		}
	}
	return line + ":" + value
}

func quoted(v string) string {
	if bytes.ContainsAny([]byte(v), ",;:") {
		return `"` + v + `"`
	}
	return v
}
