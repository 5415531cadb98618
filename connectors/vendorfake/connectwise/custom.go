package connectwise

import "portico/connectors/vendorfake/shelf"

// Field is a custom field of tickets and configurations. A row shows every one of
// them, also those that are empty.
type Field struct {
	ID            int
	Caption, Type string
}

// custom are the custom fields of a thing as the API words them.
func (f *Fake) custom(t shelf.Thing) []any {
	held, _ := t.Values["custom"].(map[int]any)
	out := []any{}
	for _, d := range f.Fields {
		one := map[string]any{"id": d.ID, "caption": d.Caption, "type": d.Type, "entryMethod": "EntryField", "numberOfDecimals": 0}
		if v, ok := held[d.ID]; ok {
			one["value"] = v
		}
		out = append(out, one)
	}
	return out
}

// Tailor sets a custom field of a thing; nil empties it.
func (f *Fake) Tailor(kind string, id, field int, value any) {
	t, _ := f.Shelf.Get(kind, id)
	held := map[int]any{}
	if was, ok := t.Values["custom"].(map[int]any); ok {
		for k, v := range was {
			held[k] = v
		}
	}
	held[field] = value
	if value == nil {
		delete(held, field)
	}
	f.Shelf.Change(id, shelf.Values{"custom": held})
}
