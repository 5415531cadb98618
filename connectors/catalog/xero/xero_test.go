// Package xero_test proves the manifest of Xero over its fake.
package xero_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/rest"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
	"portico/connectors/vendorfake/xero"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

func target() connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: firm}
}

func TestXeroKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

func TestXeroKeepsTheVendorsContract(t *testing.T) {
	t.Parallel()
	connectortest.RunContract(t, target(), "xero/xero-accounting.json", xero.Base, "/connect/")
}

const (
	tenant = "9f1c2b34-a0fe-4bad-8cab-fade000000aa"
	canary = "canary-7731-draft"
)

// books are an organisation with 230 invoices: three pages of a list.
type books struct {
	*xero.Fake
	clock    *connectortest.Clock
	customer int
	supplier int
	shown    []string
}

func newBooks(clock *connectortest.Clock) *books {
	f := xero.New(xero.Options{Clock: clock.Now, Tenant: tenant, Name: "Halden Systems", ClientID: "portal", ClientSecret: "good"})
	d := &books{Fake: f, clock: clock}
	d.customer = f.Shelf.Add(xero.Contacts, shelf.Values{"Name": "Nordwind Logistik GmbH", "FirstName": "Ada", "LastName": "Kraus", "EmailAddress": "Ada@nordwind.example",
		"ContactStatus": "ACTIVE", "IsCustomer": true, "IsSupplier": false, "TaxNumber": "DE123456789",
		"Phones":         []any{map[string]any{"PhoneType": "DEFAULT", "PhoneCountryCode": "49", "PhoneAreaCode": "40", "PhoneNumber": "555 0100"}},
		"ContactPersons": []any{map[string]any{"FirstName": "Jonas", "LastName": "Weber", "EmailAddress": "jonas@nordwind.example", "IncludeInEmails": true}}})
	d.supplier = f.Shelf.Add(xero.Contacts, shelf.Values{"Name": "Paper and Pens " + canary, "ContactStatus": "ACTIVE", "IsCustomer": false, "IsSupplier": true, "EmailAddress": "sales@" + canary + ".example"})
	return d
}

func firm(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	d := newBooks(clock)
	start := clock.Now().Add(-90 * 24 * time.Hour)
	for i := range 230 {
		id := d.invoice(fmt.Sprintf("Work %d", i))
		at := start.Add(time.Duration(i/3) * time.Hour) // three at a time share a second
		d.Shelf.Date(id, at, at)
		if i%20 == 0 {
			d.Settle(id, 11900, at, "bank transfer")
		}
	}
	d.hidden()
	d.quote("SENT")
	d.Shelf.Add(xero.CreditNotes, shelf.Values{"Type": "ACCRECCREDIT", "Status": "AUTHORISED", "CreditNoteNumber": "CN-1", "Contact": d.Ref(d.customer), "CurrencyCode": "EUR",
		"SubTotal": xero.Cents(1000), "TotalTax": xero.Cents(190), "Total": xero.Cents(1190), "RemainingCredit": xero.Cents(1190), "Date": xero.Date(start.Truncate(24 * time.Hour))})
	d.Shelf.Add(xero.Repeating, shelf.Values{"Type": "ACCREC", "Status": "AUTHORISED", "Reference": "Care plan", "Contact": d.Ref(d.customer), "CurrencyCode": "EUR", "Total": xero.Cents(30000),
		"Schedule": map[string]any{"Period": 1, "Unit": "MONTHLY", "StartDate": xero.Date(start.Truncate(24 * time.Hour)), "NextScheduledDate": xero.Date(clock.Now().Truncate(24 * time.Hour))}})
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	return &connectortest.System{
		Settings: map[string]string{"url": srv.URL, "client_id": "portal", "tenant": tenant, "account": "090"}, Secrets: map[string]string{"client_secret": "good", "signing": hookKey},
		Faults: d.Faults, Main: "invoices", Nameless: true, Canaries: []string{canary},
		List:    faults.Match{Method: "GET", Path: "=" + xero.Base + "/Invoices"},
		Pages:   faults.List{Rows: "Invoices", Totals: []string{"pagination.itemCount", "pagination.pageCount"}},
		Records: func() []string { return slices.Clone(d.shown) },
		Change: func(external, marker string) {
			d.Shelf.Change(xero.Number(external), shelf.Values{"Reference": marker})
		},
		Add: func(marker string) string { return xero.ID(d.invoice(marker)) },
		Begin: func(external, marker string) func() {
			return d.Shelf.Begin(xero.Number(external), shelf.Values{"Reference": marker})
		},
		Delete:  d.void(),
		Restore: d.restore,
		Renewal: &connectortest.Renewal{
			Begin: func(c remote.Connector, conn remote.Conn) remote.Token { return signedIn(t, c, conn, d.Fake, clock) },
			End:   d.Vendor.EndAccess, Asked: func() int { return d.Vendor.Asked("refresh_token") },
		},
		Webhook: &connectortest.Webhook{Undated: true, Message: func(external string) *remote.RawRequest {
			return sent(`{"events":[{"resourceId":"`+external+`","eventType":"UPDATE","eventCategory":"INVOICE","tenantId":"`+tenant+`"}],"firstEventSequence":1,"lastEventSequence":1}`, hookKey)
		}},
		Acts: []connectortest.Act{d.paying(), d.deciding(action.QuoteAccept, "ACCEPTED", "DECLINED"), d.deciding(action.QuoteDecline, "DECLINED", "ACCEPTED")},
	}
}

