package xero

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"time"

	"portico/connectors/vendorfake/shelf"
)

// kept is the first answer to an idempotency key.
type kept struct {
	asked  string
	answer answer
}

const longestKey = 128

// once carries a write out, or repeats the first answer to its idempotency key.
func (f *Fake) once(r *http.Request, do func(body map[string]any) answer) answer {
	data, err := io.ReadAll(r.Body)
	var body map[string]any
	if err != nil || json.NewDecoder(bytes.NewReader(data)).Decode(&body) != nil {
		return fail(http.StatusBadRequest, "The body is not JSON")
	}
	key, asked := r.Header.Get("Idempotency-Key"), r.Method+" "+r.URL.Path+" "+string(data)
	if len(key) > longestKey {
		return fail(http.StatusBadRequest, "The idempotency key is too long")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if first, found := f.kept[key]; found {
		if first.asked != asked {
			return fail(http.StatusBadRequest, "The idempotency key was used with another request")
		}
		return first.answer
	}
	a := do(body)
	if key != "" && a.status == http.StatusOK {
		f.kept[key] = kept{asked, a}
	}
	return a
}

// first is the one entry of a list in a body.
func first(body map[string]any, name string) map[string]any {
	list, _ := body[name].([]any)
	if len(list) != 1 {
		return nil
	}
	one, _ := list[0].(map[string]any)
	return one
}

// pay records a payment of an invoice.
func (f *Fake) pay(body map[string]any) answer {
	asked := first(body, Payments)
	id, _ := member(asked, "Invoice.InvoiceID").(string)
	invoice, found := f.Shelf.Get(Invoices, Number(id))
	amount, _ := asked["Amount"].(float64)
	cents := Cents(math.Round(amount * 100))
	date, _ := asked["Date"].(string)
	on, err := time.Parse(time.DateOnly, date)
	due, _ := invoice.Values["AmountDue"].(Cents)
	switch {
	case asked == nil || !found:
		return fail(http.StatusBadRequest, "Invoice could not be found")
	case err != nil:
		return fail(http.StatusBadRequest, "Date is not a date")
	case !f.takes(asked["Account"]):
		return fail(http.StatusBadRequest, "The account code is not a valid code for this document")
	case invoice.Values["Status"] != "AUTHORISED":
		return fail(http.StatusBadRequest, "Invoice is not of valid status for creating payments")
	case cents <= 0:
		return fail(http.StatusBadRequest, "Payment amount must be greater than 0")
	case cents > due:
		return fail(http.StatusBadRequest, "Payment amount exceeds the amount outstanding on this document")
	}
	reference, _ := asked["Reference"].(string)
	made := f.Settle(Number(id), cents, on, reference)
	t, _ := f.Shelf.Get(Payments, made)
	return ok(map[string]any{Payments: []any{f.show(t, true)}})
}

// takes reports whether an account that a payment names takes payments.
func (f *Fake) takes(account any) bool {
	return slices.ContainsFunc(f.Shelf.All(Accounts, nil), func(t shelf.Thing) bool {
		named := member(account, "Code") == t.Values["Code"] || member(account, "AccountID") == ID(t.ID)
		return named && (t.Values["Type"] == "BANK" || t.Values["EnablePaymentsToAccount"] == true)
	})
}

// Settle records a payment and what it does to its invoice, which is dated anew.
func (f *Fake) Settle(invoice int, amount Cents, on time.Time, reference string) int {
	t, _ := f.Shelf.Get(Invoices, invoice)
	due, _ := t.Values["AmountDue"].(Cents)
	paid, _ := t.Values["AmountPaid"].(Cents)
	changed := shelf.Values{"AmountDue": due - amount, "AmountPaid": paid + amount}
	if due == amount {
		changed["Status"], changed["FullyPaidOnDate"] = "PAID", Date(on)
	}
	v := shelf.Values{"of": invoice, "Date": Date(on), "Amount": amount, "CurrencyRate": 1, "PaymentType": "ACCRECPAYMENT", "Status": "AUTHORISED", "IsReconciled": false}
	if reference != "" {
		v["Reference"] = reference
	}
	made := f.Shelf.Add(Payments, v)
	f.Shelf.Change(invoice, changed)
	return made
}

// moves are the states that a quote may go to.
var moves = map[string][]string{"DRAFT": {"SENT", "DELETED"}, "SENT": {"ACCEPTED", "DECLINED", "DRAFT"}, "ACCEPTED": {"INVOICED"}, "DECLINED": {"DRAFT"}}

// decide changes the state of a quote. Contact and date must be repeated.
func (f *Fake) decide(id int, body map[string]any) answer {
	asked := first(body, Quotes)
	t, found := f.Shelf.Get(Quotes, id)
	status, _ := asked["Status"].(string)
	date, _ := asked["Date"].(string)
	_, err := time.Parse(time.DateOnly, date)
	switch {
	case asked == nil || !found || asked["QuoteID"] != ID(id):
		return fail(http.StatusBadRequest, "Quote could not be found")
	case err != nil:
		return fail(http.StatusBadRequest, "Date is required")
	case member(asked, "Contact.ContactID") != member(t.Values["Contact"], "ContactID"):
		return fail(http.StatusBadRequest, "Contact is required")
	case !slices.Contains(moves[fmt.Sprint(t.Values["Status"])], status):
		return fail(http.StatusBadRequest, "The quote cannot go from "+fmt.Sprint(t.Values["Status"])+" to "+status)
	}
	f.Shelf.Change(id, shelf.Values{"Status": status})
	f.Shelf.Add(decided, shelf.Values{"quote": id, "to": status})
	t, _ = f.Shelf.Get(Quotes, id)
	return ok(map[string]any{Quotes: []any{f.show(t, true)}})
}

// decided is the kind under which decisions are counted.
const decided = "decided"

// Decided counts how often a quote was given a state.
func (f *Fake) Decided(quote int, to string) int {
	return len(f.Shelf.All(decided, func(t shelf.Thing) bool { return t.Values["quote"] == quote && t.Values["to"] == to }))
}

// Recorded counts the payments of an invoice whose reference begins with a text.
func (f *Fake) Recorded(invoice int, reference string) int {
	return len(f.Shelf.All(Payments, func(t shelf.Thing) bool {
		text, _ := t.Values["Reference"].(string)
		return t.Values["of"] == invoice && len(text) >= len(reference) && text[:len(reference)] == reference && t.Values["Status"] == "AUTHORISED"
	}))
}
