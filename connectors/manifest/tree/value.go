package tree

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Kind says what a value is.
type Kind uint8

// Kinds.
const (
	Nothing Kind = iota // null, or not there at all
	Bool
	Number
	Text
	List
	Object
	Foreign // what the interpreter of expressions deals in: maps, slices, numbers of Go
)

// Value is one value of an answer, or one that an expression made. The zero
// Value is Nothing.
type Value struct {
	in *body // what start and end speak of
	// start and end delimit a text or a number in the body's text. A list or an
	// object starts at its node and ends at the node that follows it. A Bool that
	// is true starts at 1.
	start, end uint32
	kind       Kind
}

// Of returns any value of Go as a Value.
func Of(v any) Value {
	switch t := v.(type) {
	case nil:
		return Value{}
	case Value:
		return t
	case string:
		return OfText(t)
	case bool:
		return OfBool(t)
	default:
		return Value{in: &body{foreign: v}, kind: Foreign}
	}
}

// OfText returns a Text.
func OfText(s string) Value { return Value{in: &body{text: s}, end: uint32(len(s)), kind: Text} }

// OfInt returns a Number.
func OfInt(n int) Value {
	v := OfText(strconv.Itoa(n))
	v.kind = Number
	return v
}

// OfBool returns a Bool.
func OfBool(b bool) Value {
	v := Value{kind: Bool}
	if b {
		v.start = 1
	}
	return v
}

// Kind returns what the value is.
func (v Value) Kind() Kind { return v.kind }

// String returns a Text as it is; it is "" of anything else.
func (v Value) String() string {
	if v.kind != Text {
		return ""
	}
	return v.text()
}

// text is that of a Text, or a Number's digits.
func (v Value) text() string { return v.in.text[v.start:v.end] }

// TrimSuffix returns a Text without the end given.
func (v Value) TrimSuffix(suffix string) Value {
	if v.kind == Text && strings.HasSuffix(v.text(), suffix) {
		v.end -= uint32(len(suffix))
	}
	return v
}

// Bool returns a Bool as it is; it is false of anything else.
func (v Value) Bool() bool { return v.kind == Bool && v.start != 0 }

// Has reports whether the value has members.
func (v Value) Has() bool {
	if v.kind == Foreign {
		_, ok := v.in.foreign.(map[string]any)
		return ok
	}
	return v.kind == Object
}

// Member returns the member with a name, whose id is that of the Names which the
// value was read with. One that is not there is Nothing, and so is a member of
// Nothing; of any other kind of value there is no answer.
func (v Value) Member(id uint32, name string) (Value, bool) {
	switch v.kind {
	case Nothing:
		return Value{}, true
	case Object:
		for at := v.start + 1; at < v.end; at = v.in.after(at) {
			if v.in.nodes[at].name == id {
				return v.in.value(at), true
			}
		}
		return Value{}, true
	case Foreign:
		switch m := v.in.foreign.(type) {
		case map[string]any:
			return Of(m[name]), true
		case map[string]string:
			return OfText(m[name]), true
		}
	}
	return Value{}, false
}

// Len returns how many values are in a list, or false when it is none.
func (v Value) Len() (int, bool) {
	switch v.kind {
	case List:
		return int(v.in.nodes[v.start].start), true
	case Foreign:
		list, ok := v.in.foreign.([]any)
		return len(list), ok
	default:
		return 0, false
	}
}

// Each visits the values of a list until yield is false. It is to be ranged over.
func (v Value) Each(yield func(Value) bool) {
	switch v.kind {
	case List:
		for at := v.start + 1; at < v.end; at = v.in.after(at) {
			if !yield(v.in.value(at)) {
				return
			}
		}
	case Foreign:
		list, _ := v.in.foreign.([]any)
		for _, one := range list {
			if !yield(Of(one)) {
				return
			}
		}
	}
}

// At returns the value with an index, or false when the list has none.
func (v Value) At(index int) (Value, bool) {
	if n, _ := v.Len(); index < 0 || index >= n {
		return Value{}, false
	}
	for one := range v.Each {
		if index--; index < 0 {
			return one, true
		}
	}
	return Value{}, false
}

// Scalar gives a single value as text: Nothing is "", whole numbers have no
// exponent and lose no digit. It is false of a list or an object.
func (v Value) Scalar() (string, bool) {
	switch v.kind {
	case Nothing:
		return "", true
	case Text:
		return v.text(), true
	case Bool:
		return strconv.FormatBool(v.Bool()), true
	case Number:
		digits := v.text()
		if whole(digits) {
			return digits, true
		}
		if !strings.ContainsAny(digits, "eE") {
			return trimZeros(digits), true
		}
		f, err := strconv.ParseFloat(v.text(), 64)
		return formatFloat(f), err == nil
	case Foreign:
		return scalar(v.in.foreign)
	default:
		return "", false
	}
}

// trimZeros takes zeros off that say nothing: 1.50 is 1.5, and every digit that
// a float could not hold stays.
func trimZeros(digits string) string {
	digits = strings.TrimSuffix(strings.TrimRight(digits, "0"), ".")
	if digits == "-0" || digits == "-" || digits == "" {
		return "0"
	}
	return digits
}

func scalar(v any) (string, bool) {
	switch t := v.(type) {
	case float64:
		return formatFloat(t), true
	case json.Number:
		return t.String(), true
	case int:
		return strconv.Itoa(t), true
	case int64:
		return strconv.FormatInt(t, 10), true
	default:
		return "", false
	}
}

func formatFloat(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// Digits gives a Number as it was sent, with every digit and trailing zero; it is
// false of anything else and of a number with an exponent.
func (v Value) Digits() (string, bool) {
	if v.kind != Number || strings.ContainsAny(v.text(), "eE") {
		return "", false
	}
	return v.text(), true
}

// Tidy reports whether every text and number of the answer that the value is
// from is known to be valid UTF-8 without NUL.
func (v Value) Tidy() bool { return v.in != nil && v.in.tidy }

// Int returns a whole number, or false when the value is none that Go can hold.
func (v Value) Int() (int, bool) {
	switch v.kind {
	case Number:
		n, err := strconv.Atoi(v.text())
		return n, err == nil
	case Foreign:
		n, ok := v.in.foreign.(int)
		return n, ok
	default:
		return 0, false
	}
}

// Float returns a number's value, or false when the value is no number.
func (v Value) Float() (float64, bool) {
	switch t := v.Plain().(type) {
	case int:
		return float64(t), true
	case int64:
		return float64(t), true
	case float64:
		return t, true
	case json.Number:
		f, err := t.Float64()
		return f, err == nil
	default:
		return 0, false
	}
}
