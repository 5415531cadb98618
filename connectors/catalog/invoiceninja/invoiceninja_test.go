// Package invoiceninja_test proves the manifest of Invoice Ninja over its fake.
package invoiceninja_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/invoiceninja"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

const canary = "canary-66d2-private"

func target() connectortest.Target {
	return of(nil)
}

// of is a company, once somebody has changed it.
func of(changed func(b *books)) connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
		b := newBooks(clock)
		if changed != nil {
			changed(b)
		}
		return b.system(t)
	}}
}

func TestInvoiceNinjaKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

func TestInvoiceNinjaKeepsTheVendorsContract(t *testing.T) {
	t.Parallel()
	connectortest.RunContract(t, target(), "invoice-ninja/invoice-ninja-v5.json", "",
		"?page", "?per_page", // the file has its own words for them, and says in its guide what they are
		"/quotes/bulk") // the file wants a list of numbers where the source wants an action and keys
}

// books are a company with two clients and 450 invoices: three pages of a list.
type books struct {
	*invoiceninja.Fake
	clock   *connectortest.Clock
	clients []int
	shown   []string
	gone    int
	way     map[string]int
}

func newBooks(clock *connectortest.Clock) *books {
	b := &books{Fake: invoiceninja.New(clock.Now, "good"), clock: clock, way: map[string]int{}}
	b.clients = append(b.clients, b.Client("Nordwind Logistik GmbH", "Ada Kraus", "Ada@nordwind.example", ""), b.Client("Brightleaf Dental Group", "Cy Roth", "cy@brightleaf.example", "1"))
	start := clock.Now().Add(-90 * 24 * time.Hour)
	for i := range 450 {
		id := b.invoice("Work " + strconv.Itoa(i))
		at := start.Add(time.Duration(i/3) * time.Hour) // three at a time share a second
		b.Shelf.Date(id, at, at)
	}
	b.Bill(invoiceninja.Invoices, b.clients[0], "", "Draft "+canary, "1")
	b.Bill(invoiceninja.Quotes, b.clients[0], "Q-1", "Draft "+canary, "1")
	b.Bill(invoiceninja.Recurring, b.clients[0], "R-1", "Care", "2")
	b.Bill(invoiceninja.Recurring, b.clients[0], "R-2", canary, "1")
	b.quote()
	return b
}

func (b *books) invoice(notes string) int {
	id := b.Bill(invoiceninja.Invoices, b.clients[len(b.shown)%2], strconv.Itoa(1000+len(b.shown)), notes, "2")
	b.Shelf.Change(id, shelf.Values{"private_notes": canary})
	b.shown = append(b.shown, invoiceninja.ID(id))
	return id
}

func (b *books) quote() int {
	return b.Bill(invoiceninja.Quotes, b.clients[0], "Q-2", "Laptops", "2")
}

func (b *books) system(t testing.TB) *connectortest.System {
	t.Helper()
	srv := httptest.NewServer(b.Fake)
	t.Cleanup(srv.Close)
	change := func(external string, v shelf.Values) { b.Shelf.Change(invoiceninja.Number(external), v) }
	return &connectortest.System{
		Settings: map[string]string{"url": srv.URL, "currency": "EUR"},
		Secrets:  map[string]string{"token": "good", "shared": "hush"}, BadSecrets: map[string]string{"token": "bad"},
		Faults: b.Faults, Main: "invoices", Nameless: true, Canaries: []string{canary},
		List:    faults.Match{Method: "GET", Path: "=" + invoiceninja.Base + "/invoices"},
		Pages:   faults.List{Rows: "data", Counts: []string{"meta.pagination.count"}, Totals: []string{"meta.pagination.total"}},
		Records: func() []string { return slices.Clone(b.shown) },
		Change:  func(external, marker string) { change(external, shelf.Values{"public_notes": marker}) },
		Add:     func(marker string) string { return invoiceninja.ID(b.invoice(marker)) },
		Begin: func(external, marker string) func() {
			return b.Shelf.Begin(invoiceninja.Number(external), shelf.Values{"public_notes": marker})
		},
		Delete:  b.remove,
		Restore: b.restore,
		Rotate: func() map[string]string {
			b.SetToken("new")
			return map[string]string{"token": "new"}
		},
		Webhook: &connectortest.Webhook{Unsigned: true, Undated: true, Message: func(external string) *remote.RawRequest {
			body := fmt.Appendf(nil, `{"id": %q, "status_id": "2", "line_items": [], "client": {"contacts": []}}`, external)
			return connectortest.Sent(body, nil, http.Header{"X-Portico-Secret": {"hush"}})
		}},
		Acts: []connectortest.Act{b.paying(), b.approving()},
	}
}