// signedIn is what somebody who let us in brings.
func signedIn(t testing.TB, c remote.Connector, conn remote.Conn, f *xero.Fake, clock *connectortest.Clock) remote.Token {
	t.Helper()
	made, err := c.(interface {
		Fingerprint(conn remote.Conn) (string, error)
	}).Fingerprint(conn)
	if err != nil {
		t.Fatal(err)
	}
	return remote.Token{Refresh: f.Vendor.Consented(), Made: made, SignedIn: clock.Now()}
}

// hidden adds what no client may see: a draft, a bill, its payment, a draft of a quote.
func (d *books) hidden() {
	day := xero.Date(d.clock.Now().Truncate(24 * time.Hour))
	d.Shelf.Add(xero.Invoices, shelf.Values{"Type": "ACCREC", "Status": "DRAFT", "Contact": d.Ref(d.customer), "Reference": canary, "CurrencyCode": "EUR", "Total": xero.Cents(1), "Date": day})
	bill := d.Shelf.Add(xero.Invoices, shelf.Values{"Type": "ACCPAY", "Status": "AUTHORISED", "Contact": d.Ref(d.supplier), "Reference": canary, "CurrencyCode": "EUR",
		"Total": xero.Cents(500), "AmountDue": xero.Cents(500), "AmountPaid": xero.Cents(0), "Date": day})
	d.Shelf.Change(d.Settle(bill, 500, d.clock.Now(), canary), shelf.Values{"PaymentType": "ACCPAYPAYMENT"})
	d.Shelf.Add(xero.Quotes, shelf.Values{"Status": "DRAFT", "Contact": d.Ref(d.customer), "Title": canary, "CurrencyCode": "EUR", "Total": xero.Cents(1), "Date": day})
	id := d.invoice("With files")
	d.Shelf.Add(xero.Attachments, shelf.Values{"kind": xero.Invoices, "of": id, "FileName": "hours.csv", "MimeType": "text/csv", "IncludeOnline": true, "content": "day,hours\n"})
	d.Shelf.Add(xero.Attachments, shelf.Values{"kind": xero.Invoices, "of": id, "FileName": canary + ".txt", "MimeType": "text/plain", "IncludeOnline": false, "content": canary})
}

func (d *books) invoice(reference string) int {
	day := d.clock.Now().Truncate(24 * time.Hour)
	id := d.Shelf.Add(xero.Invoices, shelf.Values{"Type": "ACCREC", "Status": "AUTHORISED", "InvoiceNumber": "INV-" + strconv.Itoa(len(d.shown)), "Reference": reference,
		"Contact": d.Ref(d.customer), "CurrencyCode": "EUR", "LineAmountTypes": "Exclusive", "Date": xero.Date(day), "DueDate": xero.Date(day.AddDate(0, 0, 14)),
		"SubTotal": xero.Cents(10000), "TotalTax": xero.Cents(1900), "Total": xero.Cents(11900), "AmountDue": xero.Cents(11900), "AmountPaid": xero.Cents(0),
		"LineItems": []any{map[string]any{"Description": "Care", "Quantity": 2, "UnitAmount": 50, "LineAmount": 100, "TaxAmount": 19, "TaxType": "OUTPUT2"}}})
	d.shown = append(d.shown, xero.ID(id))
	return id
}

func (d *books) quote(status string) int {
	day := d.clock.Now().Truncate(24 * time.Hour)
	return d.Shelf.Add(xero.Quotes, shelf.Values{"Status": status, "QuoteNumber": "QU-1", "Title": "Backup", "Contact": d.Ref(d.customer), "CurrencyCode": "EUR",
		"Date": xero.Date(day), "ExpiryDate": xero.Date(day.AddDate(0, 1, 0)), "SubTotal": xero.Cents(10000), "TotalTax": xero.Cents(1900), "Total": xero.Cents(11900)})
}

