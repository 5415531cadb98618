package connectortest

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/record"
)

// Desk is the shape that fakes of help desks share: tickets on a shelf, which people
// open, answer, delete and decide. What differs is in the functions.
type Desk struct {
	Clock *Clock
	Shelf *shelf.Shelf
	// Company is the system's key of the client that new requests are from.
	Company string
	// Open puts a ticket on the shelf, the n-th from zero, and returns its number.
	Open func(n int, subject string, status any) int
	// Answer is a colleague who writes to a ticket what clients may read.
	Answer func(ticket int, text string)
	// Subject is the field of a ticket that holds its subject.
	Subject string
	// New is the status of a ticket that somebody else adds.
	New any
	// Trace says that the system still tells of a ticket that was deleted.
	Trace bool
	// Title is the subject of new requests; "" is an ordinary one.
	Title string

	t    testing.TB
	open []string
}

// Stock opens n tickets in a status, three at a time in the same second, the oldest
// ninety days ago. Every so many of them, noted says what colleagues wrote.
func (d *Desk) Stock(t testing.TB, n int, status any, every int, noted func(ticket int)) {
	t.Helper()
	d.t = t
	start := d.Clock.Now().Add(-90 * 24 * time.Hour)
	for i := range n {
		id := d.Add("Request "+strconv.Itoa(i), status)
		if i%every == 0 {
			noted(id)
		}
		at := start.Add(time.Duration(i/3) * time.Hour)
		d.Shelf.Date(id, at, at)
	}
}

// Add opens a ticket and returns its number.
func (d *Desk) Add(subject string, status any) int {
	id := d.Open(len(d.open), subject, status)
	d.open = append(d.open, strconv.Itoa(id))
	return id
}

// Number is that of a ticket whose id the connector knows.
func (d *Desk) Number(external string) int {
	id, err := strconv.Atoi(external)
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

// Hooks completes a system with what people do at the desk.
func (d *Desk) Hooks(s *System) *System {
	s.Records = func() []string { return slices.Clone(d.open) }
	s.Change = func(external, marker string) { d.Answer(d.Number(external), marker) }
	s.Add = func(marker string) string { return strconv.Itoa(d.Add(marker, d.New)) }
	s.Begin = func(external, marker string) func() {
		return d.Shelf.Begin(d.Number(external), shelf.Values{d.Subject: marker})
	}
	s.Delete = func(external string) {
		d.Shelf.Delete(d.Number(external), d.Trace)
		d.open = slices.DeleteFunc(d.open, func(s string) bool { return s == external })
	}
	s.Restore = func(external string) bool {
		d.open = append(d.open, external)
		return d.Shelf.Restore(d.Number(external))
	}
	return s
}

// Act is an action of a client on a ticket, or "" for a new one.
func (d *Desk) Act(kind action.Kind, external string) action.Action {
	subject := d.Title
	if subject == "" {
		subject = "From the portal"
	}
	return action.Action{
		ID: action.NewID(), Ref: action.NewRef(), Kind: kind, External: external, Company: d.Company, Target: record.NewID(),
		Actor: action.Actor{Name: "Ada Kraus", Email: "ada@nordwind.example"}, Input: action.Input{Subject: subject, Text: "Thank you.\nRegards"},
		Generation: 1, Recorded: d.Clock.Now(),
	}
}

// Replying is a reply to a ticket in a status. effects counts what clients may read
// on a ticket and carries a reference.
func (d *Desk) Replying(write faults.Match, status any, effects func(ticket int, ref string) int) Act {
	return Act{
		Write:   write,
		New:     func() action.Action { return d.Act(action.TicketReply, strconv.Itoa(d.Add("x", status))) },
		Effects: func(a action.Action) int { return effects(d.Number(a.External), a.Ref) },
	}
}

// Creating is a new request. effects counts the tickets that carry a reference.
func (d *Desk) Creating(write faults.Match, effects func(ref string) int) Act {
	return Act{
		Write:   write,
		New:     func() action.Action { return d.Act(action.TicketCreate, "") },
		Effects: func(a action.Action) int { return effects(a.Ref) },
	}
}

// Decision takes a ticket from one status to another.
type Decision struct {
	Kind  action.Kind
	Write faults.Match
	From  any
	// Base is what the person saw of a ticket.
	Base func(now time.Time) string
	// Effects counts how often a ticket was taken there.
	Effects func(ticket int) int
	// Stale is a colleague who decides about the ticket meanwhile.
	Stale func(ticket int)
}

// Deciding closes or opens a ticket.
func (d *Desk) Deciding(by Decision) Act {
	made := func() action.Action {
		a := d.Act(by.Kind, strconv.Itoa(d.Add("x", by.From)))
		a.Base = by.Base(d.Clock.Now())
		return a
	}
	return Act{
		Write: by.Write, New: made,
		Effects: func(a action.Action) int { return by.Effects(d.Number(a.External)) },
		Stale: func() action.Action {
			a := made()
			by.Stale(d.Number(a.External))
			return a
		},
	}
}
