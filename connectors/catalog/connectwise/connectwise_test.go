// Package connectwise_test proves the manifest of ConnectWise PSA over its fake.
package connectwise_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/connectwise"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/remote"
)

func TestConnectWiseKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

func target() connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: firm}
}

const (
	member = "portal"
	agent  = "mstein"
	canary = "canary-22b8-internal"
)

// desk is a firm with two companies and 210 tickets: three pages of a list.
type desk struct {
	*connectwise.Fake
	connectortest.Desk
	companies []int
}

// named is a status or a board as a ticket refers to it.
func named(name any) map[string]any { return map[string]any{"name": name} }

func newDesk(t testing.TB, clock *connectortest.Clock) *desk {
	t.Helper()
	f := connectwise.New(connectwise.Options{Clock: clock.Now, Company: "halden", Public: "pub", Private: "good", ClientID: "c1", Member: member})
	d := &desk{Fake: f}
	for _, name := range []string{"Nordwind Logistik GmbH", "Brightleaf Dental Group"} {
		d.companies = append(d.companies, f.Shelf.Add(connectwise.Companies, shelf.Values{
			"identifier": strings.ToUpper(name[:8]), "name": name, "website": "https://www." + strings.ToLower(name[:8]) + ".example/", "deletedFlag": false,
		}))
	}
	f.Fields = []connectwise.Field{{ID: 7, Caption: "Cost centre", Type: "Text"}, {ID: 8, Caption: "Vault", Type: "Password"}}
	d.Desk = connectortest.Desk{
		Clock: clock, Shelf: f.Shelf, Company: strconv.Itoa(d.companies[0]), Subject: "summary", New: "New", Title: strings.Repeat("Long ", 30),
		Open: func(n int, summary string, status any) int {
			return f.Shelf.Add(connectwise.Tickets, shelf.Values{"summary": summary, "status": named(status), "company": map[string]any{"id": d.companies[n%len(d.companies)]},
				"board": named("Help Desk"), "closedFlag": false})
		},
		Answer: func(ticket int, text string) {
			f.Note(ticket, agent, shelf.Values{"text": text, "detailDescriptionFlag": true})
		},
	}
	d.Stock(t, 210, "In Progress", 30, func(ticket int) {
		f.Note(ticket, agent, shelf.Values{"text": "We are on it.", "detailDescriptionFlag": true})
		f.Note(ticket, agent, shelf.Values{"text": "Note " + canary, "internalAnalysisFlag": true})
		f.Note(ticket, agent, shelf.Values{"text": "Both " + canary, "detailDescriptionFlag": true, "internalAnalysisFlag": true})
		f.Note(ticket, agent, shelf.Values{"text": "Flagged " + canary, "detailDescriptionFlag": true, "internalFlag": true})
	})
	return d
}

func firm(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	d := newDesk(t, clock)
	srv := httptest.NewServer(d.Fake)
	t.Cleanup(srv.Close)
	return d.Hooks(&connectortest.System{
		Tailor: func(external, value string) {
			d.Tailor(connectwise.Tickets, d.Number(external), 8, "secret of "+canary)
			d.Tailor(connectwise.Tickets, d.Number(external), 7, connectortest.OrNil(value))
		},
		Settings: settings(srv.URL), Secrets: map[string]string{"private_key": "good", "word": "hush"}, BadSecrets: map[string]string{"private_key": "bad"},
		Faults: d.Faults, Main: "tickets", List: faults.Match{Method: "GET", Path: "=" + connectwise.Base + "/service/tickets"},
		Pages:    faults.List{Rows: "."},
		Canaries: []string{canary},
		Rotate: func() map[string]string {
			d.Rotate("new")
			return map[string]string{"private_key": "new"}
		},
		Webhook: &connectortest.Webhook{Unsigned: true, Undated: true, Message: func(external string) *remote.RawRequest {
			body := fmt.Appendf(nil, `{"Action":"updated","Type":"Ticket","ID":%s,"Entity":"{}"}`, external)
			return connectortest.Sent(body, url.Values{"word": {"hush"}, "recordId": {external}, "action": {"updated"}}, nil)
		}},
		Acts: []connectortest.Act{
			d.replying(),
			d.Creating(faults.Match{Method: "POST", Path: "=" + connectwise.Base + "/service/tickets"}, func(ref string) int {
				return len(d.Fake.Shelf.All(connectwise.Tickets, func(t shelf.Thing) bool { return t.Values["externalXRef"] == ref }))
			}),
			d.deciding(action.TicketClose, "In Progress", ">Closed"), d.deciding(action.TicketReopen, ">Closed", "New (portal)"),
		},
	})
}

func settings(url string) map[string]string {
	return map[string]string{"url": url + connectwise.Base, "company": "halden", "public_key": "pub", "client_id": "c1", "member": member, "board": "Help Desk"}
}

// replying is a reply, which a ticket that was merged into another refuses.
func (d *desk) replying() connectortest.Act {
	act := d.Replying(faults.Match{Method: "POST", Path: "/notes"}, "New", func(ticket int, ref string) int {
		return len(d.Fake.Shelf.All(connectwise.Notes, func(t shelf.Thing) bool {
			return t.Values["ticketId"] == ticket && t.Values["detailDescriptionFlag"] == true && strings.Contains(fmt.Sprint(t.Values["text"]), ref)
		}))
	})
	act.Stale = func() action.Action {
		from, into := d.Desk.Add("Twin", "New"), d.Desk.Add("Other twin", "New")
		d.Fake.Shelf.Change(from, shelf.Values{"mergedParentTicket": map[string]any{"id": into}})
		return d.Act(action.TicketReply, strconv.Itoa(from))
	}
	return act
}

func (d *desk) deciding(kind action.Kind, from, to string) connectortest.Act {
	return d.Deciding(connectortest.Decision{
		Kind: kind, Write: faults.Match{Method: "PATCH", Path: "/service/tickets/"}, From: from,
		Base:    func(now time.Time) string { return from + "@" + now.Format(time.RFC3339) },
		Effects: func(ticket int) int { return d.Changes(ticket, to) },
		Stale:   func(ticket int) { d.Fake.Shelf.Change(ticket, shelf.Values{"status": named("Waiting for client")}) },
	})
}

func TestConnectWiseKeepsTheVendorsContract(t *testing.T) {
	t.Parallel()
	connectortest.RunContract(t, target(), "connectwise-psa/connectwise-psa.json", connectwise.Base,
		"/count",                  // documented in the guide; the file at hand leaves it out
		"/company/configurations") // the file demands a part of the path that the path does not have
}
