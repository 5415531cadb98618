package freshdesk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"portico/connectors/vendorfake/shelf"
)

// decode reads a body and refuses fields that nobody knows.
func decode(r *http.Request, takes ...string) (map[string]any, *answer) {
	d := json.NewDecoder(r.Body)
	d.UseNumber()
	in := map[string]any{}
	if err := d.Decode(&in); err != nil {
		return nil, &answer{status: http.StatusBadRequest, body: map[string]any{"code": "invalid_json", "message": "Request body has invalid json format"}}
	}
	for name := range in {
		if !slices.Contains(takes, name) {
			refused := invalid(http.StatusBadRequest, name, "invalid_field", "Unexpected/invalid field in request")
			return nil, &refused
		}
	}
	return in, nil
}

// number reads a number of a body; what is none is 0.
func number(v any) int {
	n, _ := strconv.Atoi(fmt.Sprint(v))
	return n
}

// element is how the system keeps what is sent to it as HTML.
func element(html string) string { return "<div>" + html + "</div>" }

// create opens a ticket.
func (f *Fake) create(r *http.Request) answer {
	in, refused := decode(r, "subject", "description", "status", "priority", "source", "requester_id", "company_id")
	if refused != nil {
		return *refused
	}
	who, found := f.Shelf.Get(Contacts, number(in["requester_id"])-Wide)
	switch {
	case !found || who.Gone:
		return invalid(http.StatusBadRequest, "requester_id", "invalid_value", "There is no contact matching the given requester_id")
	case text(in["description"]) == "" || text(in["subject"]) == "":
		return invalid(http.StatusBadRequest, "description", "missing_field", "It should be a/an String")
	case States[fmt.Sprint(in["status"])] == nil:
		return invalid(http.StatusBadRequest, "status", "invalid_value", "It should be one of the states")
	case in["company_id"] != nil && !f.o.Several:
		return invalid(http.StatusBadRequest, "company_id", "inaccessible_field", "It can be set only with Multiple Companies")
	}
	company, _ := who.Values["company_id"].(int)
	if in["company_id"] != nil {
		company = number(in["company_id"])
	}
	id := f.Open(who.ID, company-Wide, text(in["subject"]), text(in["description"]), number(in["status"]))
	f.Shelf.Change(id, shelf.Values{"source": number(in["source"]), "priority": number(in["priority"])})
	t, _ := f.Shelf.Get(Tickets, id)
	return answer{status: http.StatusCreated, body: f.show(t)}
}

// Open makes a ticket that came by mail.
func (f *Fake) Open(requester, company int, subject, html string, status int) int {
	return f.Shelf.Add(Tickets, shelf.Values{"subject": subject, "description": element(html), "description_text": html, "status": status, "priority": 1, "source": 1,
		"requester_id": requester + Wide, "company_id": company + Wide, "responder_id": nil, "group_id": nil, "due_by": nil, "type": nil, "custom_fields": map[string]any{}})
}

// note adds a conversation, private unless it says otherwise, by the agent unless
// it says whose it is.
func (f *Fake) note(r *http.Request) answer {
	in, refused := decode(r, "body", "private", "incoming", "user_id", "notify_emails")
	if refused != nil {
		return *refused
	}
	t, found := f.Shelf.Get(Tickets, idOf(r, Tickets))
	author := f.Agent
	if in["user_id"] != nil {
		author = number(in["user_id"]) - Wide
	}
	_, contact := f.Shelf.Get(Contacts, author)
	_, agent := f.Shelf.Get(Agents, author)
	switch {
	case !found:
		return missing
	case t.Gone:
		return answer{status: http.StatusMethodNotAllowed, body: map[string]any{"code": "method_not_allowed", "message": "The ticket was deleted"}}
	case text(in["body"]) == "":
		return invalid(http.StatusBadRequest, "body", "missing_field", "It should be a/an String")
	case !contact && !agent:
		return invalid(http.StatusBadRequest, "user_id", "invalid_value", "There is no user matching the given user_id")
	}
	id := f.talk(t.ID, author, text(in["body"]), 2, in["incoming"] == true, in["private"] != false)
	c, _ := f.Shelf.Get(Conversations, id)
	return answer{status: http.StatusCreated, body: f.show(c)}
}

// Say is a mail about a ticket: of an agent, or of a contact.
func (f *Fake) Say(ticket, author int, words string) int {
	_, incoming := f.Shelf.Get(Contacts, author)
	return f.talk(ticket, author, words, 0, incoming, false)
}

// Remark is a private note of an agent.
func (f *Fake) Remark(ticket, author int, words string) int {
	return f.talk(ticket, author, words, 2, false, true)
}

func (f *Fake) talk(ticket, author int, html string, source int, incoming, private bool) int {
	id := f.Shelf.Add(Conversations, shelf.Values{"ticket_id": ticket, "user_id": author + Wide, "body": element(html), "body_text": html,
		"incoming": incoming, "private": private, "source": source, "from_email": nil, "support_email": nil})
	f.Shelf.Touch(ticket)
	return id
}

// update changes the state of a ticket.
func (f *Fake) update(r *http.Request) answer {
	in, refused := decode(r, "status")
	if refused != nil {
		return *refused
	}
	t, found := f.Shelf.Get(Tickets, idOf(r, Tickets))
	status := number(in["status"])
	switch {
	case !found:
		return missing
	case t.Gone:
		return answer{status: http.StatusMethodNotAllowed, body: map[string]any{"code": "method_not_allowed", "message": "The ticket was deleted"}}
	case States[strconv.Itoa(status)] == nil:
		return invalid(http.StatusBadRequest, "status", "invalid_value", "It should be one of the states")
	case f.o.Typed && status == 5 && t.Values["type"] == nil:
		return invalid(http.StatusBadRequest, "type", "missing_field", "It is needed to close the ticket")
	}
	if t.Values["status"] != status {
		f.Shelf.Add(moves, shelf.Values{"ticket": t.ID, "to": status})
	}
	f.Shelf.Change(t.ID, shelf.Values{"status": status})
	t, _ = f.Shelf.Get(Tickets, t.ID)
	return ok(f.show(t))
}

// Moved counts how often a write gave a ticket a status that it did not have.
func (f *Fake) Moved(ticket, to int) int {
	return len(f.Shelf.All(moves, func(t shelf.Thing) bool { return t.Values["ticket"] == ticket && t.Values["to"] == to }))
}

// person makes a contact, unless somebody has the address, also among the deleted.
func (f *Fake) person(r *http.Request) answer {
	in, refused := decode(r, "name", "email", "company_id")
	if refused != nil {
		return *refused
	}
	if twin := f.Shelf.All(Contacts, func(t shelf.Thing) bool { return strings.EqualFold(text(t.Values["email"]), text(in["email"])) }); len(twin) > 0 {
		return invalid(http.StatusConflict, "email", "duplicate_value", "It should be a unique value")
	}
	if _, found := f.Shelf.Get(Companies, number(in["company_id"])-Wide); !found {
		return invalid(http.StatusBadRequest, "company_id", "invalid_value", "There is no company matching the given company_id")
	}
	t, _ := f.Shelf.Get(Contacts, f.Contact(text(in["name"]), text(in["email"]), number(in["company_id"])-Wide))
	return answer{status: http.StatusCreated, body: f.show(t)}
}

// Archive takes tickets out of every list.
func (f *Fake) Archive(tickets ...int) {
	for _, id := range tickets {
		f.Shelf.Change(id, shelf.Values{"archived": true})
	}
}
