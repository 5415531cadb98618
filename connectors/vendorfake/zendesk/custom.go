package zendesk

import (
	"net/http"

	"portico/connectors/vendorfake/shelf"
)

const ticketFields = "ticket_fields"

// Field adds a field of tickets that only this tenant has and returns its number.
// Options are names by value.
func (f *Fake) Field(title, is string, options map[string]string) int {
	v := shelf.Values{"title": title, "type": is, "active": true, "removable": true, "visible_in_portal": false}
	if len(options) > 0 {
		list := []any{}
		for value, name := range options {
			list = append(list, map[string]any{"name": name, "value": value})
		}
		v["custom_field_options"] = list
	}
	return f.Shelf.Add(ticketFields, v)
}

// Tailor sets a field of a ticket; nil empties it.
func (f *Fake) Tailor(ticket, field int, value any) {
	t, _ := f.Shelf.Get(Tickets, ticket)
	held := map[int]any{}
	if was, ok := t.Values["custom"].(map[int]any); ok {
		for k, v := range was {
			held[k] = v
		}
	}
	held[field] = value
	f.Shelf.Change(ticket, shelf.Values{"custom": held})
}

// custom are the fields of a ticket: every one, the empty ones null.
func (f *Fake) custom(t shelf.Thing) []any {
	held, _ := t.Values["custom"].(map[int]any)
	out := []any{}
	for _, d := range f.Shelf.All(ticketFields, nil) {
		out = append(out, map[string]any{"id": d.ID + Wide, "value": held[d.ID]})
	}
	return out
}

// described are the standard field of subjects and those of the tenant.
func (f *Fake) described(*http.Request) answer {
	list := append([]map[string]any{{"id": 1, "title": "Subject", "type": "subject", "active": true, "removable": false}}, f.all(ticketFields, nil)...)
	return ok(map[string]any{ticketFields: list, "count": len(list), "next_page": nil, "previous_page": nil})
}
