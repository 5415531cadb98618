package quickbooks

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/connectors/vendorfake/shelf"
)

// maxResults is the most that one query gives.
const maxResults = 1000

// statement is as much of the vendor's language as a client portal needs.
var statement = regexp.MustCompile(`^select \* from (\w+)(?: where (.+?))?(?: ORDERBY (Id|MetaData\.LastUpdatedTime)( DESC)?)? STARTPOSITION (\d+) MAXRESULTS (\d+)$`)

// query answers a statement. Deleted things are in no answer, and an answer without
// rows has no list.
func (f *Fake) query(text string) answer {
	m := statement.FindStringSubmatch(text)
	if m == nil {
		return fault(http.StatusBadRequest, "4000", "Error parsing query")
	}
	kind := m[1]
	start, _ := strconv.Atoi(m[5])
	size, _ := strconv.Atoi(m[6])
	if start < 1 || size < 1 || size > maxResults || kinds[strings.ToLower(kind)] != kind {
		return fault(http.StatusBadRequest, "4001", "Invalid query")
	}
	rows, good := f.rows(kind, m[2])
	if !good {
		return fault(http.StatusBadRequest, "4001", "Invalid query")
	}
	slices.SortFunc(rows, func(a, b shelf.Thing) int {
		by := cmp.Compare(a.ID, b.ID)
		if m[3] != "Id" && m[3] != "" {
			by = cmp.Or(a.Updated.Truncate(time.Second).Compare(b.Updated.Truncate(time.Second)), by)
		}
		if m[4] != "" {
			return -by
		}
		return by
	})
	rows = rows[min(len(rows), start-1):min(len(rows), start-1+size)]
	out := map[string]any{}
	if len(rows) > 0 {
		list := make([]any, len(rows))
		for i, t := range rows {
			list[i] = show(t)
		}
		out = map[string]any{kind: list, "startPosition": start, "maxResults": len(rows)}
	}
	return ok(map[string]any{"QueryResponse": out})
}

// rows are the things that every condition holds for.
func (f *Fake) rows(kind, where string) ([]shelf.Thing, bool) {
	conditions := []string{}
	if where != "" {
		conditions = strings.Split(where, " and ")
	}
	good, inactive := true, false
	var since time.Time
	customer := ""
	for _, c := range conditions {
		since2, isSince := strings.CutPrefix(c, "MetaData.LastUpdatedTime >= ")
		customer2, isCustomer := strings.CutPrefix(c, "CustomerRef = ")
		switch {
		case c == "Active in (true,false)":
			inactive = true
		case isSince:
			at, err := time.Parse(time.RFC3339, strings.Trim(since2, "'"))
			since, good = at, good && err == nil
		case isCustomer:
			customer = strings.Trim(customer2, "'")
		default:
			good = false
		}
	}
	return f.Shelf.All(kind, func(t shelf.Thing) bool {
		ref, _ := t.Values["CustomerRef"].(map[string]any)
		return !t.Gone && !t.Updated.Truncate(time.Second).Before(since) && (customer == "" || fmt.Sprint(ref["value"]) == customer) &&
			(inactive || t.Values["Active"] != false)
	}), good
}
