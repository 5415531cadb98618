package tryton

import (
	"math/big"
	"strings"

	"portico/sync/record"
)

// exact is a decimal as a number to count with; nil when it is none.
func exact(d record.Decimal) *big.Rat {
	n, ok := new(big.Rat).SetString(string(d))
	if !ok {
		return nil
	}
	return n
}

func negative(d record.Decimal) bool {
	n := exact(d)
	return n != nil && n.Sign() < 0
}

// turn changes the sign of amounts, and nothing else of them.
func turn(amounts ...*record.Decimal) {
	for _, d := range amounts {
		n := exact(*d)
		if n == nil || n.Sign() == 0 {
			*d = record.Decimal(strings.TrimPrefix(string(*d), "-"))
			continue
		}
		if text, found := strings.CutPrefix(string(*d), "-"); found {
			*d = record.Decimal(text)
		} else {
			*d = "-" + *d
		}
	}
}

// decimals is how many digits follow the point.
func decimals(d record.Decimal) int {
	_, fraction, _ := strings.Cut(string(d), ".")
	return len(fraction)
}

// written is an exact number with as many decimals as it needs, and at least so many.
func written(n *big.Rat, least int) record.Decimal {
	most := 20
	text := n.FloatString(most)
	whole, fraction, _ := strings.Cut(text, ".")
	fraction = strings.TrimRight(fraction, "0")
	for len(fraction) < least {
		fraction += "0"
	}
	if fraction == "" {
		return record.Decimal(whole)
	}
	return record.Decimal(whole + "." + fraction)
}
