package tryton

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"portico/sync/record"
)

// subscriptions are what clients have agreed to pay again and again: running or
// at their end. Quotations are not agreed yet.
var subscriptions = &stream{
	spec:   daily("subscriptions", 30*time.Minute, record.KindContract),
	model:  "sale.subscription",
	needs:  "sale_subscription",
	domain: func(s *session) []any { return subscribed(s, "running", "closed") },
	gone:   func(s *session) []any { return []any{[]any{"company", "=", s.who.company}} },
	fields: []string{
		"number", "reference", "description", "state", "party", "currency.code", "currency.digits", "start_date", "end_date",
		"lines.quantity", "lines.unit_price", "lines.unit.symbol", "lines.description", "lines.service.product.name",
		"lines.start_date", "lines.end_date", "lines.consumption_recurrence.rec_name",
		"lines.consumption_recurrence.rules.freq", "lines.consumption_recurrence.rules.interval",
	},
	related: []string{"lines."},
	marks:   []string{"state"},
	kinds: func(r *reading) []record.Kind {
		if state := r.text("state"); state != "running" && state != "closed" {
			return nil
		}
		return []record.Kind{record.KindContract}
	},
	build: func(_ *session, r *reading, _ record.Kind) record.Record {
		return record.Record{Company: r.key("party"), Body: contract(r)}
	},
}

func subscribed(s *session, states ...string) []any {
	return []any{[]any{"company", "=", s.who.company}, []any{"state", "in", states}}
}

func contract(r *reading) record.Contract {
	out := record.Contract{
		Number: r.text("number"), Name: r.text("description"), Status: r.text("state"), Currency: r.sub("currency").text("code"),
		Start: r.date("start_date"), End: r.date("end_date"),
	}
	var names, terms []string
	lines := r.rows("lines")
	for _, line := range lines {
		name := line.sub("service").sub("product").text("name")
		names = append(names, name)
		what := line.text("description")
		if what == "" {
			what = name
		}
		terms = append(terms, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s, %s %s each",
			line.decimal("quantity"), line.sub("unit").text("symbol"), what, money(line, r), out.Currency)), " "))
	}
	out.Terms = strings.Join(terms, "\n")
	if out.Name == "" {
		out.Name = strings.Join(slices.Compact(names), ", ")
	}
	if out.Name = clip(out.Name, 250); out.Name == "" {
		out.Name = strings.TrimSpace("Subscription " + out.Number)
	}
	out.Value, out.Period = value(r, lines)
	return out
}

// money is the price of a line with the decimals of its currency, or more where
// it has them.
func money(line, subscription *reading) record.Decimal {
	price := line.decimal("unit_price")
	if n := exact(price); n != nil {
		return written(n, int(subscription.sub("currency").id("digits")))
	}
	return price
}

// value is what one period costs. It is only told when every line counts in the
// same period and for as long as the subscription: otherwise there is no one sum.
func value(r *reading, lines []*reading) (record.Decimal, string) {
	sum, period := new(big.Rat), ""
	for i, line := range lines {
		quantity, price := exact(line.decimal("quantity")), exact(line.decimal("unit_price"))
		each := periodOf(line.sub("consumption_recurrence"))
		from, to := line.date("start_date"), line.date("end_date")
		whole := !from.After(r.date("start_date")) && (to.IsZero() || to.Equal(r.date("end_date")))
		if quantity == nil || price == nil || each == "" || i > 0 && each != period || !whole {
			return "", ""
		}
		period = each
		sum.Add(sum, new(big.Rat).Mul(quantity, price))
	}
	if len(lines) == 0 {
		return "", ""
	}
	return written(sum, int(r.sub("currency").id("digits"))), period
}

// periodOf names a recurrence: month and year where it is one, or Tryton's words.
func periodOf(r *reading) string {
	rules := r.rows("rules")
	if len(rules) == 1 && rules[0].id("interval") == 1 {
		switch rules[0].text("freq") {
		case "monthly":
			return "month"
		case "yearly":
			return "year"
		}
	}
	return r.text("rec_name")
}
