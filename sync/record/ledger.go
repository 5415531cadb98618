package record

import (
	"cmp"
	"slices"
	"time"
)

// Bill is an invoice or a credit note of a list, with what is owed of it.
type Bill struct {
	Row
	Invoice
	Left Decimal // see Invoice.Owed; of a credit note, what can still be used
	Told bool    // the source named Left itself
}

// Bills are the invoices and credit notes among whole records.
func Bills(list []Detail) []Bill {
	var out []Bill
	for _, d := range list {
		if i, ok := d.Body.(Invoice); ok {
			out = append(out, NewBill(d.Row, i))
		}
	}
	return out
}

// NewBill is one of them.
func NewBill(r Row, i Invoice) Bill {
	b := Bill{Row: r, Invoice: i}
	b.Left, b.Told = i.Owed(r.State)
	return b
}

// Open reports whether something is left to be paid.
func (b Bill) Open() bool { return !b.Credit && b.Left.Sign() > 0 }

// Part reports whether a part of it was paid.
func (b Bill) Part() bool { return b.Open() && b.Left.Cmp(b.Invoice.Total) < 0 }

// Late is how many days ago it was due; less than one for what is not late. Today
// is a date: midnight UTC.
func (b Bill) Late(today time.Time) int {
	if !b.Open() || b.Invoice.Due.IsZero() {
		return 0
	}
	return int(today.Sub(b.Invoice.Due.UTC().Truncate(24*time.Hour)) / (24 * time.Hour))
}

// Sum is what is open in one currency. Currencies are never added together.
type Sum struct {
	Currency string
	Open     Decimal
	// Ages part Open: not late, 1 to 30 days late, 31 to 60, more.
	Ages   [4]Decimal
	Credit Decimal // of credit notes, not used yet
	Bills  int     // open ones
	Late   int     // of them
}

// Sums adds up bills by currency; the one with most open bills comes first.
func Sums(bills []Bill, today time.Time) []Sum {
	var out []Sum
	for _, b := range bills {
		at := slices.IndexFunc(out, func(s Sum) bool { return s.Currency == b.Currency })
		if at < 0 {
			at = len(out)
			out = append(out, Sum{Currency: b.Currency, Open: "0", Credit: "0", Ages: [4]Decimal{"0", "0", "0", "0"}})
		}
		s := &out[at]
		switch {
		case b.Credit && b.Left.Sign() > 0:
			s.Credit = s.Credit.Add(b.Left)
		case b.Open():
			s.add(b, b.Late(today))
		}
	}
	out = slices.DeleteFunc(out, func(s Sum) bool { return s.Bills == 0 && s.Credit.Sign() == 0 })
	slices.SortFunc(out, func(a, b Sum) int { return cmp.Or(cmp.Compare(b.Bills, a.Bills), cmp.Compare(a.Currency, b.Currency)) })
	return out
}

func (s *Sum) add(b Bill, late int) {
	age := 0
	switch {
	case late > 60:
		age = 3
	case late > 30:
		age = 2
	case late > 0:
		age = 1
	}
	s.Open, s.Ages[age] = s.Open.Add(b.Left), s.Ages[age].Add(b.Left)
	s.Bills++
	if late > 0 {
		s.Late++
	}
}

// Overdue is the part of Open that is late.
func (s Sum) Overdue() Decimal { return s.Ages[1].Add(s.Ages[2]).Add(s.Ages[3]) }

// TaxRate is the tax of one rate in a document.
type TaxRate struct {
	Name string
	Tax  Decimal
}

// TaxRates adds up the tax of lines by rate, in the order in which rates appear;
// nothing when the lines do not come to the tax of the document.
func TaxRates(lines []Line, tax Decimal) []TaxRate {
	var out []TaxRate
	all := Decimal("0")
	for _, l := range lines {
		if l.Tax == "" {
			continue
		}
		all = all.Add(l.Tax)
		at := slices.IndexFunc(out, func(r TaxRate) bool { return r.Name == l.TaxName })
		if at < 0 {
			out = append(out, TaxRate{Name: l.TaxName, Tax: l.Tax})
			continue
		}
		out[at].Tax = out[at].Tax.Add(l.Tax)
	}
	if all.Cmp(tax) != 0 {
		return nil
	}
	return out
}
