package engine

import (
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/record"
)

// text evaluates to clean text.
func (m *mapper) text(e *manifest.Expr) string {
	if !e.Set() {
		return ""
	}
	v, err := m.frame.Eval(e)
	m.fail(err)
	text, ok := v.Scalar()
	if !ok {
		m.fail(fmt.Errorf("%s: is %T, not text", e.Source, v.Plain()))
	}
	if v.Tidy() {
		return text
	}
	return clean(text)
}

// clean drops what no database accepts: NUL and broken UTF-8.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

func (m *mapper) string(i int) string { return m.text(&m.emit.Fields[i]) }

// person reads a name and, one place further, an address.
func (m *mapper) person(i int) record.Person {
	return record.Person{Name: m.string(i), Email: m.string(i + 1)}
}

func (m *mapper) value(e *manifest.Expr) tree.Value {
	if !e.Set() {
		return tree.Value{}
	}
	v, err := m.frame.Eval(e)
	m.fail(err)
	return v
}

func (m *mapper) strings(i int) []string {
	e := &m.emit.Fields[i]
	if !e.Set() {
		return nil
	}
	var out []string
	for one := range each(m.value(e)) {
		t, ok := one.Scalar()
		if !ok {
			m.fail(fmt.Errorf("%s: an entry is %T, not text", e.Source, one.Plain()))
			return nil
		}
		if t != "" {
			out = append(out, clean(t))
		}
	}
	return out
}

// each visits the values of a list, or the value itself.
func each(v tree.Value) iter.Seq[tree.Value] {
	if _, ok := v.Len(); ok {
		return v.Each
	}
	return func(yield func(tree.Value) bool) { yield(v) }
}

// maybe reads a yes or no that the source may leave open.
func (m *mapper) maybe(i int) *bool {
	v := m.value(&m.emit.Fields[i])
	switch v.Kind() {
	case tree.Nothing:
		return nil
	case tree.Bool:
		is := v.Bool()
		return &is
	default:
		m.fail(fmt.Errorf("%s: is %T, not true or false", m.emit.Fields[i].Source, v.Plain()))
		return nil
	}
}

func (m *mapper) bool(i int) bool {
	b := m.maybe(i)
	return b != nil && *b
}

func (m *mapper) int(i int) int64 {
	text := m.string(i)
	if text == "" {
		return 0
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
		return n
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n > math.MaxInt64/2 {
		m.fail(fmt.Errorf("%s: %q is not a number of bytes", m.emit.Fields[i].Source, clip(text, 40)))
		return 0
	}
	return int64(n)
}

func (m *mapper) date(i int) time.Time { return m.time(&m.emit.Fields[i]) }

func (m *mapper) time(e *manifest.Expr) time.Time {
	t, err := timeOf(m.value(e))
	if err != nil {
		m.fail(fmt.Errorf("%s: %w", e.Source, err))
	}
	return t
}

// timeOf reads an RFC 3339 time, a plain date (midnight UTC), or seconds since
// the epoch. The epoch itself, which systems send for "never", is the zero time.
func timeOf(v tree.Value) (time.Time, error) {
	if v.String() == never {
		return time.Time{}, nil
	}
	at, err := momentOf(v)
	if seconds := at.Unix(); err != nil || seconds <= 0 || seconds >= endOfTime {
		return time.Time{}, err
	}
	return at.UTC(), nil
}

const (
	never     = "1970-01-01T00:00:00Z" // is so frequent that it is not read each time
	endOfTime = 253402300800           // the year 10000, which RFC 3339 cannot write
)

func momentOf(v tree.Value) (time.Time, error) {
	if text := v.String(); text != "" {
		layout := time.RFC3339Nano
		if len(text) == len(time.DateOnly) {
			layout = time.DateOnly
		}
		at, err := time.Parse(layout, text)
		if err != nil {
			return at, fmt.Errorf("%q is not a time", clip(text, 40))
		}
		return at, nil
	}
	if v.Kind() == tree.Nothing || v.Kind() == tree.Text {
		return time.Time{}, nil
	}
	if seconds, ok := v.Float(); ok {
		if math.IsNaN(seconds) || math.Abs(seconds) > 1e11 {
			return time.Time{}, fmt.Errorf("%v is not a time", seconds)
		}
		return time.Unix(int64(seconds), 0), nil
	}
	if at, ok := v.Plain().(time.Time); ok {
		return at, nil
	}
	return time.Time{}, fmt.Errorf("%T is not a time", v.Plain())
}
