package requesttracker

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (u *user) kind() string { return "user" }
func (u *user) key() any     { return u.Name } // users are named by their login

func (u *user) order(column string) any {
	switch column {
	case "id":
		return u.ID
	case "Name":
		return u.Name
	case "EmailAddress":
		return u.Email
	case "RealName":
		return u.RealName
	}
	return nil
}

func (u *user) field(c *call, name, _ string) any {
	switch name {
	case "id":
		return u.ID
	case "Name":
		return u.Name
	case "EmailAddress":
		return u.Email
	case "RealName":
		return u.RealName
	case "Organization":
		return u.Org
	case "Timezone":
		return u.Zone
	case "WorkPhone":
		return u.Phone
	case "Created", "LastUpdated":
		if c.knows(u) {
			return stamp(u.Created)
		}
		return stamp(time.Time{})
	}
	return "" // also Privileged and Disabled: a list does not tell them
}

// knows reports whether the caller may see more of a user than the summary.
func (c *call) knows(u *user) bool { return c.user.Access == Admin || c.user == u }

// person shows a user by name.
func (c *call) person(name, prefix string) fields { return c.expand(c.userNamed(name), prefix) }

func (c *call) people(names []string, prefix string) []any {
	out := make([]any, 0, len(names))
	for _, name := range names {
		out = append(out, c.person(name, prefix))
	}
	return out
}

// users lists users by a JSON search. Only the fields of the summary can be
// searched; limits on others are ignored.
func (c *call) users([]string) answer {
	if !c.user.Privileged {
		return refuse(http.StatusForbidden, "Forbidden")
	}
	lines, _, bad := c.limits()
	if bad.Status != 0 {
		return bad
	}
	rows := slices.DeleteFunc(slices.Clone(c.db.Users), func(u *user) bool {
		return u.Disabled || !fits(lines, func(field string) (string, bool) {
			switch field {
			case "Name":
				return u.Name, true
			case "EmailAddress":
				return u.Email, true
			case "RealName":
				return u.RealName, true
			}
			return "", false
		})
	})
	if !c.r.URL.Query().Has("orderby") {
		slices.SortFunc(rows, func(a, b *user) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	}
	return list(c, rows, true)
}

// userByName reads one user: a summary, and everything of oneself.
func (c *call) userByName(v []string) answer {
	name, err := url.PathUnescape(v[0])
	if err != nil {
		return notFound()
	}
	u := find(c.db.Users, func(u *user) bool { return fmt.Sprint(u.ID) == name })
	if u == nil {
		u = c.userNamed(name)
	}
	switch {
	case !c.user.Privileged && c.user != u:
		return refuse(http.StatusForbidden, "Forbidden")
	case u == nil:
		return notFound()
	}
	self := c.url("/user/" + strconv.Itoa(u.ID))
	out := fields{
		"Name": u.Name, "RealName": u.RealName, "EmailAddress": u.Email, "Privileged": map[bool]int{true: 1}[u.Privileged],
		"_hyperlinks": []any{fields{"ref": "self", "type": "user", "id": u.ID, "_url": self}, fields{"ref": "history", "_url": self + "/history"}},
	}
	if c.knows(u) {
		out["id"], out["Disabled"], out["Memberships"], out["CustomFields"] = u.ID, "0", []any{}, []any{}
		c.origin(out, u.Created)
		for name, value := range map[string]string{"Organization": u.Org, "Timezone": u.Zone, "WorkPhone": u.Phone} {
			if value != "" {
				out[name] = value
			}
		}
	}
	if !c.knows(u) {
		return dated(out, stamp(time.Time{}), time.Time{})
	}
	return dated(out, strconv.Itoa(u.ID), u.Created)
}

// dated answers with one record and the headers that go with it.
func dated(out fields, etag string, at time.Time) answer {
	return answer{Body: out, Header: map[string]string{"ETag": fmt.Sprintf("%q", etag), "Last-Modified": stamp(at)}}
}

// origin adds who made a thing of the set-up and when.
func (c *call) origin(out fields, at time.Time) {
	out["Created"], out["LastUpdated"] = stamp(at), stamp(at)
	out["Creator"], out["LastUpdatedBy"] = c.stub("user", system), c.stub("user", system)
}
