package zendesk

import (
	"encoding/json"
	"strconv"

	"portico/connectors/vendorfake/shelf"
)

// User adds a user and returns the number; organization is 0 for none.
func (f *Fake) User(name, email, role string, organization int) int {
	v := shelf.Values{"name": name, "email": email, "role": role, "active": true, "suspended": false, "organization_id": nil}
	if organization > 0 {
		v["organization_id"] = organization + Wide
	}
	return f.Shelf.Add(Users, v)
}

// Status adds a status of this tenant and returns its number.
func (f *Fake) Status(category, agents, clients string, standard bool) int {
	return f.Shelf.Add(Statuses, shelf.Values{"status_category": category, "agent_label": agents, "end_user_label": clients, "active": true, "default": standard})
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
		out["id"], out["generated_timestamp"] = t.ID, t.Updated.Unix()
		out["url"] = "https://halden.zendesk.com/api/v2/tickets/" + strconv.Itoa(t.ID) + ".json"
		if t.Gone {
			out["status"] = "deleted"
		}
		out["is_public"] = f.public(t.ID)
		delete(out, "custom")
		out["custom_fields"] = f.custom(t)
	case Users:
		out["active"] = !t.Gone
	case Comments:
		delete(out, "ticket")
		out["attachments"] = f.all(Attachments, func(a shelf.Thing) bool { return a.Values["comment"] == t.ID })
	case Attachments:
		delete(out, "comment")
		delete(out, "bytes")
	}
	return out
}

func (f *Fake) public(ticket int) bool {
	comments := f.Shelf.All(Comments, func(c shelf.Thing) bool { return c.Values["ticket"] == ticket })
	for _, c := range comments {
		if c.Values["public"] == true {
			return true
		}
	}
	return len(comments) == 0
}

// standard is the number of the status that a category stands for by itself.
func (f *Fake) standard(category string) int {
	for _, t := range f.Shelf.All(Statuses, nil) {
		if t.Values["status_category"] == category && t.Values["default"] == true {
			return t.ID
		}
	}
	return 0
}

// State are the values of a ticket in a category.
func (f *Fake) State(category string) shelf.Values {
	id := f.standard(category)
	if category == "closed" {
		id = f.standard("solved")
	}
	return shelf.Values{"status": category, "custom_status_id": id + Wide}
}

// beside are the users and groups that rows refer to.
func (f *Fake) beside(rows []map[string]any) (users, groups []map[string]any) {
	users, groups = []map[string]any{}, []map[string]any{}
	seen := map[any]bool{nil: true}
	for _, row := range rows {
		for _, name := range []string{"requester_id", "assignee_id", "author_id", "group_id"} {
			id, _ := row[name].(int)
			if seen[row[name]] {
				continue
			}
			seen[row[name]] = true
			if t, found := f.Shelf.Get(Users, id-Wide); found {
				users = append(users, f.show(t))
			}
			if t, found := f.Shelf.Get(Groups, id-Wide); found {
				groups = append(groups, f.show(t))
			}
		}
	}
	return users, groups
}

// number reads a number of a request's body with all its digits.
func number(v any) int {
	switch n := v.(type) {
	case json.Number:
		i, _ := strconv.Atoi(n.String())
		return i
	case int:
		return n
	default:
		return 0
	}
}

func text(v any) string {
	out, _ := v.(string)
	return out
}
