package tryton_test

import (
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/connectors/native/tryton"
	"portico/connectors/vendorfake/trytond"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// office is a small fake: two companies, one client, one invoice of each.
func office(t *testing.T, opts trytond.Options) (*trytond.Fake, remote.Conn) {
	t.Helper()
	f := trytond.New(opts)
	f.Add("currency.currency", map[string]any{"code": "EUR", "digits": int64(2)})
	f.Add("account.account.type", map[string]any{"receivable": true})
	f.Add("account.account", map[string]any{"type": int64(1)})
	f.Add("account.journal", map[string]any{"name": "Cash", "type": "cash"})
	client := f.Add("party.party", map[string]any{"name": "Nordwind", "active": true})
	for _, name := range []string{"Kestrel Services", "Kestrel Trading"} {
		party := f.Add("party.party", map[string]any{"name": name, "active": true})
		company := f.Add("company.company", map[string]any{"party": party, "currency": int64(1)})
		f.Add("account.invoice.payment.method", map[string]any{"name": "Card (portal)", "company": company, "active": true})
		f.AddBill(trytond.Bill{Company: company, Party: client, Currency: 1, Net: "100.00", Tax: "19.00", Date: time.Now().UTC(), Days: 14})
	}
	f.AddUser("hub", "good", []int64{1, 2})
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	c := conn(t, srv.URL, "good")
	c.Settings["company"] = "Kestrel Services"
	return f, c
}

func with(c remote.Conn, field, value string) remote.Conn {
	c.ID, c.Settings = record.NewConnectionID(), maps.Clone(c.Settings)
	c.Settings[field] = value
	return c
}

func bills(t *testing.T, c remote.Connector, conn remote.Conn, from remote.Checkpoint) ([]string, *sink) {
	t.Helper()
	out := pull(t, c, conn, "invoices", remote.Changes, from)
	var ids []string
	for _, r := range out.records() {
		ids = append(ids, r.External)
	}
	return ids, out
}

func TestTheCompanyIsChosen(t *testing.T) {
	t.Parallel()
	_, conn := office(t, trytond.Options{})
	c := tryton.New()
	first, _ := bills(t, c, conn, nil)
	second, _ := bills(t, c, with(conn, "company", "kestrel trading"), nil)
	if !slices.Equal(first, []string{"1"}) || !slices.Equal(second, []string{"2"}) {
		t.Errorf("one company has %v, the other %v", first, second)
	}
	for _, name := range []string{"", "Nobody"} {
		report := c.Check(t.Context(), with(conn, "company", name))
		if report.OK || !strings.Contains(report.Items[0].Detail, "Kestrel Services, Kestrel Trading") {
			t.Errorf("company %q: %+v", name, report)
		}
	}
}

func TestACancelledInvoiceIsTakenAway(t *testing.T) {
	t.Parallel()
	f, conn := office(t, trytond.Options{})
	c := tryton.New()
	_, before := bills(t, c, conn, nil)
	f.Cancel(1)
	left, after := bills(t, c, conn, before.checkpoint())
	if len(left) > 0 || !slices.Contains(gone(after), "invoice 1") {
		t.Errorf("%v is left and %v is gone", left, gone(after))
	}
}

func TestASessionThatEndedIsBegunAgain(t *testing.T) {
	t.Parallel()
	f, conn := office(t, trytond.Options{})
	c := tryton.New()
	bills(t, c, conn, nil)
	f.EndSessions()
	if ids, _ := bills(t, c, conn, nil); len(ids) != 1 {
		t.Errorf("pulled %v", ids)
	}
}

func TestARefusedPasswordIsNotTriedAgainAndAgain(t *testing.T) {
	t.Parallel()
	f, conn := office(t, trytond.Options{})
	conn.Secret = func(string) (string, error) { return "wrong", nil }
	c := tryton.New()
	for range 4 {
		err := c.Pull(t.Context(), conn, remote.PullRequest{Stream: "invoices", Mode: remote.Changes}, &sink{})
		if !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("pull: %v", err)
		}
	}
	if n := len(f.Faults.Requests()); n != 1 {
		t.Errorf("it was tried %d times", n)
	}
	conn.Secret = func(string) (string, error) { return "good", nil }
	bills(t, c, conn, nil) // another one is tried at once
}

