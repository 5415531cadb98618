package autotask

import (
	"encoding/json"
	"maps"
	"net/http"

	"portico/connectors/vendorfake/shelf"
)

// addNote is POST /Tickets/{id}/Notes, by the API user.
func (f *Fake) addNote(r *http.Request, ticket int) (int, any) {
	var in shelf.Values
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return http.StatusInternalServerError, failure(err.Error())
	}
	if _, found := f.Shelf.Get(Tickets, ticket); !found {
		return http.StatusNotFound, failure("The ticket does not exist.")
	}
	for _, needed := range []string{"title", "description", "noteType", "publish"} {
		if in[needed] == nil || in[needed] == "" {
			return http.StatusInternalServerError, failure("Missing required field: " + needed)
		}
	}
	return http.StatusOK, map[string]any{"itemId": f.Note(ticket, f.resource, in)}
}

// Note adds a note by a resource.
func (f *Fake) Note(ticket, resource int, v shelf.Values) int {
	v = maps.Clone(v)
	v["ticketID"], v["creatorResourceID"] = ticket, resource
	id := f.Shelf.Add(Notes, v)
	f.Shelf.Touch(ticket)
	return id
}

// create is POST /Tickets.
func (f *Fake) create(r *http.Request) (int, any) {
	var in shelf.Values
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return http.StatusInternalServerError, failure(err.Error())
	}
	for _, needed := range []string{"companyID", "title", "status", "priority", "queueID"} {
		if in[needed] == nil || in[needed] == "" {
			return http.StatusInternalServerError, failure("Missing required field: " + needed)
		}
	}
	return http.StatusOK, map[string]any{"itemId": f.Shelf.Add(Tickets, in)}
}

// patch is PATCH /Tickets: fields that are left out stay as they are.
func (f *Fake) patch(r *http.Request) (int, any) {
	var in shelf.Values
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return http.StatusInternalServerError, failure(err.Error())
	}
	id, _ := number(in["id"])
	was, found := f.Shelf.Get(Tickets, id)
	if !found {
		return http.StatusNotFound, failure("The ticket does not exist.")
	}
	delete(in, "id")
	f.Shelf.Change(id, in)
	if now, changes := in["status"]; changes && compare(was.Values["status"], now) != 0 {
		f.Shelf.Add(moved, shelf.Values{"ticket": id, "to": now})
	}
	return http.StatusOK, map[string]any{"itemId": id}
}

// moved is the kind under which changes of a status are counted.
const moved = "moved"

// Moved counts how often a PATCH gave a ticket a status that it did not have.
func (f *Fake) Moved(ticket, to int) int {
	n := 0
	for _, t := range f.with(moved, "ticket", ticket) {
		if compare(t.Values["to"], to) == 0 {
			n++
		}
	}
	return n
}
