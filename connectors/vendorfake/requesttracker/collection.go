package requesttracker

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// item is a row of a list.
type item interface {
	kind() string
	key() any // the id that lists show
	// field returns the value of a field; "" for one that does not exist.
	// prefix is the name of the parameter that lists the fields of an object.
	field(c *call, name, prefix string) any
	// order is what the row sorts by; nil when it cannot.
	order(column string) any
}

// list answers one page of rows. counted is false where the original does not
// tell how many there are.
func list[T item](c *call, rows []T, counted bool) answer {
	size, page := number(c.r, "per_page", 20), number(c.r, "page", 1)
	size = min(size, 100) // silently
	sortable := arrange(c, rows)
	total := len(rows)
	from := min((page-1)*size, total)
	shown := rows[from:min(from+size, total)]
	if !sortable {
		shown = nil // the original counts them and shows none
	}
	items := make([]any, 0, len(shown))
	for _, row := range shown {
		items = append(items, c.render(row))
	}
	out := fields{"count": len(items), "per_page": size, "page": page, "items": items, "total": nil, "pages": nil}
	if counted {
		pages := (total + size - 1) / size
		out["total"], out["pages"] = total, pages
		if total == 0 {
			out["pages"] = json.RawMessage("0.0") // as seen
		}
		if page < pages {
			out["next_page"] = c.pageURL(page + 1)
		}
		if page > 1 && pages > 0 {
			out["prev_page"] = c.pageURL(min(page-1, pages))
		}
	}
	return answer{Body: out}
}

// number reads a positive parameter; anything else means the default.
func number(r *http.Request, name string, otherwise int) int {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}

// arrange sorts rows by the orderby parameters and reports whether it could.
// Rows that tie stay in the order of their ids.
func arrange[T item](c *call, rows []T) bool {
	columns, orders := c.r.URL.Query()["orderby"], c.r.URL.Query()["order"]
	for _, column := range columns {
		if len(rows) > 0 && rows[0].order(column) == nil {
			return false
		}
	}
	slices.SortStableFunc(rows, func(a, b T) int {
		for i, column := range columns {
			d := compare(a.order(column), b.order(column))
			if i < len(orders) && strings.EqualFold(orders[i], "DESC") {
				d = -d
			}
			if d != 0 {
				return d
			}
		}
		return 0
	})
	return true
}

func compare(a, b any) int {
	switch a := a.(type) {
	case int:
		return cmp.Compare(a, b.(int))
	case time.Time:
		return a.Compare(b.(time.Time))
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

// pageURL is the request's own address with another page. The original blanks
// the old page parameter where it stands, unless it is the last.
func (c *call) pageURL(page int) string {
	pairs := strings.Split(c.r.URL.RawQuery, "&")
	if i := slices.IndexFunc(pairs, func(p string) bool { return strings.HasPrefix(p, "page=") }); i == len(pairs)-1 {
		pairs = pairs[:i]
	} else if i >= 0 {
		pairs[i] = "="
	}
	pairs = append(pairs, "page="+strconv.Itoa(page))
	path := strings.TrimPrefix(c.r.URL.Path, Base)
	return c.url(path) + "?" + strings.Join(pairs, "&")
}

// render shows a row: its stub and the fields that were asked for.
func (c *call) render(row item) fields {
	out := c.stub(row.kind(), row.key())
	for _, name := range split(c.r.URL.Query().Get("fields")) {
		out[name] = row.field(c, name, "fields["+name+"]")
	}
	return out
}

// expand shows an object inside a row, with the fields that prefix asks for.
func (c *call) expand(row item, prefix string) fields {
	out := c.stub(row.kind(), row.key())
	for _, name := range split(c.r.URL.Query().Get(prefix)) {
		out[name] = row.field(c, name, prefix+"["+name+"]")
	}
	return out
}

// split cuts a list at its commas; an empty list has no elements.
func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}
