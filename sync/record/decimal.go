package record

import (
	"math/big"
	"strings"
)

// split reads a decimal as a whole number and how many of its digits stand behind
// the point. What is no number, which is refused where records come in, is zero.
func (d Decimal) split() (digits *big.Int, scale int) {
	whole, part, _ := strings.Cut(string(d), ".")
	n, ok := new(big.Int).SetString(whole+part, 10)
	if !ok {
		return new(big.Int), 0
	}
	return n, len(part)
}

// Sign is -1, 0 or 1; "" is 0.
func (d Decimal) Sign() int {
	n, _ := d.split()
	return n.Sign()
}

// Add is the exact sum, with the decimals of the term that has more; "" counts as
// zero.
func (d Decimal) Add(e Decimal) Decimal {
	a, b, scale := aligned(d, e)
	return decimal(a.Add(a, b), scale)
}

// Sub is the exact difference, as Add.
func (d Decimal) Sub(e Decimal) Decimal {
	a, b, scale := aligned(d, e)
	return decimal(a.Sub(a, b), scale)
}

// Cmp is -1, 0 or 1: less, equal or more; "1.0" equals "1".
func (d Decimal) Cmp(e Decimal) int {
	a, b, _ := aligned(d, e)
	return a.Cmp(b)
}

// Share is which part of the whole d is, in thousandths, rounded down; 0 of nothing.
func (d Decimal) Share(whole Decimal) int {
	a, b, _ := aligned(d, whole)
	if b.Sign() == 0 {
		return 0
	}
	return int(a.Div(a.Mul(a, big.NewInt(1000)), b).Int64())
}

func aligned(d, e Decimal) (a, b *big.Int, scale int) {
	a, s := d.split()
	b, t := e.split()
	scale = max(s, t)
	return a.Mul(a, power(scale-s)), b.Mul(b, power(scale-t)), scale
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

func decimal(n *big.Int, scale int) Decimal {
	digits := new(big.Int).Abs(n).String()
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	sign := ""
	if n.Sign() < 0 {
		sign = "-"
	}
	if scale == 0 {
		return Decimal(sign + digits)
	}
	at := len(digits) - scale
	return Decimal(sign + digits[:at] + "." + digits[at:])
}
