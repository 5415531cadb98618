package requesttracker

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/connectors/vendorfake/requesttracker/ticketsql"
)

// updateTicket changes a ticket. It answers 200 with one sentence for each
// change, also for those that it refused: what took effect is learnt only by
// reading again. Fields that it does not know are ignored.
func (c *call) updateTicket(v []string) answer {
	t := c.target(v[0])
	switch {
	case t == nil:
		return refuse(http.StatusNotFound, "Resource does not exist; use POST to create")
	case !c.seesTicket(t):
		return refuse(http.StatusForbidden, "Forbidden")
	}
	if a, stop := c.preconditions(c.etag(onTicket, t.ID)); stop {
		return a
	}
	in, _, bad := c.decode()
	if bad.Status != 0 {
		return bad
	}
	results := []string{}
	for _, name := range []string{"Due", "Owner", "Priority", "Queue", "Status", "Subject"} { // the original's order
		if value, there := in[name]; there {
			if said := c.putAttribute(t, name, plain(value)); said != "" {
				results = append(results, fmt.Sprintf("Ticket %d: %s", t.ID, said))
			}
		}
	}
	if c.staff() {
		results = append(results, c.putFields(t, in["CustomFields"])...)
		results = append(results, c.putLinks(t, in)...)
	}
	if into := plain(in["MergeInto"]); into != "" {
		results = append(results, c.putMerge(t, into))
	}
	return answer{Body: results}
}

// putAttribute changes one attribute and returns what the original says; "" when
// nothing was to change.
func (c *call) putAttribute(t *ticket, name, value string) string {
	old := map[string]string{
		"Due": "", "Owner": t.Owner, "Priority": strconv.Itoa(t.Priority), "Queue": strconv.Itoa(t.Queue),
		"Status": t.Status, "Subject": t.Subject,
	}[name]
	if old == value {
		return ""
	}
	if !c.staff() {
		return "Permission Denied"
	}
	switch name {
	case "Status":
		return c.putStatus(t, value, false)
	case "Subject":
		t.Subject = value
	case "Priority":
		n, err := parsePriority(value)
		if err != nil {
			return "Priority '" + value + "' is not a number"
		}
		t.Priority = n
		c.noteSet(t, name, old, value)
		return fmt.Sprintf("Priority changed from '%s' to '%s'", priorityName(old), priorityName(value))
	case "Owner":
		u := c.userNamed(value)
		if u == nil {
			return "That user does not exist"
		}
		t.Owner = u.Name
		c.noteSet(t, name, fmt.Sprint(c.userNamed(old).ID), fmt.Sprint(u.ID))
		return fmt.Sprintf("Owner changed from %s to %s", old, u.Name)
	case "Queue":
		q := c.queueNamed(value)
		if q == nil {
			return "That queue does not exist"
		}
		from := c.queueByID(t.Queue).Name
		t.Queue = q.ID
		c.noteSet(t, name, old, strconv.Itoa(q.ID))
		return fmt.Sprintf("Queue changed from %s to %s", from, q.Name)
	case "Due":
		t.Due = ticketsql.ReadDate(value, c.zone)
		c.noteSet(t, name, "1970-01-01 00:00:00", t.Due.Format(time.DateTime))
		return "Due changed from Not set to " + t.Due.Format(time.ANSIC)
	}
	c.noteSet(t, name, old, value)
	return fmt.Sprintf("%s changed from '%s' to '%s'", name, old, value)
}

func (c *call) noteSet(t *ticket, field, old, value string) {
	c.record(transaction{ObjectType: onTicket, ObjectID: t.ID, Type: "Set", Field: field, Old: old, New: value, Creator: c.user.Name, Created: c.now()})
}

// putStatus changes the status when the lifecycle and the rights allow it.
// insist complains about a status that it has already, as a message does.
func (c *call) putStatus(t *ticket, status string, insist bool) string {
	switch {
	case !valid(status):
		return fmt.Sprintf("Status '%s' isn't a valid status for this ticket.", status)
	case status == t.Status && insist:
		return fmt.Sprintf("You can't change status from '%s' to '%s'.", t.Status, status)
	case !c.staff(), status == "deleted" && c.user.Access != Admin:
		return "Permission Denied"
	}
	old := t.Status
	c.setStatus(t, status, c.user.Name, c.now())
	if status == "deleted" {
		return "Ticket deleted"
	}
	return fmt.Sprintf("Status changed from '%s' to '%s'", old, status)
}

