package tryton_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"portico/connectors/native/tryton"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/valid"
)

// live returns a connection to a real Tryton, or skips the test. It needs a user
// hub in a database hub, invoices that are paid and open, and a payment method
// called Card (portal); it makes invoices of its own to pay.
func live(t *testing.T) (remote.Connector, remote.Conn) {
	t.Helper()
	address, password := os.Getenv("PORTICO_TEST_TRYTON"), os.Getenv("PORTICO_TEST_TRYTON_PASSWORD")
	if address == "" || password == "" {
		t.Skip("no Tryton: set PORTICO_TEST_TRYTON (address) and PORTICO_TEST_TRYTON_PASSWORD (of user hub in database hub)")
	}
	return tryton.New(), conn(t, address, password)
}

func TestLiveCheckAndDiscover(t *testing.T) {
	c, conn := live(t)
	report := c.Check(t.Context(), conn)
	if !report.OK || report.Clock.IsZero() || len(report.Items) != 8 {
		t.Fatalf("check: %+v", report)
	}
	catalog, err := c.Discover(t.Context(), conn)
	if err != nil || len(catalog.Companies) < 3 || len(catalog.Statuses[record.KindInvoice]) != 2 {
		t.Errorf("discovered %+v (%v)", catalog, err)
	}
	for _, s := range c.Spec().Streams {
		samples, err := c.(remote.Sampler).Preview(t.Context(), conn, s.Name, 2)
		if err != nil || len(samples) == 0 && s.Name != "devices" {
			t.Errorf("preview of %s: %d (%v)", s.Name, len(samples), err)
		}
	}
}

func TestLiveWrongSettingsSayWhatToDo(t *testing.T) {
	c, conn := live(t)
	for field, is := range map[string][2]string{
		"database": {"elsewhere", "no database"}, "company": {"Nobody Ltd", "no company"}, "url": {conn.Settings["url"] + "/nothing", "no such database"},
	} {
		other := conn
		other.ID, other.Settings = record.NewConnectionID(), map[string]string{}
		for k, v := range conn.Settings {
			other.Settings[k] = v
		}
		other.Settings[field] = is[0]
		report := c.Check(t.Context(), other)
		if last := report.Items[len(report.Items)-1]; report.OK || !strings.Contains(last.Detail, is[1]) {
			t.Errorf("%s: %+v", field, report)
		}
	}
	conn.Secret = func(string) (string, error) { return "wrong", nil }
	if report := c.Check(t.Context(), conn); report.OK || !strings.Contains(report.Items[0].Detail, "does not accept this user and password") {
		t.Errorf("a wrong password: %+v", report)
	}
}

func TestLivePullsEverythingOnceAndThenLittle(t *testing.T) {
	c, conn := live(t)
	found := map[string]int{}
	for _, s := range c.Spec().Streams {
		first := pull(t, c, conn, s.Name, remote.Changes, nil)
		found[s.Name] = len(first.records())
		if len(first.rejects()) > 0 {
			t.Errorf("%s: %v", s.Name, first.rejects())
		}
		for _, r := range first.records() {
			if err := valid.Struct(r); err != nil {
				t.Errorf("%s %s: %v", r.Kind, r.External, err)
			}
			if bill, ok := r.Body.(record.Invoice); ok && (bill.Status != "posted" && bill.Status != "paid" || len(bill.Lines) == 0 || bill.Due.IsZero()) {
				t.Errorf("invoice %+v", bill)
			}
		}
		second := pull(t, c, conn, s.Name, remote.Changes, first.checkpoint())
		if len(second.rejects()) > 0 || !bytes.Contains(second.checkpoint(), []byte("high")) && len(first.records()) > 0 {
			t.Errorf("%s: a second pull came to %s", s.Name, second.checkpoint())
		}
		counted := pull(t, c, conn, s.Name, remote.Census, second.checkpoint())
		n := 0
		for _, ids := range counted.pages[0].Seen {
			n += len(ids)
		}
		if n < len(first.records()) {
			t.Errorf("%s: the census saw %d of %d", s.Name, n, len(first.records()))
		}
	}
	for _, name := range []string{"parties", "contacts", "invoices", "payments", "subscriptions"} {
		if found[name] < 3 {
			t.Errorf("%d %s", found[name], name)
		}
	}
}

