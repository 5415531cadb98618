package tryton

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"portico/sync/record"
)

// invoices are what was sent to clients: posted or paid. Drafts never leave
// Tryton, and one that was cancelled is taken away. The printed form is there as
// soon as Tryton has made it, and is never made on our behalf.
var invoices = &stream{
	spec:   daily("invoices", 5*time.Minute, record.KindInvoice, record.KindAttachment),
	model:  "account.invoice",
	domain: func(s *session) []any { return sold(s, "posted", "paid") },
	gone:   func(s *session) []any { return sold(s, "posted", "paid", "cancelled") },
	fields: []string{
		"number", "state", "description", "reference", "invoice_date", "party", "total_amount", "tax_amount", "untaxed_amount",
		"amount_to_pay", "currency.code", "lines_to_pay.maturity_date", "lines_to_pay.reconciliation",
		"lines.type", "lines.description", "lines.quantity", "lines.unit.symbol", "lines.unit_price", "lines.amount",
		"lines.product.name", "lines.taxes.name", "invoice_report_cache", "invoice_report_format",
	},
	// Asks for the size of the printed form instead of its bytes.
	context: map[string]any{"account.invoice.invoice_report_cache": "size"},
	marks:   []string{"state", "invoice_report_cache"},
	kinds: func(r *reading) []record.Kind {
		switch state := r.text("state"); {
		case state != "posted" && state != "paid":
			return nil
		case printed(r) > 0:
			return []record.Kind{record.KindInvoice, record.KindAttachment}
		default:
			return []record.Kind{record.KindInvoice}
		}
	},
	build: func(_ *session, r *reading, kind record.Kind) record.Record {
		if kind == record.KindAttachment {
			return record.Record{Parent: r.key("id"), ParentKind: record.KindInvoice, Body: printedForm(r)}
		}
		return record.Record{Company: r.key("party"), Body: invoice(r)}
	},
}

func sold(s *session, states ...string) []any {
	return []any{[]any{"type", "=", "out"}, []any{"company", "=", s.who.company}, []any{"state", "in", states}}
}

// printed is the size of the printed form in bytes, 0 when there is none.
func printed(r *reading) int64 {
	raw, ok := r.value("invoice_report_cache")
	var n int64
	if ok && json.Unmarshal(raw, &n) != nil || n < 0 {
		r.fail("invoice_report_cache", raw, "a size")
		return 0
	}
	return n
}

func printedForm(r *reading) record.Attachment {
	format := strings.ToLower(r.text("invoice_report_format"))
	name := "Invoice " + r.text("number")
	if negative(r.decimal("total_amount")) {
		name = "Credit note " + r.text("number")
	}
	if format != "" {
		name += "." + format
	}
	return record.Attachment{Name: name, ContentType: formats[format], Size: printed(r)}
}

// formats are what Tryton prints to.
var formats = map[string]string{
	"pdf": "application/pdf", "odt": "application/vnd.oasis.opendocument.text", "html": "text/html", "txt": "text/plain",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

// invoice reads an invoice. A credit note has a negative total in Tryton; its
// amounts are turned round, its prices are not.
func invoice(r *reading) record.Invoice {
	out := record.Invoice{
		Number: r.text("number"), Title: r.text("description"), Status: r.text("state"), Currency: r.sub("currency").text("code"),
		Net: r.decimal("untaxed_amount"), Tax: r.decimal("tax_amount"), Total: r.decimal("total_amount"),
		Balance: r.decimal("amount_to_pay"), Reference: r.text("reference"), Issued: r.date("invoice_date"), Due: due(r),
	}
	out.Credit = negative(out.Total)
	for _, line := range r.rows("lines") {
		if one, ok := invoiceLine(line); ok {
			out.Lines = append(out.Lines, one)
		}
	}
	if out.Credit {
		turn(&out.Net, &out.Tax, &out.Total, &out.Balance)
		for i := range out.Lines {
			turn(&out.Lines[i].Quantity, &out.Lines[i].Net)
		}
	}
	return out
}

// invoiceLine reads a position, a heading or a remark; of a subtotal there is
// nothing to say.
func invoiceLine(r *reading) (record.Line, bool) {
	out := record.Line{Text: r.text("description")}
	switch r.text("type") {
	case "line":
	case "subtotal":
		return out, false
	default:
		return out, out.Text != ""
	}
	if out.Text == "" {
		out.Text = r.sub("product").text("name")
	}
	out.Quantity, out.Unit = r.decimal("quantity"), r.sub("unit").text("symbol")
	out.Price, out.Net = r.decimal("unit_price"), r.decimal("amount")
	var taxes []string
	for _, tax := range r.rows("taxes") {
		taxes = append(taxes, tax.text("name"))
	}
	out.TaxName = strings.Join(taxes, ", ")
	return out, true
}

// due is when the first open part has to be paid, or when the last had to be.
func due(r *reading) time.Time {
	var open, settled []time.Time
	for _, line := range r.rows("lines_to_pay") {
		at := line.date("maturity_date")
		switch {
		case at.IsZero():
		case line.id("reconciliation") == 0:
			open = append(open, at)
		default:
			settled = append(settled, at)
		}
	}
	switch {
	case len(open) > 0:
		return slices.MinFunc(open, time.Time.Compare)
	case len(settled) > 0:
		return slices.MaxFunc(settled, time.Time.Compare)
	default:
		return time.Time{}
	}
}
