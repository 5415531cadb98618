// Package quickbooks_test proves the manifest of QuickBooks Online over its fake.
package quickbooks_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/quickbooks"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

const (
	realm  = "4620816365"
	canary = "canary-90cc-private"
)

func target() connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: firm}
}

func TestQuickBooksKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

func TestQuickBooksKeepsTheVendorsContract(t *testing.T) {
	t.Parallel()
	// The file at hand, which others wrote, knows no request id of a payment, no sparse
	// change of an estimate and no sign-in.
	connectortest.RunContract(t, target(), "quickbooks-online/quickbooks-online-subset.json", "", "/payment", "/estimate", "/tokens/")
}

// books are a company with 450 invoices: three questions for a list.
type books struct {
	*quickbooks.Fake
	clock    *connectortest.Clock
	customer string
	shown    []string
}

func firm(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	d := &books{Fake: quickbooks.New(quickbooks.Options{Clock: clock.Now, Realm: realm, ClientID: "portal", ClientSecret: "good"}), clock: clock}
	d.customer = strconv.Itoa(d.Shelf.Add(quickbooks.Customers, shelf.Values{"DisplayName": "Nordwind", "CompanyName": "Nordwind Logistik GmbH", "GivenName": "Ada", "FamilyName": "Kraus",
		"PrimaryEmailAddr": map[string]any{"Address": "Ada@nordwind.example, office@nordwind.example"}, "Active": true}))
	start := clock.Now().Add(-90 * 24 * time.Hour)
	for i := range 450 {
		id := d.invoice(fmt.Sprintf("Work %d", i))
		at := start.Add(time.Duration(i/3) * time.Hour) // three at a time share a second
		d.Shelf.Date(id, at, at)
	}
	d.estimate()
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	return &connectortest.System{
		Settings: map[string]string{"url": srv.URL, "client_id": "portal", "realm": realm}, Secrets: map[string]string{"client_secret": "good", "signing": hookKey},
		Faults: d.Faults, Main: "invoices", Nameless: true, Canaries: []string{canary},
		List:    faults.Match{Method: "GET", Path: "=/v3/company/" + realm + "/query", Query: "from Invoice where"},
		Pages:   faults.List{Rows: "QueryResponse.Invoice"},
		Records: func() []string { return slices.Clone(d.shown) },
		Change: func(external, marker string) {
			d.Change(quickbooks.Invoices, number(external), shelf.Values{"CustomerMemo": map[string]any{"value": marker}})
		},
		Add: func(marker string) string { return strconv.Itoa(d.invoice(marker)) },
		Delete: func() func(string) {
			turn := 0
			return func(external string) {
				if turn++; turn%2 == 1 {
					d.Change(quickbooks.Invoices, number(external), shelf.Values{"TotalAmt": 0.0, "Balance": 0.0, "PrivateNote": "Voided - " + canary})
				} else {
					d.Shelf.Delete(number(external), false)
				}
				d.shown = slices.DeleteFunc(d.shown, func(s string) bool { return s == external })
			}
		}(),
		Webhook: &connectortest.Webhook{Undated: true, Message: func(external string) *remote.RawRequest {
			return sent(`{"eventNotifications":[{"realmId":"`+realm+`","dataChangeEvent":{"entities":[{"name":"Invoice","id":"`+external+`","operation":"Update"}]}}]}`, hookKey)
		}},
		Renewal: &connectortest.Renewal{
			Begin: func(c remote.Connector, conn remote.Conn) remote.Token {
				made, err := c.(interface {
					Fingerprint(conn remote.Conn) (string, error)
				}).Fingerprint(conn)
				if err != nil {
					t.Fatal(err)
				}
				return remote.Token{Refresh: d.Vendor.Consented(), Made: made, SignedIn: clock.Now()}
			},
			End: d.Vendor.EndAccess, Asked: func() int { return d.Vendor.Asked("refresh_token") },
		},
		Acts: []connectortest.Act{d.paying(), d.deciding(action.QuoteAccept, "Accepted", "Rejected"), d.deciding(action.QuoteDecline, "Rejected", "Accepted")},
	}
}

func number(external string) int {
	n, _ := strconv.Atoi(external)
	return n
}

func (d *books) invoice(memo string) int {
	id := d.Shelf.Add(quickbooks.Invoices, shelf.Values{"DocNumber": strconv.Itoa(1000 + len(d.shown)), "CustomerRef": map[string]any{"value": d.customer, "name": "Nordwind"},
		"TxnDate": "2026-02-01", "DueDate": "2026-02-15", "TotalAmt": 119.0, "Balance": 119.0, "CurrencyRef": map[string]any{"value": "USD"},
		"CustomerMemo": map[string]any{"value": memo}, "PrivateNote": canary, "TxnTaxDetail": map[string]any{"TotalTax": 19.0},
		"Line": []any{
			map[string]any{"Id": "1", "Amount": 100.0, "Description": "Care", "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": map[string]any{"Qty": 2, "UnitPrice": 50}},
			map[string]any{"Amount": 100.0, "DetailType": "SubTotalLineDetail"}}})
	d.shown = append(d.shown, strconv.Itoa(id))
	return id
}

