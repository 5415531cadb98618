package ui

import (
	"strings"

	"portico/sync/record"
)

// extraWords are the values of a custom field in words for one reader. What is not
// in the form of its type stands as the source has it.
func extraWords(c *Chrome, e record.Extra) string {
	out := make([]string, len(e.Values))
	for i, v := range e.Values {
		out[i] = valueWords(c, e.Type, v)
	}
	return strings.Join(out, ", ")
}

func valueWords(c *Chrome, is record.CustomType, v string) string {
	switch is {
	case record.CustomNumber:
		return c.Amount(v)
	case record.CustomMoney:
		amount, currency, _ := strings.Cut(v, " ")
		if currency == "" {
			return c.Amount(amount)
		}
		return c.Money(amount, currency)
	case record.CustomDate:
		if at, ok := record.CustomMoment(v); ok {
			return c.Calendar(at)
		}
	case record.CustomTime:
		if at, ok := record.CustomMoment(v); ok {
			return c.Exact(at)
		}
	case record.CustomYesNo:
		switch yes, ok := record.CustomYes(v); {
		case !ok:
		case yes:
			return c.T("extra.yes")
		default:
			return c.T("extra.no")
		}
	}
	return v
}
