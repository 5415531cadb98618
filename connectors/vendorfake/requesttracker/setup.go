package requesttracker

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// What an administrator set up: queues, catalogs, custom fields.

func (q *queue) kind() string { return "queue" }
func (q *queue) key() any     { return q.ID }

func (q *queue) order(column string) any { return q.named.order(column) }

func (q *queue) field(c *call, name, prefix string) any {
	switch name {
	case "Lifecycle":
		return "default"
	case "CorrespondAddress":
		if q.Address == "" {
			return ""
		}
		return q.Address + c.opts.Organization
	case "SortOrder", "SLADisabled":
		return "0"
	}
	return q.named.field(c, name, prefix)
}

func (n *named) kind() string { return "catalog" }
func (n *named) key() any     { return n.ID }

func (n *named) order(column string) any {
	switch column {
	case "id":
		return n.ID
	case "Name":
		return n.Name
	}
	return nil
}

func (n *named) field(_ *call, name, _ string) any {
	switch name {
	case "id":
		return n.ID
	case "Name":
		return n.Name
	case "Description":
		return n.Description
	case "Lifecycle":
		return "assets"
	case "Disabled":
		return "0"
	}
	return ""
}

// queues searches queues; without a search it finds nothing.
func (c *call) queues(v []string) answer {
	lines, asked, bad := c.limits()
	if bad.Status != 0 {
		return bad
	}
	if !asked {
		return list(c, []*queue{}, true)
	}
	return c.queuesThat(func(q *queue) bool {
		return fits(lines, func(field string) (string, bool) {
			switch field {
			case "id":
				return strconv.Itoa(q.ID), true
			case "Name":
				return q.Name, true
			}
			return "", false
		})
	})
}

func (c *call) allQueues([]string) answer { return c.queuesThat(func(*queue) bool { return true }) }

func (c *call) queuesThat(fit func(*queue) bool) answer {
	rows := slices.DeleteFunc(slices.Clone(c.db.Queues), func(q *queue) bool { return c.user.Access == NoRights || !fit(q) })
	slices.SortFunc(rows, func(a, b *queue) int { return strings.Compare(a.Name, b.Name) })
	return list(c, rows, true)
}

// queue reads one queue by id or name.
func (c *call) queue(v []string) answer {
	name, err := url.PathUnescape(v[0])
	q := c.queueNamed(name)
	if err != nil || q == nil || c.user.Access == NoRights {
		return notFound()
	}
	self := c.url("/queue/" + strconv.Itoa(q.ID))
	out := fields{"id": q.ID, "TicketCustomFields": c.fieldLinks("RT::Queue-RT::Ticket"), "TicketTransactionCustomFields": []any{},
		"Cc": []any{}, "AdminCc": []any{}, "CustomFields": []any{}, "CommentAddress": "",
		"_hyperlinks": []any{
			fields{"ref": "self", "type": "queue", "id": q.ID, "_url": self}, fields{"ref": "history", "_url": self + "/history"},
			fields{"ref": "create", "type": "ticket", "_url": c.url("/ticket?Queue=" + strconv.Itoa(q.ID))},
		}}
	for _, f := range []string{"Name", "Description", "Lifecycle", "CorrespondAddress", "SortOrder", "Disabled", "SLADisabled"} {
		out[f] = q.field(c, f, "")
	}
	c.origin(out, c.db.Founded)
	return dated(out, strconv.Itoa(q.ID), c.db.Founded)
}

func (c *call) catalogs([]string) answer {
	rows := slices.Clone(c.db.Catalogs)
	slices.SortFunc(rows, func(a, b *named) int { return strings.Compare(a.Name, b.Name) })
	if !c.staff() {
		rows = nil
	}
	return list(c, rows, true)
}

func (cf *customField) kind() string { return "customfield" }
func (cf *customField) key() any     { return cf.ID }

func (cf *customField) order(column string) any {
	switch column {
	case "id":
		return cf.ID
	case "Name":
		return cf.Name
	}
	return nil
}

func (cf *customField) field(_ *call, name, _ string) any {
	switch name {
	case "id":
		return cf.ID
	case "Name", "Description":
		return cf.Name
	case "Type":
		return cf.Type
	case "LookupType":
		return cf.Lookup
	case "MaxValues":
		return "1"
	case "EntryHint":
		return "Enter one value"
	case "Disabled", "SortOrder", "UniqueValues":
		return "0"
	}
	return ""
}

// customFields searches custom fields; without a search it finds nothing.
func (c *call) customFields([]string) answer {
	lines, asked, bad := c.limits()
	if bad.Status != 0 {
		return bad
	}
	rows := slices.DeleteFunc(slices.Clone(c.db.Fields), func(cf *customField) bool {
		return !asked || !c.staff() || !fits(lines, func(field string) (string, bool) {
			value, ok := cf.field(c, field, "").(string)
			return value, ok && value != ""
		})
	})
	slices.SortFunc(rows, func(a, b *customField) int { return strings.Compare(a.Name, b.Name) })
	return list(c, rows, true)
}

// customField reads one with the values that may be chosen.
func (c *call) customField(v []string) answer {
	cf := find(c.db.Fields, func(cf *customField) bool { return strconv.Itoa(cf.ID) == v[0] })
	if cf == nil || !c.staff() {
		return notFound()
	}
	out := fields{"id": cf.ID, "Pattern": "", "_hyperlinks": []any{
		fields{"ref": "self", "type": "customfield", "id": cf.ID, "_url": c.url("/customfield/" + v[0])},
		fields{"ref": "customfieldvalues", "_url": c.url("/customfield/" + v[0] + "/values")},
	}}
	for _, name := range []string{"Name", "Description", "Type", "LookupType", "MaxValues", "EntryHint", "Disabled", "SortOrder", "UniqueValues"} {
		out[name] = cf.field(c, name, "")
	}
	if cf.Type == "Select" {
		values := slices.Clone(cf.Values)
		slices.Sort(values)
		out["Values"] = values
	}
	c.origin(out, c.db.Founded)
	return dated(out, stamp(c.db.Founded), c.db.Founded)
}

// customFieldsOf shows the values of an object's custom fields; "" to a caller
// who may not see them.
func (c *call) customFieldsOf(values map[string]string, lookup string) any {
	if !c.staff() {
		return ""
	}
	var out []any
	for _, cf := range c.db.Fields {
		if cf.Lookup != lookup {
			continue
		}
		shown := c.stub("customfield", cf.ID)
		shown["name"], shown["values"] = cf.Name, []string{}
		if v := values[cf.Name]; v != "" {
			shown["values"] = []string{v}
		}
		out = append(out, shown)
	}
	return out
}

func (f *Fake) queueByID(id int) *queue {
	return find(f.db.Queues, func(q *queue) bool { return q.ID == id })
}
func (f *Fake) catalogByID(id int) *named {
	return find(f.db.Catalogs, func(n *named) bool { return n.ID == id })
}
