// Package zendesk is a fake of Zendesk Support's API: one tenant in memory. It keeps
// the rules that a client can trip over: exports that leave out the last minute, want
// a start or a cursor and list what was deleted; numbers beyond what a float holds;
// closed tickets that never change; updates that are refused when the ticket is newer
// than the caller says; an organization of a ticket that must be its requester's; a
// search that knows nobody of the last minute; upload tokens that are good once. It
// is for tests and says nothing about the vendor's code.
package zendesk

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
	Organizations = "organizations"
	Users         = "users"
	Groups        = "groups"
	Tickets       = "tickets"
	Comments      = "comments"
	Attachments   = "attachments"
	Statuses      = "custom_statuses"
	uploads       = "uploads"
	moves         = "moves"
)

// Base is the path of the API.
const Base = "/api/v2"

// Wide is added to the numbers of everything but tickets, so that they are larger
// than a float can hold.
const Wide = 19_000_000_000_000_001

// Options of a tenant.
type Options struct {
	Clock func() time.Time
	Agent string // mail address of the administrator whose token it is
	Token string
	// Page is how many rows an export gives at once; 0 is the vendor's 1000.
	Page int
	// Storage is where the bytes of files are; "" is the tenant itself.
	Storage string
}

// Fake is the tenant. It is an http.Handler.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs
	// Admin is the number of the agent whose token it is.
	Admin int

	o    Options
	mu   sync.Mutex
	keys map[string]kept // by Idempotency-Key
	mux  *http.ServeMux
}

// New returns a tenant with one administrator and the statuses that every tenant has.
func New(o Options) *Fake {
	if o.Page == 0 {
		o.Page = 1000
	}
	f := &Fake{Shelf: shelf.New(o.Clock), o: o, keys: map[string]kept{}, mux: http.NewServeMux()}
	f.Admin = f.User("Portal", o.Agent, "admin", 0)
	for _, s := range [][3]string{{"new", "New", "Open"}, {"open", "Open", "Open"}, {"pending", "Pending", "Awaiting your reply"},
		{"hold", "On-hold", "Open"}, {"solved", "Solved", "Solved"}} {
		f.Status(s[0], s[1], s[2], true)
	}
	f.routes()
	f.Faults = faults.Wrap(f.mux, o.Clock)
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

// SetToken exchanges the token.
func (f *Fake) SetToken(token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.o.Token = token
}

// answer is what a route says.
type answer struct {
	status int
	body   any
	header http.Header
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func refusal(status int, code, description string) answer {
	return answer{status: status, body: map[string]any{"error": code, "description": description}}
}

var missing = refusal(http.StatusNotFound, "RecordNotFound", "Not found")

func invalid(field, why string) answer {
	return answer{status: http.StatusUnprocessableEntity, body: map[string]any{"error": "RecordInvalid", "description": "Record validation errors",
		"details": map[string]any{field: []any{map[string]any{"description": why, "error": "InvalidValue"}}}}}
}

func (f *Fake) routes() {
	on := func(pattern string, do func(r *http.Request) answer) {
		method, path, _ := strings.Cut(pattern, " ")
		f.mux.HandleFunc(method+" "+Base+path, func(w http.ResponseWriter, r *http.Request) {
			if !f.known(r) {
				write(w, answer{status: http.StatusUnauthorized, body: map[string]any{"error": "Couldn't authenticate you"}})
				return
			}
			write(w, do(r))
		})
	}
	on("GET /users/me", f.me)
	on("GET /organizations/count", f.count(Organizations))
	on("GET /tickets/count", f.count(Tickets))
	on("GET /custom_statuses", func(*http.Request) answer { return ok(map[string]any{Statuses: f.all(Statuses, nil)}) })
	on("GET /ticket_fields", f.described)
	on("GET /organizations", func(r *http.Request) answer { return f.paged(r, Organizations, f.all(Organizations, alive)) })
	on("GET /organizations/{id}", f.one(Organizations, "organization"))
	on("GET /incremental/users/cursor", func(r *http.Request) answer { return f.export(r, Users) })
	on("GET /incremental/tickets/cursor", func(r *http.Request) answer { return f.export(r, Tickets) })
	on("GET /users/search", f.search)
	on("GET /users/{id}", f.one(Users, "user"))
	on("POST /users/create_or_update", f.person)
	on("GET /tickets", f.byExternal)
	on("POST /tickets", f.create)
	on("GET /tickets/{id}", f.ticket)
	on("PUT /tickets/{id}", f.update)
	on("GET /tickets/{id}/comments", f.comments)
	on("POST /uploads", f.upload)
	on("GET /attachments/{id}", f.one(Attachments, "attachment"))
	f.mux.HandleFunc("GET /attachments/token/{token}/", f.bytes)
}

// known reports whether a request carries the agent's token.
func (f *Fake) known(r *http.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	user, password, _ := r.BasicAuth()
	return user == f.o.Agent+"/token" && password == f.o.Token
}

func write(w http.ResponseWriter, a answer) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body)
}

func (f *Fake) me(*http.Request) answer {
	t, _ := f.Shelf.Get(Users, f.Admin)
	return ok(map[string]any{"user": f.show(t)})
}

func (f *Fake) count(kind string) func(*http.Request) answer {
	return func(*http.Request) answer {
		return ok(map[string]any{"count": map[string]any{"value": len(f.Shelf.All(kind, alive)), "refreshed_at": stamp(f.o.Clock())}})
	}
}

func (f *Fake) one(kind, name string) func(*http.Request) answer {
	return func(r *http.Request) answer {
		t, found := f.Shelf.Get(kind, idOf(r, kind))
		if !found || t.Gone && kind != Users {
			return missing
		}
		return ok(map[string]any{name: f.show(t)})
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
