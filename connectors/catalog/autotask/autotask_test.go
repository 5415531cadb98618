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
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/autotask"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/record"
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
	t         testing.TB
	clock     *connectortest.Clock
	companies []int
	open      []string
}

func tenant(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	d := &desk{Fake: autotask.New(clock.Now, "good", portal), t: t, clock: clock}
	for _, name := range []string{"Nordwind Logistik GmbH", "Brightleaf Dental Group"} {
		d.companies = append(d.companies, d.Shelf.Add(autotask.Companies, shelf.Values{"companyName": name, "webAddress": "https://www.example.com/", "isActive": true}))
	}
	start := clock.Now().Add(-90 * 24 * time.Hour)
	for i := range 430 {
		id := d.add(fmt.Sprintf("Request %d", i), 8)
		at := start.Add(time.Duration(i/3) * time.Hour) // three at a time share a second
		if i%40 == 0 {
			d.Note(id, agent, shelf.Values{"title": "Answer", "description": "We are on it.", "publish": 1})
			d.Note(id, agent, shelf.Values{"title": "Internal", "description": "Note " + canary, "publish": 2})
		}
		d.Shelf.Date(id, at, at)
	}
	d.Shelf.Add(autotask.Invoices, shelf.Values{"companyID": d.companies[0], "invoiceNumber": "1001", "invoiceDateTime": "2026-02-01T00:00:00.000Z", "dueDate": "2026-03-01T00:00:00.000Z", "invoiceTotal": 119.5, "totalTaxValue": 19.5, "isVoided": false})
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	return &connectortest.System{
		Settings: map[string]string{"url": srv.URL + autotask.Base, "user": "portal@halden.example", "integration": "code", "resource": strconv.Itoa(portal), "queue": "29", "currency": "EUR"},
		Secrets:  map[string]string{"secret": "good", "hook_key": "hush"}, BadSecrets: map[string]string{"secret": "bad"},
		Faults: d.Faults, Main: "tickets",
		List:     faults.Match{Method: "POST", Path: "=" + autotask.Base + "/V1.0/Tickets/query", Body: `"MaxRecords":200`},
		Pages:    faults.List{Rows: "items"},
		Records:  func() []string { return slices.Clone(d.open) },
		Canaries: []string{canary},
		Change: func(external, marker string) {
			d.Note(d.id(external), agent, shelf.Values{"title": "Answer", "description": marker, "publish": 1})
		},
		Add: func(marker string) string { return strconv.Itoa(d.add(marker, 1)) },
		Begin: func(external, marker string) func() {
			return d.Shelf.Begin(d.id(external), shelf.Values{"title": marker})
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
			d.Rotate("new")
			return map[string]string{"secret": "new"}
		},
		Webhook: &connectortest.Webhook{Undated: true, Message: func(external string) *remote.RawRequest {
			body := fmt.Appendf(nil, `{"Action":"Update","Guid":"g","EntityType":"Ticket","Id":%s,"SequenceNumber":1}`, external)
			sum := hmac.New(sha1.New, []byte("hush"))
			_, _ = sum.Write(body) // never fails (hash.Hash)
			return connectortest.Sent(body, nil, http.Header{"X-Hook-Signature": {"sha1=" + base64.StdEncoding.EncodeToString(sum.Sum(nil))}})
		}},
		Acts: []connectortest.Act{d.replying(), d.creating(), d.deciding(action.TicketClose, 8, 5), d.deciding(action.TicketReopen, 5, 1)},
	}
}

// add adds a ticket of some company.
func (d *desk) add(title string, status int) int {
	id := d.Shelf.Add(autotask.Tickets, shelf.Values{"ticketNumber": fmt.Sprintf("T20260302.%04d", len(d.open)), "title": title, "status": status,
		"priority": 2, "queueID": 29, "companyID": d.companies[len(d.open)%len(d.companies)]})
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
		ID: action.NewID(), Ref: action.NewRef(), Kind: kind, External: external, Company: strconv.Itoa(d.companies[0]), Target: record.NewID(),
		Actor: action.Actor{Name: "Ada Kraus", Email: "ada@nordwind.example"}, Input: action.Input{Subject: "From the portal", Text: "Thank you.\nRegards"},
		Generation: 1, Recorded: d.clock.Now(),
	}
}

func (d *desk) replying() connectortest.Act {
	return connectortest.Act{
		Write: faults.Match{Method: "POST", Path: "/Notes"},
		New:   func() action.Action { return d.act(action.TicketReply, strconv.Itoa(d.add("x", 8))) },
		Effects: func(a action.Action) int {
			return len(d.Shelf.All(autotask.Notes, func(t shelf.Thing) bool {
				return t.Values["ticketID"] == d.id(a.External) && strings.Contains(fmt.Sprint(t.Values["description"]), a.Ref)
			}))
		},
	}
}

func (d *desk) creating() connectortest.Act {
	return connectortest.Act{
		Write: faults.Match{Method: "POST", Path: "=" + autotask.Base + "/V1.0/Tickets"},
		New:   func() action.Action { return d.act(action.TicketCreate, "") },
		Effects: func(a action.Action) int {
			return len(d.Shelf.All(autotask.Tickets, func(t shelf.Thing) bool { return t.Values["externalID"] == a.Ref }))
		},
	}
}

func (d *desk) deciding(kind action.Kind, from, to int) connectortest.Act {
	made := func() action.Action {
		a := d.act(kind, strconv.Itoa(d.add("x", from)))
		a.Base = "as it was@" + d.clock.Now().Format("2006-01-02T15:04:05.000Z")
		return a
	}
	return connectortest.Act{
		Write:   faults.Match{Method: "PATCH", Path: "/V1.0/Tickets"},
		New:     made,
		Effects: func(a action.Action) int { return d.Moved(d.id(a.External), to) },
		Stale: func() action.Action {
			a := made()
			d.clock.Advance(time.Minute)
			d.Shelf.Change(d.id(a.External), shelf.Values{"status": 7})
			return a
		},
	}
}
