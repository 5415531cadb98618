package trytond

import (
	"cmp"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
	"time"
)

// field says what a field holds: "", "date", "datetime", "decimal", "bytes", or
// rows of another model.
type field struct {
	kind   string
	target string
	many   bool
}

var (
	word    = field{kind: "char"}
	number  = field{kind: "integer"}
	whether = field{kind: "boolean"}
	count   = field{kind: "float"}
	date    = field{kind: "date"}
	moment  = field{kind: "datetime"}
	amount  = field{kind: "decimal"}
	binary  = field{kind: "bytes"}
)

func one(model string) field  { return field{kind: "many2one", target: model} }
func many(model string) field { return field{kind: "one2many", target: model, many: true} }

// schema is what the models have, of what the original's have.
var schema = map[string]map[string]field{
	"company.company":   {"party": one("party.party"), "currency": one("currency.currency")},
	"currency.currency": {"code": word, "digits": number},
	"party.party": {"name": word, "full_name": word, "active": whether, "tax_identifier": one("party.identifier"),
		"identifiers": many("party.identifier"), "contact_mechanisms": many("party.contact_mechanism")},
	"party.identifier":               {"party": one("party.party"), "code": word, "type": word},
	"party.contact_mechanism":        {"party": one("party.party"), "type": word, "value": word, "name": word, "active": whether},
	"account.journal":                {"name": word, "type": word},
	"account.invoice.payment.method": {"name": word, "company": one("company.company"), "active": whether},
	"account.account":                {"type": one("account.account.type")},
	"account.account.type":           {"receivable": whether},
	"account.invoice": {"company": one("company.company"), "party": one("party.party"), "type": word, "number": word, "state": word,
		"description": word, "reference": word, "invoice_date": date, "currency": one("currency.currency"), "account": one("account.account"),
		"untaxed_amount": amount, "tax_amount": amount, "total_amount": amount, "amount_to_pay": amount,
		"lines": many("account.invoice.line"), "lines_to_pay": many("account.move.line"), "payment_lines": many("account.move.line"),
		"invoice_report_cache": binary, "invoice_report_format": word},
	"account.invoice.line": {"invoice": one("account.invoice"), "type": word, "description": word, "quantity": count, "unit": one("product.uom"),
		"unit_price": amount, "amount": amount, "product": one("product.product"), "taxes": many("account.tax")},
	"account.tax":     {"name": word},
	"product.uom":     {"symbol": word},
	"product.product": {"name": word, "code": word},
	"account.move":    {"company": one("company.company"), "number": word, "description": word, "origin": word, "state": word, "journal": one("account.journal"), "create_uid": number},
	"account.move.line": {"move": one("account.move"), "company": one("company.company"), "journal": one("account.journal"), "move_state": word,
		"move_origin": word, "account": one("account.account"), "party": one("party.party"), "date": date, "debit": amount, "credit": amount,
		"currency": one("currency.currency"), "amount_second_currency": amount, "second_currency": one("currency.currency"),
		"maturity_date": date, "reconciliation": one("account.move.reconciliation"), "invoice_payments": many("account.invoice")},
	"account.move.reconciliation": {"lines": many("account.move.line")},
	"sale.subscription": {"company": one("company.company"), "party": one("party.party"), "number": word, "reference": word, "description": word,
		"state": word, "currency": one("currency.currency"), "start_date": date, "end_date": date, "lines": many("sale.subscription.line")},
	"sale.subscription.line": {"subscription": one("sale.subscription"), "quantity": count, "unit_price": amount, "unit": one("product.uom"),
		"description": word, "service": one("sale.subscription.service"), "start_date": date, "end_date": date,
		"consumption_recurrence": one("sale.subscription.recurrence.rule.set"), "asset_lot": one("stock.lot")},
	"sale.subscription.service":             {"product": one("product.product")},
	"sale.subscription.recurrence.rule.set": {"rec_name": word, "rules": many("sale.subscription.recurrence.rule")},
	"sale.subscription.recurrence.rule":     {"freq": word, "interval": number},
	"stock.lot": {"number": word, "product": one("product.product"), "subscribed": one("sale.subscription.line"),
		"subscription_lines": many("sale.subscription.line")},
}

func init() {
	for _, fields := range schema {
		fields["id"], fields["create_date"], fields["write_date"] = number, moment, moment
	}
}

// back names the field of the target that leads back, for lists that are not kept.
var back = map[string]string{
	"party.party.contact_mechanisms": "party", "party.party.identifiers": "party", "account.invoice.lines": "invoice",
	"sale.subscription.lines": "subscription", "account.move.reconciliation.lines": "reconciliation", "stock.lot.subscription_lines": "asset_lot",
}

// through names where a field is read that belongs to another row.
var through = map[string]string{
	"account.move.line.company": "move", "account.move.line.journal": "move", "account.move.line.move_state": "move.state",
	"account.move.line.move_origin": "move.origin",
}

// row returns a row by its id, or nil.
func (f *Fake) row(model string, id int64) row {
	rows := f.rows[model]
	at, found := slices.BinarySearchFunc(rows, id, func(r row, id int64) int { return cmp.Compare(r["id"].(int64), id) })
	if !found {
		return nil
	}
	return rows[at]
}

