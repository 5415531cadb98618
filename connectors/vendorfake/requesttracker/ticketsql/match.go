package ticketsql

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Row is what a condition is held against. Field names come in lower case, a
// custom field as "cf." and its name in lower case.
type Row interface {
	// Text returns the values of a field; none when it is empty.
	Text(field string) []string
	// Date returns the value of a date; the zero time when it is not set.
	Date(field string) time.Time
}

type condition struct {
	field, op, value string
	kind             Type
	date             time.Time
	zone             *time.Location
}

func knownOperator(op string) bool {
	switch op {
	case "=", "!=", ">", ">=", "<", "<=", "LIKE", "NOT LIKE", "STARTSWITH", "ENDSWITH", "IS", "IS NOT":
		return true
	}
	return false
}

func (c condition) match(r Row) bool {
	if c.kind == Date {
		return c.matchDate(r.Date(c.field))
	}
	values := r.Text(c.field)
	switch c.op {
	case "IS": // the only value after IS is NULL
		return len(values) == 0
	case "IS NOT":
		return len(values) > 0
	case "!=":
		return !slices.ContainsFunc(values, c.equal)
	case "NOT LIKE":
		return !slices.ContainsFunc(values, c.contains)
	}
	return slices.ContainsFunc(values, func(v string) bool {
		switch c.op {
		case "=":
			return c.equal(v)
		case "LIKE":
			return c.contains(v)
		case "STARTSWITH":
			return strings.HasPrefix(strings.ToLower(v), strings.ToLower(c.value))
		case "ENDSWITH":
			return strings.HasSuffix(strings.ToLower(v), strings.ToLower(c.value))
		}
		return c.ordered(v)
	})
}

func (c condition) equal(v string) bool { return strings.EqualFold(v, c.value) }
func (c condition) contains(v string) bool {
	return strings.Contains(strings.ToLower(v), strings.ToLower(c.value))
}

// ordered compares numbers as numbers and everything else as text.
func (c condition) ordered(v string) bool {
	if c.kind != Number {
		return holds(c.op, strings.Compare(strings.ToLower(v), strings.ToLower(c.value)))
	}
	have, err1 := strconv.ParseInt(v, 10, 64)
	want, err2 := strconv.ParseInt(c.value, 10, 64)
	if err1 != nil || err2 != nil {
		return false
	}
	switch {
	case have < want:
		return holds(c.op, -1)
	case have > want:
		return holds(c.op, 1)
	}
	return holds(c.op, 0)
}

func (c condition) matchDate(have time.Time) bool {
	switch c.op {
	case "=": // Request Tracker means the whole day of the token's owner
		y1, m1, d1 := have.In(c.zone).Date()
		y2, m2, d2 := c.date.In(c.zone).Date()
		return y1 == y2 && m1 == m2 && d1 == d2
	case "IS":
		return have.IsZero()
	case "IS NOT":
		return !have.IsZero()
	}
	if have.IsZero() {
		have = time.Unix(0, 0)
	}
	return holds(c.op, have.Compare(c.date))
}

func holds(op string, cmp int) bool {
	switch op {
	case ">":
		return cmp > 0
	case ">=":
		return cmp >= 0
	case "<":
		return cmp < 0
	case "<=":
		return cmp <= 0
	case "!=":
		return cmp != 0
	}
	return cmp == 0
}
