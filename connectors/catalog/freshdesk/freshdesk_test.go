// Package freshdesk_test proves the manifest of Freshdesk over its fake.
package freshdesk_test

import (
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
	"portico/connectors/vendorfake/freshdesk"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/remote"
)

func target() connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
		return newDesk(t, clock, freshdesk.Options{}).system()
	}}
}

func TestFreshdeskKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

const canary = "canary-2b9d-internal"

// desk is a tenant with two companies and 230 tickets: three pages of a list.
type desk struct {
	*freshdesk.Fake
	connectortest.Desk
	url               string
	companies, people []int
	colleague         int
}

func newDesk(t testing.TB, clock *connectortest.Clock, o freshdesk.Options) *desk {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil) // its files lead back to it
	o.Clock, o.Key, o.Storage = clock.Now, "good", "http://"+srv.Listener.Addr().String()
	d := &desk{Fake: freshdesk.New(o), url: o.Storage}
	srv.Config.Handler = d.Fake
	srv.Start()
	t.Cleanup(srv.Close)
	d.colleague = d.Colleague("Mara Stein", "mara@halden.example")
	for i, name := range []string{"Nordwind Logistik GmbH", "Brightleaf Dental Group"} {
		id := d.Fake.Shelf.Add(freshdesk.Companies, shelf.Values{"name": name, "domains": []string{"example.com"}})
		d.companies = append(d.companies, id)
		d.people = append(d.people, d.Contact([]string{"Bo Lind", "Cy Roth"}[i], []string{"bo@nordwind.example", "cy@brightleaf.example"}[i], id))
	}
	d.Desk = connectortest.Desk{
		Clock: clock, Shelf: d.Fake.Shelf, Company: strconv.Itoa(d.companies[0] + freshdesk.Wide), Subject: "subject", New: 2, Trace: true,
		Open: func(n int, subject string, status any) int {
			n %= len(d.companies)
			return d.Fake.Open(d.people[n], d.companies[n], subject, "It began this morning.", status.(int))
		},
		Answer: func(ticket int, text string) { d.Say(ticket, d.colleague, text) },
	}
	d.Stock(t, 230, 3, 40, func(ticket int) {
		d.Fake.Attach(ticket, "screen.png", "image/png", "a picture")
		d.Fake.Attach(d.Say(ticket, d.colleague, "We are on it."), "log.txt", "text/plain", "all is well")
		d.Fake.Attach(d.Remark(ticket, d.colleague, "Note "+canary), canary+".txt", "text/plain", canary)
		d.Say(ticket, d.people[0], "Thank you.")
	})
	nobodys := d.Fake.Open(d.people[0], d.companies[0], "Of nobody "+canary, canary, 2)
	d.Fake.Shelf.Change(nobodys, shelf.Values{"company_id": nil})
	clock.Advance(time.Hour)
	return d
}

func (d *desk) system() *connectortest.System {
	put, post := faults.Match{Method: "PUT", Path: "/tickets/"}, faults.Match{Method: "POST", Path: "=" + freshdesk.Base + "/tickets"}
	s := d.Hooks(&connectortest.System{
		Settings: map[string]string{"url": d.url},
		Secrets:  map[string]string{"key": "good", "shared": "hush"}, BadSecrets: map[string]string{"key": "bad"},
		Faults: d.Faults, Main: "tickets",
		List:     faults.Match{Method: "GET", Path: "=" + freshdesk.Base + "/tickets"},
		Pages:    faults.List{Rows: "."},
		Canaries: []string{canary},
		Webhook: &connectortest.Webhook{Unsigned: true, Undated: true, Message: func(external string) *remote.RawRequest {
			return connectortest.Sent(fmt.Appendf(nil, `{"ticket_id": %q}`, external), nil, http.Header{"X-Portico-Secret": {"hush"}})
		}},
		Rotate: func() map[string]string {
			d.SetKey("new")
			return map[string]string{"key": "new"}
		},
		Acts: []connectortest.Act{
			d.Replying(faults.Match{Method: "POST", Path: "/notes"}, 3, d.said),
			d.Creating(post, func(ref string) int {
				return len(d.Fake.Shelf.All(freshdesk.Tickets, func(t shelf.Thing) bool { return strings.Contains(fmt.Sprint(t.Values["description"]), ref) }))
			}),
			d.deciding(action.TicketClose, put, 3, 5), d.deciding(action.TicketReopen, put, 5, 2),
		},
	})
	d.spam(s)
	return s
}

// spam makes every second ticket that goes away one that was found to be spam.
func (d *desk) spam(s *connectortest.System) {
	remove, restore, n := s.Delete, s.Restore, 0
	s.Delete = func(external string) {
		n++
		d.Fake.Shelf.Change(d.Number(external), shelf.Values{"spam": n%2 == 0})
		remove(external)
	}
	s.Restore = func(external string) bool {
		d.Fake.Shelf.Change(d.Number(external), shelf.Values{"spam": false})
		return restore(external)
	}
}

// said counts public conversations on a ticket that carry a reference.
func (d *desk) said(ticket int, ref string) int {
	return len(d.Fake.Shelf.All(freshdesk.Conversations, func(t shelf.Thing) bool {
		return t.Values["ticket_id"] == ticket && t.Values["private"] == false && strings.Contains(fmt.Sprint(t.Values["body"]), ref)
	}))
}

func (d *desk) deciding(kind action.Kind, put faults.Match, from, to int) connectortest.Act {
	return d.Deciding(connectortest.Decision{
		Kind: kind, Write: put, From: from,
		Base: func(now time.Time) string {
			return freshdesk.States[strconv.Itoa(from)][0] + "@" + now.Format(time.RFC3339)
		},
		Effects: func(ticket int) int { return d.Moved(ticket, to) },
		Stale:   func(ticket int) { d.Fake.Shelf.Change(ticket, shelf.Values{"status": 7}) },
	})
}
