package faults

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// List is what the pages of a system's lists look like: paths of members, with
// dots between their names. The zero List has its rows in "items", and beside
// them "count", "total", "pages" and "next_page".
type List struct {
	Rows   string   // the list of rows; "." when the answer is the list itself
	Counts []string // how many rows the page has
	Totals []string // how many there are in all; none when the system does not tell
	Next   []string // what leads to the next page
	// TotalHeader is a header that tells how many there are, or "".
	TotalHeader string
}

var plainList = List{Rows: "items", Counts: []string{"count"}, Totals: []string{"total", "pages"}, Next: []string{"next_page"}}

// Told reports whether a page says how many rows there are.
func (l List) Told() bool {
	l = l.or(plainList)
	return len(l.Totals) > 0 || l.TotalHeader != ""
}

func (l List) or(other List) List {
	if l.Rows == "" {
		return other
	}
	return l
}

// Edit changes the rows of a page and sets its counts to what is left. Anything
// that is no such page passes unchanged.
func (l List) Edit(body []byte, change func(rows []any) []any) []byte {
	return l.edit(body, change, func(any) {})
}

// vanish makes of a page the whole of a list without rows.
func (l List) vanish(body []byte, head http.Header) []byte {
	l = l.or(plainList)
	head.Del("Link")
	if l.TotalHeader != "" {
		head.Set(l.TotalHeader, "0")
	}
	return l.edit(body, func(rows []any) []any { return rows[:0] }, func(page any) {
		for _, path := range l.Totals {
			set(page, path, 0)
		}
		for _, path := range l.Next {
			set(page, path, nil)
		}
	})
}

func (l List) edit(body []byte, change func([]any) []any, beside func(page any)) []byte {
	l = l.or(plainList)
	var page any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&page) != nil {
		return body
	}
	rows, ok := get(page, l.Rows).([]any)
	if !ok {
		return body
	}
	rows = change(rows)
	if l.Rows == "." {
		page = rows
	} else {
		set(page, l.Rows, rows)
		for _, path := range l.Counts {
			set(page, path, len(rows))
		}
		beside(page)
	}
	out, err := json.Marshal(page)
	if err != nil {
		return body
	}
	return out
}

func get(v any, path string) any {
	if path == "." {
		return v
	}
	for name := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

// set puts a value at a path whose beginning exists; nil removes what is there.
func set(v any, path string, to any) {
	at := strings.LastIndexByte(path, '.')
	if at >= 0 {
		v = get(v, path[:at])
	}
	object, ok := v.(map[string]any)
	switch {
	case !ok:
	case to == nil:
		delete(object, path[at+1:])
	default:
		object[path[at+1:]] = to
	}
}

// Lists says what the pages look like that faults deform.
func (k *Knobs) Lists(l List) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lists = l
}

func (k *Knobs) list() List {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lists
}
