package requesttracker

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

func (t *ticket) kind() string { return "ticket" }
func (t *ticket) key() any     { return t.ID }

func (t *ticket) order(column string) any {
	switch column {
	case "id":
		return t.ID
	case "Subject":
		return t.Subject
	case "Status":
		return t.Status
	case "Priority":
		return t.Priority
	case "Queue":
		return t.Queue
	}
	if d, ok := t.date(column); ok {
		return d
	}
	return nil
}

// date returns a date by its name.
func (t *ticket) date(name string) (time.Time, bool) {
	switch strings.ToLower(name) {
	case "created":
		return t.Created, true
	case "lastupdated":
		return t.Updated, true
	case "started":
		return t.Started, true
	case "resolved":
		return t.Resolved, true
	case "due":
		return t.Due, true
	case "told":
		return t.Told, true
	case "starts":
		return time.Time{}, true
	}
	return time.Time{}, false
}

func (t *ticket) field(c *call, name, prefix string) any {
	if d, ok := t.date(name); ok {
		return stamp(d)
	}
	switch name {
	case "id":
		return t.ID
	case "Subject":
		return t.Subject
	case "Status":
		return t.Status
	case "Priority":
		return strconv.Itoa(t.Priority)
	case "InitialPriority", "FinalPriority", "TimeWorked", "TimeEstimated", "TimeLeft":
		return "0"
	case "Type":
		return "ticket"
	case "EffectiveId":
		return strconv.Itoa(t.Effective)
	case "Queue":
		return c.expand(c.queueByID(t.Queue), prefix)
	case "Owner":
		return c.person(t.Owner, prefix)
	case "Creator":
		return c.person(t.Creator, prefix)
	case "LastUpdatedBy":
		return c.person(t.UpdatedBy, prefix)
	case "CustomFields":
		return c.customFieldsOf(t.Fields, "RT::Queue-RT::Ticket")
	case "_hyperlinks":
		return c.ticketLinks(t)
	}
	for _, role := range []string{"Requestor", "AdminCc", "Cc"} { // also Requestors, as in the original
		if strings.HasPrefix(name, role) {
			return c.people(t.role(role), prefix)
		}
	}
	return ""
}

func (t *ticket) role(name string) []string {
	switch name {
	case "Requestor":
		return t.Requestor
	case "Cc":
		return t.Cc
	}
	return t.AdminCc
}

// row makes a ticket comparable by a query.
type ticketRow struct {
	*Fake
	*ticket
}

// Date implements ticketsql.Row.
func (r ticketRow) Date(field string) time.Time {
	d, _ := r.ticket.date(field)
	return d
}

// Text implements ticketsql.Row.
func (r ticketRow) Text(field string) []string {
	switch field {
	case "id":
		return []string{strconv.Itoa(r.ID)}
	case "effectiveid":
		return []string{strconv.Itoa(r.Effective)}
	case "subject":
		return []string{r.Subject}
	case "type":
		return []string{"ticket"}
	case "queue":
		return []string{r.queueByID(r.Queue).Name, strconv.Itoa(r.Queue)}
	case "status":
		if inactive(r.ticket.Status) {
			return []string{r.ticket.Status, "__Inactive__"}
		}
		return []string{r.ticket.Status, "__Active__"}
	case "owner":
		return []string{r.Owner, fmt.Sprint(r.userNamed(r.Owner).ID)}
	case "creator":
		return []string{r.Creator}
	case "priority":
		return []string{strconv.Itoa(r.Priority)}
	case "requestor", "requestor.emailaddress", "requestor.name":
		return r.addresses(r.Requestor)
	case "requestor.organization":
		return r.organizations(r.Requestor)
	}
	return fieldValue(r.Fields, field)
}

// fieldValue finds "cf.name" among custom fields.
func fieldValue(have map[string]string, field string) []string {
	for name, value := range have {
		if value != "" && strings.EqualFold("cf."+name, field) {
			return []string{value}
		}
	}
	return nil
}

func (f *Fake) addresses(names []string) []string {
	var out []string
	for _, n := range names {
		u := f.userNamed(n)
		out = append(out, u.Name)
		if u.Email != u.Name {
			out = append(out, u.Email)
		}
	}
	return out
}

func (f *Fake) organizations(names []string) []string {
	var out []string
	for _, n := range names {
		if u := f.userNamed(n); u.Org != "" {
			out = append(out, u.Org)
		}
	}
	return out
}
