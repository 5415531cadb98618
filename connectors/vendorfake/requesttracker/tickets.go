package requesttracker

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"portico/connectors/vendorfake/requesttracker/ticketsql"
)

var ticketSchema = ticketsql.Schema{
	"id": ticketsql.Number, "effectiveid": ticketsql.Number, "priority": ticketsql.Number,
	"subject": ticketsql.Text, "type": ticketsql.Text, "queue": ticketsql.Text, "status": ticketsql.Text,
	"owner": ticketsql.Text, "creator": ticketsql.Text, "requestor": ticketsql.Text,
	"requestor.emailaddress": ticketsql.Text, "requestor.name": ticketsql.Text, "requestor.organization": ticketsql.Text,
	"created": ticketsql.Date, "lastupdated": ticketsql.Date, "started": ticketsql.Date, "starts": ticketsql.Date,
	"resolved": ticketsql.Date, "due": ticketsql.Date, "told": ticketsql.Date,
}

// tickets lists tickets. No query finds nothing, with 200.
func (c *call) tickets([]string) answer {
	text := c.r.URL.Query().Get("query")
	if c.r.Method == http.MethodPost && text == "" {
		text = formValue(c.body, "query")
	}
	if text == "" {
		return list(c, []*ticket{}, true)
	}
	q, err := ticketsql.Parse(text, ticketSchema, c.zone)
	if err != nil {
		return c.badQuery(err)
	}
	var rows []*ticket
	for _, t := range c.db.Tickets {
		if t.Effective == t.ID && t.Status != "deleted" && c.seesTicket(t) && q.Match(ticketRow{c.Fake, t}) {
			rows = append(rows, t)
		}
	}
	if !c.r.URL.Query().Has("orderby") && (q.Mentions("queue") || q.Mentions("status")) {
		// The original then answers in the order of whichever index it used.
		slices.SortStableFunc(rows, func(a, b *ticket) int { return strings.Compare(a.Status, b.Status) })
	}
	return list(c, rows, true)
}

// badQuery tells what is wrong with a query, and where the program stands, as
// the original does.
func (c *call) badQuery(err error) answer {
	s := err.Error()
	return refuse(http.StatusBadRequest, strings.ToUpper(s[:1])+s[1:]+" at /usr/share/request-tracker5/lib/RT/Tickets.pm line 3187.\n")
}

// ticket reads one ticket. The id of a merged one reads the other.
func (c *call) ticket(v []string) answer {
	t := c.target(v[0])
	switch {
	case t == nil:
		return notFound()
	case !c.seesTicket(t):
		return refuse(http.StatusForbidden, "Forbidden")
	}
	etag := c.etag(onTicket, t.ID)
	if a, stop := c.preconditions(etag); stop {
		return a
	}
	out := fields{"id": t.ID, "EffectiveId": c.stub("ticket", t.Effective)}
	for _, name := range []string{
		"Subject", "Status", "Priority", "InitialPriority", "FinalPriority", "TimeWorked", "TimeEstimated", "TimeLeft", "Type",
		"Queue", "Owner", "Creator", "LastUpdatedBy", "Requestor", "Cc", "AdminCc", "CustomFields", "_hyperlinks",
		"Created", "LastUpdated", "Started", "Starts", "Resolved", "Due", "Told",
	} {
		out[name] = t.field(c, name, "fields["+name+"]")
	}
	if t.Told.IsZero() {
		delete(out, "Told")
	}
	if c.user.Access == Requestor {
		out["CustomFields"] = []any{}
	}
	return answer{Header: map[string]string{"ETag": `"` + etag + `"`, "Last-Modified": stamp(t.Updated)}, Body: out}
}

// target finds the ticket that an id of a path stands for.
func (c *call) target(id string) *ticket {
	n, err := strconv.Atoi(id)
	if err != nil {
		return nil
	}
	if t := c.ticketByID(n); t != nil {
		return c.ticketByID(t.Effective)
	}
	return nil
}

// etag is the newest transaction of an object that the caller can see.
func (c *call) etag(kind string, id int) string {
	newest := 0
	for _, tx := range c.historyOf(kind, id) {
		if c.seesTransaction(tx) {
			newest = max(newest, tx.ID)
		}
	}
	return strconv.Itoa(newest)
}

// preconditions judges If-Match and If-None-Match (RFC 9110, 13.1).
func (c *call) preconditions(etag string) (answer, bool) {
	matches := func(header string) bool {
		for tag := range strings.SplitSeq(header, ",") {
			if tag = strings.TrimSpace(tag); tag == "*" || strings.Trim(tag, `"`) == etag {
				return true
			}
		}
		return false
	}
	if h := c.r.Header.Get("If-Match"); h != "" && !matches(h) {
		return refuse(http.StatusPreconditionFailed, "Precondition Failed"), true
	}
	if h := c.r.Header.Get("If-None-Match"); h != "" && c.r.Method == http.MethodGet && matches(h) {
		return answer{Status: http.StatusNotModified, Header: map[string]string{"ETag": `"` + etag + `"`}}, true
	}
	return answer{}, false
}

// deleteTicket needs the right to delete; without it the original breaks.
func (c *call) deleteTicket(v []string) answer {
	t := c.target(v[0])
	if t == nil {
		return notFound()
	}
	if c.user.Access != Admin {
		return refuse(http.StatusInternalServerError, "Internal Server Error")
	}
	c.setStatus(t, "deleted", c.user.Name, c.now())
	return answer{Status: http.StatusNoContent}
}
