// Package zendesk_test proves the manifest of Zendesk over its fake.
package zendesk_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
	"portico/connectors/vendorfake/zendesk"
	"portico/sync/action"
	"portico/sync/remote"
)

func target() connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: tenant}
}

func TestZendeskKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

func TestZendeskKeepsTheVendorsContract(t *testing.T) {
	t.Parallel()
	connectortest.RunContract(t, target(), "zendesk/zendesk-support.json", "",
		"?page[size]", "?page[after]", "?include", // documented in the guide; the file at hand leaves them out
		"/cursor?cursor=", // the file demands a start_time of every page, the guide only of the first
		"/uploads?")       // the file knows no filename, without which the guide lets nothing in
}

const (
	canary = "canary-7f04-internal"
	agent  = "portal@halden.example"
)

// desk is a tenant with two organizations and 230 tickets: three pages of an export.
type desk struct {
	*zendesk.Fake
	connectortest.Desk
	organizations, people []int
	colleague             int
	centre, card          int // fields of tickets
}

func newDesk(t testing.TB, clock *connectortest.Clock, o zendesk.Options) *desk {
	t.Helper()
	o.Clock, o.Agent, o.Token, o.Page = clock.Now, agent, "good", 90
	d := &desk{Fake: zendesk.New(o)}
	d.colleague = d.User("Mara Stein", "mara@halden.example", "agent", 0)
	for i, name := range []string{"Nordwind Logistik GmbH", "Brightleaf Dental Group"} {
		id := d.Fake.Shelf.Add(zendesk.Organizations, shelf.Values{"name": name, "domain_names": []string{"example.com"}})
		d.organizations = append(d.organizations, id)
		d.people = append(d.people, d.User([]string{"Bo Lind", "Cy Roth"}[i], []string{"bo@nordwind.example", "cy@brightleaf.example"}[i], "end-user", id))
	}
	d.centre, d.card = d.Field("Cost centre", "text", nil), d.Field("Card", "partialcreditcard", nil)
	d.Desk = connectortest.Desk{
		Clock: clock, Shelf: d.Fake.Shelf, Company: strconv.Itoa(d.organizations[0] + zendesk.Wide), Subject: "subject", New: "new", Trace: true,
		Open: func(n int, subject string, status any) int {
			n %= len(d.organizations)
			return d.Fake.Open(d.people[n], d.organizations[n], subject, "", status.(string))
		},
		Answer: func(ticket int, text string) { d.Say(ticket, d.colleague, text, true) },
	}
	d.Stock(t, 230, "open", 40, func(ticket int) {
		d.Attach(d.Say(ticket, d.colleague, "We are on it.", true), "log.txt", "text/plain", "all is well")
		d.Attach(d.Say(ticket, d.colleague, "Note "+canary, false), canary+".txt", "text/plain", canary)
	})
	d.Say(d.Number(d.hidden()), d.colleague, "Only "+canary, false)
	clock.Advance(time.Hour)
	return d
}

// hidden is a ticket that has no public comment.
func (d *desk) hidden() string {
	return strconv.Itoa(d.Fake.Open(d.people[0], d.organizations[0], "About "+canary, "", "open"))
}

func tenant(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	d := newDesk(t, clock, zendesk.Options{})
	srv := httptest.NewServer(d.Fake)
	t.Cleanup(srv.Close)
	put, post := faults.Match{Method: "PUT", Path: "/tickets/"}, faults.Match{Method: "POST", Path: "=" + zendesk.Base + "/tickets"}
	return d.Hooks(&connectortest.System{
		Tailor: func(external, value string) {
			d.Tailor(d.Number(external), d.card, "card "+canary)
			d.Tailor(d.Number(external), d.centre, connectortest.OrNil(value))
		},
		Settings: map[string]string{"url": srv.URL, "user": agent},
		Secrets:  map[string]string{"token": "good", "signing": "good"}, BadSecrets: map[string]string{"token": "bad"},
		Faults: d.Faults, Main: "tickets", Lag: time.Minute,
		List:     faults.Match{Method: "GET", Path: "=" + zendesk.Base + "/incremental/tickets/cursor"},
		Pages:    faults.List{Rows: "tickets"},
		Canaries: []string{canary},
		Webhook: &connectortest.Webhook{Message: func(external string) *remote.RawRequest {
			return sent("good", fmt.Sprintf(`{"id":"e1","type":"zen:event-type:ticket.comment_added","detail":{"id":%q}}`, external), clock.Now())
		}},
		Rotate: func() map[string]string {
			d.SetToken("new")
			return map[string]string{"token": "new"}
		},
		Acts: []connectortest.Act{
			d.Replying(put, "pending", d.said),
			d.Creating(post, func(ref string) int {
				return len(d.Fake.Shelf.All(zendesk.Tickets, func(t shelf.Thing) bool { return t.Values["external_id"] == ref }))
			}),
			d.deciding(action.TicketClose, "open", "Open", "solved"), d.deciding(action.TicketReopen, "solved", "Solved", "open"),
		},
	})
}

// last is the ticket that was added last.
func (d *desk) last() string {
	all := d.Fake.Shelf.All(zendesk.Tickets, nil)
	return strconv.Itoa(all[len(all)-1].ID)
}

// external is the number of a thing as the API words it.
func (d *desk) external(id int) string { return strconv.Itoa(id + zendesk.Wide) }

// said counts public comments on a ticket that carry a reference.
func (d *desk) said(ticket int, ref string) int {
	return len(d.Fake.Shelf.All(zendesk.Comments, func(t shelf.Thing) bool {
		return t.Values["ticket"] == ticket && t.Values["public"] == true && strings.Contains(fmt.Sprint(t.Values["body"]), ref)
	}))
}

func (d *desk) deciding(kind action.Kind, from, word, to string) connectortest.Act {
	return d.Deciding(connectortest.Decision{
		Kind: kind, Write: faults.Match{Method: "PUT", Path: "/tickets/"}, From: from,
		Base:    func(now time.Time) string { return word + "@" + now.Format(time.RFC3339) },
		Effects: func(ticket int) int { return d.Moved(ticket, to) },
		Stale:   func(ticket int) { d.Fake.Shelf.Change(ticket, d.State("pending")) },
	})
}
