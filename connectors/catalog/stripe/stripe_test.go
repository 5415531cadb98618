// Package stripe_test proves the manifest of Stripe over its fake.
package stripe_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
	"portico/connectors/vendorfake/stripe"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

func target() connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: firm}
}

func TestStripeKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

func TestStripeKeepsTheVendorsContract(t *testing.T) {
	t.Parallel()
	connectortest.RunContract(t, target(), "stripe/stripe.json", "", "?expand[]") // the file's name of it is expand, a list
}

// till is an account with 230 invoices: three pages of a list.
type till struct {
	*stripe.Fake
	clock    *connectortest.Clock
	customer int
	shown    []string
}

func firm(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	d := &till{Fake: stripe.New(clock.Now, "good"), clock: clock}
	d.customer = d.Shelf.Add(stripe.Customers, shelf.Values{"name": "Ada Kraus", "business_name": "Nordwind Logistik GmbH", "email": "Ada@nordwind.example"})
	start := clock.Now().Add(-90 * 24 * time.Hour)
	for i := range 230 {
		external := d.invoice(fmt.Sprintf("Work %d", i), "open")
		at := start.Add(time.Duration(i/3) * time.Hour) // three at a time share a second
		d.Shelf.Date(stripe.Number(stripe.Invoices, external), at, at)
		if i%20 == 0 {
			d.Pay(stripe.Number(stripe.Invoices, external))
		}
	}
	d.Shelf.Add(stripe.Invoices, shelf.Values{"customer": stripe.ID(stripe.Customers, d.customer), "status": "draft", "currency": "eur", "total": 1, "description": canary})
	d.quote("open")
	d.Shelf.Add(stripe.Subscriptions, shelf.Values{"customer": stripe.ID(stripe.Customers, d.customer), "status": "active", "currency": "eur", "start_date": start.Unix(),
		"items": map[string]any{"data": []any{map[string]any{"quantity": 3, "current_period_end": clock.Now().Add(time.Hour).Unix(),
			"price": map[string]any{"unit_amount": 1500, "nickname": "Managed workplace", "recurring": map[string]any{"interval": "month"}}}}}})
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	return &connectortest.System{
		Settings: map[string]string{"url": srv.URL}, Secrets: map[string]string{"key": "good", "signing": "whsec_good"}, BadSecrets: map[string]string{"key": "bad"},
		Faults: d.Faults, Main: "invoices", Nameless: true,
		List:     faults.Match{Method: "GET", Path: "=/v1/invoices"},
		Pages:    faults.List{Rows: "data", Next: []string{"has_more"}},
		Records:  func() []string { return slices.Clone(d.shown) },
		Canaries: []string{canary},
		Change: func(external, marker string) {
			id := stripe.Number(stripe.Invoices, external)
			was, _ := d.Shelf.Get(stripe.Invoices, id)
			d.Shelf.Change(id, shelf.Values{"description": fmt.Sprint(was.Values["description"], " ", marker)})
		},
		Add: func(marker string) string { return d.invoice(marker, "open") },
		Delete: func(external string) {
			d.Shelf.Change(stripe.Number(stripe.Invoices, external), shelf.Values{"status": "void"})
			d.shown = slices.DeleteFunc(d.shown, func(s string) bool { return s == external })
		},
		Rotate: func() map[string]string {
			d.Rotate("new")
			return map[string]string{"key": "new"}
		},
		Webhook: &connectortest.Webhook{Message: func(external string) *remote.RawRequest {
			body, at := fmt.Appendf(nil, `{"id":"evt_1","object":"event","type":"invoice.updated","data":{"object":{"id":%q,"object":"invoice"}}}`, external), clock.Now().Unix()
			proof := fmt.Sprintf("t=%d,v1=%s,v1=%s", at, strings.Repeat("0", 64), connectortest.MAC("whsec_good", fmt.Sprintf("%d.%s", at, body)))
			return connectortest.Sent(body, nil, http.Header{"Stripe-Signature": {proof}})
		}},
		Acts: []connectortest.Act{
			d.acting(action.PaymentRecord, stripe.Invoices, "pay", func() string { return d.invoice("To pay", "open") }, "paid"),
			d.acting(action.QuoteAccept, stripe.Quotes, "accept", func() string { return d.quote("open") }, "canceled"),
			d.acting(action.QuoteDecline, stripe.Quotes, "cancel", func() string { return d.quote("open") }, "accepted"),
		},
	}
}

// canary stands on a draft.
const canary = "canary-51e0-draft"

func (d *till) invoice(description, status string) string {
	id := stripe.ID(stripe.Invoices, d.Shelf.Add(stripe.Invoices, shelf.Values{
		"customer": stripe.ID(stripe.Customers, d.customer), "status": status, "currency": "eur", "number": fmt.Sprintf("R-%04d", len(d.shown)),
		"total": 11900, "subtotal": 10000, "total_excluding_tax": 10000, "amount_remaining": 11900, "amount_paid": 0, "description": description,
		"lines": map[string]any{"data": []any{map[string]any{"description": "Care", "quantity": 1, "amount": 10000}}},
	}))
	d.shown = append(d.shown, id)
	return id
}

func (d *till) quote(status string) string {
	return stripe.ID(stripe.Quotes, d.Shelf.Add(stripe.Quotes, shelf.Values{
		"customer": stripe.ID(stripe.Customers, d.customer), "status": status, "currency": "jpy", "amount_subtotal": 100, "amount_total": 110, "description": "Backup",
	}))
}

// acting is an action that gives something open another state.
func (d *till) acting(kind action.Kind, of, verb string, made func() string, other string) connectortest.Act {
	act := func(external string) action.Action {
		return action.Action{
			ID: action.NewID(), Ref: action.NewRef(), Kind: kind, External: external, Target: record.NewID(),
			Actor: action.Actor{Name: "Ada Kraus", Email: "ada@nordwind.example"}, Generation: 1, Recorded: d.clock.Now(),
			Input: action.Input{Fields: map[string]string{action.FieldAmount: "119.00", action.FieldCurrency: "EUR", action.FieldDate: "2026-03-02"}},
		}
	}
	return connectortest.Act{
		Write:   faults.Match{Method: "POST", Path: "/" + verb},
		New:     func() action.Action { return act(made()) },
		Effects: func(a action.Action) int { return d.Written(stripe.Number(of, a.External), verb) },
		Stale: func() action.Action {
			a := act(made())
			d.Shelf.Change(stripe.Number(of, a.External), shelf.Values{"status": other})
			return a
		},
	}
}

func TestAmountsAreExactInEveryCurrency(t *testing.T) {
	t.Parallel()
	for currency, want := range map[string]string{"eur": "119.00", "jpy": "11900", "kwd": "11.900", "isk": "119.00"} {
		one := connectortest.Target{Connector: target().Connector, System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
			f := stripe.New(clock.Now, "good")
			f.Shelf.Add(stripe.Invoices, shelf.Values{"customer": "cus_1", "status": "open", "currency": currency, "total": 11900, "amount_remaining": 11900})
			srv := httptest.NewServer(f)
			t.Cleanup(srv.Close)
			return &connectortest.System{Settings: map[string]string{"url": srv.URL}, Secrets: map[string]string{"key": "good"}, Faults: f.Faults}
		}}
		records := connectortest.Pulled(t, one, "invoices")
		if len(records) != 1 {
			t.Fatalf("%s: %d records", currency, len(records))
		}
		got := records[0].Body.(record.Invoice)
		if string(got.Total) != want || string(got.Balance) != want || got.Currency != strings.ToUpper(currency) {
			t.Errorf("%s: %+v", currency, got)
		}
	}
}
