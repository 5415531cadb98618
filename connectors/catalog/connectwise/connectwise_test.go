// Package connectwise_test proves the manifest of ConnectWise PSA over its fake.
package connectwise_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/engine"
	"portico/connectors/manifest"
	"portico/connectors/vendorfake/connectwise"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

func TestConnectWiseKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Target{Connector: connector, System: firm})
}

func connector(t testing.TB) remote.Connector {
	t.Helper()
	m, err := manifest.Load(os.DirFS("."), "manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return engine.New(m)
}

const (
	member = "portal"
	agent  = "mstein"
	canary = "canary-22b8-internal"
)

// desk is a firm with two companies and 210 tickets: three pages of a list.
type desk struct {
	*connectwise.Fake
	t         testing.TB
	clock     *connectortest.Clock
	companies []int
	open      []string
}

func newDesk(t testing.TB, clock *connectortest.Clock) *desk {
	t.Helper()
	f := connectwise.New(connectwise.Options{Clock: clock.Now, Company: "halden", Public: "pub", Private: "good", ClientID: "c1", Member: member})
	d := &desk{Fake: f, t: t, clock: clock}
	for _, name := range []string{"Nordwind Logistik GmbH", "Brightleaf Dental Group"} {
		d.companies = append(d.companies, f.Shelf.Add(connectwise.Companies, shelf.Values{
			"identifier": strings.ToUpper(name[:8]), "name": name, "website": "https://www." + strings.ToLower(name[:8]) + ".example/", "deletedFlag": false,
		}))
	}
	start := clock.Now().Add(-90 * 24 * time.Hour)
	for i := range 210 {
		id := d.add(shelf.Values{"summary": fmt.Sprintf("Request %d", i), "status": map[string]any{"name": "In Progress"}})
		at := start.Add(time.Duration(i/3) * time.Hour) // three at a time share a second
		if i%30 == 0 {
			f.Note(id, agent, shelf.Values{"text": "We are on it.", "detailDescriptionFlag": true})
			f.Note(id, agent, shelf.Values{"text": "Note " + canary, "internalAnalysisFlag": true})
			f.Note(id, agent, shelf.Values{"text": "Both " + canary, "detailDescriptionFlag": true, "internalAnalysisFlag": true})
			f.Note(id, agent, shelf.Values{"text": "Flagged " + canary, "detailDescriptionFlag": true, "internalFlag": true})
		}
		f.Shelf.Date(id, at, at)
	}
	return d
}

// add adds a ticket of some company.
func (d *desk) add(v shelf.Values) int {
	v["company"] = map[string]any{"id": d.companies[len(d.open)%len(d.companies)]}
	v["board"], v["closedFlag"] = map[string]any{"name": "Help Desk"}, false
	if v["status"] == nil {
		v["status"] = map[string]any{"name": "New"}
	}
	id := d.Shelf.Add(connectwise.Tickets, v)
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

func firm(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	d := newDesk(t, clock)
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	return &connectortest.System{
		Settings: settings(srv.URL), Secrets: map[string]string{"private_key": "good", "word": "hush"}, BadSecrets: map[string]string{"private_key": "bad"},
		Faults: d.Faults, Main: "tickets", List: faults.Match{Method: "GET", Path: "=" + connectwise.Base + "/service/tickets"},
		Pages:    faults.List{Rows: "."},
		Records:  func() []string { return slices.Clone(d.open) },
		Canaries: []string{canary},
		Change: func(external, marker string) {
			d.Note(d.id(external), agent, shelf.Values{"text": marker, "detailDescriptionFlag": true})
		},
		Add: func(marker string) string { return strconv.Itoa(d.add(shelf.Values{"summary": marker})) },
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
			d.Rotate("new")
			return map[string]string{"private_key": "new"}
		},
		Webhook: &connectortest.Webhook{Unsigned: true, Undated: true, Message: func(external string) *remote.RawRequest {
			body := fmt.Appendf(nil, `{"Action":"updated","Type":"Ticket","ID":%s,"Entity":"{}"}`, external)
			return connectortest.Sent(body, url.Values{"word": {"hush"}, "recordId": {external}, "action": {"updated"}}, nil)
		}},
		Acts: []connectortest.Act{d.replying(), d.creating(), d.deciding(action.TicketClose, "In Progress", ">Closed"), d.deciding(action.TicketReopen, ">Closed", "New (portal)")},
	}
}

func settings(url string) map[string]string {
	return map[string]string{"url": url + connectwise.Base, "company": "halden", "public_key": "pub", "client_id": "c1", "member": member, "board": "Help Desk"}
}

func (d *desk) act(kind action.Kind, external string) action.Action {
	return action.Action{
		ID: action.NewID(), Ref: action.NewRef(), Kind: kind, External: external, Company: strconv.Itoa(d.companies[0]), Target: record.NewID(),
		Actor:      action.Actor{Name: "Ada Kraus", Email: "ada@nordwind.example"},
		Input:      action.Input{Subject: strings.Repeat("Long ", 30), Text: "Thank you.\nRegards"},
		Generation: 1, Recorded: d.clock.Now(),
	}
}

// notes counts public notes on a ticket that carry a reference.
func (d *desk) notes(ticket int, ref string) int {
	return len(d.Shelf.All(connectwise.Notes, func(t shelf.Thing) bool {
		return t.Values["ticketId"] == ticket && t.Values["detailDescriptionFlag"] == true && strings.Contains(fmt.Sprint(t.Values["text"]), ref)
	}))
}

func (d *desk) replying() connectortest.Act {
	return connectortest.Act{
		Write: faults.Match{Method: "POST", Path: "/notes"},
		New: func() action.Action {
			return d.act(action.TicketReply, strconv.Itoa(d.add(shelf.Values{"summary": "x"})))
		},
		Effects: func(a action.Action) int { return d.notes(d.id(a.External), a.Ref) },
		Stale: func() action.Action { // merged into another
			from, into := d.add(shelf.Values{"summary": "Twin"}), d.add(shelf.Values{"summary": "Other twin"})
			d.Shelf.Change(from, shelf.Values{"mergedParentTicket": map[string]any{"id": into}})
			return d.act(action.TicketReply, strconv.Itoa(from))
		},
	}
}

func (d *desk) creating() connectortest.Act {
	return connectortest.Act{
		Write: faults.Match{Method: "POST", Path: "=" + connectwise.Base + "/service/tickets"},
		New:   func() action.Action { return d.act(action.TicketCreate, "") },
		Effects: func(a action.Action) int {
			return len(d.Shelf.All(connectwise.Tickets, func(t shelf.Thing) bool { return t.Values["externalXRef"] == a.Ref }))
		},
	}
}

func (d *desk) deciding(kind action.Kind, from, to string) connectortest.Act {
	made := func() action.Action {
		a := d.act(kind, strconv.Itoa(d.add(shelf.Values{"summary": "x", "status": map[string]any{"name": from}})))
		a.Base = from + "@" + d.clock.Now().Format(time.RFC3339)
		return a
	}
	return connectortest.Act{
		Write: faults.Match{Method: "PATCH", Path: "/service/tickets/"},
		New:   made,
		Effects: func(a action.Action) int {
			return d.Changes(d.id(a.External), to)
		},
		Stale: func() action.Action {
			a := made()
			d.Shelf.Change(d.id(a.External), shelf.Values{"status": map[string]any{"name": "Waiting for client"}})
			return a
		},
	}
}

func TestConnectWiseKeepsTheVendorsContract(t *testing.T) {
	t.Parallel()
	connectortest.RunContract(t, connectortest.Target{Connector: connector, System: firm}, "connectwise-psa/connectwise-psa.json", connectwise.Base,
		"/count",                  // documented in the guide; the file at hand leaves it out
		"/company/configurations") // the file demands a part of the path that the path does not have
}
