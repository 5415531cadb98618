package hubspot

import (
	"encoding/json"
	"net/http"
	"slices"

	"portico/connectors/vendorfake/shelf"
)

type writing struct {
	Properties   map[string]any
	Associations []struct {
		To    struct{ ID string }
		Types []struct {
			AssociationCategory string
			AssociationTypeID   int `json:"associationTypeId"`
		}
	}
}

// create makes a ticket of a company, or a note on a ticket.
func (f *Fake) create(r *http.Request) (int, any) {
	kind, in := r.PathValue("kind"), writing{}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in.Associations) != 1 || len(in.Associations[0].Types) != 1 {
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "Invalid input JSON")
	}
	to, typ := number(in.Associations[0].To.ID), in.Associations[0].Types[0].AssociationTypeID
	switch {
	case kind == Tickets && typ == 26:
		return f.open(in.Properties, to)
	case kind == Notes && typ == 228:
		return f.note(in.Properties, to)
	default:
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "This type of association is not for these objects")
	}
}

func (f *Fake) open(v shelf.Values, company int) (int, any) {
	ref := v[Reference]
	twin := f.Shelf.All(Tickets, func(t shelf.Thing) bool { return ref != nil && t.Values[Reference] == ref })
	_, known := f.Shelf.Get(Companies, company)
	switch {
	case len(twin) > 0:
		return http.StatusConflict, refusal("CONFLICT", "A ticket with this value exists")
	case !known || !f.stage(v["hs_pipeline_stage"]) || v["hs_pipeline"] != "0" || v["subject"] == "":
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "Property values were not valid")
	}
	id := f.Shelf.Add(Tickets, v)
	f.Link(Tickets, id, Companies, company, "Primary")
	t, _ := f.Shelf.Get(Tickets, id)
	return http.StatusCreated, show(t, nil)
}

func (f *Fake) stage(id any) bool {
	return slices.ContainsFunc(f.stages, func(s Stage) bool { return s.ID == id })
}

func (f *Fake) note(v shelf.Values, ticket int) (int, any) {
	if t, found := f.Shelf.Get(Tickets, ticket); !found || t.Gone {
		return http.StatusNotFound, refusal("OBJECT_NOT_FOUND", "Not found")
	}
	if v["hs_timestamp"] == nil {
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "hs_timestamp is needed")
	}
	v["hs_timestamp"] = stamp(f.clock())
	id := f.Shelf.Add(Notes, v)
	f.Link(Tickets, ticket, Notes, id, "")
	f.Shelf.Touch(ticket)
	t, _ := f.Shelf.Get(Notes, id)
	return http.StatusCreated, show(t, nil)
}

// patch changes properties of an object.
func (f *Fake) patch(r *http.Request) (int, any) {
	in, kind, id := writing{}, r.PathValue("kind"), number(r.PathValue("id"))
	t, found := f.Shelf.Get(kind, id)
	switch err := json.NewDecoder(r.Body).Decode(&in); {
	case err != nil:
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "Invalid input JSON")
	case !found || t.Gone:
		return http.StatusNotFound, refusal("OBJECT_NOT_FOUND", "Not found")
	}
	to := in.Properties["hs_pipeline_stage"]
	if to != nil && !f.stage(to) {
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "There is no such stage")
	}
	if to != nil && to != t.Values["hs_pipeline_stage"] {
		f.Shelf.Add(moves, shelf.Values{"ticket": id, "to": to})
	}
	f.Shelf.Change(id, in.Properties)
	t, _ = f.Shelf.Get(kind, id)
	return http.StatusOK, show(t, nil)
}
