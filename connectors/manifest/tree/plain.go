package tree

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Plain returns the value as Go has it: nil, bool, string, []any,
// map[string]any, and of numbers an int, a float64, or a json.Number for a whole
// number that fits neither without losing digits.
func (v Value) Plain() any {
	if v.kind >= List && v.in.foreign != nil && v.in.at == v.start {
		return v.in.foreign
	}
	switch v.kind {
	case Bool:
		return v.Bool()
	case Number:
		return plainNumber(v.text())
	case Text:
		return v.text()
	case List:
		n, _ := v.Len()
		out := make([]any, 0, n)
		for one := range v.Each {
			out = append(out, one.Plain())
		}
		return out
	case Object:
		b := v.in
		out := make(map[string]any, b.nodes[v.start].start)
		for at := v.start + 1; at < v.end; at = b.after(at) {
			if id := b.nodes[at].name; id != unnamed {
				out[b.name(id)] = b.value(at).Plain()
			}
		}
		return out
	case Foreign:
		return v.in.foreign
	default:
		return nil
	}
}

// Settle returns the same value, made plain once and for all: to be asked for
// again and again in both forms.
func (v Value) Settle() Value {
	if v.kind != List && v.kind != Object {
		return v
	}
	settled := *v.in
	settled.foreign, settled.at = v.Plain(), v.start
	v.in = &settled
	return v
}

func plainNumber(digits string) any {
	if !whole(digits) {
		f, _ := strconv.ParseFloat(digits, 64) // its size was checked when it was read
		return f
	}
	if n, err := strconv.Atoi(digits); err == nil {
		return n
	}
	return json.Number(digits)
}

// whole reports whether a number is written as a whole one.
func whole(digits string) bool {
	for i := range len(digits) {
		if c := digits[i]; (c < '0' || c > '9') && (i > 0 || c != '-') {
			return false
		}
	}
	return digits != "-0"
}

// Same reports whether two lists of values say the same.
func Same(a, b []Value) bool { return slices.EqualFunc(a, b, same) }

func same(a, b Value) bool {
	if a.kind != b.kind || a.kind == Foreign {
		return false
	}
	switch a.kind {
	case Nothing:
		return true
	case Bool:
		return a.start == b.start
	case Text, Number:
		return a.text() == b.text()
	}
	x, y := a.in, b.in
	one, other := x.nodes[a.start:a.end], y.nodes[b.start:b.end]
	return slices.EqualFunc(one, other, func(m, n node) bool {
		if m.kind != n.kind || m.name != n.name || (m.kind == Bool || m.kind == List || m.kind == Object) && m.start != n.start {
			return false
		}
		return m.kind != Text && m.kind != Number || x.text[m.start:m.end] == y.text[n.start:n.end]
	})
}
