package app_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/record"
	"portico/sync/visibility"
)

// same compares values of an answer by their paths.
func same(t *testing.T, got reply, want map[string]string) {
	t.Helper()
	for path, text := range want {
		if has := got.text(t, path); has != text {
			t.Errorf("%s: %s is %q, want %q\n%s", got.at, path, has, text, got.body)
		}
	}
}

// tryMoney opens the doors of invoices, payments, quotes and contracts, well.
func (w *shop) tryMoney(token, in string) {
	t, of := w.t, w.own.of
	t.Helper()
	list := w.ask(token, "GET", in+"/invoices?turn=client&state=open&open=true&updated_since=2020-01-01T00:00:00Z&search=october", "").want(t, 200)
	same(t, list, map[string]string{"invoices.0.number": "RE-1 CANARY-A", "invoices.0.owed": "197.50", "invoices.0.owed_told": "true", "invoices.0.total": "297.50",
		"invoices.0.issued": "2026-11-01", "invoices.0.due": "2026-12-01", "invoices.0.source": "The tryton", "invoices.0.pay_url": "https://pay.example/CANARY-A", "invoices.1.id": ""})
	one := in + "/invoices/" + of["invoice"].String()
	bill := w.ask(token, "GET", one, "").want(t, 200)
	same(t, bill, map[string]string{"lines.0.text": "CANARY-A work", "lines.0.quantity": "2.5", "lines.0.tax_name": "VAT 19 %", "files.0.name": "CANARY-A bill.pdf",
		"payments.0.part": "100.00", "payments.0.amount": "150.00", "payments.1.id": "", "source_id": "i1CANARY-A"})
	if got := w.ask(token, "GET", one+"/files/"+bill.text(t, "files.0.id"), "").want(t, 200); got.body != "CANARY-A bill.pdf" ||
		!strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") || got.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%q as %v", got.body, got.header)
	}
	w.ask(token, "GET", in+"/invoices/"+of["credit"].String()+"/files/"+of["bill"].String(), "").want(t, 404) // of another invoice
	same(t, w.ask(token, "GET", in+"/payments", "").want(t, 200), map[string]string{"payments.0.applied.0.invoice_source_id": "i1CANARY-A"})
	same(t, w.ask(token, "GET", in+"/payments/"+of["payment"].String(), "").want(t, 200), map[string]string{"paid": "2026-11-01", "method": "transfer"})
	paid := w.ask(token, "POST", one+"/payments", fmt.Sprintf(`{"amount":"197.50","date":"2026-11-22","reference":"RE-1","base":%q}`, bill.text(t, "version"))).want(t, 202)
	same(t, paid, map[string]string{"kind": "payment.record", "record": of["invoice"].String(), "ticket": "", "state": "recorded", "by": "API key Books"})
	same(t, w.ask(token, "GET", in+"/actions/"+paid.text(t, "id"), "").want(t, 200), map[string]string{"ref": paid.text(t, "ref")})

	same(t, w.ask(token, "GET", in+"/quotes?open=true", "").want(t, 200), map[string]string{"quotes.0.number": "A-1 CANARY-A", "quotes.0.expired": "false"})
	quote := in + "/quotes/" + of["quote"].String()
	offer := w.ask(token, "GET", quote, "").want(t, 200)
	same(t, w.ask(token, "GET", quote+"/files/"+offer.text(t, "files.0.id"), "").want(t, 200), nil)
	said := fmt.Sprintf(`{"base":%q,"digest":%q,"text":"Not this year."}`, offer.text(t, "version"), offer.text(t, "digest"))
	yes := w.ask(token, "POST", quote+"/accept", said).want(t, 202)
	if got := w.ask(token, "POST", quote+"/decline", said).want(t, 409); got.text(t, "code") != "conflict" {
		t.Errorf("decided twice: %s", got.body)
	}
	w.ask(token, "POST", in+"/actions/"+yes.text(t, "id")+"/withdraw", "").want(t, 200)
	same(t, w.ask(token, "POST", quote+"/decline", said).want(t, 202), map[string]string{"kind": "quote.decline"})

	same(t, w.ask(token, "GET", in+"/contracts", "").want(t, 200), map[string]string{"contracts.0.notice": "2026-11-01", "contracts.0.value": "99.00"})
	contract := in + "/contracts/" + of["contract"].String()
	same(t, w.ask(token, "GET", contract, "").want(t, 200), map[string]string{"terms": "All of it.", "files.0.id": of["terms"].String()})
	w.ask(token, "GET", contract+"/files/"+of["terms"].String(), "").want(t, 200)
}

