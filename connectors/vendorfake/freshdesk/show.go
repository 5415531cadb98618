package freshdesk

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"portico/connectors/vendorfake/shelf"
)

// lifetime is how long the address of a file is good.
const lifetime = 5 * time.Minute

// Colleague adds an agent and returns the number.
func (f *Fake) Colleague(name, email string) int {
	return f.Shelf.Add(Agents, shelf.Values{"contact": map[string]any{"name": name, "email": email, "active": true}, "ticket_scope": 1, "type": "support_agent", "available": true})
}

// Contact adds somebody of a company and returns the number.
func (f *Fake) Contact(name, email string, company int) int {
	return f.Shelf.Add(Contacts, shelf.Values{"name": name, "email": email, "phone": nil, "mobile": nil, "company_id": company + Wide,
		"other_companies": []any{}, "active": true, "view_all_tickets": false})
}

// Attach hangs a file on a ticket or a conversation and returns its number.
func (f *Fake) Attach(to int, name, kind, content string) int {
	return f.Shelf.Add(Attachments, shelf.Values{"of": to, "name": name, "content_type": kind, "size": len(content), "bytes": content})
}

// all shows the things of a kind that pass.
func (f *Fake) all(kind string, pass func(shelf.Thing) bool) []map[string]any {
	out := []map[string]any{}
	for _, t := range f.Shelf.All(kind, pass) {
		out = append(out, f.show(t))
	}
	return out
}

// show is a thing as the API words it.
func (f *Fake) show(t shelf.Thing) map[string]any {
	out := map[string]any{"id": t.ID + Wide, "created_at": stamp(t.Created), "updated_at": stamp(t.Updated)}
	for name, v := range t.Values {
		out[name] = v
	}
	switch t.Kind {
	case Tickets:
		out["id"], out["spam"], out["attachments"] = t.ID, t.Values["spam"] == true, f.files(t.ID)
		if state(t) == "deleted" {
			out["deleted"] = true
		}
	case Contacts:
		if t.Gone {
			out["deleted"] = true
		}
	case Conversations:
		out["attachments"] = f.files(t.ID)
	case Attachments:
		delete(out, "of")
		delete(out, "bytes")
		until := strconv.FormatInt(f.o.Clock().Add(lifetime).Unix(), 10)
		out["attachment_url"] = f.o.Storage + "/storage/" + strconv.Itoa(t.ID) + "?until=" + until
	}
	return out
}

func (f *Fake) files(of int) []map[string]any {
	return f.all(Attachments, func(t shelf.Thing) bool { return t.Values["of"] == of })
}

func (f *Fake) requester(t shelf.Thing) any {
	id, _ := t.Values["requester_id"].(int)
	who, found := f.Shelf.Get(Contacts, id-Wide)
	if !found {
		return nil
	}
	return map[string]any{"id": id, "name": who.Values["name"], "email": who.Values["email"], "mobile": nil, "phone": nil}
}

// bytes gives a file to whoever has an address that is still good. The key has no
// business here.
func (f *Fake) bytes(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	until, _ := strconv.ParseInt(r.URL.Query().Get("until"), 10, 64)
	t, found := f.Shelf.Get(Attachments, id)
	if _, _, signed := r.BasicAuth(); !found || signed || f.o.Clock().Unix() > until {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", text(t.Values["content_type"]))
	_, _ = io.WriteString(w, text(t.Values["bytes"]))
}