func TestAModuleThatIsNotThere(t *testing.T) {
	t.Parallel()
	_, conn := office(t, trytond.Options{Without: []string{"sale.subscription", "stock.lot.subscribed", "stock.lot.subscription_lines"}})
	c := tryton.New()
	report := c.Check(t.Context(), conn)
	if !report.OK {
		t.Errorf("check: %+v", report)
	}
	said := 0
	for _, item := range report.Items {
		if strings.Contains(item.Detail, "is not active") {
			said++
		}
	}
	if said != 2 {
		t.Errorf("%d steps say that a module is not active: %+v", said, report.Items)
	}
	for _, name := range []string{"subscriptions", "devices"} {
		pull(t, c, conn, name, remote.Changes, nil)
		err := c.Pull(t.Context(), conn, remote.PullRequest{Stream: name, Mode: remote.Census, Checkpoint: remote.Checkpoint(`{"high":"2026-01-01T00:00:00Z"}`)}, &sink{})
		if !fault.Is(err, fault.Setup) {
			t.Errorf("%s were there once, and a census says %v", name, err)
		}
	}
}

func TestARightThatIsMissing(t *testing.T) {
	t.Parallel()
	f, conn := office(t, trytond.Options{})
	f.AddUser("hub", "good", []int64{1, 2}, "account.invoice")
	report := tryton.New().Check(t.Context(), conn)
	i := slices.IndexFunc(report.Items, func(i remote.ReportItem) bool { return !i.OK })
	if report.OK || i < 0 || !strings.Contains(report.Items[i].Detail, "group Account") {
		t.Errorf("check: %+v", report)
	}
}

func TestPaymentsThatTrytonWouldRefuse(t *testing.T) {
	t.Parallel()
	f, conn := office(t, trytond.Options{})
	c := tryton.New()
	bill, err := c.Read(t.Context(), conn, []record.Ref{{Kind: record.KindInvoice, External: "1"}})
	if err != nil || len(bill) != 1 {
		t.Fatalf("read %v (%v)", bill, err)
	}
	for amount, want := range map[record.Decimal]remote.Verdict{"119.01": remote.Rejected, "0": remote.Rejected, "-1": remote.Rejected, "1e2": remote.Rejected, "119.00": remote.Done} {
		if _, out := c.Prepare(t.Context(), conn, payment(bill[0], amount)); out.Verdict != want || want == remote.Rejected && out.Reason == "" {
			t.Errorf("%s: %+v", amount, out)
		}
	}
	if out := c.Act(t.Context(), conn, payment(bill[0], "1.001")); out.Verdict != remote.Rejected || f.Payments("PRT") != 0 {
		t.Errorf("three decimals: %+v", out)
	}
	old := payment(bill[0], "1.00")
	old.Input.Fields[action.FieldDate] = "2019-12-31"
	if out := c.Act(t.Context(), conn, old); out.Verdict != remote.Rejected || f.Payments("PRT") != 0 {
		t.Errorf("a closed year: %+v", out)
	}
	if _, out := c.Prepare(t.Context(), with(conn, "payment_method", "Cheque"), payment(bill[0], "1.00")); out.Verdict != remote.Retry || !strings.Contains(out.Reason, "Card (portal)") {
		t.Errorf("a payment method that is not there: %+v", out)
	}
	f.Cancel(1)
	if _, out := c.Prepare(t.Context(), conn, payment(bill[0], "1.00")); out.Verdict != remote.Conflict || len(out.Diff) != 1 {
		t.Errorf("a cancelled invoice: %+v", out)
	}
}
