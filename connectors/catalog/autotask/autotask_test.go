// Package autotask_test proves the manifest of Autotask PSA over its fake.
package autotask_test

import (
	"crypto/hmac"
	"crypto/sha1"
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
	"portico/connectors/vendorfake/autotask"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/remote"
)

func TestAutotaskKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: tenant})
}

const (
	portal = 29682885 // resource of the API user
	agent  = 29682886
	canary = "canary-90ab-internal"
)

// desk is a tenant with two companies and 430 tickets: three pages of a list.
type desk struct {
	*autotask.Fake
	connectortest.Desk
	companies []int
}

func tenant(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	d := &desk{Fake: autotask.New(clock.Now, "good", portal)}
	things := d.Fake.Shelf
	for _, name := range []string{"Nordwind Logistik GmbH", "Brightleaf Dental Group"} {
		d.companies = append(d.companies, things.Add(autotask.Companies, shelf.Values{"companyName": name, "webAddress": "https://www.example.com/", "isActive": true}))
	}
	d.Fields = []autotask.Field{{Name: "Cost centre", DataType: "string"}}
	d.Desk = connectortest.Desk{
		Clock: clock, Shelf: things, Company: strconv.Itoa(d.companies[0]), Subject: "title", New: 1,
		Open: func(n int, title string, status any) int {
			return things.Add(autotask.Tickets, shelf.Values{"ticketNumber": fmt.Sprintf("T20260302.%04d", n), "title": title, "status": status,
				"priority": 2, "queueID": 29, "companyID": d.companies[n%len(d.companies)]})
		},
		Answer: func(ticket int, text string) {
			d.Note(ticket, agent, shelf.Values{"title": "Answer", "description": text, "publish": 1})
		},
	}
	d.Stock(t, 430, 8, 40, func(ticket int) {
		d.Note(ticket, agent, shelf.Values{"title": "Answer", "description": "We are on it.", "publish": 1})
		d.Note(ticket, agent, shelf.Values{"title": "Internal", "description": "Note " + canary, "publish": 2})
	})
	things.Add(autotask.Invoices, shelf.Values{"companyID": d.companies[0], "invoiceNumber": "1001", "invoiceDateTime": "2026-02-01T00:00:00.000Z", "dueDate": "2026-03-01T00:00:00.000Z", "invoiceTotal": 119.5, "totalTaxValue": 19.5, "isVoided": false})
	srv := httptest.NewServer(d.Fake)
	t.Cleanup(srv.Close)
	return d.Hooks(&connectortest.System{
		Tailor: func(external, value string) {
			d.Tailor(d.Number(external), "Cost centre", connectortest.OrNil(value))
		},
		Settings: map[string]string{"url": srv.URL + autotask.Base, "user": "portal@halden.example", "integration": "code", "resource": strconv.Itoa(portal), "queue": "29", "currency": "EUR"},
		Secrets:  map[string]string{"secret": "good", "hook_key": "hush"}, BadSecrets: map[string]string{"secret": "bad"},
		Faults: d.Faults, Main: "tickets",
		List:     faults.Match{Method: "POST", Path: "=" + autotask.Base + "/V1.0/Tickets/query", Body: `"MaxRecords":200`},
		Pages:    faults.List{Rows: "items"},
		Canaries: []string{canary},
		Rotate: func() map[string]string {
			d.Rotate("new")
			return map[string]string{"secret": "new"}
		},
		Webhook: &connectortest.Webhook{Undated: true, Message: func(external string) *remote.RawRequest {
			body := fmt.Appendf(nil, `{"Action":"Update","Guid":"g","EntityType":"Ticket","Id":%s,"SequenceNumber":1}`, external)
			sum := hmac.New(sha1.New, []byte("hush"))
			_, _ = sum.Write(body) // never fails (hash.Hash)
			return connectortest.Sent(body, nil, http.Header{"X-Hook-Signature": {"sha1=" + base64.StdEncoding.EncodeToString(sum.Sum(nil))}})
		}},
		Acts: []connectortest.Act{
			d.Replying(faults.Match{Method: "POST", Path: "/Notes"}, 8, func(ticket int, ref string) int {
				return len(things.All(autotask.Notes, func(t shelf.Thing) bool {
					return t.Values["ticketID"] == ticket && strings.Contains(fmt.Sprint(t.Values["description"]), ref)
				}))
			}),
			d.Creating(faults.Match{Method: "POST", Path: "=" + autotask.Base + "/V1.0/Tickets"}, func(ref string) int {
				return len(things.All(autotask.Tickets, func(t shelf.Thing) bool { return t.Values["externalID"] == ref }))
			}),
			d.deciding(action.TicketClose, 8, 5), d.deciding(action.TicketReopen, 5, 1),
		},
	})
}

func (d *desk) deciding(kind action.Kind, from, to int) connectortest.Act {
	return d.Deciding(connectortest.Decision{
		Kind: kind, Write: faults.Match{Method: "PATCH", Path: "/V1.0/Tickets"}, From: from,
		Base:    func(now time.Time) string { return "as it was@" + now.Format("2006-01-02T15:04:05.000Z") },
		Effects: func(ticket int) int { return d.Moved(ticket, to) },
		Stale: func(ticket int) {
			d.Desk.Clock.Advance(time.Minute)
			d.Fake.Shelf.Change(ticket, shelf.Values{"status": 7})
		},
	})
}
