package tryton

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"portico/sync/record"
)

// payments are the lines of a client's account by which money came in or went
// back: those that Tryton has put to an invoice, and those of a cash journal that
// belong to nothing yet.
var payments = &stream{
	spec:  daily("payments", 5*time.Minute, record.KindPayment),
	model: "account.move.line",
	domain: func(s *session) []any {
		return []any{
			[]any{"company", "=", s.who.company}, []any{"move_state", "=", "posted"}, []any{"party", "!=", nil},
			[]any{"OR", []any{"invoice_payments.type", "=", "out"},
				[]any{[]any{"journal.type", "=", "cash"}, []any{"account.type.receivable", "=", true}}},
		}
	},
	fields: []string{
		"party", "date", "debit", "credit", "currency.code", "amount_second_currency", "second_currency.code", "move_state",
		"move.number", "move.description", "move.create_uid", "journal.name", "invoice_payments.type", "reconciliation.lines.move_origin",
	},
	// What it settles, and the words of its move, can change without it.
	related: []string{"move.", "invoice_payments."},
	marks:   []string{"move_state"},
	kinds: func(r *reading) []record.Kind {
		if r.text("move_state") != "posted" {
			return nil
		}
		return []record.Kind{record.KindPayment}
	},
	build: func(s *session, r *reading, _ record.Kind) record.Record {
		return record.Record{Company: r.key("party"), Body: payment(s, r)}
	},
}

// signature is how the description of a move begins that Portico has made.
var signature = regexp.MustCompile(`^(PRT-[A-Z2-7]{12})(?: (.*))?$`)

func payment(s *session, r *reading) record.Payment {
	out := record.Payment{Currency: r.sub("currency").text("code"), Method: r.sub("journal").text("name"), Paid: r.date("date")}
	debit := r.decimal("debit")
	out.Amount = r.decimal("credit")
	if n := exact(debit); n != nil && n.Sign() != 0 {
		out.Refund, out.Amount = true, debit
	}
	if code := r.sub("second_currency").text("code"); code != "" {
		out.Currency, out.Amount = code, r.decimal("amount_second_currency")
	}
	if negative(out.Amount) { // of a payment in another currency, or a line with its sign turned
		turn(&out.Amount)
	}
	move := r.sub("move")
	// What the accounting writes about a payment is its own; what the client wrote is not.
	out.Reference = move.text("number")
	if m := signature.FindStringSubmatch(move.text("description")); m != nil && move.id("create_uid") == s.who.user {
		out.ActionRef, out.Reference = m[1], m[2]
	}
	out.Applied = applied(r, out.Amount)
	return out
}

// applied says which invoice a payment settles: the one it was put to, or the one
// that it was reconciled with. With several nobody can say how much of which.
func applied(r *reading, amount record.Decimal) []record.Applied {
	var invoices []string
	note := func(id string) {
		for _, one := range invoices {
			if one == id {
				return
			}
		}
		invoices = append(invoices, id)
	}
	for _, one := range r.rows("invoice_payments") {
		if one.text("type") == "out" {
			note(one.key("id"))
		}
	}
	if len(invoices) == 0 {
		own := r.id("id")
		for _, line := range r.sub("reconciliation").rows("lines") {
			origin, found := strings.CutPrefix(line.text("move_origin"), "account.invoice,")
			if id, err := strconv.ParseInt(origin, 10, 64); found && err == nil && id > 0 && line.id("id") != own {
				note(origin)
			}
		}
	}
	var out []record.Applied
	for _, id := range invoices {
		one := record.Applied{Invoice: id}
		if len(invoices) == 1 {
			one.Amount = amount
		}
		out = append(out, one)
	}
	return out
}
