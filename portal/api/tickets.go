package api

import (
	"net/http"
	"time"

	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/record"
)

// Ticket is a request as a list shows it.
type Ticket struct {
	ID      string `json:"id" format:"uuid"`
	Number  string `json:"number"`
	Subject string `json:"subject"`
	Status
	Assignee string    `json:"assignee,omitempty"`
	Due      time.Time `json:"due,omitzero"`
	Created  time.Time `json:"created_at,omitzero"`
	Updated  time.Time `json:"updated_at,omitzero" doc:"By the source's clock."`
	Fact
}

// WholeTicket is a request with what was said in it.
type WholeTicket struct {
	Ticket
	Version   string `json:"version" doc:"Send it as base with a decision, which is then refused when the request has changed."`
	Queue     string `json:"queue,omitempty"`
	Priority  string `json:"priority,omitempty"`
	Requester Person `json:"requester,omitzero"`
	Customs
	Comments []Comment `json:"comments" doc:"The public history, oldest first; the newest thousand entries."`
}

// Person is somebody as the source knows them.
type Person struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
}

// Comment is one entry of a ticket's public history.
type Comment struct {
	ID     string    `json:"id" format:"uuid"`
	Type   string    `json:"type" enum:"message,event"`
	At     time.Time `json:"at,omitzero"`
	Author Person    `json:"author,omitzero"`
	Staff  *bool     `json:"staff,omitempty" doc:"The author works for the provider; missing when the source does not tell."`
	Text   string    `json:"text,omitempty"`
	HTML   string    `json:"html,omitempty" doc:"As the source holds it. It is not safe: clean it before you show it."`
	Field  string    `json:"field,omitempty" doc:"Of an event: what changed."`
	Old    string    `json:"old,omitempty"`
	New    string    `json:"new,omitempty"`
	Action string    `json:"action_ref,omitempty" doc:"The reference of the action that wrote it."`
	Files  []File    `json:"files,omitempty"`
	Fact
}

// File is an attachment; its bytes are for people who are signed in.
type File struct {
	ID   string `json:"id" format:"uuid"`
	Name string `json:"name"`
	Type string `json:"content_type,omitempty"`
	Size int64  `json:"size,omitempty" doc:"Bytes; missing when the source does not tell."`
}

type ticketList struct {
	Tickets []Ticket `json:"tickets"`
	Next    string   `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

type ticketQuery struct {
	State   string    `query:"state" enum:"new,open,waiting,resolved,closed,cancelled,unmapped" doc:"Only this state."`
	Open    *bool     `query:"open" doc:"Only those on which work remains, or only the others."`
	Turn    string    `query:"turn" enum:"client,provider,third,nobody" doc:"Only where this side has to do the next thing."`
	Updated time.Time `query:"updated_since" doc:"Only what changed then or later, by the source's clock. Let your times overlap: what the source changed may be read a little later."`
	Search  string    `query:"search" doc:"Words in number, subject and assignee."`
	paging
}

func (a *API) ticketDoors() []Door {
	return []Door{
		{Method: http.MethodGet, Path: inAccount + "/tickets", Scope: apikey.TicketsRead, Name: "listTickets", Summary: "List tickets",
			Text: "Requests of an account, the newest change first.", Query: ticketQuery{}, Status: http.StatusOK, Out: ticketList{}, handle: a.listTickets},
		{Method: http.MethodGet, Path: inAccount + "/tickets/{ticket}", Scope: apikey.TicketsRead, Name: "readTicket", Summary: "Read a ticket",
			Text: "One request with its public history.", Status: http.StatusOK, Out: WholeTicket{}, handle: a.readTicket},
	}
}

func (a *API) ticketOf(r record.Row) Ticket {
	return Ticket{ID: r.ID.String(), Number: r.Number, Subject: r.Title, Status: statusOf(r), Assignee: r.Person, Due: r.Due.UTC(),
		Created: r.Created.UTC(), Updated: r.Updated.UTC(), Fact: a.fact(r.Stamp)}
}

func (a *API) listTickets(r *http.Request, c Caller) (any, error) {
	var q ticketQuery
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	page, err := a.list(r, c, q.paging, record.Query{Kind: record.KindTicket, State: record.State(q.State), Open: q.Open, Turn: record.Turn(q.Turn), Since: q.Updated, Search: q.Search})
	if err != nil {
		return nil, err
	}
	out := ticketList{Tickets: make([]Ticket, len(page.Rows)), Next: a.next(r, c, page.Next)}
	for i, row := range page.Rows {
		out.Tickets[i] = a.ticketOf(row)
	}
	return out, nil
}

// list reads a page of records.
func (a *API) list(r *http.Request, c Caller, p paging, q record.Query) (record.Page, error) {
	after, err := a.after(r, c, p.Cursor)
	if err != nil {
		return record.Page{}, err
	}
	q.After, q.Limit = after, p.size()
	return a.o.Records.List(r.Context(), c.Scope, c.Account, q)
}

// idOf reads an id of a path; what is none is missing.
func idOf(r *http.Request, name string) (record.ID, error) {
	id, err := record.ParseID(r.PathValue(name))
	if err != nil {
		return id, notHere()
	}
	return id, nil
}

func (a *API) readTicket(r *http.Request, c Caller) (any, error) {
	if err := asked(r, &struct{}{}); err != nil {
		return nil, err
	}
	id, err := idOf(r, "ticket")
	if err != nil {
		return nil, err
	}
	d, err := a.o.Records.Detail(r.Context(), c.Scope, c.Account, record.KindTicket, id)
	if err != nil {
		return nil, err
	}
	body, ok := d.Body.(record.Ticket)
	if !ok {
		return nil, fault.New(fault.Internal, "")
	}
	entries, err := a.o.Records.Timeline(r.Context(), c.Scope, c.Account, id)
	if err != nil {
		return nil, err
	}
	out := WholeTicket{Ticket: a.ticketOf(d.Row), Version: d.Base, Queue: body.Queue, Priority: body.Priority, Requester: Person(body.Requester), Customs: customsOf(d), Comments: make([]Comment, len(entries))}
	for i, e := range entries {
		out.Comments[i] = a.commentOf(e)
	}
	return out, nil
}

func (a *API) commentOf(e record.Entry) Comment {
	m := e.Comment
	out := Comment{ID: e.ID.String(), Type: string(m.Type), At: e.At.UTC(), Author: Person(m.Author), Staff: m.Staff, Text: m.Text, HTML: m.HTML,
		Field: m.Field, Old: m.Old, New: m.New, Action: m.ActionRef, Fact: a.fact(e.Stamp)}
	for _, f := range e.Files {
		out.Files = append(out.Files, File{ID: f.ID.String(), Name: f.Name, Type: f.ContentType, Size: f.Size})
	}
	return out
}
