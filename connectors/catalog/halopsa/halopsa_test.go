// Package halopsa_test proves the manifest of HaloPSA over its fake.
package halopsa_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/halopsa"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/remote"
)

func target() connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: tenant}
}

func TestHaloPSAKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

func TestHaloPSAKeepsTheVendorsContract(t *testing.T) {
	t.Parallel()
	connectortest.RunContract(t, target(), "halopsa/halopsa.json", "/api", "/auth/token")
}

const (
	portal = 77 // the agent of the application
	agent  = 12
	canary = "canary-3c1d-private"
)

// desk is a tenant with two clients and 230 tickets: three pages of a list.
type desk struct {
	*halopsa.Fake
	connectortest.Desk
	clients []int
}

func tenant(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	d := &desk{Fake: halopsa.New(clock.Now, "c1", "good", portal)}
	things := d.Fake.Shelf
	things.Add(halopsa.Clients, shelf.Values{"name": "Unknown"}) // number 1, which is left out
	for _, name := range []string{"Nordwind Logistik GmbH", "Brightleaf Dental Group"} {
		d.clients = append(d.clients, things.Add(halopsa.Clients, shelf.Values{"name": name, "website": "https://www.example.com/", "inactive": false}))
	}
	things.Add(halopsa.Users, shelf.Values{"name": "Ada Kraus", "emailaddress": "Ada@nordwind.example", "client_id": d.clients[0]})
	things.Add(halopsa.Invoices, shelf.Values{"client_id": d.clients[0], "invoicenumber": "1001", "posted": true, "total": 119.0, "tax_total": 19.0, "amountdue": 119.0, "amountpaid": 0,
		"currency_code_name": "EUR", "invoice_date": "2026-02-01T00:00:00", "duedate": "2026-03-01T00:00:00", "lines": []any{map[string]any{"item_shortdescription": "Care", "qty_order": 1, "net_amount": 100.0}}})
	things.Add(halopsa.Invoices, shelf.Values{"client_id": d.clients[0], "invoicenumber": canary, "posted": false, "datesent": "1900-01-01T00:00:00", "total": 5})
	d.Fields = []halopsa.Field{{ID: 101, Name: "CFCostCentre", Label: "Cost centre"}, {ID: 102, Name: "CFVault", Label: "Vault", Secret: true}}
	d.Desk = connectortest.Desk{
		Clock: clock, Shelf: things, Company: strconv.Itoa(d.clients[0]), Subject: "summary", New: 1,
		Open: func(n int, summary string, status any) int {
			return things.Add(halopsa.Tickets, shelf.Values{"summary": summary, "status_id": status, "client_id": d.clients[n%len(d.clients)]})
		},
		Answer: func(ticket int, text string) {
			d.Fake.Act(ticket, agent, shelf.Values{"note": text, "hiddenfromuser": false})
		},
	}
	d.Stock(t, 230, 2, 40, func(ticket int) {
		d.Fake.Act(ticket, agent, shelf.Values{"note": "We are on it.", "note_html": "<p>We are on it.</p>", "hiddenfromuser": false})
		d.Fake.Act(ticket, agent, shelf.Values{"note": "Note " + canary, "hiddenfromuser": true})
		d.Fake.Act(ticket, agent, shelf.Values{"note": "Private " + canary, "private_note": true})
	})
	srv := httptest.NewServer(d.Fake)
	t.Cleanup(srv.Close)
	return d.Hooks(&connectortest.System{
		Tailor: func(external, value string) {
			d.Tailor(halopsa.Tickets, d.Number(external), 102, "number of "+canary)
			d.Tailor(halopsa.Tickets, d.Number(external), 101, value)
		},
		Settings: map[string]string{"url": srv.URL + "/api", "auth_url": srv.URL + "/auth", "client_id": "c1", "agent": strconv.Itoa(portal)},
		Secrets:  map[string]string{"client_secret": "good", "password": "hush"}, BadSecrets: map[string]string{"client_secret": "bad"},
		Faults: d.Faults, Main: "tickets", Nameless: true,
		List:     faults.Match{Method: "GET", Path: "=/api/Tickets"},
		Pages:    faults.List{Rows: "tickets", Totals: []string{"record_count"}},
		Canaries: []string{canary},
		Rotate: func() map[string]string {
			d.OAuth.SetSecret("new")
			d.OAuth.EndAccess()
			return map[string]string{"client_secret": "new"}
		},
		Webhook: &connectortest.Webhook{Unsigned: true, Undated: true, Message: func(external string) *remote.RawRequest {
			body := fmt.Appendf(nil, `{"event":"Ticket Updated","ticket":{"id":%s}}`, external)
			return connectortest.Sent(body, nil, http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("portico:hush"))}})
		}},
		Acts: []connectortest.Act{
			d.Replying(faults.Match{Method: "POST", Path: "/api/Actions"}, 2, func(ticket int, ref string) int {
				return len(things.All(halopsa.Actions, func(t shelf.Thing) bool {
					return t.Values["ticket_id"] == ticket && strings.Contains(fmt.Sprint(t.Values["note"]), ref)
				}))
			}),
			d.Creating(faults.Match{Method: "POST", Path: "=/api/Tickets"}, func(ref string) int {
				return len(things.All(halopsa.Tickets, func(t shelf.Thing) bool { return strings.Contains(fmt.Sprint(t.Values["details"]), ref) }))
			}),
			d.deciding(action.TicketClose, 2, "In Progress", 9), d.deciding(action.TicketReopen, 9, "Closed", 2),
		},
	})
}

func (d *desk) deciding(kind action.Kind, from int, word string, to int) connectortest.Act {
	return d.Deciding(connectortest.Decision{
		Kind: kind, Write: faults.Match{Method: "POST", Path: "=/api/Tickets"}, From: from,
		Base:    func(now time.Time) string { return word + "@" + now.Format("2006-01-02T15:04:05") },
		Effects: func(ticket int) int { return d.Moved(ticket, to) },
		Stale:   func(ticket int) { d.Fake.Shelf.Change(ticket, shelf.Values{"status_id": 4}) },
	})
}
