package xero

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/connectors/vendorfake/shelf"
)

const (
	defaultSize = 100
	maxSize     = 1000
)

// unsized are lists whose pages have no size to choose, and no totals.
var unsized = []string{Quotes}

// unpaged are lists that come whole, whatever is asked.
var unpaged = []string{Repeating, Accounts}

// list answers with a list, or with a page of it.
func (f *Fake) list(r *http.Request, kind string) answer {
	q := r.URL.Query()
	rows, wrong := f.rows(r, kind)
	if wrong == "" {
		wrong = order(rows, kind, q.Get("order"))
	}
	if wrong != "" {
		return fail(http.StatusBadRequest, wrong)
	}
	out := map[string]any{}
	if q.Has("page") && !slices.Contains(unpaged, kind) {
		page, size, ok := span(q, kind)
		if !ok {
			return fail(http.StatusBadRequest, "page or pageSize is out of range")
		}
		if !slices.Contains(unsized, kind) {
			out["pagination"] = map[string]any{"page": page, "pageSize": size, "pageCount": (len(rows) + size - 1) / size, "itemCount": len(rows)}
		}
		rows = rows[min(len(rows), (page-1)*size):min(len(rows), page*size)]
	}
	whole := q.Has("page") || slices.Contains(unpaged, kind)
	list := make([]any, len(rows))
	for i, t := range rows {
		list[i] = f.show(t, whole)
	}
	out[kind] = list
	return ok(out)
}

// rows are the things of a kind that a request picks.
func (f *Fake) rows(r *http.Request, kind string) ([]shelf.Thing, string) {
	q := r.URL.Query()
	since, ok := modified(r.Header.Get("If-Modified-Since"))
	if !ok {
		return nil, "If-Modified-Since is not a date"
	}
	picked := filter.FindStringSubmatch(q.Get("where"))
	if q.Has("where") && picked == nil {
		return nil, "where is not understood: " + q.Get("where")
	}
	ids := strings.Split(q.Get("IDs"), ",")
	rows := f.Shelf.All(kind, func(t shelf.Thing) bool {
		switch {
		case !since.IsZero() && kind != Repeating && !t.Updated.After(since):
			return false
		case kind == Contacts && t.Values["ContactStatus"] == "ARCHIVED" && q.Get("includeArchived") != "true":
			return false
		default:
			return !q.Has("IDs") || slices.Contains(ids, ID(t.ID))
		}
	})
	return slices.DeleteFunc(rows, func(t shelf.Thing) bool {
		return picked != nil && fmt.Sprint(member(f.show(t, false), picked[1])) != picked[2]+picked[3]
	}), ""
}

// filter is one comparison of the vendor's language: Type=="ACCREC" or
// Invoice.InvoiceID==guid("…").
var filter = regexp.MustCompile(`^([A-Za-z.]+)==(?:guid\("([^"]+)"\)|"([^"]*)")$`)

// modified reads the header, which is in UTC where it names no zone.
func modified(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	at, err := http.ParseTime(text)
	return at, err == nil
}

// order sorts rows as asked; by when they changed, when nothing is.
func order(rows []shelf.Thing, kind, by string) string {
	name, direction, _ := strings.Cut(by, " ")
	if !slices.Contains([]string{"", "ASC", "DESC"}, direction) {
		return "order is not understood: " + by
	}
	var compare func(a, b shelf.Thing) int
	switch name {
	case "", "UpdatedDateUTC":
		compare = func(a, b shelf.Thing) int { return cmp.Or(a.Updated.Compare(b.Updated), a.ID-b.ID) }
	case idNames[kind]:
		compare = func(a, b shelf.Thing) int { return cmp.Compare(ID(a.ID), ID(b.ID)) }
	default:
		return "order is not understood: " + by
	}
	slices.SortFunc(rows, func(a, b shelf.Thing) int {
		if direction == "DESC" {
			return compare(b, a)
		}
		return compare(a, b)
	})
	return ""
}

func span(q url.Values, kind string) (page, size int, ok bool) {
	page, err := strconv.Atoi(q.Get("page"))
	size = defaultSize
	if text := q.Get("pageSize"); text != "" && !slices.Contains(unsized, kind) && err == nil {
		size, err = strconv.Atoi(text)
	}
	return page, size, err == nil && page >= 1 && size >= 1 && size <= maxSize
}
