package invoiceninja_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/invoiceninja"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

// connected is a company and a connection to it.
func connected(t *testing.T) (*books, remote.Connector, remote.Conn) {
	t.Helper()
	var b *books
	c, conn := connectortest.Opened(t, of(func(made *books) { b = made }))
	return b, c, conn
}

func TestAPaymentWhoseKeyWasUsedIsLookedFor(t *testing.T) {
	t.Parallel()
	b, c, conn := connected(t)
	a := b.act(action.PaymentRecord, b.owed(), "")
	a.Mark, _ = c.Prepare(t.Context(), conn, a)
	first, second := c.Act(t.Context(), conn, a), c.Act(t.Context(), conn, a)
	if first.Verdict != remote.Done || second.Verdict != remote.Unknown || b.Received(a.Ref) != 1 {
		t.Fatalf("%+v, then %+v, received %d times", first, second, b.Received(a.Ref))
	}
	if found := c.Probe(t.Context(), conn, a); found.Verdict != remote.Done || found.Reference != first.Reference {
		t.Errorf("found %+v", found)
	}
}

func TestAPaymentInAnotherCurrencyIsRefused(t *testing.T) {
	t.Parallel()
	b, c, conn := connected(t)
	id := b.Bill(invoiceninja.Invoices, b.clients[1], "2001", "In dollars", "2")
	if out := connectortest.Carried(t, c, conn, b.act(action.PaymentRecord, invoiceninja.ID(id), "")); out.Verdict != remote.Rejected || !strings.Contains(out.Reason, "currency") {
		t.Errorf("%+v", out)
	}
}

func TestAnApprovalThatDidNothingIsNotBelieved(t *testing.T) {
	t.Parallel()
	b, c, conn := connected(t)
	a := b.act(action.QuoteAccept, invoiceninja.ID(b.quote()), "")
	a.Mark, _ = c.Prepare(t.Context(), conn, a)
	b.Shelf.Change(invoiceninja.Number(a.External), shelf.Values{"status_id": "5"}) // somebody rejects it meanwhile
	out := c.Act(t.Context(), conn, a)
	a.Reference = out.Reference
	if out = c.Confirm(t.Context(), conn, a); out.Verdict == remote.Done {
		t.Errorf("%+v", out)
	}
}

func TestAnInvoiceIsInTheCurrencyOfItsClientAndHasItsPDF(t *testing.T) {
	t.Parallel()
	b, c, conn := connected(t)
	for client, want := range map[int]string{b.clients[0]: "EUR", b.clients[1]: "USD"} {
		id := invoiceninja.ID(b.Bill(invoiceninja.Invoices, client, "3000", "x", "2"))
		got, err := c.Read(t.Context(), conn, []record.Ref{{Connection: conn.ID, Kind: record.KindInvoice, External: id}})
		if err != nil || len(got) != 2 {
			t.Fatalf("%+v (%v)", got, err)
		}
		invoice, ok := got[0].Body.(record.Invoice)
		if !ok || invoice.Currency != want || invoice.Total != "119" || len(invoice.Lines) != 1 || invoice.Lines[0].Net != "100" || invoice.PayURL != "" {
			t.Errorf("%+v", got[0])
		}
		file, err := c.Open(t.Context(), conn, record.Ref{Kind: got[1].Kind, External: got[1].External})
		if err != nil {
			t.Fatal(err)
		}
		if data, _ := io.ReadAll(file); !strings.HasPrefix(string(data), "%PDF") {
			t.Errorf("the printed form is %q", data)
		}
	}
}

func TestWhatIsSentHintsAtWhatItIs(t *testing.T) {
	t.Parallel()
	_, c, conn := connected(t)
	for body, want := range map[string]string{
		`{"id":"Wj1zQ","line_items":[]}`:                    "[invoice Wj1zQ quote Wj1zQ]",
		`{"id":"Wj2zQ","paymentables":[]}`:                  "[payment Wj2zQ]",
		`{"id":"Wj3zQ","contacts":[]}`:                      "[account Wj3zQ]",
		`{"id":"Wj4zQ","line_items":[],"frequency_id":"5"}`: "[]",
	} {
		hints, err := c.Hints(t.Context(), conn, connectortest.Sent([]byte(body), nil, http.Header{"X-Portico-Secret": {"hush"}}))
		got := []string{}
		for _, h := range hints {
			got = append(got, fmt.Sprint(h.Ref.Kind, " ", h.Ref.External))
		}
		if fmt.Sprint(got) != want || err != nil {
			t.Errorf("%s hints at %v, want %s (%v)", body, got, want, err)
		}
	}
}
