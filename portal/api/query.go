package api

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/sync/fault"
)

// Every list takes these.
type paging struct {
	Limit  int    `query:"limit" doc:"How many, at most 200; 50 when it is left out." minimum:"1" maximum:"200"`
	Cursor string `query:"cursor" doc:"Where to go on: the value of the address in next."`
}

const (
	fewest = 50
	most   = 200
)

// asked reads what stands behind the question mark into dst, a pointer to a struct
// with query tags. What is not known is refused, like an unknown field.
func asked(r *http.Request, dst any) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return refuse(http.StatusBadRequest, "query_bad", fault.New(fault.Invalid, "What stands behind the question mark cannot be read."))
	}
	problem := fault.New(fault.Invalid, "Please correct what is named.")
	known := map[string]bool{}
	each(reflect.ValueOf(dst).Elem(), func(name string, tag reflect.StructTag, f reflect.Value) {
		known[name] = true
		given := values[name]
		switch {
		case len(given) == 0:
		case len(given) > 1:
			problem.Field(name, "Give it once.")
		default:
			if why := put(f, tag, given[0]); why != "" {
				problem.Field(name, why)
			}
		}
	})
	for name := range values {
		if !known[name] {
			problem.Field(name, "There is no such parameter.")
		}
	}
	if len(problem.Fields) > 0 {
		return problem
	}
	return nil
}

// each visits the fields of a struct that have a query tag, embedded ones too.
func each(v reflect.Value, visit func(name string, tag reflect.StructTag, f reflect.Value)) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous {
			each(v.Field(i), visit)
			continue
		}
		if name := field.Tag.Get("query"); name != "" {
			visit(name, field.Tag, v.Field(i))
		}
	}
}

func put(f reflect.Value, tag reflect.StructTag, text string) string {
	switch f.Interface().(type) {
	case string:
		if list := tag.Get("enum"); list != "" && !slices.Contains(strings.Split(list, ","), text) {
			return "One of " + strings.ReplaceAll(list, ",", ", ") + "."
		}
		if len(text) > 2000 {
			return "This is too long."
		}
		f.SetString(text)
	case int:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return "A whole number from 1 to 200."
		}
		f.SetInt(int64(n))
	case *bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return "true or false."
		}
		f.Set(reflect.ValueOf(&b))
	case time.Time:
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return "A time like 2026-11-22T09:00:00Z."
		}
		f.Set(reflect.ValueOf(t.UTC()))
	default:
		panic("api: a parameter of type " + f.Type().String())
	}
	return ""
}

// size is how many rows a page has.
func (p paging) size() int {
	if p.Limit == 0 {
		return fewest
	}
	return p.Limit
}
