// Package hubspot_test proves the manifest of HubSpot over its fake.
package hubspot_test

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
	"portico/connectors/vendorfake/hubspot"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/remote"
)

func target() connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: account}
}

func TestHubSpotKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

func TestHubSpotKeepsTheVendorsContract(t *testing.T) {
	t.Parallel()
	connectortest.RunContract(t, target(), "hubspot/hubspot-v3.json", "",
		"/emails/") // of the objects, the file at hand lacks mails
}

const canary = "canary-51fe-internal"

// desk is an account with two companies and 230 tickets: three pages of a search.
type desk struct {
	*hubspot.Fake
	connectortest.Desk
	companies []int
}

func account(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	d := &desk{Fake: hubspot.New(clock.Now, "good", hubspot.Stage{ID: "11", Label: "New", State: "OPEN"}, hubspot.Stage{ID: "12", Label: "Waiting on us", State: "OPEN"},
		hubspot.Stage{ID: "13", Label: "Waiting on contact", State: "OPEN"}, hubspot.Stage{ID: "14", Label: "Done", State: "CLOSED"})}
	for _, name := range []string{"Nordwind Logistik GmbH", "Brightleaf Dental Group"} {
		d.companies = append(d.companies, d.Fake.Shelf.Add(hubspot.Companies, shelf.Values{"name": name, "domain": "example.com"}))
	}
	d.Fake.Shelf.Add(hubspot.Contacts, shelf.Values{"email": "Bo@nordwind.example", "firstname": "Bo", "lastname": "Lind", "associatedcompanyid": strconv.Itoa(d.companies[0])})
	d.Properties = []hubspot.Property{{Name: "cost_centre", Label: "Cost centre", Type: "string", FieldType: "text"}}
	d.Desk = connectortest.Desk{
		Clock: clock, Shelf: d.Fake.Shelf, Company: strconv.Itoa(d.companies[0]), Subject: "subject", New: "11", Trace: true,
		Open: func(n int, subject string, status any) int {
			id := d.Fake.Shelf.Add(hubspot.Tickets, shelf.Values{"subject": subject, "hs_pipeline": "0", "hs_pipeline_stage": status, "hs_ticket_priority": "HIGH"})
			d.Link(hubspot.Tickets, id, hubspot.Companies, d.companies[(n+1)%2], "Somebody else")
			d.Link(hubspot.Tickets, id, hubspot.Companies, d.companies[n%2], "Primary company")
			return id
		},
		Answer: func(ticket int, text string) { d.Mail(ticket, "EMAIL", "<p>"+text+"</p>", "mara@halden.example") },
	}
	d.Stock(t, 230, "12", 40, func(ticket int) {
		d.Mail(ticket, "INCOMING_EMAIL", "<p>It is broken.</p>", "Bo@nordwind.example")
		d.Mail(ticket, "FORWARDED_EMAIL", "<p>Forwarded "+canary+"</p>", "mara@halden.example")
		draft := d.Mail(ticket, "EMAIL", "<p>Draft "+canary+"</p>", "mara@halden.example")
		d.Fake.Shelf.Change(draft, shelf.Values{"hs_email_status": "SCHEDULED"})
		d.Note(ticket, "<p>Note "+canary+"</p>")
	})
	d.money()
	clock.Advance(time.Hour)
	srv := httptest.NewServer(d.Fake)
	t.Cleanup(srv.Close)
	return d.Hooks(&connectortest.System{
		Tailor: func(external, value string) {
			d.Fake.Shelf.Change(d.Number(external), shelf.Values{"cost_centre": connectortest.OrNil(value)})
		},
		Settings: map[string]string{"url": srv.URL, "pipeline": "0", "reference": hubspot.Reference},
		Secrets:  map[string]string{"token": "good", "client_secret": "good"}, BadSecrets: map[string]string{"token": "bad"},
		Faults: d.Faults, Main: "tickets", Lag: hubspot.Lag, Nameless: true,
		List:     faults.Match{Method: "POST", Path: "=/crm/v3/objects/tickets/search"},
		Pages:    faults.List{Rows: "results", Totals: []string{"total"}, Next: []string{"paging"}},
		Canaries: []string{canary},
		Webhook: &connectortest.Webhook{Message: func(external string) *remote.RawRequest {
			body := fmt.Appendf(nil, `[{"eventId":1,"subscriptionId":2,"subscriptionType":"ticket.propertyChange","objectId":%s}]`, external)
			raw := connectortest.Sent(body, nil, nil)
			stamp := strconv.FormatInt(clock.Now().UnixMilli(), 10)
			raw.Header.Set("X-HubSpot-Request-Timestamp", stamp)
			raw.Header.Set("X-HubSpot-Signature-v3", connectortest.MAC64("good", raw.Method+raw.URL+string(body)+stamp))
			return raw
		}},
		Rotate: func() map[string]string {
			d.SetToken("new")
			return map[string]string{"token": "new"}
		},
		Acts: []connectortest.Act{
			d.Replying(faults.Match{Method: "POST", Path: "=/crm/v3/objects/notes"}, "12", d.noted),
			d.Creating(faults.Match{Method: "POST", Path: "=/crm/v3/objects/tickets"}, func(ref string) int {
				return len(d.Fake.Shelf.All(hubspot.Tickets, func(t shelf.Thing) bool { return t.Values[hubspot.Reference] == ref }))
			}),
			d.deciding(action.TicketClose, "12", "Waiting on us", "14"), d.deciding(action.TicketReopen, "14", "Done", "11"),
		},
	})
}

// money adds a quote and an invoice of the first company, and drafts of both.
func (d *desk) money() {
	for _, status := range []string{"APPROVED", "DRAFT"} {
		id := d.Fake.Shelf.Add(hubspot.Quotes, shelf.Values{"hs_title": "Laptops " + status, "hs_status": status, "hs_quote_amount": "1190.50", "hs_currency": "EUR", "hs_expiration_date": "2026-04-01"})
		d.Link(hubspot.Quotes, id, hubspot.Companies, d.companies[0], "")
	}
	for _, status := range []string{"open", "draft"} {
		id := d.Fake.Shelf.Add(hubspot.Invoices, shelf.Values{"hs_number": "INV-" + status, "hs_invoice_status": status, "hs_amount_billed": "119.50", "hs_balance_due": "119.50",
			"hs_currency": "EUR", "hs_invoice_date": "2026-02-01", "hs_due_date": "2026-03-01", "hs_invoice_link": "https://pay.example/1"})
		d.Link(hubspot.Invoices, id, hubspot.Companies, d.companies[0], "")
	}
}

// noted counts notes on a ticket that carry a reference.
func (d *desk) noted(ticket int, ref string) int {
	before, _ := d.Fake.Shelf.Get(hubspot.Tickets, ticket)
	return len(d.Fake.Shelf.All(hubspot.Notes, func(n shelf.Thing) bool {
		return before.ID == ticket && strings.Contains(fmt.Sprint(n.Values["hs_note_body"]), ref)
	}))
}

func (d *desk) deciding(kind action.Kind, from, word, to string) connectortest.Act {
	return d.Deciding(connectortest.Decision{
		Kind: kind, Write: faults.Match{Method: "PATCH", Path: "/crm/v3/objects/tickets/"}, From: from,
		Base:    func(now time.Time) string { return word + "@" + now.Format(time.RFC3339) },
		Effects: func(ticket int) int { return d.Moved(ticket, to) },
		Stale:   func(ticket int) { d.Fake.Shelf.Change(ticket, shelf.Values{"hs_pipeline_stage": "13"}) },
	})
}
