// Package halopsa is a fake of HaloPSA's API: one tenant in memory behind an
// authorization server. It keeps the rules that a client can trip over: pages only
// when they are asked for by the vendor's own spelling, parameters that do not
// exist are ignored, writes are lists, times without a zone, the year 1900 for
// never. It is for tests and says nothing about the vendor's code.
package halopsa

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/oauth"
	"portico/connectors/vendorfake/shelf"
)

// Lists, by their paths.
const (
	Clients   = "Client"
	Users     = "Users"
	Tickets   = "Tickets"
	Actions   = "Actions"
	Assets    = "Asset"
	Contracts = "ClientContract"
	Invoices  = "Invoice"
	Quotes    = "Quotation"
)

// rows names the member of an answer that holds the rows of a list.
var rows = map[string]string{
	Clients: "clients", Users: "users", Tickets: "tickets", Actions: "actions", Assets: "assets", Contracts: "contracts", Invoices: "invoices", Quotes: "quotes",
}

// statuses are those of tickets.
var statuses = map[int]string{1: "New", 2: "In Progress", 4: "With User", 9: "Closed"}

// Fake is the tenant. It is an http.Handler: /auth is the authorization server, the
// rest is under /api.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs
	OAuth  *oauth.Server

	// Fields are the custom fields of tickets and assets.
	Fields []Field

	agent int
	mux   *http.ServeMux
}

// New returns an empty tenant whose application acts as the agent.
func New(clock func() time.Time, client, secret string, agent int) *Fake {
	f := &Fake{Shelf: shelf.New(clock), OAuth: oauth.New(oauth.Options{Clock: clock, ClientID: client, ClientSecret: secret}), agent: agent, mux: http.NewServeMux()}
	f.mux.Handle("/auth/", http.StripPrefix("/auth", f.OAuth))
	f.mux.Handle("/api/", http.StripPrefix("/api/", f.OAuth.Guard(http.HandlerFunc(f.serve))))
	f.Faults = faults.Wrap(f.mux, clock)
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	status, body := f.route(r)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (f *Fake) route(r *http.Request) (int, any) {
	list, single, one := strings.Cut(r.URL.Path, "/")
	switch {
	case list == "Status":
		var out []map[string]any
		for id, name := range statuses {
			out = append(out, map[string]any{"id": id, "name": name})
		}
		return http.StatusOK, out
	case rows[list] == "":
		return http.StatusNotFound, "Not found"
	case r.Method == http.MethodPost:
		return f.write(r, list)
	case one:
		id, _ := strconv.Atoi(single)
		t, found := f.Shelf.Get(list, id)
		if !found {
			return http.StatusNotFound, "Not found"
		}
		return http.StatusOK, f.show(t)
	default:
		return f.list(r, list)
	}
}

// list answers with a page, or with everything when nobody asks for pages.
func (f *Fake) list(r *http.Request, list string) (int, any) {
	q := r.URL.Query()
	since, _ := time.Parse(time.RFC3339, q.Get("lastupdatefromdate"))
	ticket, _ := strconv.Atoi(q.Get("ticket_id"))
	found := f.Shelf.All(list, func(t shelf.Thing) bool {
		switch list {
		case Tickets:
			return !t.Updated.Truncate(time.Second).Before(since) && (q.Get("search") == "" || strings.Contains(text(t.Values["details"]), q.Get("search")))
		case Actions:
			return t.Values["ticket_id"] == ticket && (q.Get("excludeprivate") != "true" || t.Values["hiddenfromuser"] != true)
		default:
			return true
		}
	})
	total := len(found)
	if q.Get("pageinate") == "true" {
		size, page := number(q.Get("page_size"), 50), number(q.Get("page_no"), 1)
		found = found[min(total, (page-1)*size):min(total, page*size)]
	}
	out := make([]map[string]any, 0, len(found))
	for _, t := range found {
		out = append(out, f.show(t))
	}
	return http.StatusOK, map[string]any{"record_count": total, rows[list]: out}
}

func number(text string, standard int) int {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return n
	}
	return standard
}

func text(v any) string {
	out, _ := v.(string)
	return out
}

// stamp is a time as the vendor writes it: UTC, without saying so.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05") }

// show is a thing as the API words it.
func (f *Fake) show(t shelf.Thing) map[string]any {
	out := map[string]any{"id": t.ID, "dateoccurred": stamp(t.Created), "last_update": stamp(t.Updated), "datetime": stamp(t.Created)}
	if t.Kind == Tickets {
		out["fixbydate"], out["dateclosed"] = "1900-01-01T00:00:00", "1900-01-01T00:00:00"
		if id, ok := t.Values["status_id"].(int); ok {
			out["status_name"] = statuses[id]
		}
	}
	for name, v := range t.Values {
		out[name] = v
	}
	if delete(out, "customfields"); t.Kind == Tickets || t.Kind == Assets {
		out["customfields"] = f.custom(t)
	}
	return out
}
