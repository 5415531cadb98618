package contracts

import (
	"math/big"
	"strconv"
	"strings"
	"time"

	"portico/portal/ui"
	"portico/sync/fault"
	"portico/sync/record"
)

// soon is how far ahead a last day is something to think about now.
const soon = 60 * 24 * time.Hour

// contract is one agreement as the pages say it.
type contract struct {
	Detail record.Detail
	Body   record.Contract
	Price  string // per period, or ""
	Use    use
	Dates  []date
}

// use is how much of what is included is used; Shown false when the source does
// not say both.
type use struct {
	Shown   bool
	Text    string
	Used    string // for the bar, of Of
	Of      string
	Over    bool // more than is included
	Partial string
}

// date is one day of a contract in words.
type date struct {
	Text string
	Tone ui.Tone
}

func newContract(c *ui.Chrome, d record.Detail) (contract, error) {
	b, ok := d.Body.(record.Contract)
	if !ok {
		return contract{}, fault.New(fault.Internal, "").Because("read contract", errBody)
	}
	return contract{Detail: d, Body: b, Price: price(c, b), Use: useOf(c, b), Dates: datesOf(c, b, d.State.Open())}, nil
}

// price says what it costs: "EUR 1,490.00 a month".
func price(c *ui.Chrome, b record.Contract) string {
	if b.Value == "" {
		return ""
	}
	amount := strings.TrimSpace(b.Currency + " " + grouped(string(b.Value)))
	switch strings.ToLower(b.Period) {
	case "":
		return amount
	case "month", "monthly":
		return c.T("contracts.price.month", amount)
	case "quarter", "quarterly":
		return c.T("contracts.price.quarter", amount)
	case "year", "yearly", "annual", "annually":
		return c.T("contracts.price.year", amount)
	default:
		return c.T("contracts.price.period", amount, b.Period)
	}
}

// grouped writes an exact number with its decimals as they are and its thousands
// parted.
func grouped(n string) string {
	sign := ""
	if strings.HasPrefix(n, "-") {
		sign, n = "-", n[1:]
	}
	whole, rest, point := strings.Cut(n, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + rest
	}
	return sign + whole
}

// useOf says how much of what is included is used in the current period.
func useOf(c *ui.Chrome, b record.Contract) use {
	unit := b.Unit
	if unit == "" {
		unit = c.T("contracts.units")
	}
	of, known := new(big.Rat).SetString(string(b.Included))
	used, counted := new(big.Rat).SetString(string(b.Used))
	switch {
	case !known && !counted:
		return use{}
	case !known:
		return use{Partial: c.T("contracts.used", grouped(string(b.Used)), unit)}
	case !counted:
		return use{Partial: c.T("contracts.included", grouped(string(b.Included)), unit)}
	case of.Sign() <= 0:
		return use{Partial: c.T("contracts.used", grouped(string(b.Used)), unit)}
	}
	u := use{Shown: true, Used: float(used), Of: float(of), Over: used.Cmp(of) > 0}
	left := new(big.Rat).Sub(of, used)
	digits := max(decimals(b.Included), decimals(b.Used))
	if u.Over {
		u.Text = c.T("contracts.use.over", grouped(string(b.Used)), grouped(string(b.Included)), unit, grouped(left.Neg(left).FloatString(digits)))
	} else {
		u.Text = c.T("contracts.use", grouped(string(b.Used)), grouped(string(b.Included)), unit, grouped(left.FloatString(digits)))
	}
	return u
}

// float is a number for the length of a bar, where the last digits do not show.
func float(r *big.Rat) string {
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func decimals(d record.Decimal) int {
	_, rest, _ := strings.Cut(string(d), ".")
	return len(rest)
}

// datesOf says in words what happens when, first what asks for a decision.
func datesOf(c *ui.Chrome, b record.Contract, runs bool) []date {
	today := c.DayOf(c.Now)
	var out []date
	add := func(at time.Time, coming, past string) {
		switch {
		case at.IsZero():
		case at.Before(today):
			out = append(out, date{Text: c.T(past, c.Calendar(at))})
		case runs && at.Sub(today) < soon:
			out = append(out, date{Text: c.T("contracts.soon", c.T(coming, c.Calendar(at)), left(c, at.Sub(today))), Tone: ui.Attn})
		default:
			out = append(out, date{Text: c.T(coming, c.Calendar(at))})
		}
	}
	add(b.Notice, "contracts.notice", "contracts.notice.past")
	add(b.Renewal, "contracts.renewal", "contracts.renewal.past")
	add(b.End, "contracts.end", "contracts.end.past")
	add(b.Start, "contracts.start", "contracts.start.past")
	return out
}

func left(c *ui.Chrome, d time.Duration) string {
	if days := int(d / (24 * time.Hour)); days > 0 {
		return c.N("contracts.days", days)
	}
	return c.T("contracts.today")
}
