package halopsa

import (
	"encoding/json"
	"maps"
	"net/http"

	"portico/connectors/vendorfake/shelf"
)

// write is a POST: a list with one thing, which is changed when it has an id.
func (f *Fake) write(r *http.Request, list string) (int, any) {
	var in []shelf.Values
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in) != 1 {
		return http.StatusBadRequest, "The body must be a list."
	}
	v := in[0]
	switch {
	case list == Actions:
		return f.addAction(v)
	case list == Tickets && v["id"] != nil:
		return f.change(v)
	case list == Tickets:
		return f.create(v)
	default:
		return http.StatusForbidden, "Not allowed"
	}
}

func (f *Fake) addAction(v shelf.Values) (int, any) {
	ticket, _ := v["ticket_id"].(float64)
	if _, found := f.Shelf.Get(Tickets, int(ticket)); !found {
		return http.StatusNotFound, "Not found"
	}
	if text(v["outcome"]) == "" {
		return http.StatusBadRequest, "Please choose an outcome."
	}
	t, _ := f.Shelf.Get(Actions, f.Act(int(ticket), f.agent, v))
	return http.StatusCreated, f.show(t)
}

// Act adds an action of an agent to a ticket, or of a user when agent is zero.
func (f *Fake) Act(ticket, agent int, v shelf.Values) int {
	v = maps.Clone(v)
	v["ticket_id"], v["who_agentid"] = ticket, agent
	if v["who"] == nil {
		v["who"] = "Somebody"
	}
	id := f.Shelf.Add(Actions, v)
	f.Shelf.Touch(ticket)
	return id
}

func (f *Fake) create(v shelf.Values) (int, any) {
	if text(v["summary"]) == "" || v["tickettype_id"] == nil {
		return http.StatusBadRequest, "A summary and a ticket type are needed."
	}
	client, _ := v["client_id"].(float64)
	v["client_id"], v["status_id"] = int(client), 1
	t, _ := f.Shelf.Get(Tickets, f.Shelf.Add(Tickets, v))
	return http.StatusCreated, f.show(t)
}

func (f *Fake) change(v shelf.Values) (int, any) {
	id, _ := v["id"].(float64)
	was, found := f.Shelf.Get(Tickets, int(id))
	if !found {
		return http.StatusNotFound, "Not found"
	}
	status, _ := v["status_id"].(float64)
	if statuses[int(status)] == "" {
		return http.StatusBadRequest, "This status does not exist."
	}
	f.Shelf.Change(int(id), shelf.Values{"status_id": int(status)})
	if was.Values["status_id"] != int(status) {
		f.Shelf.Add(moved, shelf.Values{"ticket": int(id), "to": int(status)})
	}
	t, _ := f.Shelf.Get(Tickets, int(id))
	return http.StatusCreated, f.show(t)
}

// moved is the kind under which changes of a status are counted.
const moved = "moved"

// Moved counts how often a write gave a ticket a status that it did not have.
func (f *Fake) Moved(ticket, to int) int {
	return len(f.Shelf.All(moved, func(t shelf.Thing) bool { return t.Values["ticket"] == ticket && t.Values["to"] == to }))
}