// remove deletes an invoice, cancels the next one, and purges the third.
func (b *books) remove(external string) {
	b.gone++
	b.way[external] = b.gone % 3
	switch b.way[external] {
	case 1:
		b.Shelf.Delete(invoiceninja.Number(external), true)
	case 2:
		b.Shelf.Change(invoiceninja.Number(external), shelf.Values{"status_id": "5"})
	default:
		b.Shelf.Delete(invoiceninja.Number(external), false)
	}
	b.shown = slices.DeleteFunc(b.shown, func(id string) bool { return id == external })
}

func (b *books) restore(external string) bool {
	if b.way[external] != 1 {
		return false
	}
	b.shown = append(b.shown, external)
	return b.Shelf.Restore(invoiceninja.Number(external))
}

func (b *books) act(kind action.Kind, external, base string) action.Action {
	return action.Action{
		ID: action.NewID(), Ref: action.NewRef(), Kind: kind, External: external, Target: record.NewID(), Base: base,
		Actor: action.Actor{Name: "Ada Kraus", Email: "ada@nordwind.example"}, Generation: 1, Recorded: b.clock.Now(),
		Input: action.Input{Fields: map[string]string{action.FieldAmount: "49.95", action.FieldCurrency: "EUR", action.FieldDate: "2026-03-02", action.FieldReference: "Transfer 17"}},
	}
}

// owed is an invoice of the client that pays in euros.
func (b *books) owed() string {
	return invoiceninja.ID(b.Bill(invoiceninja.Invoices, b.clients[0], "2000", "To pay", "2"))
}

func (b *books) paying() connectortest.Act {
	return connectortest.Act{
		Write:   faults.Match{Method: "POST", Path: "/payments"},
		New:     func() action.Action { return b.act(action.PaymentRecord, b.owed(), "") },
		Effects: func(a action.Action) int { return b.Received(a.Ref) },
		Stale: func() action.Action {
			a := b.act(action.PaymentRecord, b.owed(), "")
			b.Shelf.Change(invoiceninja.Number(a.External), shelf.Values{"balance": 10.0})
			return a
		},
	}
}

func (b *books) approving() connectortest.Act {
	made := func() action.Action {
		id := b.quote()
		t, _ := b.Shelf.Get(invoiceninja.Quotes, id)
		return b.act(action.QuoteAccept, invoiceninja.ID(id), "Sent@"+strconv.FormatInt(t.Updated.Unix(), 10))
	}
	turn := 0
	return connectortest.Act{
		Write:   faults.Match{Method: "POST", Path: "/quotes/bulk"},
		New:     made,
		Effects: func(a action.Action) int { return b.Approved(invoiceninja.Number(a.External)) },
		Stale: func() action.Action {
			a := made()
			b.clock.Advance(time.Second)
			changed := shelf.Values{"status_id": "4"}
			if turn++; turn%2 == 0 {
				changed = shelf.Values{"amount": 999.0} // not what was agreed to
			}
			b.Shelf.Change(invoiceninja.Number(a.External), changed)
			return a
		},
	}
}
