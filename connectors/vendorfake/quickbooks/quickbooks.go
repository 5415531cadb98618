// Package quickbooks is a fake of QuickBooks Online's Accounting API v3, as much of it
// as a client portal needs: one company with customers, invoices, credit memos, payments
// and estimates in memory. It keeps the rules that a client can trip over: the company
// in the path, the query language, deleted things that vanish, request ids that repeat
// the first result, versions that a change must name, errors with status 400. It is for
// tests and says nothing about the vendor's code.
//
// Facts are from the vendor's developer guide (Query operations, Sparse update, Void).
package quickbooks

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/oauth"
	"portico/connectors/vendorfake/shelf"
)

// Kinds of things on the shelf, as queries name them.
const (
	Customers   = "Customer"
	Invoices    = "Invoice"
	CreditMemos = "CreditMemo"
	Payments    = "Payment"
	Estimates   = "Estimate"
)

var kinds = map[string]string{"customer": Customers, "invoice": Invoices, "creditmemo": CreditMemos, "payment": Payments, "estimate": Estimates}

// Options of a fake.
type Options struct {
	Clock        func() time.Time
	Realm        string // number of the company
	ClientID     string
	ClientSecret string
	Redirects    []string
}

// Fake is the company and the vendor's sign-in. It is an http.Handler.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs
	// Vendor is who lets applications in.
	Vendor *oauth.Server

	base string
	mu   sync.Mutex
	kept map[string]answer // by request id
}

// New returns an empty company.
func New(o Options) *Fake {
	f := &Fake{Shelf: shelf.New(o.Clock), base: "/v3/company/" + o.Realm + "/", kept: map[string]answer{}}
	f.Vendor = oauth.New(oauth.Options{Clock: o.Clock, ClientID: o.ClientID, ClientSecret: o.ClientSecret, Redirects: o.Redirects,
		AccessLasts: time.Hour, Grace: 24 * time.Hour, Callback: url.Values{"realmId": {o.Realm}}})
	mux := http.NewServeMux()
	mux.HandleFunc("/connect/oauth2", f.sign("/authorize"))
	mux.HandleFunc("/oauth2/v1/tokens/bearer", f.sign("/token"))
	mux.Handle("/v3/company/", f.Vendor.Guard(http.HandlerFunc(f.serve)))
	f.Faults = faults.Wrap(mux, o.Clock)
	return f
}

// sign hands a request to the sign-in, under the path that it has there.
func (f *Fake) sign(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		there := r.Clone(r.Context())
		there.URL.Path = path
		f.Vendor.ServeHTTP(w, there)
	}
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	rest, ours := strings.CutPrefix(r.URL.Path, f.base)
	path := strings.Split(rest, "/")
	kind := kinds[path[0]]
	switch {
	case !ours:
		fault(http.StatusForbidden, "3100", "ApplicationAuthorizationFailed").write(w)
	case len(path) == 3 && path[2] == "pdf" && r.Header.Get("Accept") == "application/pdf":
		w.Header().Set("Content-Type", "application/pdf")
		_, _ = fmt.Fprintf(w, "%%PDF-1.4 of %s %s", path[0], path[1])
	case r.Method == http.MethodGet && path[0] == "query":
		f.query(r.URL.Query().Get("query")).write(w)
	case kind == "":
		fault(http.StatusBadRequest, "500", "Unsupported Operation").write(w)
	case r.Method == http.MethodGet && len(path) == 2:
		f.one(kind, path[1]).write(w)
	case r.Method == http.MethodPost && len(path) == 1:
		f.write(r, kind).write(w)
	default:
		fault(http.StatusBadRequest, "500", "Unsupported Operation").write(w)
	}
}

func (f *Fake) one(kind, id string) answer {
	n, _ := strconv.Atoi(id)
	t, found := f.Shelf.Get(kind, n)
	if !found {
		return fault(http.StatusBadRequest, "610", "Object Not Found")
	}
	return ok(map[string]any{kind: show(t)})
}

// show is a thing as the API words it. Its time is in the company's own zone.
func show(t shelf.Thing) map[string]any {
	zone := time.FixedZone("", -8*60*60)
	out := map[string]any{"Id": strconv.Itoa(t.ID), "SyncToken": strconv.Itoa(version(t)), "domain": "QBO", "sparse": false,
		"MetaData": map[string]any{"CreateTime": t.Created.In(zone).Format(time.RFC3339), "LastUpdatedTime": t.Updated.In(zone).Format(time.RFC3339)}}
	for name, v := range t.Values {
		if name != "version" {
			out[name] = v
		}
	}
	return out
}

func version(t shelf.Thing) int {
	n, _ := t.Values["version"].(int)
	return n
}

// Change changes a thing as people do: it has another version then.
func (f *Fake) Change(kind string, id int, v shelf.Values) {
	t, _ := f.Shelf.Get(kind, id)
	changed := shelf.Values{"version": version(t) + 1}
	for name, value := range v {
		changed[name] = value
	}
	f.Shelf.Change(id, changed)
}

// answer is what goes back.
type answer struct {
	status int
	body   []byte
}

func ok(v map[string]any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		return fault(http.StatusInternalServerError, "10000", err.Error())
	}
	return answer{http.StatusOK, body}
}

func fault(status int, code, message string) answer {
	body, _ := json.Marshal(map[string]any{"Fault": map[string]any{"type": "ValidationFault",
		"Error": []any{map[string]any{"Message": message, "Detail": message, "code": code}}}}) // texts can be encoded
	return answer{status, body}
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}
