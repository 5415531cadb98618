package halopsa

import "portico/connectors/vendorfake/shelf"

// Field is a custom field; a secret one holds the number of a password.
type Field struct {
	ID          int
	Name, Label string
	Secret      bool
}

// custom are the custom fields of a thing as the API words them.
func (f *Fake) custom(t shelf.Thing) []any {
	held, _ := t.Values["customfields"].(map[int]string)
	out := []any{}
	for _, d := range f.Fields {
		out = append(out, map[string]any{"id": d.ID, "name": d.Name, "label": d.Label, "type": 0, "value": held[d.ID], "display": held[d.ID], "value_is_password_id": d.Secret})
	}
	return out
}

// Tailor sets a custom field of a thing; "" empties it.
func (f *Fake) Tailor(list string, id, field int, value string) {
	t, _ := f.Shelf.Get(list, id)
	held := map[int]string{}
	if was, ok := t.Values["customfields"].(map[int]string); ok {
		for k, v := range was {
			held[k] = v
		}
	}
	held[field] = value
	f.Shelf.Change(id, shelf.Values{"customfields": held})
}
