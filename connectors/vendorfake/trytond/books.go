package trytond

import (
	"fmt"
	"math/big"
	"time"
)

// add makes a row, dated as the original does: it has no date of change yet.
func (f *Fake) add(model string, r row) int64 {
	f.last[model]++
	r["id"], r["create_date"] = f.last[model], f.now().UTC()
	f.rows[model] = append(f.rows[model], r)
	return f.last[model]
}

// change sets fields of a row, dated now.
func (f *Fake) change(model string, id int64, values row) { f.changeAt(model, id, values, f.now()) }

func (f *Fake) changeAt(model string, id int64, values row, at time.Time) {
	r := f.row(model, id)
	for name, v := range values {
		r[name] = v
	}
	r["write_date"] = at.UTC()
}

// Add makes a row of a model with the fields given: text, int64 for another row,
// bool, float64, time.Time, *big.Rat, []byte, []int64.
func (f *Fake) Add(model string, fields map[string]any) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.add(model, fields)
}

// Change sets fields of a row as a person does who may.
func (f *Fake) Change(model string, id int64, fields map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.change(model, id, fields)
}

// BeginChange is Change, dated now, that nobody sees before commit.
func (f *Fake) BeginChange(model string, id int64, fields map[string]any) (commit func()) {
	at := f.now()
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.changeAt(model, id, fields, at)
	}
}

// Remove deletes a row, which leaves no trace.
func (f *Fake) Remove(model string, id int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := f.rows[model][:0:0]
	for _, r := range f.rows[model] {
		if r["id"] != id {
			kept = append(kept, r)
		}
	}
	f.rows[model] = kept
}

// Field returns a field of a row, nil when there is none.
func (f *Fake) Field(model string, id int64, name string) any {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.row(model, id)
	if r == nil {
		return nil
	}
	return f.get(model, r, name)
}

// Bill is an invoice to make; a negative total is a credit note.
type Bill struct {
	Company, Party, Currency int64
	Net, Tax                 string
	Date                     time.Time
	Days                     int // to pay
	Reference                string
	State                    string // posted unless it says draft
	Printed                  []byte // as ODT
}

// AddBill makes an invoice with one line, posted as the original posts: with a
// number, a move with the line to pay, and a date of change.
func (f *Fake) AddBill(b Bill) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	net, tax := Amount(b.Net), Amount(b.Tax)
	total := new(big.Rat).Add(net, tax)
	bill := row{"company": b.Company, "party": b.Party, "currency": b.Currency, "type": "out", "state": "draft", "invoice_date": b.Date,
		"reference": b.Reference, "account": int64(1), "untaxed_amount": net, "tax_amount": tax, "total_amount": total,
		"payment_lines": []int64{}, "lines_to_pay": []int64{}}
	id := f.add("account.invoice", bill)
	f.add("account.invoice.line", row{"invoice": id, "type": "line", "description": "Managed workplace", "quantity": 2.0,
		"unit_price": new(big.Rat).Quo(net, big.NewRat(2, 1)), "amount": net, "taxes": []int64{}})
	if b.State == "draft" {
		return id
	}
	move := f.add("account.move", row{"company": b.Company, "state": "posted", "origin": origin(id), "create_uid": int64(1)})
	line := f.add("account.move.line", row{"move": move, "account": int64(1), "party": b.Party, "date": b.Date, "debit": total, "credit": new(big.Rat),
		"currency": b.Currency, "maturity_date": b.Date.AddDate(0, 0, b.Days)})
	values := row{"state": "posted", "number": fmt.Sprintf("2026-%04d", id), "lines_to_pay": []int64{line}}
	if b.Printed != nil {
		values["invoice_report_cache"], values["invoice_report_format"] = b.Printed, "odt"
	}
	f.change("account.invoice", id, values)
	return id
}

func origin(invoice int64) string { return fmt.Sprintf("account.invoice,%d", invoice) }

// Amount reads an exact amount, and panics when it is none.
func Amount(text string) *big.Rat {
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("no amount: " + text)
	}
	return n
}

// Pay books a payment of an invoice as a person of the accounting does. number is
// what its move is called.
func (f *Fake) Pay(invoice int64, text, number, description string) {
	f.BeginPay(invoice, text, number, description)()
}

// BeginPay is Pay, dated now, that nobody sees before commit.
func (f *Fake) BeginPay(invoice int64, text, number, description string) (commit func()) {
	at := f.now()
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.book(invoice, Amount(text), [2]string{number, description}, at, at, 1)
	}
}

// book makes the move of a payment, with a number and a description, and puts it
// to the invoice.
func (f *Fake) book(invoice int64, n *big.Rat, words [2]string, day, at time.Time, by int64) {
	bill := f.row("account.invoice", invoice)
	move := f.add("account.move", row{"company": bill["company"], "state": "posted", "origin": origin(invoice), "number": words[0], "description": words[1],
		"journal": int64(1), "create_uid": by})
	line := f.add("account.move.line", row{"move": move, "account": int64(1), "party": bill["party"], "currency": bill["currency"],
		"date": time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC), "debit": new(big.Rat), "credit": n})
	f.row("account.move", move)["create_date"], f.row("account.move.line", line)["create_date"] = at.UTC(), at.UTC()
	full := f.owed(bill).Cmp(n) == 0
	f.changeAt("account.invoice", invoice, row{"payment_lines": append(listed(bill["payment_lines"]), line)}, at)
	if !full {
		return
	}
	r := f.add("account.move.reconciliation", row{})
	for _, id := range append(listed(bill["payment_lines"]), listed(bill["lines_to_pay"])...) {
		f.changeAt("account.move.line", id, row{"reconciliation": r}, at)
	}
	f.changeAt("account.invoice", invoice, row{"state": "paid"}, at)
}

// Cancel cancels an invoice, where the company allows that.
func (f *Fake) Cancel(invoice int64) {
	f.Change("account.invoice", invoice, map[string]any{"state": "cancelled"})
}

// Payments counts the moves whose description begins with a reference.
func (f *Fake) Payments(reference string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, r := range f.rows["account.move"] {
		if operators["like"](r["description"], reference+"%") {
			n++
		}
	}
	return n
}
