// Package stripe is a fake of Stripe's API, as much of it as a client portal needs:
// customers, invoices, invoice payments, subscriptions and quotes in memory. It
// keeps the rules that a client can trip over: the pinned version, forms instead of
// JSON, lists that are newest first and go on by the last id, idempotency keys that
// are tied to their parameters, drafts, states that allow only some changes. It is
// for tests and says nothing about the vendor's code.
//
// Facts are from the vendor's API reference (Pagination, Idempotent requests, Invoices).
package stripe

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

// Version is the one that a client has to pin.
const Version = "2026-08-26.dahlia"

// Kinds of things on the shelf, by the path of their list, with what their ids
// begin with.
const (
	Customers     = "customers"
	Invoices      = "invoices"
	Payments      = "invoice_payments"
	Subscriptions = "subscriptions"
	Quotes        = "quotes"
)

var prefixes = map[string]string{Customers: "cus", Invoices: "in", Payments: "inpay", Subscriptions: "sub", Quotes: "qt"}

// Fake is the account of a firm. It is an http.Handler.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs

	mu   sync.Mutex
	key  string
	kept map[string]kept // by idempotency key
}

// kept is the first answer to an idempotency key.
type kept struct {
	asked  string
	answer answer
}

// New returns an empty account whose secret key is the one given.
func New(clock func() time.Time, key string) *Fake {
	f := &Fake{Shelf: shelf.New(clock), key: key, kept: map[string]kept{}}
	f.Faults = faults.Wrap(http.HandlerFunc(f.serve), clock)
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

// Rotate makes another key the only one.
func (f *Fake) Rotate(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.key = key
}

// ID is the id of a thing as the API words it.
func ID(kind string, id int) string { return prefixes[kind] + "_" + strconv.Itoa(id) }

// Number is the reverse of ID; 0 when it is none of the kind.
func Number(kind, id string) int {
	digits, ok := strings.CutPrefix(id, prefixes[kind]+"_")
	if !ok {
		return 0
	}
	n, _ := strconv.Atoi(digits)
	return n
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	key := f.key
	f.mu.Unlock()
	path, ok := strings.CutPrefix(r.URL.Path, "/v1/")
	switch {
	case r.Header.Get("Authorization") != "Bearer "+key:
		fail(http.StatusUnauthorized, "invalid_request_error", "Invalid API Key provided").write(w)
	case r.Header.Get("Stripe-Version") != Version:
		fail(http.StatusBadRequest, "invalid_request_error", "Invalid Stripe API version").write(w)
	case !ok:
		fail(http.StatusNotFound, "invalid_request_error", "Unrecognized request URL").write(w)
	default:
		f.route(r, strings.Split(path, "/")).write(w)
	}
}

func (f *Fake) route(r *http.Request, path []string) answer {
	kind := path[0]
	if prefixes[kind] == "" {
		return fail(http.StatusNotFound, "invalid_request_error", "Unrecognized request URL")
	}
	switch {
	case r.Method == http.MethodPost && len(path) == 3:
		return f.once(r, func() answer { return f.write(r, kind, path[1], path[2]) })
	case r.Method != http.MethodGet:
		return fail(http.StatusMethodNotAllowed, "invalid_request_error", "Not allowed")
	case len(path) == 2:
		t, found := f.Shelf.Get(kind, Number(kind, path[1]))
		if !found {
			return missing(path[1])
		}
		return ok(show(t))
	default:
		return f.list(r, kind)
	}
}

// show is a thing as the API words it.
func show(t shelf.Thing) map[string]any {
	id := ID(t.Kind, t.ID)
	if t.Gone {
		return map[string]any{"id": id, "object": strings.TrimSuffix(t.Kind, "s"), "deleted": true}
	}
	out := map[string]any{"id": id, "object": strings.TrimSuffix(t.Kind, "s"), "created": t.Created.Unix()}
	for name, v := range t.Values {
		out[name] = v
	}
	return out
}

// answer is what goes back.
type answer struct {
	status int
	body   []byte
	again  bool // the first answer to the same key
}

func ok(v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		return fail(http.StatusInternalServerError, "api_error", err.Error())
	}
	return answer{status: http.StatusOK, body: body}
}

func fail(status int, kind, message string) answer {
	a := ok(map[string]any{"error": map[string]any{"type": kind, "message": message}})
	a.status = status
	return a
}

func missing(id string) answer {
	return fail(http.StatusNotFound, "invalid_request_error", "No such object: "+id)
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	if a.again {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}
