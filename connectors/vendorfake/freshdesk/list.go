package freshdesk

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/connectors/vendorfake/shelf"
)

// deepest is the last page of a list of tickets that may be asked for.
const deepest = 300

// paged is a page of a list, with the way to the next one.
func (f *Fake) paged(r *http.Request, rows []map[string]any, usual int) answer {
	q := r.URL.Query()
	page, size := 1, usual
	for name, at := range map[string]*int{"page": &page, "per_page": &size} {
		if !q.Has(name) {
			continue
		}
		n, err := strconv.Atoi(q.Get(name))
		if err != nil || n < 1 || name == "per_page" && n > 100 || name == "page" && n > deepest {
			return invalid(http.StatusBadRequest, name, "invalid_value", "It should be a Positive Integer within the limit")
		}
		*at = n
	}
	from := min((page-1)*size, len(rows))
	end := min(from+size, len(rows))
	out := ok(rows[from:end])
	if end < len(rows) {
		q.Set("page", strconv.Itoa(page+1))
		out.link = "http://" + r.Host + r.URL.Path + "?" + q.Encode()
	}
	return out
}

// contacts lists them in no order that anybody promised: by name.
func (f *Fake) contacts(r *http.Request) answer {
	q := r.URL.Query()
	since, err := when(q.Get("_updated_since"))
	if err != nil {
		return invalid(http.StatusBadRequest, "_updated_since", "invalid_date", "It should be in the format YYYY-MM-DDThh:mm:ssZ")
	}
	deleted := q.Get("state") == "deleted"
	rows := f.all(Contacts, func(t shelf.Thing) bool {
		return t.Gone == deleted && t.Updated.After(since) && (!q.Has("email") || strings.EqualFold(text(t.Values["email"]), q.Get("email")))
	})
	slices.SortStableFunc(rows, func(a, b map[string]any) int { return cmp.Compare(text(a["name"]), text(b["name"])) })
	return f.paged(r, rows, 30)
}

func when(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, text)
}

// tickets lists what a filter lets through, the newest first unless told otherwise.
func (f *Fake) tickets(r *http.Request) answer {
	q := r.URL.Query()
	since, err := when(q.Get("updated_since"))
	order, asc := cmp.Or(q.Get("order_by"), "created_at"), q.Get("order_type") == "asc"
	filter := q.Get("filter")
	switch {
	case err != nil:
		return invalid(http.StatusBadRequest, "updated_since", "invalid_date", "It should be in the format YYYY-MM-DDThh:mm:ssZ")
	case order != "created_at" && order != "updated_at":
		return invalid(http.StatusBadRequest, "order_by", "invalid_value", "It should be one of these values: 'created_at,due_by,updated_at,status'")
	case filter != "" && filter != "deleted" && filter != "spam":
		return invalid(http.StatusBadRequest, "filter", "invalid_value", "It should be one of these values: 'new_and_my_open,watching,spam,deleted'")
	}
	if !q.Has("updated_since") {
		since = f.o.Clock().AddDate(0, 0, -30)
	}
	found := f.Shelf.All(Tickets, func(t shelf.Thing) bool {
		at := t.Updated
		if !q.Has("updated_since") {
			at = t.Created
		}
		return t.Values["archived"] != true && state(t) == filter && at.Truncate(time.Second).After(since)
	})
	found = slices.DeleteFunc(found, func(t shelf.Thing) bool { return !f.asked(q.Get("email"), t) })
	slices.SortStableFunc(found, func(a, b shelf.Thing) int {
		by := cmp.Compare(a.Created.Unix(), b.Created.Unix())
		if order == "updated_at" {
			by = cmp.Compare(a.Updated.Unix(), b.Updated.Unix())
		}
		if !asc {
			by = -by
		}
		return by
	})
	rows := []map[string]any{}
	for _, t := range found {
		rows = append(rows, f.listed(t, q.Get("include")))
	}
	return f.paged(r, rows, 30)
}

// state is the list in which a ticket stands: the usual one is "".
func state(t shelf.Thing) string {
	switch {
	case t.Gone && t.Values["spam"] == true:
		return "spam"
	case t.Gone:
		return "deleted"
	default:
		return ""
	}
}

// asked reports whether a ticket is from whoever has the address; "" is anybody.
func (f *Fake) asked(email string, t shelf.Thing) bool {
	if email == "" {
		return true
	}
	id, _ := t.Values["requester_id"].(int)
	who, found := f.Shelf.Get(Contacts, id-Wide)
	return found && strings.EqualFold(text(who.Values["email"]), email)
}

// listed is a ticket as a list shows it: what it says, and its files, are not there
// unless they are asked for.
func (f *Fake) listed(t shelf.Thing, include string) map[string]any {
	row := f.show(t)
	delete(row, "attachments")
	if !strings.Contains(include, "description") {
		delete(row, "description")
		delete(row, "description_text")
	}
	if strings.Contains(include, "requester") {
		row["requester"] = f.requester(t)
	}
	return row
}

func (f *Fake) ticket(r *http.Request) answer {
	t, found := f.Shelf.Get(Tickets, idOf(r, Tickets))
	if !found {
		return missing
	}
	row := f.show(t)
	if r.URL.Query().Get("include") == "requester" {
		row["requester"] = f.requester(t)
	}
	return ok(row)
}

func (f *Fake) conversations(r *http.Request) answer {
	id := idOf(r, Tickets)
	if t, found := f.Shelf.Get(Tickets, id); !found || t.Gone {
		return missing
	}
	return f.paged(r, f.all(Conversations, func(t shelf.Thing) bool { return t.Values["ticket_id"] == id }), 30)
}

// fields are the states that tickets may have, with the labels of agents and clients.
func (f *Fake) fields(r *http.Request) answer {
	if r.URL.Query().Get("type") != "default_status" {
		return ok([]any{})
	}
	return ok([]any{map[string]any{"id": Wide + 1, "name": "status", "type": "default_status", "choices": States}})
}

// States are the labels of each state: of agents, and of clients.
var States = map[string][]string{
	"2": {"Open", "Being Processed"}, "3": {"Pending", "Awaiting your Reply"}, "4": {"Resolved", "This ticket has been Resolved"},
	"5": {"Closed", "This ticket has been Closed"}, "6": {"Waiting on Customer", "Awaiting your Reply"},
	"7": {"Waiting on Third Party", "Being Processed"}, "8": {"With the engineers", "An engineer looks at it"},
}
