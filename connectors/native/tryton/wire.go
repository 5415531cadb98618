package tryton

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"portico/sync/record"
)

// reading takes values out of one row as Tryton wrote it. The first value that is
// not what it should be is remembered, so that the row can be set aside with a
// reason; nothing panics.
type reading struct {
	row map[string]json.RawMessage
	err *error // shared with what is nested in the row
}

func read(raw json.RawMessage) *reading {
	var err error
	r := &reading{err: &err}
	r.into(raw, "the row")
	return r
}

func (r *reading) into(raw json.RawMessage, name string) {
	if err := json.Unmarshal(raw, &r.row); err != nil || r.row == nil {
		r.fail(name, raw, "an object")
	}
}

func (r *reading) fail(name string, raw json.RawMessage, want string) {
	if *r.err == nil {
		*r.err = fmt.Errorf("%s is %s, not %s", name, clip(string(raw), 40), want)
	}
}

// value returns a field, and false when it is missing or null.
func (r *reading) value(name string) (json.RawMessage, bool) {
	raw, ok := r.row[name]
	return raw, ok && !bytes.Equal(bytes.TrimSpace(raw), []byte("null"))
}

// text reads clean text.
func (r *reading) text(name string) string {
	raw, ok := r.value(name)
	if !ok {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		r.fail(name, raw, "text")
	}
	return strings.TrimSpace(clean(s))
}

// id reads the id of a row or of the row that a field leads to; 0 for none.
func (r *reading) id(name string) int64 {
	raw, ok := r.value(name)
	if !ok {
		return 0
	}
	var n int64
	if json.Unmarshal(raw, &n) != nil || n < 0 {
		r.fail(name, raw, "an id")
		return 0
	}
	return n
}

// key is an id as a record names it, "" for none.
func (r *reading) key(name string) string {
	if n := r.id(name); n != 0 {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

// yes reads a boolean, which SQLite makes a number.
func (r *reading) yes(name string) bool {
	raw, ok := r.value(name)
	switch string(raw) {
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	if ok {
		r.fail(name, raw, "true or false")
	}
	return false
}

// typed is a value that Tryton marks with a class.
type typed struct {
	Class   string `json:"__class__"`
	Decimal string `json:"decimal"`
	Base64  string `json:"base64"`
	Year    int    `json:"year"`
	Month   int    `json:"month"`
	Day     int    `json:"day"`
	Hour    int    `json:"hour"`
	Minute  int    `json:"minute"`
	Second  int    `json:"second"`
	Micro   int    `json:"microsecond"`
}

func (r *reading) typed(name, class string) (typed, bool) {
	raw, ok := r.value(name)
	var t typed
	if !ok {
		return t, false
	}
	if json.Unmarshal(raw, &t) != nil || t.Class != class {
		r.fail(name, raw, "a "+class)
		return t, false
	}
	return t, true
}

// date reads a day as midnight UTC.
func (r *reading) date(name string) time.Time { return r.at(name, "date") }

// moment reads a datetime, which Tryton keeps in UTC.
func (r *reading) moment(name string) time.Time { return r.at(name, "datetime") }

func (r *reading) at(name, class string) time.Time {
	t, ok := r.typed(name, class)
	if !ok {
		return time.Time{}
	}
	at := time.Date(t.Year, time.Month(t.Month), t.Day, t.Hour, t.Minute, t.Second, t.Micro*1000, time.UTC)
	if at.Year() != t.Year || int(at.Month()) != t.Month || at.Day() != t.Day || t.Year < 1 || t.Year > 9999 || at.Hour() != t.Hour || at.Minute() != t.Minute {
		raw, _ := r.value(name)
		r.fail(name, raw, "a "+class)
		return time.Time{}
	}
	return at
}

// decimal reads an exact number: a Decimal, or a float where Tryton counts with one.
func (r *reading) decimal(name string) record.Decimal {
	raw, ok := r.value(name)
	if !ok {
		return ""
	}
	text := string(raw)
	if raw[0] == '{' {
		t, ok := r.typed(name, "Decimal")
		if !ok {
			return ""
		}
		text = t.Decimal
	}
	d, ok := plain(text)
	if !ok {
		r.fail(name, raw, "a number")
	}
	return d
}

// bytes reads a binary field.
func (r *reading) bytes(name string) []byte {
	t, ok := r.typed(name, "bytes")
	if !ok {
		return nil
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(t.Base64), ""))
	if err != nil {
		raw, _ := r.value(name)
		r.fail(name, raw, "bytes")
	}
	return data
}

// sub reads the row that a field leads to; one without fields for none.
func (r *reading) sub(name string) *reading {
	out := &reading{err: r.err}
	if raw, ok := r.value(name + "."); ok {
		out.into(raw, name)
	}
	return out
}

// rows reads the rows that a field leads to.
func (r *reading) rows(name string) []*reading {
	raw, ok := r.value(name + ".")
	if !ok {
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		r.fail(name, raw, "a list")
	}
	out := make([]*reading, len(list))
	for i, one := range list {
		out[i] = &reading{err: r.err}
		out[i].into(one, name)
	}
	return out
}

// along visits the rows at the end of a path like "move." or "lines.service.".
func (r *reading) along(path string) []*reading {
	name, rest, found := strings.Cut(path, ".")
	if !found {
		return []*reading{r}
	}
	raw, _ := r.value(name + ".")
	var next []*reading
	switch {
	case len(raw) > 0 && raw[0] == '[':
		next = r.rows(name)
	case len(raw) > 0:
		next = []*reading{r.sub(name)}
	}
	var out []*reading
	for _, one := range next {
		out = append(out, one.along(rest)...)
	}
	return out
}

// plain writes a number without an exponent and without the ".0" that a float
// has; it keeps every other digit.
func plain(text string) (record.Decimal, bool) {
	if len(text) > 60 || strings.ContainsAny(text, "_xXpP/") {
		return "", false
	}
	mantissa, exponent, found := strings.Cut(strings.ToLower(text), "e")
	if found {
		n, err := strconv.Atoi(exponent)
		_, fraction, _ := strings.Cut(mantissa, ".")
		value, ok := new(big.Rat).SetString(text)
		if err != nil || !ok || n > 30 || n < -30 {
			return "", false
		}
		return record.Decimal(value.FloatString(max(0, len(fraction)-n))), true
	}
	if _, ok := new(big.Rat).SetString(text); !ok {
		return "", false
	}
	return record.Decimal(strings.TrimSuffix(strings.TrimPrefix(text, "+"), ".0")), true
}

// clean drops what no database accepts: NUL and broken UTF-8.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ReplaceAll(s, "\x00", "")
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// Values on the way to Tryton.

func decimalOf(d record.Decimal) any {
	return map[string]any{"__class__": "Decimal", "decimal": string(d)}
}

func dateOf(t time.Time) any {
	return map[string]any{"__class__": "date", "year": t.Year(), "month": int(t.Month()), "day": t.Day()}
}

func momentOf(t time.Time) any {
	t = t.UTC()
	return map[string]any{"__class__": "datetime", "year": t.Year(), "month": int(t.Month()), "day": t.Day(),
		"hour": t.Hour(), "minute": t.Minute(), "second": t.Second(), "microsecond": t.Nanosecond() / 1000}
}
