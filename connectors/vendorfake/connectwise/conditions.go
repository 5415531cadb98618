package connectwise

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/connectors/vendorfake/shelf"
)

// conditions are joined by "and": as much of the vendor's language as a client of
// this API needs. Datetimes stand in square brackets, text in double quotes.
type conditions []condition

type condition struct {
	field, op, value string
}

var conditionPattern = regexp.MustCompile(`^([A-Za-z/]+)\s*(>=|<=|!=|=|>|<| in )\s*(\[[^\]]*\]|"[^"]*"|\([^)]*\)|\S+)$`)

func parseConditions(text string) (conditions, error) {
	var out conditions
	for _, part := range strings.Split(text, " and ") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		m := conditionPattern.FindStringSubmatch(part)
		if m == nil {
			return nil, fmt.Errorf("conditions: %q is not understood", part)
		}
		c := condition{field: m[1], op: strings.TrimSpace(m[2]), value: m[3]}
		if _, err := c.moment(); err != nil {
			return nil, fmt.Errorf("conditions: %w", err)
		}
		out = append(out, c)
	}
	return out, nil
}

// moment reads a datetime; the zero time for any other value.
func (c condition) moment() (time.Time, error) {
	if !strings.HasPrefix(c.value, "[") {
		return time.Time{}, nil
	}
	return time.Parse("2006-01-02T15:04:05Z", strings.Trim(c.value, "[]"))
}

func (cs conditions) holds(t shelf.Thing) bool {
	return !slices.ContainsFunc(cs, func(c condition) bool { return !c.holds(t) })
}

func (c condition) holds(t shelf.Thing) bool {
	if c.field == "lastUpdated" {
		at, _ := c.moment()
		return ordered(c.op, t.Updated.Truncate(time.Second).Compare(at))
	}
	value := field(t, c.field)
	if c.op == "in" {
		return slices.Contains(strings.Split(strings.Trim(c.value, "()"), ","), value)
	}
	if n, err := strconv.Atoi(c.value); err == nil {
		is, _ := strconv.Atoi(value)
		return ordered(c.op, is-n)
	}
	return ordered(c.op, strings.Compare(value, strings.Trim(c.value, `"`)))
}

func ordered(op string, than int) bool {
	switch op {
	case ">=":
		return than >= 0
	case "<=":
		return than <= 0
	case ">":
		return than > 0
	case "<":
		return than < 0
	case "!=":
		return than != 0
	default:
		return than == 0
	}
}

func field(t shelf.Thing, name string) string {
	if name == "id" {
		return strconv.Itoa(t.ID)
	}
	name, part, deep := strings.Cut(name, "/")
	v := t.Values[name]
	if deep {
		v, _ = member(v, part)
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