// tryWork opens the doors of projects, documents and events, well.
func (w *shop) tryWork(token, in string) {
	t, of := w.t, w.own.of
	t.Helper()
	same(t, w.ask(token, "GET", in+"/projects", "").want(t, 200), map[string]string{"projects.0.done": "40"})
	same(t, w.ask(token, "GET", in+"/projects/"+of["project"].String(), "").want(t, 200), map[string]string{"due": "2026-11-01"})
	same(t, w.ask(token, "GET", in+"/documents?search=plan", "").want(t, 200), map[string]string{"documents.0.folder": "Plans", "documents.0.state": ""})
	document := in + "/documents/" + of["document"].String()
	same(t, w.ask(token, "GET", document, "").want(t, 200), map[string]string{"project_source_id": "j1CANARY-A"})
	if got := w.ask(token, "GET", document+"/content", "").want(t, 200); got.body != "CANARY-A plan.pdf" {
		t.Errorf("%q", got.body)
	}
	content := base64.StdEncoding.EncodeToString([]byte("some words"))
	put := fmt.Sprintf(`{"name":"notes.txt","content":%q,"folder":"Plans","connection":%q}`, content, w.conns["halopsa"])
	first := w.ask(token, "POST", in+"/documents", put, "Idempotency-Key", "up").want(t, 202)
	same(t, first, map[string]string{"kind": "document.upload", "record": ""})
	if again := w.ask(token, "POST", in+"/documents", put, "Idempotency-Key", "up").want(t, 202); again.body != first.body {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	same(t, w.ask(token, "GET", in+"/events", "").want(t, 200), map[string]string{"events.0.title": "CANARY-A window", "events.0.acknowledged": "false"})
	event := in + "/events/" + of["event"].String()
	w.ask(token, "GET", event, "").want(t, 200)
	same(t, w.ask(token, "POST", event+"/acknowledge", "").want(t, 202), map[string]string{"kind": "event.acknowledge", "record": of["event"].String()})
}

// TestWhatAProgramTellsOfMoneyIsChecked sends what is wrong to the doors that ask
// for actions, and what their systems do not take.
func TestWhatAProgramTellsOfMoneyIsChecked(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token, in := w.ownKey(), "/accounts/"+w.own.account.String()
	one, quote := in+"/invoices/"+w.own.of["invoice"].String(), in+"/quotes/"+w.own.of["quote"].String()
	base := w.ask(token, "GET", one, "").text(t, "version")
	offer := w.ask(token, "GET", quote, "")
	pay := func(amount, base string) string {
		return fmt.Sprintf(`{"amount":%q,"date":"2026-11-22","base":%q}`, amount, base)
	}
	large := base64.StdEncoding.EncodeToString(make([]byte, 10<<20+1))
	for name, c := range map[string]struct {
		path, body string
		status     int
		field      string
	}{
		"too much":         {one + "/payments", pay("197.51", base), 422, "amount"},
		"no amount":        {one + "/payments", pay("-1", base), 422, "amount"},
		"another version":  {one + "/payments", pay("1", "open@1"), 409, ""},
		"no version":       {one + "/payments", pay("1", ""), 422, ""},
		"no day":           {one + "/payments", `{"amount":"1","date":"soon","base":"x"}`, 422, "date"},
		"no reason":        {quote + "/decline", fmt.Sprintf(`{"base":%q,"digest":%q}`, offer.text(t, "version"), offer.text(t, "digest")), 422, "text"},
		"another offer":    {quote + "/accept", fmt.Sprintf(`{"base":%q,"digest":"%064d"}`, offer.text(t, "version"), 7), 409, ""},
		"no digest":        {quote + "/accept", fmt.Sprintf(`{"base":%q}`, offer.text(t, "version")), 422, "digest"},
		"a NUL":            {quote + "/decline", `{"base":"x","text":"a\u0000b"}`, 422, "text"},
		"no file":          {in + "/documents", `{"name":"x","content":""}`, 422, "content"},
		"no name":          {in + "/documents", `{"name":" ","content":"eA=="}`, 422, "name"},
		"no base64":        {in + "/documents", `{"name":"x","content":"%"}`, 400, ""},
		"a number":         {in + "/documents", `{"name":"x","content":7}`, 422, "content"},
		"a large file":     {in + "/documents", fmt.Sprintf(`{"name":"x","content":%q}`, large), 422, "content"},
		"a foreign shelf":  {in + "/documents", fmt.Sprintf(`{"name":"x","content":"eA==","connection":%q}`, record.NewConnectionID()), 422, "connection"},
		"not a kind of it": {in + "/actions", fmt.Sprintf(`{"kind":"payment.record","ticket":%q}`, w.own.of["invoice"]), 422, "kind"},
	} {
		got := w.ask(token, "POST", c.path, c.body).want(t, c.status)
		if c.field != "" && got.text(t, "fields."+c.field) == "" {
			t.Errorf("%s: %s", name, got.body)
		}
	}
}

// TestARuleHidesFromProgramsToo: what clients do not see, their programs do not see.
func TestARuleHidesFromProgramsToo(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token, in := w.ownKey(), "/accounts/"+w.own.account.String()
	amara := grant.Staff(grant.User{ID: access.NewUserID(), Name: "Amara"}, access.Admin, nil)
	_, err := w.sys.ChangeRule(t.Context(), amara, visibility.Change{Confirm: "The halopsa", Add: visibility.Rule{
		Connection: w.conns["halopsa"], Kind: record.KindContract, Field: "status", Value: "active"}}, action.Origin{})
	must(t, err)
	if got := w.ask(token, "GET", in+"/contracts", "").want(t, 200); strings.Contains(got.body, "CANARY") {
		t.Error(got.body)
	}
	one := in + "/contracts/" + w.own.of["contract"].String()
	w.ask(token, "GET", one, "").want(t, 404)
	w.ask(token, "GET", one+"/files/"+w.own.of["terms"].String(), "").want(t, 404)
}

// TestAPaymentIsSentOnlyWhileItsKeyMayTellOfPayments: what counts is the scope of the
// kind that was asked for.
func TestAPaymentIsSentOnlyWhileItsKeyMayTellOfPayments(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token, id := w.key(func(k *apikey.Key) { k.Scopes = []apikey.Scope{apikey.InvoicesRead, apikey.PaymentsWrite} })
	one := "/accounts/" + w.own.account.String() + "/invoices/" + w.own.of["invoice"].String()
	base := w.ask(token, "GET", one, "").want(t, 200).text(t, "version")
	made := w.ask(token, "POST", one+"/payments", fmt.Sprintf(`{"amount":"1","date":"2026-11-22","base":%q}`, base)).want(t, 202)
	actionID, err := action.ParseID(made.text(t, "id"))
	must(t, err)
	claim, ok, err := w.sys.Claim(t.Context(), actionID, time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, _, err := w.sys.Rights(t.Context(), claim.Action); err != nil {
		t.Error(err)
	}
	ticket := claim.Action
	ticket.Kind = action.TicketReply
	if _, _, err := w.sys.Rights(t.Context(), ticket); err == nil {
		t.Error("a key for payments replies to requests")
	}
	must(t, w.sys.RevokeKey(t.Context(), id))
	if _, _, err := w.sys.Rights(t.Context(), claim.Action); err == nil {
		t.Error("a revoked key still has rights")
	}
}
