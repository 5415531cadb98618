// Package xero is a fake of Xero's Accounting API 2.0, as much of it as a client
// portal needs: an organisation with contacts, invoices, credit notes, payments,
// quotes and repeating invoices in memory. It keeps the rules that a client can trip
// over: the tenant header, XML for who does not ask for JSON, pages that alone have
// line items, If-Modified-Since in UTC, "/Date(…)/", filters in their one syntax,
// ids without an order, idempotency keys tied to their request, accounts that take
// no payments, states that allow only some changes, and sign-ins that rotate. It is
// for tests and says nothing about the vendor's code.
//
// Facts are from the vendor's OpenAPI file 16.1 and its developer guide (Pagination,
// Idempotent requests, Rate limits).
package xero

import (
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/oauth"
	"portico/connectors/vendorfake/shelf"
)

// Base is the path under which the API answers.
const Base = "/api.xro/2.0"

// Kinds of things on the shelf, by the path of their list.
const (
	Contacts    = "Contacts"
	Invoices    = "Invoices"
	CreditNotes = "CreditNotes"
	Payments    = "Payments"
	Quotes      = "Quotes"
	Repeating   = "RepeatingInvoices"
	Accounts    = "Accounts"
	Attachments = "Attachments"
)

// idNames are the members that hold the id of a kind.
var idNames = map[string]string{Contacts: "ContactID", Invoices: "InvoiceID", CreditNotes: "CreditNoteID", Payments: "PaymentID",
	Quotes: "QuoteID", Repeating: "RepeatingInvoiceID", Accounts: "AccountID", Attachments: "AttachmentID"}

// Options of a fake.
type Options struct {
	Clock func() time.Time
	// Tenant is the id of the organisation, Name what it is called.
	Tenant, Name string
	ClientID     string
	ClientSecret string
	Redirects    []string
	// Others are organisations that the same person may open.
	Others []oauth.Tenant
	// Day is how many requests a day has; 0 tells nothing of it.
	Day int
}

// Fake is the organisation and the vendor's sign-in. It is an http.Handler.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs
	// Vendor is who lets applications in.
	Vendor *oauth.Server

	o    Options
	mu   sync.Mutex
	kept map[string]kept // by idempotency key
	used int             // requests of the day
}

// New returns an organisation with one bank account, 090, and one account for sales.
func New(o Options) *Fake {
	f := &Fake{Shelf: shelf.New(o.Clock), o: o, kept: map[string]kept{}}
	f.Vendor = oauth.New(oauth.Options{Clock: o.Clock, ClientID: o.ClientID, ClientSecret: o.ClientSecret, Redirects: o.Redirects,
		Grace: 30 * time.Minute, Tenants: append([]oauth.Tenant{{ID: o.Tenant, Name: o.Name}}, o.Others...)})
	mux := http.NewServeMux()
	mux.Handle("/identity/connect/", http.StripPrefix("/identity/connect", f.Vendor))
	mux.Handle("/connections", f.Vendor)
	mux.Handle(Base+"/", f.Vendor.Guard(http.HandlerFunc(f.serve)))
	f.Faults = faults.Wrap(mux, o.Clock)
	f.Shelf.Add(Accounts, shelf.Values{"Code": "090", "Name": "Business Bank Account", "Type": "BANK", "Status": "ACTIVE", "EnablePaymentsToAccount": false})
	f.Shelf.Add(Accounts, shelf.Values{"Code": "200", "Name": "Sales", "Type": "REVENUE", "Status": "ACTIVE", "EnablePaymentsToAccount": false})
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

// ID is the id of a thing. Its beginning is scattered: ids tell nothing of when a
// thing was made.
func ID(id int) string {
	return fmt.Sprintf("%08x-a0fe-4bad-8cab-fade%08x", crc32.ChecksumIEEE([]byte(strconv.Itoa(id))), id)
}

// Number is the reverse of ID; 0 when it is none.
func Number(id string) int {
	_, digits, _ := strings.Cut(strings.ToLower(id), "-fade")
	n, err := strconv.ParseInt(digits, 16, 32)
	if err != nil || ID(int(n)) != strings.ToLower(id) {
		return 0
	}
	return int(n)
}

// Ref is a contact as other things name it.
func (f *Fake) Ref(contact int) map[string]any {
	t, _ := f.Shelf.Get(Contacts, contact)
	return map[string]any{"ContactID": ID(contact), "Name": t.Values["Name"]}
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	f.count(w.Header())
	if r.Header.Get("Xero-Tenant-Id") != f.o.Tenant {
		plainly(w, http.StatusForbidden, "Forbidden", "AuthenticationUnsuccessful")
		return
	}
	path := strings.Split(strings.TrimPrefix(r.URL.Path, Base+"/"), "/")
	if r.Method == http.MethodGet && path[len(path)-1] == "pdf" {
		f.pdf(w, r, path)
		return
	}
	if r.Method == http.MethodGet && len(path) == 4 && path[2] == Attachments {
		f.attachment(w, path)
		return
	}
	if r.Header.Get("Accept") != "application/json" {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = w.Write([]byte("<Response/>"))
		return
	}
	f.route(r, path).write(w)
}

// count tells how many requests are left of the day.
func (f *Fake) count(head http.Header) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.used++; f.o.Day > 0 {
		head.Set("X-DayLimit-Remaining", strconv.Itoa(max(0, f.o.Day-f.used)))
		head.Set("X-MinLimit-Remaining", "59")
	}
}

func (f *Fake) route(r *http.Request, path []string) answer {
	kind := path[0]
	switch {
	case kind == "Organisation" && r.Method == http.MethodGet:
		return ok(map[string]any{"Organisations": []any{map[string]any{"OrganisationID": f.o.Tenant, "Name": f.o.Name, "BaseCurrency": "EUR", "OrganisationStatus": "ACTIVE"}}})
	case idNames[kind] == "":
		return fail(http.StatusNotFound, "The resource you're looking for cannot be found")
	case r.Method == http.MethodGet && len(path) == 3 && path[2] == Attachments:
		return f.attached(kind, path[1])
	case r.Method == http.MethodGet && len(path) == 2:
		t, found := f.Shelf.Get(kind, Number(path[1]))
		if !found {
			return fail(http.StatusNotFound, "The resource you're looking for cannot be found")
		}
		return ok(map[string]any{kind: []any{f.show(t, true)}})
	case r.Method == http.MethodGet && len(path) == 1:
		return f.list(r, kind)
	case r.Method == http.MethodPut && kind == Payments && len(path) == 1:
		return f.once(r, f.pay)
	case r.Method == http.MethodPost && kind == Quotes && len(path) == 2:
		return f.once(r, func(body map[string]any) answer { return f.decide(Number(path[1]), body) })
	default:
		return fail(http.StatusMethodNotAllowed, "The method is not allowed")
	}
}

func (f *Fake) pdf(w http.ResponseWriter, r *http.Request, path []string) {
	if _, found := f.Shelf.Get(path[0], Number(path[1])); !found || r.Header.Get("Accept") != "application/pdf" {
		fail(http.StatusNotFound, "The resource you're looking for cannot be found").write(w)
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	_, _ = fmt.Fprintf(w, "%%PDF-1.4 of %s %s", path[0], path[1])
}
