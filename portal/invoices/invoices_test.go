package invoices_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"portico/portal/invoices"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 19, 9, 6, 0, 0, time.UTC)

// world is one account's invoices in memory, with the store's rule about bases.
type world struct {
	id      record.AccountID
	conn    record.ConnectionID
	rows    []record.Detail
	asked   []action.Action
	drafts  []action.Draft
	files   []record.File
	base    string
	cannot  bool
	refused error
}

func newWorld() *world {
	w := &world{id: record.NewAccountID(), conn: record.NewConnectionID(), base: "open@1"}
	w.bill("INV-10402", "EUR", "418.60", "418.60", "2026-10-14", record.StateOpen)
	w.bill("INV-10471", "EUR", "2480.00", "1240.00", "2026-11-06", record.StateOpen)
	w.bill("INV-10482", "EUR", "4812.50", "4812.50", "2026-11-20", record.StateOpen)
	w.bill("=INV-10490", "EUR", "3183.80", "3183.80", "2026-12-04", record.StateOpen)
	w.bill("INV-10488", "USD", "1875.00", "1875.00", "2026-12-15", record.StateOpen)
	w.bill("INV-10001", "EUR", "99.00", "0.00", "2026-01-15", record.StateResolved)
	w.add(record.Invoice{Number: "CN-1", Credit: true, Currency: "EUR", Total: "50", Balance: "20"}, record.StateOpen)
	return w
}

func (w *world) bill(number, currency string, total, balance record.Decimal, due string, state record.State) {
	day, err := time.Parse(time.DateOnly, due)
	if err != nil {
		panic(err)
	}
	w.add(record.Invoice{Number: number, Title: "Managed Workplace", Currency: currency, Net: "1", Tax: "2.90", Total: total, Balance: balance, Due: day, Issued: day.AddDate(0, 0, -14), PayURL: "https://pay.example/" + url.PathEscape(number),
		Lines: []record.Line{{Text: "58 seats", Quantity: "58.00", Unit: "seats", Price: "54", Net: "3132", Tax: "1.90", TaxName: "VAT 19 %"}, {Text: "Books", Tax: "1", TaxName: "VAT 7 %"}}}, state)
}

func (w *world) add(body record.Body, state record.State) {
	w.rows = append(w.rows, record.Detail{Body: body, Row: record.Row{Account: w.id, ID: record.NewID(), Kind: body.Kind(), Facets: body.Facets(), State: state, Label: "To pay",
		Stamp: record.Stamp{Connection: w.conn, System: "Books", External: body.Facets().Number, ReadAt: now.Add(-time.Minute), Limit: time.Hour}}})
}

func (w *world) Standing(context.Context, access.Scope, record.AccountID, int) (record.Standing, error) {
	return record.Standing{Account: record.AccountInfo{ID: w.id, Name: "Nordwind", Launch: record.LaunchInvited}, Fed: []record.Kind{record.KindInvoice}}, nil
}

func (w *world) Whole(_ context.Context, _ access.Scope, _ record.AccountID, q record.Query) (record.Whole, error) {
	fresh := []record.Freshness{{System: "Books", Kinds: []record.Kind{record.KindInvoice}, ReadAt: now, Limit: time.Hour}}
	return record.Whole{Details: slices.DeleteFunc(slices.Clone(w.rows), func(r record.Detail) bool { return r.Kind != q.Kind }), Fresh: fresh}, nil
}

func (w *world) Detail(_ context.Context, _ access.Scope, _ record.AccountID, kind record.Kind, id record.ID) (record.Detail, error) {
	for _, r := range w.rows {
		if r.ID == id && r.Kind == kind {
			r.Base = w.base
			return r, nil
		}
	}
	return record.Detail{}, fault.New(fault.NotFound, "There is nothing here.")
}

func (w *world) FilesOf(context.Context, access.Scope, record.AccountID, record.ID) ([]record.File, error) {
	return w.files, nil
}

func (w *world) Submit(_ context.Context, _ access.Scope, d action.Draft) (action.Action, error) {
	switch {
	case w.refused != nil:
		return action.Action{}, w.refused
	case d.Base != w.base:
		return action.Action{}, fault.New(fault.Conflict, "This changed since you opened the page.")
	}
	if err := action.CheckInput(d.Kind, d.Input); err != nil {
		return action.Action{}, err
	}
	w.drafts = append(w.drafts, d)
	return action.Action{ID: action.NewID(), Account: d.Account, Target: d.Target, Kind: d.Kind}, nil
}

func (w *world) ActionsOn(_ context.Context, _ access.Scope, _ record.AccountID, id record.ID) ([]action.Action, error) {
	return slices.DeleteFunc(slices.Clone(w.asked), func(a action.Action) bool { return a.Target != id }), nil
}

func (w *world) RecentActions(context.Context, access.Scope, record.AccountID) ([]action.Action, error) {
	return w.asked, nil
}

