package hubspot

import "net/http"

// Property is one of tickets that only this account has. Options are labels by value.
type Property struct {
	Name, Label, Type, FieldType string
	Options                      map[string]string
}

// properties describes those of tickets: one that every account has, and the own ones.
func (f *Fake) properties(r *http.Request) (int, any) {
	if r.PathValue("kind") != Tickets {
		return http.StatusNotFound, refusal("OBJECT_NOT_FOUND", "No such object")
	}
	out := []any{
		map[string]any{"name": "subject", "label": "Ticket name", "type": "string", "fieldType": "text", "hubspotDefined": true, "hidden": false, "options": []any{}},
		map[string]any{"name": Reference, "label": "Portal reference", "type": "string", "fieldType": "text", "hubspotDefined": false, "hidden": false, "options": []any{}},
	}
	for _, p := range f.Properties {
		options := []any{}
		for value, label := range p.Options {
			options = append(options, map[string]any{"label": label, "value": value, "hidden": false})
		}
		out = append(out, map[string]any{"name": p.Name, "label": p.Label, "type": p.Type, "fieldType": p.FieldType, "hubspotDefined": false, "hidden": false, "options": options})
	}
	return http.StatusOK, map[string]any{"results": out}
}
