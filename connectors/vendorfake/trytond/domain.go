package trytond

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
	"time"
)

type predicate func(row) bool

// domain compiles a domain: a clause [path, operator, value], a list of domains that
// must all hold, or one that begins with "OR".
func (c *call) domain(model string, raw any) (predicate, error) {
	list, ok := raw.([]any)
	if !ok {
		return nil, crash("a domain is a list")
	}
	if len(list) == 3 {
		path, isPath := list[0].(string)
		operator, isOperator := list[1].(string)
		if isPath && isOperator && path != "OR" && path != "AND" {
			return c.clause(model, path, operator, list[2])
		}
	}
	either := false
	if len(list) > 0 && (list[0] == "OR" || list[0] == "AND") {
		either, list = list[0] == "OR", list[1:]
	}
	parts := make([]predicate, len(list))
	for i, one := range list {
		var err error
		if parts[i], err = c.domain(model, one); err != nil {
			return nil, err
		}
	}
	return func(r row) bool {
		for _, p := range parts {
			if p(r) == either {
				return either
			}
		}
		return !either || len(parts) == 0
	}, nil
}

// clause compares what a path leads to; through a list, any of it counts.
func (c *call) clause(model, path, operator string, raw any) (predicate, error) {
	name, rest, found := strings.Cut(path, ".")
	f, known := schema[model][name]
	if !known || c.without[model+"."+name] {
		return nil, keyError(name)
	}
	if found {
		if f.target == "" {
			return nil, crash("%s leads nowhere", name)
		}
		inner, err := c.clause(f.target, rest, operator, raw)
		if err != nil {
			return nil, err
		}
		return func(r row) bool {
			return slices.ContainsFunc(c.ids(model, r, name), func(id int64) bool {
				to := c.row(f.target, id)
				return to != nil && inner(to)
			})
		}, nil
	}
	compare, ok := operators[operator]
	if !ok {
		return nil, crash("unknown operator %q", operator)
	}
	value, err := decode(raw)
	if err != nil {
		return nil, err
	}
	return func(r row) bool { return compare(c.get(model, r, name), value) }, nil
}

var operators = map[string]func(is, value any) bool{
	"=":      func(is, value any) bool { return same(is, value) },
	"!=":     func(is, value any) bool { return !same(is, value) },
	"in":     within,
	"not in": func(is, value any) bool { return !within(is, value) },
	">":      func(is, value any) bool { n, ok := order(is, value); return ok && n > 0 },
	"<":      func(is, value any) bool { n, ok := order(is, value); return ok && n < 0 },
	"like": func(is, value any) bool {
		text, _ := is.(string)
		pattern, _ := value.(string)
		head, whole := strings.CutSuffix(pattern, "%")
		return whole && strings.HasPrefix(text, head) || text == pattern
	},
}

func within(is, value any) bool {
	list, _ := value.([]any)
	return slices.ContainsFunc(list, func(one any) bool { return same(is, one) })
}

func same(is, value any) bool {
	if is == nil || value == nil {
		return is == nil && value == nil
	}
	n, ok := order(is, value)
	return ok && n == 0
}

// order compares two values of one type. Nothing is neither more nor less.
func order(a, b any) (int, bool) {
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return strings.Compare(x, y), ok
	case bool:
		y, ok := b.(bool)
		return map[bool]int{true: 0, false: 1}[x == y], ok
	case int64:
		y, ok := b.(int64)
		return cmp.Compare(x, y), ok
	case time.Time:
		y, ok := b.(time.Time)
		return x.Compare(y), ok
	case *big.Rat:
		y, ok := b.(*big.Rat)
		if !ok {
			return 0, false
		}
		return x.Cmp(y), true
	default:
		return 0, false
	}
}
