package zendesk

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/connectors/vendorfake/shelf"
)

// export lists what changed, the deleted included, in the order of change; never
// what changed in the last minute.
func (f *Fake) export(r *http.Request, kind string) answer {
	q := r.URL.Query()
	until := f.o.Clock().Add(-time.Minute)
	from, id := int64(0), 0
	switch cursor, start := q.Get("cursor"), q.Get("start_time"); {
	case cursor != "" && start != "":
		return refusal(http.StatusBadRequest, "InvalidRequest", "cursor and start_time")
	case cursor != "":
		if _, err := fmt.Sscanf(cursor, "c%d-%d", &from, &id); err != nil {
			return refusal(http.StatusBadRequest, "InvalidCursor", "The cursor is not valid")
		}
	default:
		var err error
		if from, err = strconv.ParseInt(start, 10, 64); err != nil || from > until.Unix() {
			return refusal(http.StatusUnprocessableEntity, "InvalidValue", "Too recent start_time. Use a start_time older than 1 minute")
		}
	}
	changed := f.Shelf.All(kind, func(t shelf.Thing) bool {
		at := t.Updated.Unix()
		return !t.Updated.After(until) && (at > from || at == from && t.ID > id)
	})
	slices.SortStableFunc(changed, func(a, b shelf.Thing) int {
		return cmp.Or(cmp.Compare(a.Updated.Unix(), b.Updated.Unix()), cmp.Compare(a.ID, b.ID))
	})
	end := len(changed) <= f.o.Page
	changed = changed[:min(len(changed), f.o.Page)]
	rows, after := []map[string]any{}, fmt.Sprintf("c%d-%d", from, id)
	for _, t := range changed {
		rows, after = append(rows, f.show(t)), fmt.Sprintf("c%d-%d", t.Updated.Unix(), t.ID)
	}
	out := map[string]any{kind: rows, "after_cursor": after, "before_cursor": nil, "end_of_stream": end}
	f.include(r, out, rows)
	return ok(out)
}

// include adds what the request wants beside the rows.
func (f *Fake) include(r *http.Request, out map[string]any, rows []map[string]any) {
	users, groups := f.beside(rows)
	for name := range strings.SplitSeq(r.URL.Query().Get("include"), ",") {
		switch name {
		case "users":
			out["users"] = users
		case "groups":
			out["groups"] = groups
		}
	}
}

// paged is a page of a list that goes on by cursor.
func (f *Fake) paged(r *http.Request, name string, rows []map[string]any) answer {
	q := r.URL.Query()
	size, err := strconv.Atoi(q.Get("page[size]"))
	if err != nil || size < 1 || size > 100 {
		return refusal(http.StatusBadRequest, "InvalidPaginationParameter", "page[size] must be between 1 and 100")
	}
	from := 0
	if after := q.Get("page[after]"); after != "" {
		if _, err := fmt.Sscanf(after, "p%d", &from); err != nil {
			return refusal(http.StatusBadRequest, "InvalidPaginationParameter", "page[after] is not valid")
		}
	}
	end := min(len(rows), from+size)
	page := rows[min(from, len(rows)):end]
	out := map[string]any{name: page, "meta": map[string]any{"has_more": end < len(rows), "after_cursor": nil, "before_cursor": nil}}
	if end < len(rows) {
		out["meta"].(map[string]any)["after_cursor"] = fmt.Sprintf("p%d", end)
	}
	f.include(r, out, page)
	return ok(out)
}

func (f *Fake) ticket(r *http.Request) answer {
	t, found := f.Shelf.Get(Tickets, idOf(r, Tickets))
	if !found || t.Gone {
		return missing
	}
	row := f.show(t)
	out := map[string]any{"ticket": row}
	f.include(r, out, []map[string]any{row})
	return ok(out)
}

func (f *Fake) comments(r *http.Request) answer {
	id := idOf(r, Tickets)
	if t, found := f.Shelf.Get(Tickets, id); !found || t.Gone {
		return missing
	}
	return f.paged(r, Comments, f.all(Comments, func(t shelf.Thing) bool { return t.Values["ticket"] == id }))
}

// byExternal lists tickets with an external id; without one it is not asked for here.
func (f *Fake) byExternal(r *http.Request) answer {
	ref := r.URL.Query().Get("external_id")
	return ok(map[string]any{Tickets: f.all(Tickets, func(t shelf.Thing) bool { return alive(t) && ref != "" && t.Values["external_id"] == ref })})
}

// search finds a user by mail address, from the index: who is newer than a minute
// is not in it.
func (f *Fake) search(r *http.Request) answer {
	email, typed := strings.CutPrefix(r.URL.Query().Get("query"), "email:")
	indexed := f.o.Clock().Add(-time.Minute)
	return ok(map[string]any{Users: f.all(Users, func(t shelf.Thing) bool {
		return typed && alive(t) && strings.EqualFold(text(t.Values["email"]), email) && !t.Created.After(indexed)
	})})
}
