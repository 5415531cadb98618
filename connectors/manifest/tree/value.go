package tree

import (
	"encoding/json"
	"math"
	"strconv"
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
	kind Kind
	at   int32  // of a list or an object: its node; of a Bool: 1 for true
	text string // a text, or a number's digits
	more any    // a list's or an object's *body, or the foreign value itself
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
		return Value{kind: Foreign, more: v}
	}
}

// OfText returns a Text.
func OfText(s string) Value { return Value{kind: Text, text: s} }

// OfInt returns a Number.
func OfInt(n int) Value { return Value{kind: Number, text: strconv.Itoa(n)} }

// OfBool returns a Bool.
func OfBool(b bool) Value {
	v := Value{kind: Bool}
	if b {
		v.at = 1
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
	return v.text
}

// Bool returns a Bool as it is; it is false of anything else.
func (v Value) Bool() bool { return v.kind == Bool && v.at != 0 }

// Has reports whether the value has members.
func (v Value) Has() bool {
	if v.kind == Foreign {
		_, ok := v.more.(map[string]any)
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
		b := v.more.(*body)
		end := int32(b.nodes[v.at].end)
		for at := v.at + 1; at < end; at = b.after(at) {
			if b.nodes[at].name == id {
				return b.value(at), true
			}
		}
		return Value{}, true
	case Foreign:
		switch m := v.more.(type) {
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
		return int(v.more.(*body).nodes[v.at].start), true
	case Foreign:
		list, ok := v.more.([]any)
		return len(list), ok
	default:
		return 0, false
	}
}

// Each visits the values of a list until yield is false. It is to be ranged over.
func (v Value) Each(yield func(Value) bool) {
	switch v.kind {
	case List:
		b := v.more.(*body)
		end := int32(b.nodes[v.at].end)
		for at := v.at + 1; at < end; at = b.after(at) {
			if !yield(b.value(at)) {
				return
			}
		}
	case Foreign:
		list, _ := v.more.([]any)
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
	case Nothing, Text:
		return v.text, true
	case Bool:
		return strconv.FormatBool(v.at != 0), true
	case Number:
		if whole(v.text) {
			return v.text, true
		}
		f, err := strconv.ParseFloat(v.text, 64)
		return formatFloat(f), err == nil
	case Foreign:
		return scalar(v.more)
	default:
		return "", false
	}
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

// Int returns a whole number, or false when the value is none that Go can hold.
func (v Value) Int() (int, bool) {
	if v.kind == Number {
		n, err := strconv.Atoi(v.text)
		return n, err == nil
	}
	n, ok := v.more.(int)
	return n, ok
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
