package graph

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/connectors/vendorfake/shelf"
)

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) { write(w, f.route(r)) }

// route finds what a path means: an item by its id or, from a folder on, by names
// between colons, and then what is wanted of it.
func (f *Fake) route(r *http.Request) answer {
	path, ok := strings.CutPrefix(r.URL.Path, Base+"/drives/"+f.drive)
	switch {
	case !ok:
		return missing()
	case path == "":
		return answer{http.StatusOK, map[string]any{"id": f.drive, "name": "Documents", "driveType": "documentLibrary"}, nil}
	case path == "/root/delta":
		return f.delta(r)
	}
	head, names, verb := parts(path)
	id := f.Root
	if at, ok := strings.CutPrefix(head, "/items/"); ok {
		id = Number(at)
	} else if head != "/root" {
		return missing()
	}
	switch {
	case verb == "content" && r.Method == http.MethodPut:
		return f.whole(r, id, names)
	case verb == "createUploadSession":
		return f.begin(r, id, names)
	}
	for _, name := range names {
		t, found := f.child(id, name)
		if !found {
			return missing()
		}
		id = t.ID
	}
	t, found := f.Shelf.Get(items, id)
	if !found || t.Gone {
		return missing()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch verb {
	case "":
		return answer{http.StatusOK, f.item(t, true), nil}
	case "children":
		return f.children(r, id)
	case "content":
		return answer{http.StatusFound, nil, http.Header{"Location": {f.Place + "/down/" + ID(id) + "?tempauth=x"}}}
	default:
		return missing()
	}
}

// parts cuts "/items/1:/a/b:/content" into the head, the names and the verb.
func parts(path string) (head string, names []string, verb string) {
	head, rest, named := strings.Cut(path, ":/")
	if named {
		middle, verb, _ := strings.Cut(rest, ":/")
		return head, strings.Split(middle, "/"), verb
	}
	if at := strings.LastIndexByte(head, '/'); strings.Count(head, "/") == 3 {
		return head[:at], nil, head[at+1:]
	}
	return head, nil, ""
}

// delta tells what changed since a token: the newest state of each item, and at the
// end another token. While it is read, what changes again is left to that one.
func (f *Fake) delta(r *http.Request) answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	q := r.URL.Query()
	from, until := 0, f.turn
	first := true
	if text := q.Get("token"); text != "" {
		after, to, paging := strings.Cut(text, "-")
		from, _ = strconv.Atoi(after)
		first = !paging && from == 0
		if paging {
			until, _ = strconv.Atoi(to)
		}
		if until < f.oldest || !paging && from < f.oldest {
			a := refuse(http.StatusGone, "resyncRequired")
			a.header = http.Header{"Location": {f.link(r, "")}}
			return a
		}
	}
	initial := first || q.Get("initial") == "1"
	found := f.Shelf.All(items, func(t shelf.Thing) bool {
		at := f.turns[t.ID]
		return at > from && at <= until && !(initial && t.Gone)
	})
	slices.SortFunc(found, func(a, b shelf.Thing) int { return cmp.Compare(f.turns[a.ID], f.turns[b.ID]) })
	more := len(found) > f.PageSize
	found = found[:min(len(found), f.PageSize)]
	rows := make([]any, len(found))
	for i, t := range found {
		rows[i] = f.item(t, false)
	}
	body := map[string]any{"value": rows}
	if more {
		token := strconv.Itoa(f.turns[found[len(found)-1].ID]) + "-" + strconv.Itoa(until)
		if initial {
			token += "&initial=1"
		}
		body["@odata.nextLink"] = f.link(r, token)
	} else {
		body["@odata.deltaLink"] = f.link(r, strconv.Itoa(until))
	}
	return answer{http.StatusOK, body, nil}
}

func (f *Fake) link(r *http.Request, token string) string {
	out := "http://" + r.Host + Base + "/drives/" + f.drive + "/root/delta"
	if token != "" {
		out += "?token=" + token
	}
	return out
}

// children lists a folder by name.
func (f *Fake) children(r *http.Request, id int) answer {
	q := r.URL.Query()
	size, err := strconv.Atoi(q.Get("$top"))
	if q.Has("$top") && (err != nil || size < 1) {
		return refuse(http.StatusBadRequest, "invalidRequest")
	}
	if !q.Has("$top") {
		size = 200
	}
	skip, _ := strconv.Atoi(q.Get("$skiptoken"))
	found := f.Shelf.All(items, func(t shelf.Thing) bool { return !t.Gone && t.Values["parent"] == id && t.ID > skip })
	more := len(found) > size
	found = found[:min(len(found), size)]
	rows := make([]any, len(found))
	for i, t := range found {
		rows[i] = f.item(t, true)
	}
	body := map[string]any{"value": rows}
	if more {
		next := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawQuery: url.Values{"$top": {strconv.Itoa(size)}, "$skiptoken": {strconv.Itoa(found[len(found)-1].ID)}}.Encode()}
		body["@odata.nextLink"] = next.String()
	}
	return answer{http.StatusOK, body, nil}
}
