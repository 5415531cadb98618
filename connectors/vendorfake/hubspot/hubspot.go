// Package hubspot is a fake of HubSpot's CRM API: one account in memory. It keeps the
// rules that a client can trip over: values of properties are text; a search is behind
// by half a minute, never gives what is archived and ends at a cap; a batch has a
// hundred entries at most; what belongs together is asked for apart; a unique property
// refuses a second value. It is for tests and says nothing about the vendor's code.
package hubspot

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
)

// Kinds of objects.
const (
	Companies = "companies"
	Contacts  = "contacts"
	Tickets   = "tickets"
	Quotes    = "quotes"
	Invoices  = "invoices"
	Notes     = "notes"
	Emails    = "emails"
	links     = "links"
	moves     = "moves"
)

const (
	// Lag is how far the search is behind.
	Lag = 30 * time.Second
	// Reference is the property of tickets whose values are unique.
	Reference = "portico_reference"
	batch     = 100
)

// Stage is a stage of a pipeline.
type Stage struct{ ID, Label, State string }

// Fake is the account. It is an http.Handler. Cap is how many rows a search gives.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs
	Cap    int
	// Properties are those of tickets that only this account has.
	Properties []Property

	clock  func() time.Time
	mu     sync.Mutex
	token  string
	stages []Stage
	mux    *http.ServeMux
}

// New returns an account with one pipeline of tickets, number 0.
func New(clock func() time.Time, token string, stages ...Stage) *Fake {
	f := &Fake{Shelf: shelf.New(clock), Cap: 10_000, clock: clock, token: token, stages: stages, mux: http.NewServeMux()}
	f.routes()
	f.Faults = faults.Wrap(f.mux, clock)
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

// SetToken exchanges the token.
func (f *Fake) SetToken(token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.token = token
}

func (f *Fake) routes() {
	on := func(pattern string, do func(r *http.Request) (int, any)) {
		f.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			f.mu.Lock()
			known := r.Header.Get("Authorization") == "Bearer "+f.token
			f.mu.Unlock()
			status, body := http.StatusUnauthorized, refusal("EXPIRED_AUTHENTICATION", "The token is not known")
			if known {
				status, body = do(r)
			}
			w.Header().Set("Content-Type", "application/json;charset=utf-8")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(body)
		})
	}
	on("GET /crm/v3/pipelines/tickets", f.pipelines)
	on("GET /crm/v3/properties/tickets/{name}", f.property)
	on("GET /crm/v3/properties/{kind}", f.properties)
	on("GET /crm/v3/objects/{kind}", f.list)
	on("POST /crm/v3/objects/{kind}", f.create)
	on("POST /crm/v3/objects/{kind}/search", f.search)
	on("POST /crm/v3/objects/{kind}/batch/read", f.read)
	on("GET /crm/v3/objects/{kind}/{id}", f.one)
	on("PATCH /crm/v3/objects/{kind}/{id}", f.patch)
	on("POST /crm/v4/associations/{from}/{to}/batch/read", f.linked)
}

func refusal(category, message string) any {
	return map[string]any{"status": "error", "category": category, "message": message, "correlationId": "c0"}
}

func (f *Fake) pipelines(*http.Request) (int, any) {
	stages := []any{}
	for i, s := range f.stages {
		stages = append(stages, map[string]any{"id": s.ID, "label": s.Label, "displayOrder": i, "metadata": map[string]any{"ticketState": s.State}})
	}
	return http.StatusOK, map[string]any{"results": []any{map[string]any{"id": "0", "label": "Support", "displayOrder": 0, "stages": stages}}}
}

func (f *Fake) property(r *http.Request) (int, any) {
	if r.PathValue("name") != Reference {
		return http.StatusNotFound, refusal("OBJECT_NOT_FOUND", "No such property")
	}
	return http.StatusOK, map[string]any{"name": Reference, "hasUniqueValue": true}
}

// Link says that two objects belong together; a label is that of the first to the second.
func (f *Fake) Link(fromKind string, from int, toKind string, to int, label string) {
	f.Shelf.Add(links, shelf.Values{"from_kind": fromKind, "from": from, "to_kind": toKind, "to": to, "label": label})
}

// Mail adds a mail to a ticket and returns its number.
func (f *Fake) Mail(ticket int, direction, html, from string) int {
	id := f.Shelf.Add(Emails, shelf.Values{"hs_timestamp": stamp(f.clock()), "hs_email_direction": direction, "hs_email_status": "SENT", "hs_email_html": html,
		"hs_email_from_email": from, "hs_email_from_firstname": "", "hs_email_from_lastname": ""})
	f.Link(Tickets, ticket, Emails, id, "")
	f.Shelf.Touch(ticket)
	return id
}

// Note adds a note of a colleague to a ticket.
func (f *Fake) Note(ticket int, html string) {
	f.Link(Tickets, ticket, Notes, f.Shelf.Add(Notes, shelf.Values{"hs_timestamp": stamp(f.clock()), "hs_note_body": html}), "")
	f.Shelf.Touch(ticket)
}

// Moved counts how often a write took a ticket to a stage where it was not.
func (f *Fake) Moved(ticket int, to string) int {
	return len(f.Shelf.All(moves, func(t shelf.Thing) bool { return t.Values["ticket"] == ticket && t.Values["to"] == to }))
}

// modified is the property that tells when an object of a kind changed.
func modified(kind string) string {
	if kind == Contacts {
		return "lastmodifieddate"
	}
	return "hs_lastmodifieddate"
}

func created(kind string) string {
	if kind == Quotes || kind == Invoices {
		return "hs_createdate"
	}
	return "createdate"
}

// show is an object with the properties that were asked for.
func show(t shelf.Thing, wanted []string) map[string]any {
	all := map[string]any{modified(t.Kind): stamp(t.Updated), created(t.Kind): stamp(t.Created), "hs_object_id": strconv.Itoa(t.ID)}
	for name, v := range t.Values {
		all[name] = v
	}
	properties := map[string]any{}
	for _, name := range wanted {
		properties[name] = all[name]
	}
	out := map[string]any{"id": strconv.Itoa(t.ID), "properties": properties, "createdAt": stamp(t.Created), "updatedAt": stamp(t.Updated), "archived": t.Gone}
	if t.Gone {
		out["archivedAt"] = stamp(t.Updated)
	}
	return out
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

func names(list string) []string { return strings.Split(list, ",") }

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
