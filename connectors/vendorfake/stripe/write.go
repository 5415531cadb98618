package stripe

import (
	"net/http"
	"strings"

	"portico/connectors/vendorfake/shelf"
)

// once carries a write out, or repeats the first answer to its idempotency key. The
// same key with other parameters is an error.
func (f *Fake) once(r *http.Request, do func() answer) answer {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return fail(http.StatusBadRequest, "invalid_request_error", "Invalid request: send a form")
	}
	if err := r.ParseForm(); err != nil {
		return fail(http.StatusBadRequest, "invalid_request_error", err.Error())
	}
	key, asked := r.Header.Get("Idempotency-Key"), r.URL.Path+"?"+r.PostForm.Encode()
	f.mu.Lock()
	defer f.mu.Unlock()
	if first, found := f.kept[key]; found {
		if first.asked != asked {
			return fail(http.StatusBadRequest, "idempotency_error", "Keys can only be used with the same parameters")
		}
		first.answer.again = true
		return first.answer
	}
	a := do()
	if key != "" && a.status == http.StatusOK {
		f.kept[key] = kept{asked, a}
	}
	return a
}

// write changes the state of a thing.
func (f *Fake) write(r *http.Request, kind, external, verb string) answer {
	id := Number(kind, external)
	t, found := f.Shelf.Get(kind, id)
	if !found {
		return missing(external)
	}
	if t.Values["status"] != "open" {
		return fail(http.StatusBadRequest, "invalid_request_error", "This object is not open")
	}
	switch kind + " " + verb {
	case Invoices + " pay":
		if r.PostForm.Get("paid_out_of_band") != "true" {
			return fail(http.StatusPaymentRequired, "card_error", "There is no payment method")
		}
		f.Pay(id)
	case Quotes + " accept":
		f.Shelf.Change(id, shelf.Values{"status": "accepted"})
	case Quotes + " cancel":
		f.Shelf.Change(id, shelf.Values{"status": "canceled"})
	default:
		return fail(http.StatusNotFound, "invalid_request_error", "Unrecognized request URL")
	}
	t, _ = f.Shelf.Get(kind, id)
	f.Shelf.Add(written, shelf.Values{"thing": id, "verb": verb})
	return ok(show(t))
}

// written is the kind under which writes are counted.
const written = "written"

// Written counts how often a write was carried out on a thing.
func (f *Fake) Written(id int, verb string) int {
	return len(f.Shelf.All(written, func(t shelf.Thing) bool { return t.Values["thing"] == id && t.Values["verb"] == verb }))
}

// Pay settles an invoice by a payment from outside.
func (f *Fake) Pay(invoice int) {
	t, _ := f.Shelf.Get(Invoices, invoice)
	f.Shelf.Add(Payments, shelf.Values{
		"invoice": ID(Invoices, invoice), "status": "paid", "currency": t.Values["currency"],
		"amount_paid": t.Values["amount_remaining"], "payment": map[string]any{"type": "payment_record"},
	})
	f.Shelf.Change(invoice, shelf.Values{"status": "paid", "amount_remaining": 0, "amount_paid": t.Values["total"]})
}