func TestLivePrintedForm(t *testing.T) {
	c, conn := live(t)
	for _, r := range pull(t, c, conn, "invoices", remote.Changes, nil).records() {
		if r.Kind != record.KindAttachment {
			continue
		}
		file, err := c.Open(t.Context(), conn, record.Ref{Kind: r.Kind, External: r.External})
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(file)
		if body := r.Body.(record.Attachment); err != nil || int64(len(data)) != body.Size || body.ContentType == "" {
			t.Errorf("%d bytes of %+v (%v)", len(data), body, err)
		}
		return
	}
	t.Error("no invoice has a printed form")
}

// rpc calls Tryton beside the connector, to make what a test works on.
func rpc(t *testing.T, conn remote.Conn, method string, params ...any) json.RawMessage {
	t.Helper()
	password, _ := conn.Secret("password")
	body, err := json.Marshal(map[string]any{"id": 1, "method": method, "params": params})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, conn.Settings["url"]+"/hub/", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("hub:"+password)))
	resp, err := conn.Transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct{ Result, Error json.RawMessage }
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || got.Error != nil {
		t.Fatalf("%s: %s (%v)", method, got.Error, err)
	}
	return got.Result
}

// billed posts a copy of an invoice and returns it as a pull sees it.
func billed(t *testing.T, c remote.Connector, conn remote.Conn) record.Record {
	t.Helper()
	ctx := map[string]any{"company": 1}
	var made []int64
	copied := rpc(t, conn, "model.account.invoice.copy", []int64{10}, map[string]any{}, ctx)
	if json.Unmarshal(copied, &made) != nil || len(made) != 1 {
		t.Fatalf("copy: %s", copied)
	}
	now := time.Now()
	rpc(t, conn, "model.account.invoice.write", made, map[string]any{"invoice_date": day(now), "reference": "live"}, ctx)
	rpc(t, conn, "model.account.invoice.post", made, ctx)
	records, err := c.Read(t.Context(), conn, []record.Ref{{Kind: record.KindInvoice, External: fmt.Sprint(made[0])}})
	if err != nil || len(records) == 0 {
		t.Fatalf("read the new invoice: %v", err)
	}
	return records[0]
}

func day(t time.Time) map[string]any {
	return map[string]any{"__class__": "date", "year": t.Year(), "month": int(t.Month()), "day": t.Day()}
}

// payment is an action that pays an amount of an invoice.
func payment(r record.Record, amount record.Decimal) action.Action {
	return action.Action{
		ID: action.NewID(), Ref: action.NewRef(), Kind: action.PaymentRecord, External: r.External, Base: "posted@" + r.Version,
		Actor: action.Actor{Name: "Ines Vogt", Email: "ines.vogt@nordwind.example"},
		Input: action.Input{Fields: map[string]string{action.FieldAmount: string(amount), action.FieldCurrency: "EUR",
			action.FieldDate: time.Now().Format(time.DateOnly), action.FieldReference: "SEPA 4711 / größer", action.FieldMethod: "card"}},
	}
}

func paid(t *testing.T, c remote.Connector, conn remote.Conn, a action.Action) remote.Outcome {
	t.Helper()
	mark, out := c.Prepare(t.Context(), conn, a)
	if out.Verdict != remote.Done || mark == "" {
		t.Fatalf("prepare: %+v", out)
	}
	a.Mark = mark
	if out = c.Act(t.Context(), conn, a); out.Verdict != remote.Done || out.Reference == "" {
		t.Fatalf("act: %+v", out)
	}
	a.Reference = out.Reference
	if out = c.Confirm(t.Context(), conn, a); out.Verdict != remote.Done {
		t.Fatalf("confirm: %+v", out)
	}
	return out
}

func balance(t *testing.T, out remote.Outcome) (record.Decimal, string) {
	t.Helper()
	for _, r := range out.Records {
		if bill, ok := r.Body.(record.Invoice); ok {
			return bill.Balance, bill.Status
		}
	}
	t.Fatal("no invoice among the records")
	return "", ""
}

