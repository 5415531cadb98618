package requesttracker

import (
	"fmt"
	"strings"
)

// step is a change of status that the lifecycle offers, with its label and the
// message that goes with it.
type step struct{ from, to, label, update string }

var ticketSteps = []step{
	{"new", "open", "Open It", "Respond"}, {"new", "resolved", "Resolve", "Comment"}, {"new", "rejected", "Reject", "Respond"},
	{"open", "stalled", "Stall", "Comment"}, {"open", "resolved", "Resolve", "Comment"}, {"open", "rejected", "Reject", "Respond"},
	{"stalled", "open", "Open It", ""}, {"resolved", "open", "Re-open", "Comment"}, {"rejected", "open", "Re-open", "Comment"},
}

var assetSteps = []step{
	{"*", "allocated", "Allocate", ""}, {"*", "in-use", "Now in-use", ""}, {"*", "recycled", "Recycle", ""}, {"*", "stolen", "Report stolen", ""},
}

// ticketLinks says what can be done with a ticket and what it is related to.
func (c *call) ticketLinks(t *ticket) []any {
	self := c.url(fmt.Sprintf("/ticket/%d", t.ID))
	out := []any{fields{"ref": "self", "type": "ticket", "id": t.ID, "_url": self}}
	for _, l := range t.Links {
		kind, id, _ := strings.Cut(l.Target, ":")
		link := c.stub(kind, id)
		link["ref"] = "refers-to"
		out = append(out, link)
	}
	if c.user.Access != Requestor {
		out = append(out, c.fieldLinks("RT::Queue-RT::Ticket")...)
	}
	out = append(out, fields{"ref": "history", "_url": self + "/history"}, fields{"ref": "correspond", "_url": self + "/correspond"})
	if !c.staff() {
		return out
	}
	out = append(out, fields{"ref": "comment", "_url": self + "/comment"})
	for _, s := range ticketSteps {
		if s.from != t.Status {
			continue
		}
		link := fields{"ref": "lifecycle", "from": s.from, "to": s.to, "label": s.label, "_url": self}
		if s.update != "" {
			link["update"] = s.update
			link["_url"] = self + map[string]string{"Respond": "/correspond", "Comment": "/comment"}[s.update]
		}
		out = append(out, link)
	}
	return out
}

// assetLinks is ticketLinks for an asset.
func (c *call) assetLinks(a *asset) []any {
	self := c.url(fmt.Sprintf("/asset/%d", a.ID))
	out := []any{fields{"ref": "self", "type": "asset", "id": a.ID, "_url": self}}
	for _, t := range c.db.Tickets {
		for _, l := range t.Links {
			if l.Target == fmt.Sprintf("asset:%d", a.ID) {
				link := c.stub("ticket", t.ID)
				link["ref"] = "referred-to-by"
				out = append(out, link)
			}
		}
	}
	out = append(out, c.fieldLinks("RT::Catalog-RT::Asset")...)
	out = append(out, fields{"ref": "history", "_url": self + "/history"})
	for _, s := range assetSteps {
		if s.to != a.Status {
			out = append(out, fields{"ref": "lifecycle", "from": s.from, "to": s.to, "label": s.label, "_url": self})
		}
	}
	return out
}

func (c *call) fieldLinks(lookup string) []any {
	var out []any
	for _, cf := range c.db.Fields {
		if cf.Lookup == lookup {
			link := c.stub("customfield", cf.ID)
			link["ref"], link["name"] = "customfield", cf.Name
			out = append(out, link)
		}
	}
	return out
}
