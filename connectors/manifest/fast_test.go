package manifest_test

import (
	"reflect"
	"testing"
)

// slow makes the interpreter run an expression whose plain form runs without it.
func slow(source string) string { return "let x = 1; " + source }

func TestFastAndInterpretedExpressionsAgree(t *testing.T) {
	t.Parallel()
	items := []any{
		map[string]any{}, "text", nil, []any{1.0},
		map[string]any{"a": "x", "b": "y", "n": 7.0, "list": []any{map[string]any{"a": "z"}}, "sub": map[string]any{"a": "deep"}},
		map[string]any{"a": nil, "b": 1.5, "list": []any{}, "sub": "flat"},
		map[string]any{"a": "Nobody", "list": "not a list", "sub": []any{}},
	}
	sources := []string{
		"item.a", "item.sub.a", "item.a + item.b", `item.a == "x"`, `item.a != item.b`, `item.n == 7`,
		`item.a == "Nobody" ? "" : pick(item.a, item.b)`, "single(item.list).a", "single(item.sub).a",
		`trimSuffix(item.a, "x")`, `pick(item.n, item.a)`, `basename(item.a)`, `mend(item.a)`, `named(item.list, "a")`,
	}
	for _, source := range sources {
		for _, item := range items {
			fast, fastErr := eval(t, source, item)
			interpreted, err := eval(t, slow(source), item)
			if (fastErr == nil) != (err == nil) || err == nil && !reflect.DeepEqual(fast, interpreted) {
				t.Errorf("%s of %v: %v (%v), interpreted %v (%v)", source, item, fast, fastErr, interpreted, err)
			}
		}
	}
}