// putFields changes custom fields; unknown names are ignored.
func (c *call) putFields(t *ticket, in any) []string {
	return c.changeFields(t.Fields, in, "RT::Queue-RT::Ticket", transaction{ObjectType: onTicket, ObjectID: t.ID})
}

func (c *call) changeFields(have map[string]string, in any, lookup string, of transaction) []string {
	wanted, _ := in.(fields)
	var results []string
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		cf, value := c.fieldOf(name, lookup), first(wanted[name])
		if cf == nil || have[cf.Name] == value {
			continue
		}
		if cf.Type == "Select" && value != "" && !slices.Contains(cf.Values, value) {
			results = append(results, "Invalid value for custom field")
			continue
		}
		old := have[cf.Name]
		have[cf.Name] = value
		of.Type, of.Field, of.Old, of.New, of.Creator, of.Created = "CustomField", strconv.Itoa(cf.ID), old, value, c.user.Name, c.now()
		c.record(of)
		switch {
		case old == "":
			results = append(results, fmt.Sprintf("%s %s added", cf.Name, value))
		case value == "":
			results = append(results, fmt.Sprintf("%s %s deleted", cf.Name, old))
		default:
			results = append(results, fmt.Sprintf("%s %s changed to %s", cf.Name, old, value))
		}
	}
	return results
}

// presetFields sets custom fields of something new, without a word about what
// it drops.
func (c *call) presetFields(have map[string]string, in any, lookup string) {
	wanted, _ := in.(fields)
	for name, v := range wanted {
		cf, value := c.fieldOf(name, lookup), first(v)
		if cf != nil && value != "" && (cf.Type != "Select" || slices.Contains(cf.Values, value)) {
			have[cf.Name] = value
		}
	}
}

func (c *call) fieldOf(nameOrID, lookup string) *customField {
	return find(c.db.Fields, func(cf *customField) bool {
		return cf.Lookup == lookup && (strings.EqualFold(cf.Name, nameOrID) || strconv.Itoa(cf.ID) == nameOrID)
	})
}

// first reads a value that may stand in a list of one.
func first(v any) string {
	if list, ok := v.([]any); ok {
		if len(list) == 0 {
			return ""
		}
		v = list[0]
	}
	return plain(v)
}

// putLinks adds and removes links to assets and tickets.
func (c *call) putLinks(t *ticket, in fields) []string {
	var results []string
	for _, target := range targets(in["AddRefersTo"], in["RefersTo"]) {
		l := link{"RefersTo", target}
		if slices.Contains(t.Links, l) {
			results = append(results, "Link already exists")
			continue
		}
		c.link(t, l, c.user.Name, c.now())
		results = append(results, fmt.Sprintf("Ticket %d refers to URI %s.", t.ID, target))
	}
	for _, target := range targets(in["DeleteRefersTo"]) {
		i := slices.Index(t.Links, link{"RefersTo", target})
		if i < 0 {
			results = append(results, "Link not found")
			continue
		}
		t.Links = slices.Delete(t.Links, i, i+1)
		c.record(transaction{ObjectType: onTicket, ObjectID: t.ID, Type: "DeleteLink", Field: "RefersTo", Old: c.uri(target), Creator: c.user.Name, Created: c.now()})
		results = append(results, fmt.Sprintf("Ticket %d no longer refers to URI %s.", t.ID, target))
	}
	return results
}

func targets(values ...any) []string {
	var out []string
	for _, v := range values {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, one := range list {
			if s := plain(one); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

func (c *call) putMerge(t *ticket, into string) string {
	other := c.target(into)
	switch {
	case !c.staff():
		return "Permission Denied"
	case other == nil:
		return "New ticket doesn't exist"
	case other == t:
		return "Can't merge a ticket into itself"
	}
	c.merge(t, other, c.user.Name, c.now())
	return "Merge Successful"
}

func parsePriority(v any) (int, error) { return strconv.Atoi(plain(v)) }

// priorityName is how the original words a priority when it changes.
func priorityName(number string) string {
	n, _ := strconv.Atoi(number)
	switch {
	case n >= 100:
		return "High"
	case n >= 50:
		return "Medium"
	}
	return "Low"
}