// ids are the rows that a field leads to.
func (f *Fake) ids(model string, r row, name string) []int64 {
	switch v := f.get(model, r, name).(type) {
	case int64:
		return []int64{v}
	case []int64:
		return v
	default:
		return nil
	}
}

// get returns the value of a field, nil for nothing.
func (f *Fake) get(model string, r row, name string) any {
	key := model + "." + name
	if path, ok := through[key]; ok {
		step, rest, found := strings.Cut(path, ".")
		if !found {
			rest = name
		}
		id, _ := r[step].(int64)
		if to := f.row(schema[model][step].target, id); to != nil {
			return to[rest]
		}
		return nil
	}
	target := schema[model][name].target
	if by, ok := back[key]; ok {
		return f.leading(target, by, r["id"])
	}
	switch key {
	case "account.move.line.invoice_payments":
		var out []int64
		for _, bill := range f.rows["account.invoice"] {
			if slices.Contains(listed(bill["payment_lines"]), r["id"].(int64)) {
				out = append(out, bill["id"].(int64))
			}
		}
		return out
	case "account.invoice.amount_to_pay":
		return f.owed(r)
	case "stock.lot.subscribed":
		for _, id := range f.leading(target, "asset_lot", r["id"]) {
			sub, _ := f.row(target, id)["subscription"].(int64)
			if f.row("sale.subscription", sub)["state"] == "running" {
				return id
			}
		}
		return nil
	default:
		return r[name]
	}
}

func (f *Fake) leading(model, by string, to any) []int64 {
	out := []int64{}
	for _, r := range f.rows[model] {
		if r[by] == to {
			out = append(out, r["id"].(int64))
		}
	}
	return out
}

func listed(v any) []int64 {
	list, _ := v.([]int64)
	return list
}

// owed is what is still to be paid of a posted invoice.
func (f *Fake) owed(bill row) *big.Rat {
	if bill["state"] != "posted" {
		return new(big.Rat)
	}
	sum := new(big.Rat).Set(bill["total_amount"].(*big.Rat))
	for _, id := range listed(bill["payment_lines"]) {
		line := f.row("account.move.line", id)
		sum.Sub(sum, line["credit"].(*big.Rat))
		sum.Add(sum, line["debit"].(*big.Rat))
	}
	return sum
}

// project reads the fields that were asked for. Those with a point come nested,
// under the name of the field and a point.
func (c *call) project(model string, r row, fields []string) (map[string]any, error) {
	out := map[string]any{"id": r["id"]}
	nested := map[string][]string{}
	for _, path := range fields {
		name, rest, found := strings.Cut(path, ".")
		f, known := schema[model][name]
		switch {
		case !known || c.without[model+"."+name]:
			return nil, keyError(name)
		case found:
			nested[name] = append(nested[name], rest)
		default:
			v := c.get(model, r, name)
			if data, ok := v.([]byte); ok && c.context[model+"."+name] == "size" {
				v = int64(len(data))
			}
			out[name] = encode(f.kind, v)
		}
	}
	for name, paths := range nested {
		f := schema[model][name]
		list := []any{}
		for _, id := range c.ids(model, r, name) {
			inner, err := c.project(f.target, c.row(f.target, id), paths)
			if err != nil {
				return nil, err
			}
			list = append(list, inner)
		}
		switch {
		case f.many:
			out[name+"."] = list
		case len(list) == 0:
			out[name+"."] = nil
		default:
			out[name+"."] = list[0]
		}
	}
	return out, nil
}

// encode writes a value as the original does. SQLite knows no booleans.
func encode(kind string, v any) any {
	switch t := v.(type) {
	case bool:
		if t {
			return 1
		}
		return 0
	case *big.Rat:
		return map[string]any{"__class__": "Decimal", "decimal": digits(t)}
	case []byte:
		return map[string]any{"__class__": "bytes", "base64": base64.StdEncoding.EncodeToString(t)}
	case time.Time:
		out := map[string]any{"__class__": kind, "year": t.Year(), "month": int(t.Month()), "day": t.Day()}
		if kind == "datetime" {
			out["hour"], out["minute"], out["second"], out["microsecond"] = t.Hour(), t.Minute(), t.Second(), t.Nanosecond()/1000
		}
		return out
	default:
		return v
	}
}

func digits(n *big.Rat) string {
	if n.Sign() == 0 {
		return "0"
	}
	return n.FloatString(2)
}

// decode reads a value as the original does.
func decode(raw any) (any, error) {
	switch t := raw.(type) {
	case float64:
		return int64(t), nil
	case []any:
		out := make([]any, len(t))
		for i := range t {
			var err error
			if out[i], err = decode(t[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		part := func(name string) int { n, _ := t[name].(float64); return int(n) }
		switch t["__class__"] {
		case "Decimal":
			text, _ := t["decimal"].(string)
			n, ok := new(big.Rat).SetString(text)
			if !ok {
				return nil, crash("[<class 'decimal.ConversionSyntax'>]")
			}
			return n, nil
		case "date", "datetime":
			return time.Date(part("year"), time.Month(part("month")), part("day"), part("hour"), part("minute"), part("second"), part("microsecond")*1000, time.UTC), nil
		}
		return nil, crash("unhashable type: 'dict'")
	default:
		return t, nil
	}
}
