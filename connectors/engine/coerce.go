package engine

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"portico/connectors/manifest"
	"portico/sync/record"
)

// text evaluates to clean text.
func (m *mapper) text(e *manifest.Expr) string {
	if !e.Set() {
		return ""
	}
	v, err := e.Text(m.env)
	m.fail(err)
	return clean(v)
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

func (m *mapper) value(e *manifest.Expr) any {
	if !e.Set() {
		return nil
	}
	v, err := e.Eval(m.env)
	m.fail(err)
	return v
}

func (m *mapper) strings(i int) []string {
	v := m.value(&m.emit.Fields[i])
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []string
	for _, one := range list {
		t, ok := manifest.Text(one)
		if !ok {
			m.fail(fmt.Errorf("%s: an entry is %T, not text", m.emit.Fields[i].Source, one))
			return nil
		}
		if t != "" {
			out = append(out, clean(t))
		}
	}
	return out
}

// maybe reads a yes or no that the source may leave open.
func (m *mapper) maybe(i int) *bool {
	switch v := m.value(&m.emit.Fields[i]).(type) {
	case nil:
		return nil
	case bool:
		return &v
	default:
		m.fail(fmt.Errorf("%s: is %T, not true or false", m.emit.Fields[i].Source, v))
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
func timeOf(v any) (time.Time, error) {
	var at time.Time
	switch t := v.(type) {
	case nil:
		return at, nil
	case float64:
		if math.IsNaN(t) || math.Abs(t) > 1e11 {
			return at, fmt.Errorf("%v is not a time", t)
		}
		at = time.Unix(int64(t), 0)
	case string:
		if t == "" {
			return at, nil
		}
		var err error
		if len(t) == len(time.DateOnly) {
			at, err = time.Parse(time.DateOnly, t)
		} else {
			at, err = time.Parse(time.RFC3339Nano, t)
		}
		if err != nil {
			return time.Time{}, fmt.Errorf("%q is not a time", clip(t, 40))
		}
	case time.Time:
		at = t
	default:
		return at, fmt.Errorf("%T is not a time", v)
	}
	if at.Unix() <= 0 || at.Year() > 9999 {
		return time.Time{}, nil
	}
	return at.UTC(), nil
}