func TestLivePayments(t *testing.T) {
	c, conn := live(t)
	bill := billed(t, c, conn)
	total := bill.Body.(record.Invoice).Total
	part := paid(t, c, conn, payment(bill, "100.00"))
	left := minus(total, "100.00")
	if is, status := balance(t, part); is != left || status != "posted" {
		t.Errorf("after a part: %s %s, want %s", is, status, left)
	}
	if _, out := c.Prepare(t.Context(), conn, payment(bill, total)); out.Verdict != remote.Rejected || !strings.Contains(out.Reason, string(left)) {
		t.Errorf("more than what is open: %+v", out)
	}
	foreign := payment(bill, "1.00")
	foreign.Input.Fields[action.FieldCurrency] = "USD"
	if _, out := c.Prepare(t.Context(), conn, foreign); out.Verdict != remote.Conflict || out.Diff[0].Now != "EUR" {
		t.Errorf("another currency: %+v", out)
	}
	rest := payment(bill, left)
	if is, status := balance(t, paid(t, c, conn, rest)); is != "0" || status != "paid" {
		t.Errorf("after the rest: %s %s", is, status)
	}
	if _, out := c.Prepare(t.Context(), conn, payment(bill, "1.00")); out.Verdict != remote.Conflict || out.Diff[0] != (remote.Difference{Field: "status", Was: "posted", Now: "paid"}) {
		t.Errorf("paid already: %+v", out)
	}
	for _, r := range pull(t, c, conn, "payments", remote.Changes, nil).records() {
		if body := r.Body.(record.Payment); body.ActionRef == rest.Ref {
			if body.Amount != left || body.Reference != "SEPA 4711 / größer" || len(body.Applied) != 1 || body.Applied[0].Invoice != bill.External || body.Refund {
				t.Errorf("the payment as pulled: %+v", body)
			}
			return
		}
	}
	t.Error("the payment was not pulled")
}

func minus(a, b record.Decimal) record.Decimal {
	x, _ := new(big.Rat).SetString(string(a))
	y, _ := new(big.Rat).SetString(string(b))
	return record.Decimal(x.Sub(x, y).FloatString(2))
}

// losing forgets the answer of one step of the payment dialogue.
type losing struct {
	http.RoundTripper
	step string
	lost bool
}

func (l *losing) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := l.RoundTripper.RoundTrip(r)
	if err == nil && !l.lost && bytes.Contains(body, []byte("pay.execute")) && bytes.Contains(body, []byte(`,"`+l.step+`",`)) {
		l.lost = true
		resp.Body.Close()
		return nil, errors.New("connection reset by peer")
	}
	return resp, err
}

func TestLiveALostAnswerIsOnePayment(t *testing.T) {
	c, conn := live(t)
	for step, amount := range map[string]record.Decimal{"choice": "", "pay": "55.50"} {
		bill := billed(t, c, conn)
		if amount == "" {
			amount = bill.Body.(record.Invoice).Total
		}
		a := payment(bill, amount)
		if out := c.Probe(t.Context(), conn, a); out.Verdict != remote.Retry {
			t.Errorf("%s: probe before it was sent: %+v", step, out)
		}
		a.Mark, _ = c.Prepare(t.Context(), conn, a)
		broken := conn
		broken.Transport = &losing{RoundTripper: conn.Transport, step: step}
		if out := c.Act(t.Context(), broken, a); out.Verdict != remote.Unknown {
			t.Fatalf("%s: lost answer: %+v", step, out)
		}
		out := c.Probe(t.Context(), conn, a)
		if out.Verdict != remote.Done || out.Reference == "" {
			t.Fatalf("%s: probe: %+v", step, out)
		}
		a.Reference = out.Reference
		if out = c.Confirm(t.Context(), conn, a); out.Verdict != remote.Done {
			t.Errorf("%s: confirm: %+v", step, out)
		}
		moves := rpc(t, conn, "model.account.move.search_count", []any{[]any{"description", "like", a.Ref + "%"}}, map[string]any{"company": 1})
		if string(moves) != "1" {
			t.Errorf("%s: %s payments were made", step, moves)
		}
	}
}
