// Package freshdesk is a fake of Freshdesk's API, version 2: one tenant in memory. It
// keeps the rules that a client can trip over: a list of tickets that leaves out what
// did not change for thirty days unless it is asked since when, and what was deleted,
// is spam or was archived; pages that end where the Link header does; parameters and fields that
// are refused when nobody knows them; descriptions and files that only the ticket
// alone has; addresses of files that end within minutes; notes that are private
// unless they say otherwise; a company of a ticket that only some tenants may set. It
// is for tests and says nothing about the vendor's code.
package freshdesk

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

// Kinds of things.
const (
	Companies     = "companies"
	Contacts      = "contacts"
	Agents        = "agents"
	Groups        = "groups"
	Tickets       = "tickets"
	Conversations = "conversations"
	Attachments   = "attachments"
	moves         = "moves"
)

// Base is the path of the API.
const Base = "/api/v2"

// Wide is added to the numbers of everything but tickets, as in tenants that share a
// database with many others.
const Wide = 43_000_000_000

// Options of a tenant.
type Options struct {
	Clock func() time.Time
	Key   string // the API key of the portal's agent
	// Several says that people may belong to several companies, so that a ticket may
	// name its own.
	Several bool
	// Typed says that a ticket must have a type before it can be closed.
	Typed bool
	// Storage is where the bytes of files are.
	Storage string
}

// Fake is the tenant. It is an http.Handler.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs
	// Agent is the number of the agent whose key it is.
	Agent int

	o   Options
	mu  sync.Mutex
	mux *http.ServeMux
}

// New returns a tenant with one agent.
func New(o Options) *Fake {
	f := &Fake{Shelf: shelf.New(o.Clock), o: o, mux: http.NewServeMux()}
	f.Agent = f.Colleague("Portal", "portal@halden.example")
	f.routes()
	f.Faults = faults.Wrap(f.mux, o.Clock)
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

// SetKey exchanges the API key.
func (f *Fake) SetKey(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.o.Key = key
}

// answer is what a route says.
type answer struct {
	status int
	body   any // nil is no body at all
	link   string
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

var missing = answer{status: http.StatusNotFound}

// invalid is how one field is refused.
func invalid(status int, field, code, why string) answer {
	return answer{status: status, body: map[string]any{"description": "Validation failed",
		"errors": []any{map[string]any{"field": field, "message": why, "code": code}}}}
}

func (f *Fake) routes() {
	on := func(pattern string, takes string, do func(r *http.Request) answer) {
		method, path, _ := strings.Cut(pattern, " ")
		f.mux.HandleFunc(method+" "+Base+path, func(w http.ResponseWriter, r *http.Request) {
			if !f.known(r) {
				write(w, answer{status: http.StatusUnauthorized, body: map[string]any{"code": "invalid_credentials", "message": "You have to be logged in to perform this action."}})
				return
			}
			for name := range r.URL.Query() {
				if !strings.Contains(" "+takes+" ", " "+name+" ") {
					write(w, invalid(http.StatusBadRequest, name, "invalid_field", "Unexpected/invalid field in request"))
					return
				}
			}
			write(w, do(r))
		})
	}
	on("GET /agents/me", "", func(*http.Request) answer {
		t, _ := f.Shelf.Get(Agents, f.Agent)
		return ok(f.show(t))
	})
	for _, kind := range []string{Companies, Agents, Groups} {
		on("GET /"+kind, "page per_page", func(r *http.Request) answer { return f.paged(r, f.all(kind, alive), 30) })
	}
	on("GET /companies/{id}", "", f.one(Companies))
	on("GET /contacts", "page per_page email _updated_since state", f.contacts)
	on("GET /contacts/{id}", "", f.one(Contacts))
	on("POST /contacts", "", f.person)
	on("GET /ticket_fields", "type", f.fields)
	on("GET /tickets", "page per_page filter email requester_id company_id updated_since order_by order_type include", f.tickets)
	on("GET /tickets/{id}", "include", f.ticket)
	on("POST /tickets", "", f.create)
	on("PUT /tickets/{id}", "", f.update)
	on("GET /tickets/{id}/conversations", "page per_page", f.conversations)
	on("POST /tickets/{id}/notes", "", f.note)
	f.mux.HandleFunc("GET /storage/{id}", f.bytes)
}

// known reports whether a request carries the key; what stands in the place of the
// password does not matter, but something must.
func (f *Fake) known(r *http.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	user, password, _ := r.BasicAuth()
	return user == f.o.Key && password != ""
}

func write(w http.ResponseWriter, a answer) {
	if a.link != "" {
		w.Header().Set("Link", `<`+a.link+`>; rel="next"`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

func (f *Fake) one(kind string) func(*http.Request) answer {
	return func(r *http.Request) answer {
		t, found := f.Shelf.Get(kind, idOf(r, kind))
		if !found || t.Gone && kind != Contacts {
			return missing
		}
		return ok(f.show(t))
	}
}

func alive(t shelf.Thing) bool { return !t.Gone }

// idOf is the number in the path, without what makes it wide.
func idOf(r *http.Request, kind string) int { return narrow(kind, r.PathValue("id")) }

func narrow(kind, text string) int {
	n, _ := strconv.Atoi(text)
	if kind != Tickets {
		n -= Wide
	}
	return n
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func text(v any) string {
	out, _ := v.(string)
	return out
}
