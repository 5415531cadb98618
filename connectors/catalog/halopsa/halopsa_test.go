// Package halopsa_test proves the manifest of HaloPSA over its fake.
package halopsa_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/halopsa"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/record"
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
	t       testing.TB
	clock   *connectortest.Clock
	clients []int
	open    []string
}

func tenant(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	d := &desk{Fake: halopsa.New(clock.Now, "c1", "good", portal), t: t, clock: clock}
	d.Shelf.Add(halopsa.Clients, shelf.Values{"name": "Unknown"}) // number 1, which is left out
	for _, name := range []string{"Nordwind Logistik GmbH", "Brightleaf Dental Group"} {
		d.clients = append(d.clients, d.Shelf.Add(halopsa.Clients, shelf.Values{"name": name, "website": "https://www.example.com/", "inactive": false}))
	}
	d.Shelf.Add(halopsa.Users, shelf.Values{"name": "Ada Kraus", "emailaddress": "Ada@nordwind.example", "client_id": d.clients[0]})
	d.Shelf.Add(halopsa.Invoices, shelf.Values{"client_id": d.clients[0], "invoicenumber": "1001", "posted": true, "total": 119.0, "tax_total": 19.0, "amountdue": 119.0, "amountpaid": 0,
		"currency_code_name": "EUR", "invoice_date": "2026-02-01T00:00:00", "duedate": "2026-03-01T00:00:00", "lines": []any{map[string]any{"item_shortdescription": "Care", "qty_order": 1, "net_amount": 100.0}}})
	d.Shelf.Add(halopsa.Invoices, shelf.Values{"client_id": d.clients[0], "invoicenumber": canary, "posted": false, "datesent": "1900-01-01T00:00:00", "total": 5})
	start := clock.Now().Add(-90 * 24 * time.Hour)
	for i := range 230 {
		id := d.add(fmt.Sprintf("Request %d", i), 2)
		at := start.Add(time.Duration(i/3) * time.Hour) // three at a time share a second
		if i%40 == 0 {
			d.Act(id, agent, shelf.Values{"note": "We are on it.", "note_html": "<p>We are on it.</p>", "hiddenfromuser": false})
			d.Act(id, agent, shelf.Values{"note": "Note " + canary, "hiddenfromuser": true})
			d.Act(id, agent, shelf.Values{"note": "Private " + canary, "private_note": true})
		}
		d.Shelf.Date(id, at, at)
	}
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	return &connectortest.System{
		Settings: map[string]string{"url": srv.URL + "/api", "auth_url": srv.URL + "/auth", "client_id": "c1", "agent": strconv.Itoa(portal)},
		Secrets:  map[string]string{"client_secret": "good", "password": "hush"}, BadSecrets: map[string]string{"client_secret": "bad"},
		Faults: d.Faults, Main: "tickets", Nameless: true,
		List:     faults.Match{Method: "GET", Path: "=/api/Tickets"},
		Pages:    faults.List{Rows: "tickets", Totals: []string{"record_count"}},
		Records:  func() []string { return slices.Clone(d.open) },
		Canaries: []string{canary},
		Change: func(external, marker string) {
			d.Act(d.id(external), agent, shelf.Values{"note": marker, "hiddenfromuser": false})
		},
		Add: func(marker string) string { return strconv.Itoa(d.add(marker, 1)) },
		Begin: func(external, marker string) func() {
			return d.Shelf.Begin(d.id(external), shelf.Values{"summary": marker})
		},
		Delete: func(external string) {
			d.Shelf.Delete(d.id(external), false)
			d.open = slices.DeleteFunc(d.open, func(s string) bool { return s == external })
		},
		Restore: func(external string) bool {
			d.open = append(d.open, external)
			return d.Shelf.Restore(d.id(external))
		},
		Rotate: func() map[string]string {
			d.OAuth.SetSecret("new")
			d.OAuth.EndAccess()
			return map[string]string{"client_secret": "new"}
		},
		Webhook: &connectortest.Webhook{Unsigned: true, Undated: true, Message: func(external string) *remote.RawRequest {
			body := fmt.Appendf(nil, `{"event":"Ticket Updated","ticket":{"id":%s}}`, external)
			return connectortest.Sent(body, nil, http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("portico:hush"))}})
		}},
		Acts: []connectortest.Act{d.replying(), d.creating(), d.deciding(action.TicketClose, 2, 9), d.deciding(action.TicketReopen, 9, 2)},
	}
}

// add adds a ticket of some client.
func (d *desk) add(summary string, status int) int {
	id := d.Shelf.Add(halopsa.Tickets, shelf.Values{"summary": summary, "status_id": status, "client_id": d.clients[len(d.open)%len(d.clients)]})
	d.open = append(d.open, strconv.Itoa(id))
	return id
}

func (d *desk) id(external string) int {
	id, err := strconv.Atoi(external)
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

func (d *desk) act(kind action.Kind, external string) action.Action {
	return action.Action{
		ID: action.NewID(), Ref: action.NewRef(), Kind: kind, External: external, Company: strconv.Itoa(d.clients[0]), Target: record.NewID(),
		Actor: action.Actor{Name: "Ada Kraus", Email: "ada@nordwind.example"}, Input: action.Input{Subject: "From the portal", Text: "Thank you.\nRegards"},
		Generation: 1, Recorded: d.clock.Now(),
	}
}

func (d *desk) replying() connectortest.Act {
	return connectortest.Act{
		Write: faults.Match{Method: "POST", Path: "/api/Actions"},
		New:   func() action.Action { return d.act(action.TicketReply, strconv.Itoa(d.add("x", 2))) },
		Effects: func(a action.Action) int {
			return len(d.Shelf.All(halopsa.Actions, func(t shelf.Thing) bool {
				return t.Values["ticket_id"] == d.id(a.External) && strings.Contains(fmt.Sprint(t.Values["note"]), a.Ref)
			}))
		},
	}
}

func (d *desk) creating() connectortest.Act {
	return connectortest.Act{
		Write: faults.Match{Method: "POST", Path: "=/api/Tickets"},
		New:   func() action.Action { return d.act(action.TicketCreate, "") },
		Effects: func(a action.Action) int {
			return len(d.Shelf.All(halopsa.Tickets, func(t shelf.Thing) bool { return strings.Contains(fmt.Sprint(t.Values["details"]), a.Ref) }))
		},
	}
}

func (d *desk) deciding(kind action.Kind, from, to int) connectortest.Act {
	words := map[int]string{2: "In Progress", 9: "Closed"}
	made := func() action.Action {
		a := d.act(kind, strconv.Itoa(d.add("x", from)))
		a.Base = words[from] + "@" + d.clock.Now().Format("2006-01-02T15:04:05")
		return a
	}
	return connectortest.Act{
		Write:   faults.Match{Method: "POST", Path: "=/api/Tickets"},
		New:     made,
		Effects: func(a action.Action) int { return d.Moved(d.id(a.External), to) },
		Stale: func() action.Action {
			a := made()
			d.Shelf.Change(d.id(a.External), shelf.Values{"status_id": 4})
			return a
		},
	}
}
