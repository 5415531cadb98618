package trytond

import (
	"encoding/json"
	"fmt"
	"math/big"
	"time"
)

// wizard is the dialogue that pays an invoice: it asks for the payment (start), and
// when that is not all that is owed, what the rest is (ask).
func (c *call) wizard(verb string) (any, error) {
	if c.user.denied["account.invoice.pay"] {
		return nil, userError("You are not allowed to execute wizard \"Pay Invoice\".")
	}
	switch verb {
	case "create":
		c.opened++
		c.wizards[c.opened] = c.user.id
		return []any{c.opened, "start", "end"}, nil
	case "execute":
		return c.execute()
	default:
		return nil, errNoMethod
	}
}

func (c *call) dropWizard() (any, error) {
	var id int64
	if err := c.param(0, &id); err != nil {
		return nil, err
	}
	delete(c.wizards, id)
	return nil, nil
}

// asked is what the dialogue was told.
type asked struct {
	amount      *big.Rat
	day         time.Time
	currency    int64
	description string
	rest        string // type of the answer to ask
}

func (c *call) execute() (any, error) {
	var id int64
	var data struct{ Start, Ask map[string]any }
	var step string
	for i, into := range []any{&id, &data, &step} {
		if err := c.param(i, into); err != nil {
			return nil, err
		}
	}
	if c.wizards[id] != c.user.id {
		return nil, userError("The record of the wizard was removed.")
	}
	invoice, _ := c.context["active_id"].(float64)
	bill := c.row("account.invoice", int64(invoice))
	if bill == nil || !c.mine("account.invoice", bill) {
		return nil, userError("You are not allowed to read records of \"Invoice\".")
	}
	told, err := c.told(bill, data.Start)
	if err != nil {
		return nil, err
	}
	told.rest, _ = data.Ask["type"].(string)
	switch step {
	case "choice":
		return c.choose(bill, told)
	case "pay":
		return c.pay(bill, told)
	default:
		return nil, crash("unknown state %q", step)
	}
}

// told checks the form of the payment.
func (c *call) told(bill row, start map[string]any) (asked, error) {
	out := asked{}
	values := map[string]any{}
	for name, raw := range start {
		v, err := decode(raw)
		if err != nil {
			return out, err
		}
		values[name] = v
	}
	var ok bool
	if out.amount, ok = values["amount"].(*big.Rat); !ok {
		return out, crash("conversion from float to Decimal is not supported")
	}
	if out.day, ok = values["date"].(time.Time); !ok {
		return out, userError("A value is required for field \"Date\" in \"Pay Invoice\".")
	}
	if out.day.Year() < 2020 {
		return out, userError("No open fiscal year or period can be found for %s.", out.day.Format(time.DateOnly))
	}
	out.currency, _ = values["currency"].(int64)
	out.description, _ = values["description"].(string)
	method, _ := values["payment_method"].(int64)
	if to := c.row("account.invoice.payment.method", method); to == nil || to["company"] != bill["company"] || out.currency != bill["currency"] {
		return out, userError("The value for field \"Payment Method\" in \"Pay Invoice\" is not valid according to its domain.")
	}
	return out, nil
}

func (c *call) choose(bill row, told asked) (any, error) {
	owed := c.owed(bill)
	if told.amount.Cmp(owed) == 0 && bill["state"] == "posted" {
		return c.pay(bill, told)
	}
	kind := "partial"
	if told.amount.Cmp(owed) > 0 {
		kind = "writeoff"
	}
	return map[string]any{"view": map[string]any{"state": "ask", "defaults": map[string]any{
		"type": kind, "amount": encode("decimal", told.amount), "currency": told.currency, "currency_digits": 2,
		"company": bill["company"], "company.": map[string]any{"rec_name": "Kestrel"}, "invoice": bill["id"],
		"lines_to_pay": listed(bill["lines_to_pay"]), "lines": []int64{}, "payment_lines": listed(bill["payment_lines"]),
		"date": encode("date", told.day), "currency_writeoff": told.currency, "currency_digits_writeoff": 2,
	}}}, nil
}

func (c *call) pay(bill row, told asked) (any, error) {
	owed := c.owed(bill)
	switch {
	case bill["state"] != "posted":
		return nil, userError("You cannot add or remove a payment on paid invoice %q.", bill["number"])
	case told.amount.Cmp(owed) > 0:
		return nil, userError("You cannot add a partial payment on invoice %q with an amount greater than the amount to pay.", bill["number"])
	case told.amount.Cmp(owed) < 0 && told.rest != "partial":
		return nil, userError("This fake pays in part or all.")
	}
	c.book(bill["id"].(int64), told.amount, [2]string{fmt.Sprint(c.last["account.move"] + 1), told.description}, told.day, c.now(), c.user.id)
	return json.RawMessage("{}"), nil
}
