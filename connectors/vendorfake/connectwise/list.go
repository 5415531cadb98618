package connectwise

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/connectors/vendorfake/shelf"
)

const (
	defaultSize = 25
	maxSize     = 1000
)

// list answers with a page: forward-only by id, or by number.
func (f *Fake) list(r *http.Request, kind string, among func(shelf.Thing) bool) *answer {
	q := r.URL.Query()
	where, err := parseConditions(q.Get("conditions"))
	if err != nil {
		return fail(http.StatusBadRequest, "InvalidObject", err.Error())
	}
	found := f.Shelf.All(kind, func(t shelf.Thing) bool { return (among == nil || among(t)) && where.holds(t) })
	size := number(q, "pageSize", defaultSize)
	if size < 1 || size > maxSize {
		return fail(http.StatusBadRequest, "InvalidObject", "pageSize must be between 1 and 1000")
	}
	if r.Header.Get("pagination-type") == "forward-only" {
		if q.Get("orderBy") != "" {
			return fail(http.StatusBadRequest, "InvalidObject", "orderBy is not allowed with forward-only pagination")
		}
		after := number(q, "pageId", 0)
		found = slices.DeleteFunc(found, func(t shelf.Thing) bool { return t.ID <= after })
	} else {
		if q.Get("orderBy") == "id desc" {
			slices.SortFunc(found, func(a, b shelf.Thing) int { return cmp.Compare(b.ID, a.ID) })
		}
		found = found[min(len(found), (number(q, "page", 1)-1)*size):]
	}
	found = found[:min(len(found), size)]
	rows := make([]map[string]any, len(found))
	for i, t := range found {
		rows[i] = only(f.show(t), q.Get("fields"))
	}
	a := ok(rows)
	if len(found) > 0 { // forward-only lists name a next page even when there is none
		a.link = `<http://` + r.Host + r.URL.Path + `?pageId=` + strconv.Itoa(found[len(found)-1].ID) + `>; rel="next"`
	}
	return a
}

func number(q url.Values, name string, standard int) int {
	n, err := strconv.Atoi(q.Get(name))
	if err != nil {
		return standard
	}
	return n
}

// only trims a row to the fields asked for; "a/b" is a field of a reference.
func only(row map[string]any, fields string) map[string]any {
	if fields == "" {
		return row
	}
	out := map[string]any{}
	for _, field := range strings.Split(fields, ",") {
		name, part, deep := strings.Cut(field, "/")
		v, there := row[name]
		if !there {
			continue
		}
		if !deep {
			out[name] = v
			continue
		}
		inner, _ := out[name].(map[string]any)
		if inner == nil {
			inner = map[string]any{}
		}
		if one, found := member(v, part); found {
			inner[part] = one
		}
		out[name] = inner
	}
	return out
}

// member reads a field of a reference.
func member(v any, name string) (any, bool) {
	switch t := v.(type) {
	case map[string]any:
		out, ok := t[name]
		return out, ok
	case map[string]string:
		out, ok := t[name]
		return out, ok
	default:
		return nil, false
	}
}