// void takes invoices back, in each of the ways that Xero has.
func (d *books) void() func(string) {
	ways, turn := []string{"VOIDED", "DELETED"}, 0
	return func(external string) {
		d.Shelf.Change(xero.Number(external), shelf.Values{"Status": ways[turn%len(ways)]})
		turn++
		d.shown = slices.DeleteFunc(d.shown, func(s string) bool { return s == external })
	}
}

// restore stands for an invoice that was approved again; Xero itself has no such way.
func (d *books) restore(external string) bool {
	d.Shelf.Change(xero.Number(external), shelf.Values{"Status": "AUTHORISED"})
	d.shown = append(d.shown, external)
	return true
}

func (d *books) act(kind action.Kind, external, base string) action.Action {
	return action.Action{
		ID: action.NewID(), Ref: action.NewRef(), Kind: kind, External: external, Target: record.NewID(), Base: base,
		Actor: action.Actor{Name: "Ada Kraus", Email: "ada@nordwind.example"}, Generation: 1, Recorded: d.clock.Now(),
		Input: action.Input{Fields: map[string]string{action.FieldAmount: "49.95", action.FieldCurrency: "EUR", action.FieldDate: "2026-03-02", action.FieldReference: "Transfer 17"}},
	}
}

func (d *books) paying() connectortest.Act {
	made := func() action.Action { return d.act(action.PaymentRecord, xero.ID(d.invoice("To pay")), "") }
	return connectortest.Act{
		Write:   faults.Match{Method: "PUT", Path: "=" + xero.Base + "/Payments"},
		New:     made,
		Effects: func(a action.Action) int { return d.Recorded(xero.Number(a.External), a.Ref) },
		Stale: func() action.Action {
			a := made()
			d.Settle(xero.Number(a.External), 11900, d.clock.Now(), "")
			return a
		},
	}
}

func (d *books) deciding(kind action.Kind, to, other string) connectortest.Act {
	made := func() action.Action {
		id := d.quote("SENT")
		q, _ := d.Shelf.Get(xero.Quotes, id)
		return d.act(kind, xero.ID(id), "SENT@"+xero.Date(q.Updated))
	}
	turn := 0
	return connectortest.Act{
		Write:   faults.Match{Method: "POST", Path: "/Quotes/"},
		New:     made,
		Effects: func(a action.Action) int { return d.Decided(xero.Number(a.External), to) },
		Stale: func() action.Action {
			a := made()
			changed := shelf.Values{"Status": other}
			if turn++; turn%2 == 0 {
				changed = shelf.Values{"Total": xero.Cents(99900)} // not what was agreed to
			}
			d.clock.Advance(time.Second)
			d.Shelf.Change(xero.Number(a.External), changed)
			return a
		},
	}
}

// only is a system with the fake that a function fills.
func only(fill func(d *books)) connectortest.Target {
	return connectortest.Target{Connector: target().Connector, System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
		d := newBooks(clock)
		fill(d)
		srv := httptest.NewServer(d)
		t.Cleanup(srv.Close)
		return &connectortest.System{Settings: map[string]string{"url": srv.URL, "client_id": "portal", "tenant": tenant}, Secrets: map[string]string{"client_secret": "good"}, Faults: d.Faults,
			Renewal: &connectortest.Renewal{Begin: func(c remote.Connector, conn remote.Conn) remote.Token { return signedIn(t, c, conn, d.Fake, clock) }}}
	}}
}

func TestDatesAreTheOrganisationsAndLinesAreBeforeTax(t *testing.T) {
	t.Parallel()
	one := only(func(d *books) {
		id := d.invoice("Order 7")
		d.Shelf.Change(id, shelf.Values{"LineAmountTypes": "Inclusive", "Date": "/Date(1767225600000+0000)/",
			"LineItems": []any{map[string]any{"Description": "Care", "Quantity": 1, "UnitAmount": 119.99, "LineAmount": 119.99, "TaxAmount": 19.16}}})
	})
	records := connectortest.Pulled(t, one, "invoices")
	at := slices.IndexFunc(records, func(r record.Record) bool { return r.Kind == record.KindInvoice })
	if at < 0 {
		t.Fatalf("no invoice in %+v", records)
	}
	got := records[at].Body.(record.Invoice)
	if got.Issued != time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) || got.Total != "119.00" || got.Balance != "119.00" {
		t.Errorf("%+v", got)
	}
	if line := got.Lines[0]; line.Net != "100.83" || line.Price != "" || line.Tax != "19.16" {
		t.Errorf("%+v", line)
	}
}

