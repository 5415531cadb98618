package autotask

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"portico/connectors/vendorfake/shelf"
)

// most is how many records a query may ask for at once.
const most = 500

// asked is the body of a query.
type asked struct {
	MaxRecords    int
	IncludeFields []string
	Filter        []filter
}

type filter struct {
	Op    string `json:"op"`
	Field string `json:"field"`
	Value any    `json:"value"`
}

// query answers with what passes every filter, by id.
func (f *Fake) query(r *http.Request, entity string) (int, any) {
	var q asked
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		return http.StatusInternalServerError, failure(err.Error())
	}
	if len(q.Filter) == 0 || q.MaxRecords < 0 || q.MaxRecords > most {
		return http.StatusInternalServerError, failure("A query needs a filter and at most 500 records.")
	}
	if len(q.IncludeFields) > 0 && !slices.Contains(q.IncludeFields, "id") {
		return http.StatusInternalServerError, failure("IncludeFields must hold id.")
	}
	size := q.MaxRecords
	if size == 0 {
		size = most
	}
	var rows []map[string]any
	for _, t := range f.Shelf.All(entity, nil) {
		row := f.show(t)
		if slices.ContainsFunc(q.Filter, func(c filter) bool { return !c.holds(row) }) {
			continue
		}
		if len(rows) == size {
			break
		}
		rows = append(rows, only(row, q.IncludeFields))
	}
	if rows == nil {
		rows = []map[string]any{}
	}
	return http.StatusOK, map[string]any{"items": rows, "pageDetails": map[string]any{"count": len(rows), "requestCount": size, "prevPageUrl": nil, "nextPageUrl": nil}}
}

func only(row map[string]any, names []string) map[string]any {
	if len(names) == 0 {
		return row
	}
	out := map[string]any{}
	for _, name := range names {
		out[name] = row[name] // one that it does not have is null
	}
	return out
}

func (c filter) holds(row map[string]any) bool {
	is := row[c.Field]
	switch c.Op {
	case "in":
		list, _ := c.Value.([]any)
		return slices.ContainsFunc(list, func(v any) bool { return compare(is, v) == 0 })
	case "eq":
		return compare(is, c.Value) == 0
	case "gt":
		return compare(is, c.Value) > 0
	case "gte":
		return compare(is, c.Value) >= 0
	default:
		return false
	}
}

// compare puts numbers by value and everything else by its text, which is right for
// times in this form.
func compare(a, b any) int {
	x, isNumber := number(a)
	y, areNumbers := number(b)
	if isNumber && areNumbers {
		return x - y
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

func number(v any) (int, bool) {
	switch t := v.(type) {
	case int:
		return t, true
	case float64:
		return int(t), true
	default:
		return 0, false
	}
}

// with returns things of an entity whose field has a value.
func (f *Fake) with(entity, field string, is any) []shelf.Thing {
	return f.Shelf.All(entity, func(t shelf.Thing) bool { return compare(t.Values[field], is) == 0 })
}
