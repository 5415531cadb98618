package stripe

import (
	"net/http"
	"slices"
	"strconv"

	"portico/connectors/vendorfake/shelf"
)

const (
	defaultLimit = 10
	maxLimit     = 100
)

// list answers with a page: newest first, after the id given.
func (f *Fake) list(r *http.Request, kind string) answer {
	q := r.URL.Query()
	limit := defaultLimit
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxLimit {
			return fail(http.StatusBadRequest, "invalid_request_error", "limit must be between 1 and 100")
		}
		limit = n
	}
	status := q.Get("status")
	found := f.Shelf.All(kind, func(t shelf.Thing) bool {
		return !t.Gone && (status == "" || status == "all" || t.Values["status"] == status)
	})
	slices.SortFunc(found, func(a, b shelf.Thing) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return b.ID - a.ID
	})
	if after := q.Get("starting_after"); after != "" {
		at := slices.IndexFunc(found, func(t shelf.Thing) bool { return ID(kind, t.ID) == after })
		if at < 0 {
			return fail(http.StatusBadRequest, "invalid_request_error", "No such object: "+after)
		}
		found = found[at+1:]
	}
	more := len(found) > limit
	rows := make([]map[string]any, 0, limit)
	for _, t := range found[:min(limit, len(found))] {
		rows = append(rows, show(t))
	}
	return ok(map[string]any{"object": "list", "url": r.URL.Path, "has_more": more, "data": rows})
}
