package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// EnvPrefix starts the name of every environment variable that sets something.
const EnvPrefix = "PORTICO_"

// reserved are variables that other parts of the program or its tests read:
// they are not settings, and so not unknown ones either.
var reserved = []string{"PORTICO_CONFIG", "PORTICO_SECRET_", "PORTICO_SETTING_", "PORTICO_PASSWORD", "PORTICO_TEST_"}

// setting is one leaf of Config.
type setting struct {
	key   string // smtp.host
	help  string
	index []int
	typ   reflect.Type
}

// env is the variable that sets it: PORTICO_SMTP_HOST.
func (s setting) env() string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// settings lists every leaf in the order of the struct.
var settings = leaves(reflect.TypeFor[Config](), "", nil)

func leaves(t reflect.Type, prefix string, index []int) []setting {
	var out []setting
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("koanf")
		if name == "" {
			continue
		}
		at := append(slices.Clone(index), i)
		if f.Type.Kind() == reflect.Struct {
			out = append(out, leaves(f.Type, prefix+name+".", at)...)
			continue
		}
		out = append(out, setting{key: prefix + name, help: f.Tag.Get("help"), index: at, typ: f.Type})
	}
	return out
}

func find(key string) (setting, bool) {
	for _, s := range settings {
		if s.key == key {
			return s, true
		}
	}
	return setting{}, false
}

// convert turns a value as written into the setting's type. The error is a
// sentence that says what was expected.
func (s setting) convert(v any) (any, error) {
	text := strings.TrimSpace(fmt.Sprint(v))
	switch s.typ {
	case reflect.TypeFor[int]():
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("%q is not a whole number", text)
		}
		return n, nil
	case reflect.TypeFor[[]string]():
		return list(v)
	default:
		switch v.(type) {
		case []any, map[string]any:
			return nil, fmt.Errorf("one value is expected here, not several")
		}
		return reflect.ValueOf(text).Convert(s.typ).Interface(), nil
	}
}

// list accepts a YAML list of plain values, or one text with commas.
func list(v any) ([]string, error) {
	out := []string{}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			switch item.(type) {
			case map[string]any, []any, nil:
				return nil, fmt.Errorf("a list of plain values is expected here")
			}
			out = append(out, strings.TrimSpace(fmt.Sprint(item)))
		}
	case map[string]any:
		return nil, fmt.Errorf("a list is expected here")
	default:
		for item := range strings.SplitSeq(fmt.Sprint(v), ",") {
			if item = strings.TrimSpace(item); item != "" {
				out = append(out, item)
			}
		}
	}
	return out, nil
}

// nearest returns the candidate that a mistyped word was probably meant to be,
// or "" when none is close.
func nearest(word string, candidates []string) string {
	best, found := max(2, len(word)/3)+1, ""
	for _, c := range candidates {
		if strings.HasSuffix(c, "."+word) {
			return c
		}
		if d := distance(word, c); d < best {
			best, found = d, c
		}
	}
	return found
}

// distance counts the single-letter edits between two words (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
