package autotask

import "portico/connectors/vendorfake/shelf"

// Field is a user-defined field of tickets.
type Field struct{ Name, DataType string }

// described are the user-defined fields of tickets.
func (f *Fake) described() any {
	list := []any{}
	for _, d := range f.Fields {
		list = append(list, map[string]any{"name": d.Name, "label": d.Name, "dataType": d.DataType, "isActive": true, "isPickList": false})
	}
	return map[string]any{"fields": list}
}

// custom are the user-defined fields of a ticket, all of them and as text.
func (f *Fake) custom(t shelf.Thing) []any {
	held, _ := t.Values["udf"].(map[string]any)
	out := []any{}
	for _, d := range f.Fields {
		out = append(out, map[string]any{"name": d.Name, "value": held[d.Name]})
	}
	return out
}

// Tailor sets a user-defined field of a ticket; nil empties it.
func (f *Fake) Tailor(ticket int, name string, value any) {
	t, _ := f.Shelf.Get(Tickets, ticket)
	held := map[string]any{}
	if was, ok := t.Values["udf"].(map[string]any); ok {
		for k, v := range was {
			held[k] = v
		}
	}
	held[name] = value
	f.Shelf.Change(ticket, shelf.Values{"udf": held})
}
