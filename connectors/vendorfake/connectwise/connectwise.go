// Package connectwise is a fake of ConnectWise PSA's REST API v3.0: one firm with
// its board, in memory. It keeps the rules that a client can trip over: the client
// id on every request, the pinned media type, conditions, forward-only lists, PATCH
// in JSON Patch, public and internal notes. It is for tests and says nothing about
// the vendor's code.
//
// Facts are from the vendor's developer guide (Requests, Pagination, Conditions).
package connectwise

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
)

// Base is the path under which the API answers.
const Base = "/v4_6_release/apis/3.0"

// media is what a client must accept, with any version.
const media = "application/vnd.connectwise.com+json"

// Kinds of things on the shelf, by the path of their list.
const (
	Companies      = "company/companies"
	Contacts       = "company/contacts"
	Configurations = "company/configurations"
	Tickets        = "service/tickets"
	Notes          = "notes"
	Agreements     = "finance/agreements"
	Invoices       = "finance/invoices"
	Projects       = "project/projects"
	Boards         = "service/boards"
	Members        = "system/members"
	Statuses       = "statuses"
)

// Options of a fake.
type Options struct {
	Clock    func() time.Time
	Company  string // company ID
	Public   string
	Private  string
	ClientID string
	Member   string // identifier of the API member
}

// Fake is the firm. It is an http.Handler.
type Fake struct {
	o      Options
	Shelf  *shelf.Shelf
	Faults *faults.Knobs
	secret string
	// Fields are the custom fields of tickets and configurations.
	Fields []Field
}

// New returns an empty firm with one board called Help Desk.
func New(o Options) *Fake {
	f := &Fake{o: o, Shelf: shelf.New(o.Clock), secret: o.Private}
	f.Faults = faults.Wrap(http.HandlerFunc(f.serve), o.Clock)
	f.Shelf.Add(Members, shelf.Values{"identifier": o.Member})
	f.Shelf.Add(Boards, shelf.Values{"name": "Help Desk", "inactiveFlag": false})
	for _, name := range []string{"New", "New (portal)", "In Progress", "Waiting for client", ">Closed"} {
		f.Shelf.Add(Statuses, shelf.Values{"name": name, "closedStatus": name == ">Closed"})
	}
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

// Rotate makes another private key the only one.
func (f *Fake) Rotate(private string) { f.secret = private }

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	if problem := f.refuses(r); problem != nil {
		problem.write(w)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, Base+"/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	f.route(r, strings.Split(path, "/")).write(w)
}

// refuses holds a request to what the vendor demands of each.
func (f *Fake) refuses(r *http.Request) *answer {
	user, password, ok := r.BasicAuth()
	switch {
	case !ok || user != f.o.Company+"+"+f.o.Public || password != f.secret:
		return fail(http.StatusUnauthorized, "Unauthorized", "The keys are not valid.")
	case r.Header.Get("clientId") != f.o.ClientID:
		return fail(http.StatusUnauthorized, "ClientIDNotFound", "The client id is not valid.")
	case !strings.HasPrefix(r.Header.Get("Accept"), media) && r.Header.Get("Accept") != "application/pdf":
		return fail(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "No such version.")
	default:
		return nil
	}
}

// route finds what a path means.
func (f *Fake) route(r *http.Request, path []string) *answer {
	kind := strings.Join(path[:min(2, len(path))], "/")
	id := 0
	if len(path) > 2 {
		id, _ = strconv.Atoi(path[2])
	}
	switch {
	case kind == "system/info":
		return ok(map[string]any{"version": "v2025.16.1", "isCloud": false, "serverTimeZone": "UTC"})
	case kind == "finance/billingStatuses", kind == "project/statuses", len(path) == 3 && path[2] == "statuses":
		return f.list(r, Statuses, nil)
	case len(path) == 4 && path[3] == "notes" && r.Method == http.MethodPost:
		return f.addNote(r, id)
	case len(path) == 4 && path[3] == "notes":
		return f.list(r, Notes, func(t shelf.Thing) bool { return t.Values["ticketId"] == id })
	case len(path) == 4 && path[3] == "pdf":
		return &answer{status: http.StatusOK, kind: "application/pdf", body: []byte("%PDF-1.4 of " + path[2])}
	case len(path) == 3 && path[2] == "count":
		return ok(map[string]any{"count": len(f.Shelf.All(kind, nil))})
	case kind == Tickets && len(path) == 2 && r.Method == http.MethodPost:
		return f.create(r)
	case kind == Tickets && len(path) == 3 && r.Method == http.MethodPatch:
		return f.patch(r, id)
	case len(path) == 3:
		t, found := f.Shelf.Get(kind, id)
		if !found {
			return missing()
		}
		return ok(f.show(t))
	case len(path) == 2 && r.Method == http.MethodGet:
		return f.list(r, kind, nil)
	default:
		return missing()
	}
}

// show is a thing as the API words it.
func (f *Fake) show(t shelf.Thing) map[string]any {
	out := map[string]any{"id": t.ID, "_info": map[string]string{
		"lastUpdated": t.Updated.UTC().Format(time.RFC3339), "dateEntered": t.Created.UTC().Format(time.RFC3339),
	}}
	for name, v := range t.Values {
		out[name] = v
	}
	if delete(out, "custom"); t.Kind == Tickets || t.Kind == Configurations {
		out["customFields"] = f.custom(t)
	}
	return out
}

// answer is what goes back.
type answer struct {
	status int
	kind   string
	link   string
	body   []byte
}

func ok(v any) *answer {
	body, err := json.Marshal(v)
	if err != nil {
		return fail(http.StatusInternalServerError, "Fake", err.Error())
	}
	return &answer{status: http.StatusOK, kind: media + "; version=2025.16", body: body}
}

func fail(status int, code, message string) *answer {
	a := ok(map[string]any{"code": code, "message": message, "errors": nil})
	a.status = status
	return a
}

func missing() *answer { return fail(http.StatusNotFound, "NotFound", "Not found.") }

func (a *answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", a.kind)
	if a.link != "" {
		w.Header().Set("Link", a.link)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}
