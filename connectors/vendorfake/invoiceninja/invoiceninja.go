// Package invoiceninja is a fake of Invoice Ninja's API, version 1 of its fifth
// edition: one company in memory. It keeps the rules that a client can trip over:
// lists that hide what is archived or deleted; clients beside records only for whom
// asks; a key of a payment that is good once; payments that must fit what is open; an
// approval that does nothing to a quote that was not sent, and says that all is well;
// the same order twice within a second. It is for tests and says nothing about the
// vendor's code.
package invoiceninja

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
)

// Kinds of things, by the path of their list.
const (
	Clients   = "clients"
	Invoices  = "invoices"
	Payments  = "payments"
	Recurring = "recurring_invoices"
	Quotes    = "quotes"
	approvals = "approvals"
)

// Base is the path of the API.
const Base = "/api/v1"

// Fake is the company. It is an http.Handler.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs

	clock func() time.Time
	mux   *http.ServeMux

	mu     sync.Mutex
	token  string
	keys   map[string]bool // of payments
	orders map[string]time.Time
}

// New returns an empty company whose token is the one given.
func New(clock func() time.Time, token string) *Fake {
	f := &Fake{Shelf: shelf.New(clock), clock: clock, mux: http.NewServeMux(), token: token, keys: map[string]bool{}, orders: map[string]time.Time{}}
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

// ID is the key of a thing.
func ID(id int) string { return fmt.Sprintf("Wj%06dzQ", id) }

// Number is the reverse of ID; 0 when it is none.
func Number(key string) int {
	digits, ok := strings.CutPrefix(strings.TrimSuffix(key, "zQ"), "Wj")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil {
		return 0
	}
	return n
}

// answer is what a route says.
type answer struct {
	status int
	body   any
}

func ok(body any) answer { return answer{http.StatusOK, body} }

var missing = answer{http.StatusNotFound, map[string]any{"message": "No query results for model", "errors": map[string]any{}}}

// invalid is how one field is refused.
func invalid(field, why string) answer {
	return answer{http.StatusUnprocessableEntity, map[string]any{"message": "The given data was invalid.", "errors": map[string]any{field: []string{why}}}}
}

func (f *Fake) routes() {
	on := func(pattern string, do func(r *http.Request) answer) {
		method, path, _ := strings.Cut(pattern, " ")
		f.mux.HandleFunc(method+" "+Base+path, func(w http.ResponseWriter, r *http.Request) {
			a := answer{http.StatusForbidden, map[string]any{"message": "Invalid token", "errors": map[string]any{}}}
			if f.known(r) {
				a = do(r)
			}
			if pdf, is := a.body.([]byte); is {
				w.Header().Set("Content-Type", "application/pdf")
				_, _ = w.Write(pdf)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(a.status)
			_ = json.NewEncoder(w).Encode(a.body)
		})
	}
	on("GET /ping", func(*http.Request) answer {
		return ok(map[string]any{"company_name": "Halden Works", "user_name": "Client Portal"})
	})
	on("GET /statics", func(*http.Request) answer {
		return ok(map[string]any{"currencies": []any{map[string]any{"id": "1", "code": "USD"}, map[string]any{"id": "3", "code": "EUR"}}})
	})
	for _, kind := range []string{Clients, Invoices, Payments, Recurring, Quotes} {
		on("GET /"+kind, func(r *http.Request) answer { return f.list(r, kind) })
		on("GET /"+kind+"/{id}", func(r *http.Request) answer {
			t, found := f.Shelf.Get(kind, Number(r.PathValue("id")))
			if !found {
				return missing
			}
			return ok(map[string]any{"data": f.show(t, r)})
		})
	}
	on("GET /invoices/{id}/download", func(r *http.Request) answer {
		t, found := f.Shelf.Get(Invoices, Number(r.PathValue("id")))
		if !found || t.Gone {
			return missing
		}
		return ok(fmt.Appendf(nil, "%%PDF-1.4 %v", t.Values["number"]))
	})
	on("POST /payments", f.pay)
	on("POST /quotes/bulk", f.bulk)
}

func (f *Fake) known(r *http.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return r.Header.Get("X-Api-Token") == f.token && r.Header.Get("X-Requested-With") == "XMLHttpRequest"
}

// list gives a page of what the filters let through.
func (f *Fake) list(r *http.Request, kind string) answer {
	q := r.URL.Query()
	since, _ := strconv.ParseInt(q.Get("updated_at"), 10, 64)
	things := f.Shelf.All(kind, func(t shelf.Thing) bool {
		in := !t.Gone && t.Values["archived_at"] == nil
		for state := range strings.SplitSeq(q.Get("status"), ",") {
			in = in || state == "deleted" && t.Gone || state == "archived" && t.Values["archived_at"] != nil
		}
		return in && t.Updated.Unix() >= since && (!q.Has("client_id") || t.Values["client_id"] == q.Get("client_id"))
	})
	if q.Get("sort") == "id|desc" {
		for i, j := 0, len(things)-1; i < j; i, j = i+1, j-1 {
			things[i], things[j] = things[j], things[i]
		}
	}
	page, size := 1, 20
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 {
		page = n
	}
	if n, err := strconv.Atoi(q.Get("per_page")); err == nil && n > 0 {
		size = min(n, 5000)
	}
	from := min((page-1)*size, len(things))
	rows := []any{}
	for _, t := range things[from:min(from+size, len(things))] {
		rows = append(rows, f.show(t, r))
	}
	return ok(map[string]any{"data": rows, "meta": map[string]any{"pagination": map[string]any{"total": len(things), "count": len(rows),
		"per_page": size, "current_page": page, "total_pages": (len(things) + size - 1) / size}}})
}

// show is a thing as the API words it, with what the request wants beside it.
func (f *Fake) show(t shelf.Thing, r *http.Request) map[string]any {
	out := map[string]any{"id": ID(t.ID), "is_deleted": t.Gone, "created_at": t.Created.Unix(), "updated_at": t.Updated.Unix(), "archived_at": 0}
	maps.Copy(out, t.Values)
	delete(out, "idempotency_key")
	include := strings.Split(r.URL.Query().Get("include"), ",")
	for _, name := range include {
		key, _ := t.Values["client_id"].(string)
		if c, found := f.Shelf.Get(Clients, Number(key)); name == "client" && found {
			out["client"] = map[string]any{"id": key, "name": c.Values["name"], "settings": c.Values["settings"]}
		}
	}
	return out
}
