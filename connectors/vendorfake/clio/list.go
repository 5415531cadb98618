package clio

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"portico/connectors/vendorfake/shelf"
)

const (
	maxLimit = 200
	// offsets is how far a list reaches that is not read by id.
	offsets = 10_000
)

// list answers with a page and the address of the next.
func (f *Fake) list(r *http.Request, kind string) answer {
	q := r.URL.Query()
	wanted, err := parseFields(kind, q.Get("fields"))
	if err != nil {
		return refuse(http.StatusBadRequest, "InvalidFields", err.Error())
	}
	limit, err := strconv.Atoi(q.Get("limit"))
	if q.Has("limit") && (err != nil || limit < 1 || limit > maxLimit) {
		return refuse(http.StatusBadRequest, "InvalidLimit", "limit must be between 1 and 200")
	}
	if !q.Has("limit") {
		limit = maxLimit
	}
	since := time.Time{}
	if text := q.Get("updated_since"); text != "" {
		if since, err = time.Parse(time.RFC3339, text); err != nil {
			return refuse(http.StatusBadRequest, "ArgumentError", "updated_since must be an ISO-8601 timestamp")
		}
	}
	found := f.Shelf.All(kind, func(t shelf.Thing) bool {
		return (since.IsZero() || t.Updated.Truncate(time.Second).After(since)) && listed(t, q)
	})
	if q.Get("order") == "id(desc)" {
		slices.Reverse(found)
	}
	rows, next, a := page(found, q, limit)
	if a != nil {
		return *a
	}
	meta := map[string]any{"records": len(found), "paging": map[string]any{}}
	if next != "" {
		q.Set("page_token", next)
		to := url.URL{Scheme: "http", Host: r.Host, Path: Base + "/" + kind + ".json", RawQuery: q.Encode()}
		meta["paging"] = map[string]any{"next": to.String()}
	}
	data := make([]any, len(rows))
	for i, t := range rows {
		data[i] = wanted.of(show(t))
	}
	return answer{http.StatusOK, map[string]any{"data": data, "meta": meta}, nil}
}

// listed reports whether a list holds a thing.
func listed(t shelf.Thing, q url.Values) bool {
	if t.Kind != Documents {
		return !t.Gone
	}
	if t.Gone && q.Get("include_deleted") != "true" || !uploaded(t) && q.Get("show_uncompleted") != "true" {
		return false
	}
	name, value := q.Get("external_property_name"), q.Get("external_property_value")
	return name == "" || property(t, name) == value
}

// page cuts a list. By id it goes on behind the last; in other orders it counts, and
// ends after ten thousand rows.
func page(found []shelf.Thing, q url.Values, limit int) ([]shelf.Thing, string, *answer) {
	var at int
	if token := q.Get("page_token"); token != "" {
		text, err := base64.RawURLEncoding.DecodeString(token)
		if at, err = number(string(text), err); err != nil {
			a := refuse(http.StatusBadRequest, "InvalidPageToken", "page_token is not valid")
			return nil, "", &a
		}
	}
	if q.Get("order") == "id(asc)" {
		found = slices.DeleteFunc(found, func(t shelf.Thing) bool { return t.ID <= at })
		if len(found) <= limit {
			return found, "", nil
		}
		return found[:limit], token(found[limit-1].ID), nil
	}
	rows := found[min(at, len(found)):min(at+limit, len(found))]
	if at+limit >= min(len(found), offsets) {
		return rows, "", nil
	}
	return rows, token(at + limit), nil
}

func number(text string, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(text)
}

func token(n int) string { return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(n))) }