func TestPeopleOfAContactAreContactsAndSuppliersAreNot(t *testing.T) {
	t.Parallel()
	one := only(func(*books) {})
	var got []string
	for _, r := range connectortest.Pulled(t, one, "contacts") {
		line := string(r.Kind)
		switch b := r.Body.(type) {
		case record.Account:
			line += " " + b.Name + " " + strings.Join(b.Domains, ",")
		case record.Contact:
			line += " " + b.Name + " " + b.Email + " " + b.Phone
		}
		got = append(got, strings.TrimSpace(line))
	}
	want := []string{"account Nordwind Logistik GmbH nordwind.example", "contact Ada Kraus ada@nordwind.example 49 40 555 0100", "contact Jonas Weber jonas@nordwind.example"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

const hookKey = "webhooks-key"

// sent is a message as Xero signs it.
func sent(body, key string) *remote.RawRequest {
	return connectortest.Sent([]byte(body), nil, http.Header{"X-Xero-Signature": {connectortest.MAC64(key, body)}})
}

func TestOnlyXeroHintsAndOnlyAtThisOrganisation(t *testing.T) {
	t.Parallel()
	conn := remote.Conn{Settings: map[string]string{"client_id": "portal", "tenant": tenant}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Secret: func(string) (string, error) { return hookKey, nil }}
	body := `{"events":[{"resourceId":"` + xero.ID(7) + `","eventDateUtc":"2026-03-01T09:00:00.000","eventType":"UPDATE","eventCategory":"INVOICE","tenantId":"` + tenant + `"},
		{"resourceId":"` + xero.ID(8) + `","eventCategory":"INVOICE","tenantId":"another"}],"firstEventSequence":1,"lastEventSequence":2,"entropy":"x"}`
	c := target().Connector(t)
	hints, err := c.Hints(t.Context(), conn, sent(body, hookKey))
	if err != nil || !slices.ContainsFunc(hints, func(h remote.Hint) bool { return h.Ref.Kind == record.KindInvoice && h.Ref.External == xero.ID(7) }) {
		t.Errorf("hints %+v (%v)", hints, err)
	}
	if slices.ContainsFunc(hints, func(h remote.Hint) bool { return h.Ref.External == xero.ID(8) }) {
		t.Errorf("another organisation's invoice is hinted at: %+v", hints)
	}
	if hints, err := c.Hints(t.Context(), conn, sent(body, "guessed")); !fault.Is(err, fault.Unauthenticated) || len(hints) > 0 {
		t.Errorf("a forged message gives %+v (%v)", hints, err)
	}
	// What Xero sends to see whether the address tells right signatures from wrong ones.
	if hints, err := c.Hints(t.Context(), conn, sent(`{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"x"}`, hookKey)); err != nil || len(hints) > 0 {
		t.Errorf("intent to receive: %+v (%v)", hints, err)
	}
}

func TestPrintedFormsAndFilesAreHandedOut(t *testing.T) {
	t.Parallel()
	clock := connectortest.NewClock()
	d := newBooks(clock)
	invoice, quote := xero.ID(d.invoice("Printed")), xero.ID(d.quote("SENT"))
	file := xero.ID(d.Shelf.Add(xero.Attachments, shelf.Values{"kind": xero.Invoices, "of": xero.Number(invoice), "FileName": "hours.csv", "MimeType": "text/csv", "IncludeOnline": true, "content": "day,hours"}))
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	c := target().Connector(t)
	conn := remote.Conn{ID: record.NewConnectionID(), Settings: map[string]string{"url": srv.URL, "client_id": "portal", "tenant": tenant}, Log: slog.New(slog.DiscardHandler), Now: clock.Now,
		Secret: func(string) (string, error) { return "good", nil }, Transport: srv.Client().Transport, Budget: rest.NewBudget(rest.Limit{}, clock.Now)}
	conn.Tokens = remote.Hold(signedIn(t, c, conn, d.Fake, clock))
	for id, want := range map[string]string{invoice: "%PDF-1.4 of Invoices " + invoice, "Quotes:" + quote: "%PDF-1.4 of Quotes " + quote, "Invoices:" + invoice + ":" + file: "day,hours"} {
		r, err := c.Open(t.Context(), conn, record.Ref{Kind: record.KindAttachment, External: id})
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if got, err := io.ReadAll(r); string(got) != want || err != nil {
			t.Errorf("%s: %q (%v)", id, got, err)
		}
		_ = r.Close()
	}
}
