// Package autotask is a fake of Datto Autotask PSA's REST API v1.0: one tenant in
// memory. It keeps the rules that a client can trip over: three headers on every
// request, queries by filters that come back by id and at most 500 at once, numbers
// whose names stand in the description of the fields, refusals as status 500. It is
// for tests and says nothing about the vendor's code.
//
// Facts are from the vendor's developer help (REST API: Queries, Fields).
package autotask

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

// Base is the path of a zone.
const Base = "/atservicesrest"

// Entities, as their paths name them.
const (
	Companies          = "Companies"
	Contacts           = "Contacts"
	Tickets            = "Tickets"
	Notes              = "TicketNotes"
	ConfigurationItems = "ConfigurationItems"
	Contracts          = "Contracts"
	Invoices           = "Invoices"
	Projects           = "Projects"
)

// changed names the field of an entity that holds when it was changed; an entity
// that is not here does not know.
var changed = map[string]string{
	Companies: "lastTrackedModifiedDateTime", Contacts: "lastModifiedDate", Tickets: "lastActivityDate", Notes: "lastActivityDate",
	ConfigurationItems: "lastModifiedTime", Projects: "lastActivityDateTime",
}

// Fake is the tenant. It is an http.Handler.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs

	// Fields are the user-defined fields of tickets.
	Fields []Field

	resource int // whose id the API user has
	mu       sync.Mutex
	secret   string
}

// New returns an empty tenant whose API user has this secret and id.
func New(clock func() time.Time, secret string, resource int) *Fake {
	f := &Fake{Shelf: shelf.New(clock), secret: secret, resource: resource}
	f.Faults = faults.Wrap(http.HandlerFunc(f.serve), clock)
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

// Rotate makes another secret the only one.
func (f *Fake) Rotate(secret string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.secret = secret
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	secret := f.secret
	f.mu.Unlock()
	path, ok := strings.CutPrefix(r.URL.Path, Base+"/V1.0/")
	switch {
	case r.Header.Get("Secret") != secret || r.Header.Get("UserName") == "" || r.Header.Get("ApiIntegrationCode") == "":
		reply(w, http.StatusUnauthorized, failure("The API user is not known."))
	case !ok:
		http.NotFound(w, r)
	default:
		status, body := f.route(r, strings.Split(path, "/"))
		reply(w, status, body)
	}
}

func (f *Fake) route(r *http.Request, path []string) (int, any) {
	entity, rest := path[0], strings.Join(path[1:], "/")
	id := 0
	if len(path) > 1 {
		id, _ = strconv.Atoi(path[1])
	}
	switch {
	case entity == "ThresholdInformation":
		return http.StatusOK, map[string]any{"externalRequestThreshold": 10000, "requestThresholdTimeframe": 60, "currentTimeframeRequestCount": 12}
	case entity == "InvoicePDF":
		return http.StatusOK, map[string]any{"item": map[string]any{"fileName": "invoice.pdf", "contentType": "application/pdf", "data": "JVBERi0xLjQ="}}
	case rest == "entityInformation/fields":
		return http.StatusOK, fields
	case entity == Tickets && rest == "entityInformation/userDefinedFields":
		return http.StatusOK, f.described()
	case rest == "query":
		return f.query(r, entity)
	case rest == "query/count":
		return http.StatusOK, map[string]any{"queryCount": len(f.Shelf.All(entity, nil))}
	case entity == Tickets && r.Method == http.MethodPost && len(path) == 1:
		return f.create(r)
	case entity == Tickets && r.Method == http.MethodPatch:
		return f.patch(r)
	case entity == Tickets && len(path) == 3 && path[2] == "Notes" && r.Method == http.MethodPost:
		return f.addNote(r, id)
	case len(path) == 2 && r.Method == http.MethodGet:
		t, found := f.Shelf.Get(entity, id)
		if !found {
			return http.StatusOK, map[string]any{"item": nil}
		}
		return http.StatusOK, map[string]any{"item": f.show(t)}
	default:
		return http.StatusNotFound, failure("No HTTP resource was found.")
	}
}

// fields describes those of a ticket that are numbers of a list.
var fields = map[string]any{"fields": []any{
	map[string]any{"name": "status", "picklistValues": []any{value("1", "New"), value("5", "Complete"), value("8", "In Progress"), value("7", "Waiting Customer")}},
	map[string]any{"name": "queueID", "picklistValues": []any{value("29", "Service desk")}},
	map[string]any{"name": "priority", "picklistValues": []any{value("2", "Medium")}},
}}

func value(number, label string) map[string]any {
	return map[string]any{"value": number, "label": label, "isActive": true, "isSystem": true}
}

// stamp is a time as the vendor writes it.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// show is a thing as the API words it.
func (f *Fake) show(t shelf.Thing) map[string]any {
	out := map[string]any{"id": t.ID, "createDate": stamp(t.Created), "createDateTime": stamp(t.Created)}
	if name := changed[t.Kind]; name != "" {
		out[name] = stamp(t.Updated)
	}
	for name, v := range t.Values {
		out[name] = v
	}
	if delete(out, "udf"); t.Kind == Tickets {
		out["userDefinedFields"] = f.custom(t)
	}
	return out
}

func failure(message string) map[string]any { return map[string]any{"errors": []string{message}} }

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
