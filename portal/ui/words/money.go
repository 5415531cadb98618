package words

import (
	"strconv"
	"strings"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Money writes an exact amount, which is decimal text, in a currency (ISO 4217):
// "€1,240.00", "−$3.50". It has at least the decimals of the currency (CLDR) and
// every one of the amount that says something. What is no number is written as it is.
func (r Reader) Money(amount, iso string) string {
	sign := ""
	if rest, minus := strings.CutPrefix(amount, "-"); minus {
		sign, amount = "−", rest
	}
	whole, part, _ := strings.Cut(strings.TrimPrefix(amount, "+"), ".")
	if whole == "" || strings.Trim(whole+part, "0123456789") != "" {
		return amount + " " + iso
	}
	symbol, decimals := iso+"\u00a0", 2
	p := message.NewPrinter(language.Make(r.Lang))
	if unit, err := currency.ParseISO(iso); err == nil {
		decimals, _ = currency.Standard.Rounding(unit)
		if s := p.Sprint(currency.Symbol(unit)); s != iso {
			symbol = s
		}
	}
	part = strings.TrimRight(part, "0")
	if short := decimals - len(part); short > 0 {
		part += strings.Repeat("0", short)
	}
	if part != "" {
		part = point(p) + part
	}
	if strings.Trim(whole+part, "0.,") == "" {
		sign = ""
	}
	return sign + r.T("money.pattern", grouped(p, whole)+part, symbol)
}

// Amount writes a plain number, a quantity or a rate, with the language's separators.
func (r Reader) Amount(n string) string {
	whole, part, _ := strings.Cut(n, ".")
	if strings.Trim(strings.TrimPrefix(whole, "-")+part, "0123456789") != "" {
		return n
	}
	p := message.NewPrinter(language.Make(r.Lang))
	if part = strings.TrimRight(part, "0"); part != "" {
		part = point(p) + part
	}
	sign := ""
	if rest, minus := strings.CutPrefix(whole, "-"); minus {
		sign, whole = "−", rest
	}
	return sign + grouped(p, whole) + part
}

// grouped writes a whole number with the language's separators; one beyond any
// account's books without.
func grouped(p *message.Printer, digits string) string {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return strings.TrimLeft(digits, "0")
	}
	return p.Sprint(number.Decimal(n))
}

// point is what stands before the decimals.
func point(p *message.Printer) string {
	return strings.Trim(p.Sprint(number.Decimal(0.5)), "05")
}
