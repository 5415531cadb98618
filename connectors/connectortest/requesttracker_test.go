package connectortest_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/requesttracker"
	"portico/sync/action"
	"portico/sync/record"
)

// The built-in connector for Request Tracker keeps every promise.
func TestRequestTracker(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, requestTracker())
}

func requestTracker() connectortest.Target {
	return connectortest.Target{Connector: builtIn, System: practice}
}

var builtIn = connectortest.Manifest(os.DirFS("../catalog/requesttracker"), "manifest.yaml")

// Names that a practice has.
const (
	hub   = "hub"
	agent = "mara.stein"
)

var companies = []string{"Nordwind Logistik GmbH", "Brightleaf Dental Group", "Harbor & Vale Architects"}

// canary stands in internal comments, in the mails about them, and in files of theirs.
const canary = "canary-7f31-internal"

// desk is a managed IT practice in a fake, with what the checks need to know.
type desk struct {
	t     testing.TB
	clock *connectortest.Clock
	*requesttracker.Fake
	open    []string // ids of tickets that lists show, in their order
	removed int
}

// practice is a help desk with 230 tickets: three pages of a list.
func practice(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	f, err := requesttracker.New(requesttracker.Options{
		Clock: clock.Now, Tokens: map[string]string{"good": hub}, Organization: "msp.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, clock: clock, Fake: f}
	d.seed()
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	return &connectortest.System{
		Settings: map[string]string{"url": srv.URL, "user": hub, "queue": "Support"},
		Secrets:  map[string]string{"token": "good"}, BadSecrets: map[string]string{"token": "bad"},
		Faults: f.Faults, Main: "tickets",
		List:     faults.Match{Path: "/tickets", Query: "id > "},
		Records:  func() []string { return slices.Clone(d.open) },
		Canaries: []string{canary},
		Change:   func(external, marker string) { d.Reply(d.id(external), agent, marker) },
		Add:      func(marker string) string { return d.add(requesttracker.Ticket{Subject: marker}) },
		Begin: func(external, marker string) func() {
			return d.Begin(d.id(external), agent, marker)
		},
		Tailor:  func(external, value string) { d.SetField(d.id(external), agent, "Severity", value) },
		Delete:  d.remove,
		Restore: d.restore,
		Rotate: func() map[string]string {
			f.SetToken("good", "")
			f.SetToken("new", hub)
			return map[string]string{"token": "new"}
		},
		Acts: []connectortest.Act{d.replying(), d.creating(), d.closing()},
	}
}

func (d *desk) seed() {
	d.AddUser(requesttracker.User{Name: hub, RealName: "Portal", Organization: "MSP", Email: "hub@msp.example", Timezone: "UTC", Access: requesttracker.Service})
	d.AddUser(requesttracker.User{Name: agent, RealName: "Mara Stein", Organization: "MSP", Email: "mara@msp.example", Access: requesttracker.Service})
	for i, company := range companies {
		name := person(i)
		d.AddUser(requesttracker.User{Name: name, Email: name, RealName: fmt.Sprintf("Person %d", i), Organization: company, Timezone: "Europe/Berlin"})
	}
	start := d.clock.Now().Add(-90 * 24 * time.Hour)
	for i := range 230 {
		at := start.Add(time.Duration(i/3) * time.Hour) // three at a time share a second
		ticket := requesttracker.Ticket{Subject: fmt.Sprintf("Request %d", i), Requestor: person(i), Created: at, Text: "Please help."}
		ticket.Status = []string{"open", "new", "stalled", "resolved"}[i%4]
		if i%5 == 0 {
			ticket.AdminCc = []string{agent}
			ticket.History = []requesttracker.Entry{
				{By: person(i), At: at.Add(time.Hour), Text: "Any news?", Files: []requesttracker.File{{Name: "log.txt", Type: "text/plain", Content: []byte("line")}}},
				{By: agent, At: at.Add(2 * time.Hour), Text: "Note " + canary, Private: true, Files: []requesttracker.File{{Name: canary + ".txt", Type: "text/plain", Content: []byte(canary)}}},
				{By: agent, At: at.Add(3 * time.Hour), Text: "<p>We are <b>on it</b>.</p>", HTML: true},
			}
		}
		d.add(ticket)
	}
	for i := range 15 {
		d.AddAsset(requesttracker.Asset{Name: fmt.Sprintf("NB-%04d", i), Status: "in-use", HeldBy: person(i), Created: start, Fields: map[string]string{
			"Asset Client": companies[i%3], "Serial Number": fmt.Sprintf("SN%d", i), "Warranty Until": "2027-03-31"}})
	}
}

func person(i int) string { return fmt.Sprintf("person.%d@client.example", i%len(companies)) }

// add adds a ticket of some company to the queue Support.
func (d *desk) add(ticket requesttracker.Ticket) string {
	n := len(d.open)
	ticket.Queue = "Support"
	if ticket.Requestor == "" {
		ticket.Requestor = person(n)
	}
	ticket.Fields = map[string]string{"Client": companies[n%len(companies)], "Severity": "S3"}
	external := strconv.Itoa(d.AddTicket(ticket))
	d.open = append(d.open, external)
	return external
}

// restore undoes a deletion.
func (d *desk) restore(external string) bool {
	id := d.id(external)
	if d.Status(id) != "deleted" {
		return false
	}
	d.SetStatus(id, agent, "open")
	d.open = append(d.open, external)
	return true
}

func (d *desk) id(external string) int {
	id, err := strconv.Atoi(external)
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

// remove deletes a ticket, or merges it into the newest, in turn.
func (d *desk) remove(external string) {
	d.removed++
	if d.removed%2 == 1 {
		d.Delete(d.id(external))
	} else {
		d.Merge(d.id(external), d.id(d.open[len(d.open)-1]), agent)
	}
	d.open = slices.DeleteFunc(d.open, func(s string) bool { return s == external })
}

// act is an action on a ticket of its own, or on none.
func (d *desk) act(kind action.Kind, external string) action.Action {
	return action.Action{
		ID: action.NewID(), Ref: action.NewRef(), Kind: kind, External: external, Company: companies[0], Target: record.NewID(),
		Actor:      action.Actor{Name: "Person 0", Email: person(0)},
		Input:      action.Input{Subject: "From the portal", Text: "Thank you, it works.\nRegards", Queue: "Support"},
		Generation: 1, Recorded: d.clock.Now(),
	}
}

func (d *desk) replying() connectortest.Act {
	return connectortest.Act{
		Write: faults.Match{Method: "POST", Path: "/correspond"},
		New: func() action.Action {
			return d.act(action.TicketReply, d.add(requesttracker.Ticket{Subject: "To reply to"}))
		},
		Effects: func(a action.Action) int {
			return d.Correspondences(d.id(a.External), a.Ref)
		},
		Stale: func() action.Action { // merged into another
			from, into := d.add(requesttracker.Ticket{Subject: "Twin"}), d.add(requesttracker.Ticket{Subject: "Other twin"})
			d.Merge(d.id(from), d.id(into), agent)
			d.open = slices.DeleteFunc(d.open, func(s string) bool { return s == from })
			return d.act(action.TicketReply, from)
		},
	}
}

func (d *desk) creating() connectortest.Act {
	return connectortest.Act{
		Write:   faults.Match{Method: "POST", Path: "=" + requesttracker.Base + "/ticket"},
		New:     func() action.Action { return d.act(action.TicketCreate, "") },
		Effects: func(a action.Action) int { return len(d.TicketsWith(a.Ref)) },
	}
}

func (d *desk) closing() connectortest.Act {
	base := func(external string) action.Action {
		a := d.act(action.TicketClose, external)
		a.Base = "open@" + d.clock.Now().Format(time.RFC3339) // as a page names it
		return a
	}
	return connectortest.Act{
		Write: faults.Match{Method: "PUT", Path: "/ticket/"},
		New:   func() action.Action { return base(d.add(requesttracker.Ticket{Subject: "To close", Status: "open"})) },
		Effects: func(a action.Action) int {
			return d.StatusChanges(d.id(a.External), hub, "resolved")
		},
		Stale: func() action.Action { // somebody set it aside meanwhile
			a := base(d.add(requesttracker.Ticket{Subject: "To close", Status: "open"}))
			d.SetStatus(d.id(a.External), agent, "stalled")
			return a
		},
	}
}