func (d *books) estimate() int {
	return d.Shelf.Add(quickbooks.Estimates, shelf.Values{"DocNumber": "E-1", "CustomerRef": map[string]any{"value": d.customer}, "TxnDate": "2026-02-01", "ExpirationDate": "2026-03-31",
		"TotalAmt": 500.0, "CurrencyRef": map[string]any{"value": "USD"}, "TxnStatus": "Pending", "PrivateNote": canary})
}

func (d *books) act(kind action.Kind, external, base string) action.Action {
	return action.Action{
		ID: action.NewID(), Ref: action.NewRef(), Kind: kind, External: external, Target: record.NewID(), Base: base,
		Actor: action.Actor{Name: "Ada Kraus", Email: "ada@nordwind.example"}, Generation: 1, Recorded: d.clock.Now(),
		Input: action.Input{Fields: map[string]string{action.FieldAmount: "49.95", action.FieldCurrency: "USD", action.FieldDate: "2026-03-02", action.FieldReference: "Transfer 17"}},
	}
}

func (d *books) paying() connectortest.Act {
	made := func() action.Action {
		return d.act(action.PaymentRecord, strconv.Itoa(d.invoice("To pay")), "")
	}
	return connectortest.Act{
		Write:   faults.Match{Method: "POST", Path: "/payment"},
		New:     made,
		Effects: func(a action.Action) int { return d.Received(a.Ref) },
		Stale: func() action.Action {
			a := made()
			d.Change(quickbooks.Invoices, number(a.External), shelf.Values{"Balance": 10.0})
			return a
		},
	}
}

func (d *books) deciding(kind action.Kind, to, other string) connectortest.Act {
	made := func() action.Action { return d.act(kind, strconv.Itoa(d.estimate()), "Pending@0") }
	turn := 0
	return connectortest.Act{
		Write:   faults.Match{Method: "POST", Path: "/estimate"},
		New:     made,
		Effects: func(a action.Action) int { return d.Decided(number(a.External), to) },
		Stale: func() action.Action {
			a := made()
			changed := shelf.Values{"TxnStatus": other}
			if turn++; turn%2 == 0 {
				changed = shelf.Values{"TotalAmt": 999.0} // not what was agreed to
			}
			d.Change(quickbooks.Estimates, number(a.External), changed)
			return a
		},
	}
}

const hookKey = "verifier-token"

// sent is a message as QuickBooks signs it.
func sent(body, key string) *remote.RawRequest {
	return connectortest.Sent([]byte(body), nil, http.Header{"Intuit-Signature": {connectortest.MAC64(key, body)}})
}

// Both shapes of messages are understood, and only those of this company.
func TestOnlyQuickBooksHintsAndOnlyAtThisCompany(t *testing.T) {
	t.Parallel()
	conn := remote.Conn{Settings: map[string]string{"client_id": "portal", "realm": realm}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Secret: func(string) (string, error) { return hookKey, nil }}
	c := target().Connector(t)
	for name, body := range map[string]string{
		"notifications": `{"eventNotifications":[{"realmId":"1","dataChangeEvent":{"entities":[{"name":"Invoice","id":"8","operation":"Update"}]}},
			{"realmId":"` + realm + `","dataChangeEvent":{"entities":[{"name":"Invoice","id":"7","operation":"Update"}]}}]}`,
		"cloud events": `[{"specversion":"1.0","id":"e-1","type":"qbo.invoice.updated.v1","intuitentityid":"7","intuitaccountid":"` + realm + `"},
			{"specversion":"1.0","id":"e-2","type":"qbo.invoice.updated.v1","intuitentityid":"8","intuitaccountid":"1"}]`,
	} {
		hints, err := c.Hints(t.Context(), conn, sent(body, hookKey))
		if err != nil || len(hints) != 1 || hints[0].Ref.Kind != record.KindInvoice || hints[0].Ref.External != "7" {
			t.Errorf("%s: %+v (%v)", name, hints, err)
		}
		if hints, err := c.Hints(t.Context(), conn, sent(body, "guessed")); !fault.Is(err, fault.Unauthenticated) || len(hints) > 0 {
			t.Errorf("%s, forged: %+v (%v)", name, hints, err)
		}
	}
}
