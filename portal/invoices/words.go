package invoices

import (
	"strconv"
	"strings"

	"portico/portal/ui"
	"portico/sync/action"
	"portico/sync/record"
)

// soon is how many days before its date an invoice is marked.
const soon = 3

// status says where a bill is, by a word and a shape.
func status(c *ui.Chrome, b bill) (string, ui.Tone) {
	late := b.Late(c.Today())
	switch {
	case b.Credit && b.Left.Sign() > 0:
		return c.T("invoices.status.credit.open"), ui.Neutral
	case b.Credit:
		return c.T("invoices.status.credit"), ui.Neutral
	case !b.Payment.ID.IsZero():
		return c.T("invoices.status.processing"), ui.Live
	case !b.Open() && b.State == record.StateCancelled, !b.Open() && b.State == record.StateClosed:
		return b.Label, ui.Neutral
	case !b.Open():
		return c.T("invoices.status.paid"), ui.Good
	case late > 0:
		return c.N("invoices.status.overdue", late), ui.Bad
	case b.Invoice.Due.IsZero():
		return c.T("invoices.status.open"), ui.Neutral
	case late == 0:
		return c.T("invoices.status.today"), ui.Attn
	case late == -1:
		return c.T("invoices.status.tomorrow"), ui.Attn
	case late >= -soon:
		return c.N("invoices.status.soon", -late), ui.Attn
	default:
		return c.T("invoices.status.due"), ui.Neutral
	}
}

// figure is the amount that the list shows of a bill: what is open, else the whole.
func figure(c *ui.Chrome, b bill) string {
	if b.Left.Sign() > 0 {
		return money(c, b.Left, b.Currency)
	}
	return money(c, b.Invoice.Total, b.Currency)
}

// below is what stands below the figure.
func below(c *ui.Chrome, b bill) string {
	switch {
	case b.Part():
		return c.T("invoices.of.part", money(c, b.Invoice.Total, b.Currency))
	case b.Credit && b.Left.Sign() > 0 && b.Left.Cmp(b.Invoice.Total) < 0:
		return c.T("invoices.of", money(c, b.Invoice.Total, b.Currency))
	case b.Open() && !b.Told:
		return c.T("invoices.untold")
	default:
		return ""
	}
}

func money(c *ui.Chrome, d record.Decimal, currency string) string {
	return c.Money(string(d), currency)
}

// ages are the parts of a sum, in words.
var ages = []string{"invoices.age.0", "invoices.age.1", "invoices.age.2", "invoices.age.3"}

// part is one piece of the picture of a sum, in thousandths of its width.
type part struct{ X, Width string }

// pictured are the parts of what is open that there are, with a gap between them.
func pictured(s record.Sum) []part {
	var out []part
	x := 0
	for _, age := range s.Ages {
		n := age.Share(s.Open)
		w := n
		if x+n < 995 && n > 5 {
			w = n - 3
		}
		out = append(out, part{thousandths(x), thousandths(w)})
		x += n
	}
	return out
}

func thousandths(n int) string { return strconv.Itoa(n/10) + "." + strconv.Itoa(n%10) + "%" }

// picture says in words what the picture shows.
func picture(c *ui.Chrome, s record.Sum) string {
	var parts []string
	for i, age := range s.Ages {
		if age.Sign() > 0 {
			parts = append(parts, money(c, age, s.Currency)+" "+c.T(ages[i]))
		}
	}
	return c.List(parts)
}

// others says what is open in further currencies.
func others(c *ui.Chrome, sums []record.Sum) []string {
	var out []string
	for _, s := range sums {
		if s.Bills == 0 {
			continue
		}
		if s.Late == 0 {
			out = append(out, c.T("invoices.also", money(c, s.Open, s.Currency)))
			continue
		}
		out = append(out, c.T("invoices.also.late", money(c, s.Open, s.Currency), money(c, s.Overdue(), s.Currency)))
	}
	return out
}

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{
		{Label: c.T("invoices.column.invoice")}, {Label: c.T("invoices.column.issued")}, {Label: c.T("invoices.column.due")},
		{Label: c.T("invoices.column.status")}, {Label: c.T("invoices.column.open"), End: true},
	}
}

// called is what a bill is about, below its number.
func called(i record.Invoice) string {
	if i.Title != "" {
		return i.Title
	}
	if len(i.Lines) > 0 {
		return i.Lines[0].Text
	}
	return i.Reference
}

func view(f filter) string {
	if f.View == "" {
		return views[0]
	}
	return f.View
}

func statusWord(v detailView) string {
	word, _ := status(v.Chrome, v.Bill)
	return word
}

// payment is the amount of the payment that is under way.
func payment(b bill) record.Decimal {
	return record.Decimal(b.Payment.Input.Fields[action.FieldAmount])
}

// fileName is what a download is called; the one PDF of an invoice is just that.
func fileName(c *ui.Chrome, all []record.File, f record.File) string {
	if len(all) == 1 && strings.HasSuffix(strings.ToLower(f.Name), ".pdf") {
		return c.T("invoices.pdf")
	}
	return f.Name
}

// paidOn says when a payment or a refund was made.
func paidOn(c *ui.Chrome, p paid) string {
	key := "invoices.paid"
	if p.Refund {
		key = "invoices.refunded"
	}
	if p.Paid.IsZero() {
		return c.T(key)
	}
	return c.T(key+".on", c.Calendar(p.Paid))
}
