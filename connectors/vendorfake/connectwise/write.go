package connectwise

import (
	"encoding/json"
	"maps"
	"net/http"

	"portico/connectors/vendorfake/shelf"
)

// addNote is POST /service/tickets/{id}/notes. A note of the API member is its own;
// it dates the ticket anew.
func (f *Fake) addNote(r *http.Request, ticket int) *answer {
	var in shelf.Values
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in["text"] == "" {
		return fail(http.StatusBadRequest, "InvalidObject", "text is required")
	}
	if _, found := f.Shelf.Get(Tickets, ticket); !found {
		return missing()
	}
	t, _ := f.Shelf.Get(Notes, f.Note(ticket, f.o.Member, in))
	a := ok(f.show(t))
	a.status = http.StatusCreated
	return a
}

// Note adds a note by a member or, with a contact in the values, by a client.
func (f *Fake) Note(ticket int, by string, v shelf.Values) int {
	v = maps.Clone(v)
	v["ticketId"], v["createdBy"], v["dateCreated"] = ticket, by, f.o.Clock().UTC().Format("2006-01-02T15:04:05Z")
	if v["contact"] == nil {
		v["member"] = map[string]any{"identifier": by, "name": by}
	}
	id := f.Shelf.Add(Notes, v)
	f.Shelf.Touch(ticket)
	return id
}

// create is POST /service/tickets. The first description becomes a public note.
func (f *Fake) create(r *http.Request) *answer {
	var in shelf.Values
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return fail(http.StatusBadRequest, "InvalidObject", err.Error())
	}
	summary, _ := in["summary"].(string)
	if summary == "" || len([]rune(summary)) > 100 {
		return fail(http.StatusBadRequest, "InvalidObject", "summary must have 1 to 100 characters")
	}
	board, _ := member(in["board"], "name")
	if len(f.Shelf.All(Boards, func(t shelf.Thing) bool { return t.Values["name"] == board })) == 0 {
		return fail(http.StatusBadRequest, "InvalidObject", "board was not found")
	}
	text := in["initialDescription"]
	delete(in, "initialDescription")
	in["status"] = map[string]any{"name": "New"}
	id := f.Shelf.Add(Tickets, in)
	f.Note(id, f.o.Member, shelf.Values{"text": text, "detailDescriptionFlag": true, "internalAnalysisFlag": false})
	t, _ := f.Shelf.Get(Tickets, id)
	a := ok(f.show(t))
	a.status = http.StatusCreated
	return a
}

// patch is PATCH /service/tickets/{id}: replaces whole members. A part of a
// reference is answered with 200 and changes nothing, as the vendor does.
func (f *Fake) patch(r *http.Request, id int) *answer {
	var ops []struct {
		Op, Path string
		Value    any
	}
	if err := json.NewDecoder(r.Body).Decode(&ops); err != nil {
		return fail(http.StatusBadRequest, "InvalidObject", "the body must be a list of operations")
	}
	if _, found := f.Shelf.Get(Tickets, id); !found {
		return missing()
	}
	change := shelf.Values{}
	for _, op := range ops {
		switch {
		case op.Op != "replace":
			return fail(http.StatusBadRequest, "InvalidObject", "only replace is understood")
		case op.Path == "status":
			name, _ := member(op.Value, "name")
			if len(f.Shelf.All(Statuses, func(t shelf.Thing) bool { return t.Values["name"] == name })) == 0 {
				return fail(http.StatusBadRequest, "InvalidObject", "status was not found")
			}
			change["status"] = map[string]any{"name": name}
		}
	}
	was, _ := f.Shelf.Get(Tickets, id)
	f.Shelf.Change(id, change)
	t, _ := f.Shelf.Get(Tickets, id)
	if before, after := field(was, "status/name"), field(t, "status/name"); before != after {
		f.Shelf.Add(changed, shelf.Values{"ticket": id, "to": after})
	}
	return ok(f.show(t))
}

// changed is the kind under which changes of a status are counted.
const changed = "changed"

// Changes counts how often a PATCH gave a ticket a status that it did not have.
func (f *Fake) Changes(ticket int, to string) int {
	return len(f.Shelf.All(changed, func(t shelf.Thing) bool { return t.Values["ticket"] == ticket && t.Values["to"] == to }))
}
