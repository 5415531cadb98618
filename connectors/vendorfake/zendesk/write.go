package zendesk

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"portico/connectors/vendorfake/shelf"
)

// kept is what was answered to a key, for two hours.
type kept struct {
	body   string
	answer answer
	until  time.Time
}

// decode reads one member of a body, numbers with all their digits.
func decode(r *http.Request, name string) (map[string]any, string) {
	data, _ := io.ReadAll(r.Body)
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	in := map[string]map[string]any{}
	_ = d.Decode(&in)
	return in[name], string(data)
}

// create makes a ticket, once for each key.
func (f *Fake) create(r *http.Request) answer {
	in, body := decode(r, "ticket")
	key := r.Header.Get("Idempotency-Key")
	f.mu.Lock()
	old, known := f.keys[key]
	f.mu.Unlock()
	if key != "" && known && f.o.Clock().Before(old.until) {
		if old.body != body {
			return refusal(http.StatusBadRequest, "IdempotentRequestError", "The key was used with other parameters")
		}
		old.answer.header = http.Header{"X-Idempotency-Lookup": {"hit"}}
		return old.answer
	}
	out := f.open(in)
	out.header = http.Header{"X-Idempotency-Lookup": {"miss"}}
	if key != "" && out.status == http.StatusCreated {
		f.mu.Lock()
		f.keys[key] = kept{body, out, f.o.Clock().Add(2 * time.Hour)}
		f.mu.Unlock()
	}
	return out
}

func (f *Fake) open(in map[string]any) answer {
	comment, _ := in["comment"].(map[string]any)
	requester, found := f.Shelf.Get(Users, number(in["requester_id"])-Wide)
	switch {
	case text(comment["body"]) == "":
		return invalid("base", "Description: cannot be blank")
	case !found:
		return invalid("requester", "Requester: is not a user")
	case requester.Values["organization_id"] != number(in["organization_id"]):
		return invalid("organization", "Organization: is not one of the requester's")
	}
	id := f.Open(requester.ID, number(in["organization_id"])-Wide, text(in["subject"]), text(in["external_id"]), "new")
	f.comment(id, requester.ID, comment, "api")
	return f.written(http.StatusCreated, id, 0)
}

// Open makes a ticket without a comment.
func (f *Fake) Open(requester, organization int, subject, external, status string) int {
	v := shelf.Values{"subject": subject, "raw_subject": subject, "external_id": nil, "requester_id": requester + Wide, "organization_id": organization + Wide,
		"priority": "normal", "group_id": nil, "assignee_id": nil, "due_at": nil}
	if external != "" {
		v["external_id"] = external
	}
	maps.Copy(v, f.State(status))
	return f.Shelf.Add(Tickets, v)
}

// Say adds a comment of a user, made at the desk.
func (f *Fake) Say(ticket, author int, words string, public bool) int {
	id := f.comment(ticket, author, map[string]any{"body": words, "public": public}, "web")
	f.Shelf.Touch(ticket)
	return id
}

// comment adds one; one whose author may not be named is the agent's.
func (f *Fake) comment(ticket, author int, in map[string]any, channel string) int {
	words := text(in["body"])
	html := "<div class=\"zd-comment\"><p>" + strings.ReplaceAll(strings.TrimSpace(words), "\n", "<br>") + "</p></div>"
	public := in["public"] != false
	id := f.Shelf.Add(Comments, shelf.Values{"ticket": ticket, "type": "Comment", "author_id": author + Wide, "body": words, "plain_body": words, "html_body": html,
		"public": public, "via": map[string]any{"channel": channel}, "metadata": map[string]any{"system": map[string]any{}, "custom": map[string]any{}}})
	tokens, _ := in["uploads"].([]any)
	for _, token := range tokens {
		for _, up := range f.Shelf.All(uploads, func(t shelf.Thing) bool { return t.Values["token"] == token }) {
			f.Attach(id, text(up.Values["name"]), text(up.Values["type"]), text(up.Values["bytes"]))
			f.Shelf.Delete(up.ID, false) // a token is good once
		}
	}
	return id
}

// update changes a ticket.
func (f *Fake) update(r *http.Request) answer {
	in, _ := decode(r, "ticket")
	t, found := f.Shelf.Get(Tickets, idOf(r, Tickets))
	status := text(in["status"])
	switch {
	case !found || t.Gone:
		return missing
	case t.Values["status"] == "closed":
		return invalid("status", "Status: closed prevents ticket update")
	case in["safe_update"] == true && text(in["updated_stamp"]) != stamp(t.Updated):
		return refusal(http.StatusConflict, "UpdateConflict", "Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again.")
	case status != "" && f.standard(status) == 0:
		return invalid("status", "Status: is not valid")
	}
	comment, _ := in["comment"].(map[string]any)
	said := 0
	if comment != nil {
		author := f.Admin
		if named := number(comment["author_id"]); named != 0 {
			if _, found := f.Shelf.Get(Users, named-Wide); !found {
				return invalid("author", "Author: is not a user")
			}
			author = named - Wide
		}
		said = f.comment(t.ID, author, comment, "api")
	}
	if status != "" && t.Values["status"] != status {
		f.Shelf.Add(moves, shelf.Values{"ticket": t.ID, "to": status})
		f.Shelf.Change(t.ID, f.State(status))
	}
	f.Shelf.Touch(t.ID)
	return f.written(http.StatusOK, t.ID, said)
}

// written is a ticket with the audit of what was done to it.
func (f *Fake) written(status, ticket, comment int) answer {
	t, _ := f.Shelf.Get(Tickets, ticket)
	events := []any{}
	if comment != 0 {
		events = append(events, map[string]any{"id": comment + Wide, "type": "Comment"})
	}
	return answer{status: status, body: map[string]any{"ticket": f.show(t), "audit": map[string]any{"id": Wide, "events": events}}}
}

// Moved counts how often a write gave a ticket a status that it did not have.
func (f *Fake) Moved(ticket int, to string) int {
	return len(f.Shelf.All(moves, func(t shelf.Thing) bool { return t.Values["ticket"] == ticket && t.Values["to"] == to }))
}

// person makes a user, or changes the one with the mail address.
func (f *Fake) person(r *http.Request) answer {
	in, _ := decode(r, "user")
	for _, t := range f.Shelf.All(Users, func(t shelf.Thing) bool { return strings.EqualFold(text(t.Values["email"]), text(in["email"])) }) {
		f.Shelf.Change(t.ID, shelf.Values{"name": in["name"], "organization_id": number(in["organization_id"])})
		t, _ = f.Shelf.Get(Users, t.ID)
		return ok(map[string]any{"user": f.show(t)})
	}
	t, _ := f.Shelf.Get(Users, f.User(text(in["name"]), text(in["email"]), "end-user", number(in["organization_id"])-Wide))
	return answer{status: http.StatusCreated, body: map[string]any{"user": f.show(t)}}
}