func (w *world) pages() *invoices.Pages {
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: w, Zone: time.UTC, Now: func() time.Time { return now }})
	return invoices.New(invoices.Options{Records: w, Actions: w, Frame: frame, Able: func(_ context.Context, c record.ConnectionID, k action.Kind) bool {
		return !w.cannot && c == w.conn && k == action.PaymentRecord
	}})
}

func (w *world) as(role access.Role) access.Scope {
	return grant.Member(grant.User{ID: "u1", Name: "Ines"}, w.id, role)
}

type handler func(http.ResponseWriter, *http.Request, access.Scope) error

func ask(h handler, s access.Scope, r *http.Request, id record.ID) (*httptest.ResponseRecorder, error) {
	w := httptest.NewRecorder()
	r.SetPathValue("id", id.String())
	return w, h(w, r, s)
}

func get(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }

func post(v url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func show(t *testing.T, h handler, s access.Scope, r *http.Request, id record.ID) htmlcheck.Page {
	t.Helper()
	w, err := ask(h, s, r, id)
	if err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Read(t, w.Body.String())
}

func TestTheListSaysWhatIsOpenInEachCurrency(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p := show(t, w.pages().List, w.as(access.Finance), get("/"), record.ID{})
	p.WantText(".po-card", "Open in EUR €9,654.90").WantText(".po-card .po-small", "and $1,875.00, none of it overdue Credit not used yet: €20.00").WantText(".po-card", "Credit not used yet: €20.00")
	p.WantText(".po-ages li:nth-child(1)", "€7,996.30 not yet due").WantText(".po-ages li:nth-child(2)", "€1,240.00 1–30 days late").WantText(".po-ages li:nth-child(3)", "€418.60 31–60")
	p.Want("tbody tr", 5).WantText("tbody tr:nth-child(1)", "INV-10402").WantText("tbody tr:nth-child(1) [data-tone=bad]", "Overdue, 36 days")
	p.WantText("tbody tr:nth-child(2) .is-key", "€1,240.00 of €2,480.00, part-paid").WantText("tbody tr:nth-child(3) [data-tone=attn]", "Due tomorrow").WantText(".po-tabs a[aria-current=page]", "Open 5")
	for view, rows := range map[string]int{"overdue": 2, "part": 1, "paid": 1, "credits": 1} {
		show(t, w.pages().List, w.as(access.Finance), get("/?view="+view), record.ID{}).Want("tbody tr", rows)
	}
	show(t, w.pages().List, w.as(access.Finance), get("/?q=zzz"), record.ID{}).WantText(".po-empty", "Nothing fits that")
	w.rows = nil
	show(t, w.pages().List, w.as(access.Finance), get("/"), record.ID{}).WantText(".po-empty", "No invoices yet").Want(".po-card", 0)
	if _, err := ask(w.pages().List, w.as(access.Finance), get("/?view=pile"), record.ID{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("nonsense: %v", err)
	}
}

func TestAnInvoiceShowsItsLinesTaxesAndPayments(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.add(record.Payment{Method: "Bank transfer", Currency: "EUR", Amount: "2000", Applied: []record.Applied{{Invoice: "INV-10471", Amount: "1240.00"}, {Invoice: "other", Amount: "760"}}}, record.StateResolved)
	w.files = []record.File{{ID: record.NewID(), Name: "INV-10471.pdf"}}
	bill := w.rows[1].ID
	p := show(t, w.pages().Show, w.as(access.Finance), get("/"), bill)
	p.WantText("h1", "Invoice INV-10471").WantText("#facts", "€1,240.00 of €2,480.00, part-paid").WantText("#behind", "58 seats at €54.00").WantText(".is-sum", "VAT 19 % €1.90 VAT 7 % €1.00 Total €2,480.00")
	p.WantText("#paid", "Bank transfer").WantText("#paid .po-end", "€1,240.00").Want(`#acts a[href$="/files/`+w.files[0].ID.String()+`"]`, 1).Want(`#acts a.btn-primary[href^="https://pay.example/"]`, 1)
	p.Want("#pay form", 1).Want(".po-fresh", 1).WantText("#details", "Balance in Books €1,240.00")
	show(t, w.pages().Show, w.as(access.Accountant), get("/"), bill).Want("#pay", 0)
	w.cannot = true
	show(t, w.pages().Show, w.as(access.Finance), get("/"), bill).Want("#pay", 0)
	if _, err := ask(w.pages().Show, w.as(access.Finance), get("/"), record.NewID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such invoice: %v", err)
	}
}

func (w *world) form(amount string) url.Values {
	return url.Values{"key": {uuid.NewString()}, "base": {w.base}, "amount": {amount}, "date": {"2026-11-18"}, "method": {"Bank transfer"}, "saw_balance": {"€418.60"}, "saw_status": {"Overdue, 36 days"}}
}

func TestAPaymentIsAskedForExactly(t *testing.T) {
	t.Parallel()
	w := newWorld()
	bill := w.rows[0]
	got, err := ask(w.pages().Pay, w.as(access.Finance), post(w.form("400,5")), bill.ID)
	if err != nil || got.Code != http.StatusSeeOther || !strings.Contains(got.Header().Get("Location"), "/invoices/"+bill.ID.String()+"#progress-") {
		t.Fatalf("%d %v %s", got.Code, err, got.Header().Get("Location"))
	}
	f := w.drafts[0].Input.Fields
	if len(f) != 4 || f["amount"] != "400.5" || f["currency"] != "EUR" || f["date"] != "2026-11-18" || f["method"] != "Bank transfer" {
		t.Errorf("asked for %v", f)
	}
	for amount, why := range map[string]string{"418.61": "more than is open", "0": "above zero", "1.000,50": "above zero", "": "needed"} {
		got, err := ask(w.pages().Pay, w.as(access.Finance), post(w.form(amount)), bill.ID)
		if err != nil || got.Code != http.StatusUnprocessableEntity {
			t.Fatalf("%q: %d %v", amount, got.Code, err)
		}
		htmlcheck.Read(t, got.Body.String()).WantText("#amount-error", why).Want("#pay[open]", 1).Want(`input[name=amount][value="`+amount+`"]`, 1).Want(`input[name=method][value="Bank transfer"]`, 1)
	}
	if len(w.drafts) != 1 {
		t.Errorf("%d were sent", len(w.drafts))
	}
}

func TestAPaymentOfWhatHasChangedIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld()
	old := w.form("418.60")
	w.base = "open@2"
	body := w.rows[0].Body.(record.Invoice)
	body.Balance = "18.60"
	w.rows[0].Body = body
	got, err := ask(w.pages().Pay, w.as(access.Finance), post(old), w.rows[0].ID)
	if err != nil || got.Code != http.StatusConflict || len(w.drafts) != 0 {
		t.Fatalf("%d %v %v", got.Code, err, w.drafts)
	}
	p := htmlcheck.Read(t, got.Body.String())
	p.WantText("[data-part=stale] del", "€418.60").WantText("[data-part=stale] ins", "€18.60").Want(`input[name=base][value="open@2"]`, 1).Want(`input[name=amount][value="18.60"]`, 1)
}

// TestAPaymentIsProcessingUntilItIsRead: what was confirmed after the invoice was
// read is not in its balance yet.
func TestAPaymentIsProcessingUntilItIsRead(t *testing.T) {
	t.Parallel()
	for state, processing := range map[action.State]bool{action.Recorded: true, action.Retrying: true, action.Dead: true, action.Confirmed: true, action.Refused: false, action.Withdrawn: false} {
		w := newWorld()
		a := action.Action{ID: action.NewID(), Account: w.id, Kind: action.PaymentRecord, Target: w.rows[0].ID, State: state, Actor: action.Actor{User: "u2", Name: "Jonas"}, Ended: now,
			Input: action.Input{Fields: map[string]string{"amount": "400", "currency": "EUR"}}}
		w.asked = []action.Action{a}
		word := "Overdue, 36 days"
		if processing {
			word = "Payment processing"
		}
		show(t, w.pages().List, w.as(access.Finance), get("/"), record.ID{}).WantText("tbody tr:nth-child(1) .po-status", word)
		p := show(t, w.pages().Show, w.as(access.Finance), get("/"), w.rows[0].ID).WantText("#facts .po-status", word)
		if processing {
			p.WantText("#facts", "Jonas recorded a payment of €400.00. It counts when Books shows it.").Want("#pay", 0).Want("#acts .btn-primary", 0)
		}
	}
}

func TestTheExportIsExactAndSafe(t *testing.T) {
	t.Parallel()
	w := newWorld()
	got, err := ask(w.pages().Export, w.as(access.Accountant), get("/?view=open"), record.ID{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 6 || rows[4][0] != "'=INV-10490" || rows[2][8] != "2480.00" || rows[2][9] != "1240.00" || rows[5][5] != "USD" {
		t.Errorf("%q %v", rows, err)
	}
}

func TestTheStatementKeepsCurrenciesApart(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p := show(t, w.pages().Statement, w.as(access.Accountant), get("/"), record.ID{})
	p.Want("#statement section", 2).Want(".po-fresh", 1).WantText("#statement section:nth-of-type(1) dl", "Of it overdue €1,658.60 Credit not used yet €20.00 Open €9,654.90")
	p.WantText("#statement section:nth-of-type(2) dl", "Open $1,875.00").Want("#statement section:nth-of-type(1) tbody tr", 5).WantText("tbody tr:nth-child(2)", "€2,480.00 €1,240.00")
	got, err := ask(w.pages().StatementCSV, w.as(access.Accountant), get("/"), record.ID{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 7 || rows[2][8] != "2480.00" || rows[2][9] != "1240.00" || rows[5][0] != "CN-1" || rows[6][5] != "USD" {
		t.Errorf("%q %v", rows, err)
	}
	w.rows = nil
	show(t, w.pages().Statement, w.as(access.Accountant), get("/"), record.ID{}).WantText(".po-empty", "Nothing is open")
}
