package invoiceninja

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/connectors/vendorfake/shelf"
)

const longestKey = 64

// Client adds a client with one person and returns its number. currency is its own,
// or "".
func (f *Fake) Client(name, person, email, currency string) int {
	id := f.Shelf.Add(Clients, shelf.Values{"name": name, "display_name": name, "number": "", "vat_number": "", "settings": map[string]any{"currency_id": currency}})
	first, last, _ := strings.Cut(person, " ")
	f.Shelf.Change(id, shelf.Values{"contacts": []any{map[string]any{"id": ID(id) + "c", "first_name": first, "last_name": last, "email": email, "phone": "",
		"is_primary": true, "is_locked": false, "created_at": f.clock().Unix(), "updated_at": f.clock().Unix()}}})
	return id
}

// Bill adds an invoice, a quote or a recurring invoice of 119.00, in a state.
func (f *Fake) Bill(kind string, client int, number, notes, state string) int {
	v := shelf.Values{"client_id": ID(client), "number": number, "public_notes": notes, "private_notes": "", "status_id": state, "po_number": "", "date": "2026-02-01", "due_date": "2026-02-15",
		"amount": 119.0, "balance": 119.0, "total_taxes": 19.0,
		"line_items": []any{map[string]any{"product_key": "CARE", "notes": "Care", "quantity": 2, "cost": 50, "line_total": 100, "tax_name1": "VAT 19"}}}
	if kind == Recurring {
		v["frequency_id"], v["next_send_date"] = "5", "2026-04-01"
	}
	return f.Shelf.Add(kind, v)
}

// pay enters a payment of one invoice.
func (f *Fake) pay(r *http.Request) answer {
	var in struct {
		ClientID  string  `json:"client_id"`
		Amount    float64 `json:"amount"`
		Date      string  `json:"date"`
		Reference string  `json:"transaction_reference"`
		Notes     string  `json:"private_notes"`
		Key       string  `json:"idempotency_key"`
		Invoices  []struct {
			ID     string  `json:"invoice_id"`
			Amount float64 `json:"amount,string"`
		} `json:"invoices"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in.Invoices) != 1 {
		return invalid("invoices", "It must be one invoice")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	invoice, found := f.Shelf.Get(Invoices, Number(in.Invoices[0].ID))
	open, _ := invoice.Values["balance"].(float64)
	_, err := time.Parse(time.DateOnly, in.Date)
	switch {
	case len(in.Key) > longestKey:
		return invalid("idempotency_key", "The idempotency key may not be greater than 64 characters.")
	case f.keys[in.Key]:
		return invalid("idempotency_key", "The idempotency key has already been taken.")
	case !found || invoice.Gone || invoice.Values["client_id"] != in.ClientID:
		return invalid("invoices", "The invoice is not one of this client.")
	case err != nil:
		return invalid("date", "The date is not a valid date.")
	case in.Invoices[0].Amount <= 0 || in.Invoices[0].Amount > open || in.Amount < in.Invoices[0].Amount:
		return invalid("amount", "The amount does not fit what is open.")
	}
	f.keys[in.Key] = in.Key != ""
	left := math.Round((open-in.Invoices[0].Amount)*100) / 100
	state := "3"
	if left == 0 {
		state = "4"
	}
	f.Shelf.Change(invoice.ID, shelf.Values{"balance": left, "status_id": state})
	id := f.Shelf.Add(Payments, shelf.Values{"client_id": in.ClientID, "amount": in.Amount, "date": in.Date, "transaction_reference": in.Reference, "private_notes": in.Notes,
		"status_id": "4", "number": "P1", "currency_id": "", "paymentables": []any{map[string]any{"id": "x", "invoice_id": in.Invoices[0].ID, "amount": in.Invoices[0].Amount}}})
	t, _ := f.Shelf.Get(Payments, id)
	return ok(map[string]any{"data": f.show(t, r)})
}

// Received counts payments with a reference.
func (f *Fake) Received(ref string) int {
	return len(f.Shelf.All(Payments, func(t shelf.Thing) bool { return t.Values["transaction_reference"] == ref }))
}

// bulk approves quotes. Those that were not sent stay as they are, without a word.
func (f *Fake) bulk(r *http.Request) answer {
	var in struct {
		Action string   `json:"action"`
		IDs    []string `json:"ids"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Action != "approve" || len(in.IDs) == 0 {
		return invalid("action", "The selected action is invalid.")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.Sort(in.IDs)
	order := strings.Join(in.IDs, " ")
	if at, before := f.orders[order]; before && f.clock().Before(at.Add(time.Second)) {
		return answer{http.StatusBadRequest, map[string]any{"message": "Action already in progress", "errors": map[string]any{}}}
	}
	f.orders[order] = f.clock()
	rows := []any{}
	for _, key := range in.IDs {
		t, found := f.Shelf.Get(Quotes, Number(key))
		if found && !t.Gone && t.Values["status_id"] == "2" {
			f.Shelf.Change(t.ID, shelf.Values{"status_id": "3"})
			f.Shelf.Add(approvals, shelf.Values{"quote": t.ID})
			t, _ = f.Shelf.Get(Quotes, t.ID)
		}
		rows = append(rows, f.show(t, r))
	}
	return ok(map[string]any{"data": rows})
}

// Approved counts how often a quote was approved.
func (f *Fake) Approved(quote int) int {
	return len(f.Shelf.All(approvals, func(t shelf.Thing) bool { return t.Values["quote"] == quote }))
}
