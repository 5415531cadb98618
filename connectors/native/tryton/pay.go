package tryton

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"portico/connectors/rest"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// A payment is made by the wizard that people use. Its description, which Tryton
// keeps on the move, begins with the action's reference: that is where it is
// found again.

// paying is one payment under way.
type paying struct {
	*session
	a        action.Action
	invoice  int64
	amount   record.Decimal
	currency string
	date     time.Time
}

var digits = regexp.MustCompile(`^[0-9]{1,13}(\.[0-9]{1,6})?$`)

func (c *Connector) paying(ctx context.Context, conn remote.Conn, a action.Action) (*paying, error) {
	if a.Kind != action.PaymentRecord {
		return nil, fault.New(fault.Invalid, "Tryton cannot do this.")
	}
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return nil, err
	}
	p := &paying{session: s, a: a, currency: a.Input.Fields[action.FieldCurrency], amount: record.Decimal(a.Input.Fields[action.FieldAmount])}
	if n := exact(p.amount); !digits.MatchString(string(p.amount)) || n == nil || n.Sign() <= 0 {
		return nil, fault.New(fault.Invalid, "The amount of a payment is a number above zero, like 1190.00.")
	}
	if p.invoice, err = strconv.ParseInt(a.External, 10, 64); err != nil {
		return nil, fault.New(fault.Invalid, "This is no invoice of Tryton.")
	}
	if p.date, err = time.Parse(time.DateOnly, a.Input.Fields[action.FieldDate]); err != nil {
		return nil, fault.New(fault.Invalid, "The day of a payment is missing or is no date.")
	}
	p.who, err = p.door.enter(ctx, s)
	return p, err
}

// Prepare implements remote.Connector. The mark is the balance before the payment.
func (c *Connector) Prepare(ctx context.Context, conn remote.Conn, a action.Action) (string, remote.Outcome) {
	p, err := c.paying(ctx, conn, a)
	if err != nil {
		return "", rest.Unsent(err)
	}
	records, err := p.again(ctx, invoices, []int64{p.invoice})
	if err != nil {
		return "", rest.Unsent(err)
	}
	bill, ok := invoiceOf(records)
	if !ok {
		return "", remote.Outcome{Verdict: remote.Conflict, Reason: "This invoice was cancelled or taken away meanwhile.",
			Diff: []remote.Difference{{Field: "status", Was: seenStatus(a), Now: "cancelled"}}}
	}
	if out := p.allowed(bill, records); out.Verdict != remote.Done {
		return "", out
	}
	if _, err := p.method(ctx); err != nil {
		return "", rest.Unsent(err)
	}
	return string(bill.Balance), remote.Outcome{Verdict: remote.Done}
}

// allowed holds a payment against the invoice as it is now.
func (p *paying) allowed(bill record.Invoice, records []record.Record) remote.Outcome {
	balance := exact(bill.Balance)
	conflict := func(reason, field, was, now string) remote.Outcome {
		return remote.Outcome{Verdict: remote.Conflict, Reason: reason, Records: records,
			Diff: []remote.Difference{{Field: field, Was: was, Now: now}}}
	}
	switch {
	case bill.Credit:
		return remote.Outcome{Verdict: remote.Rejected, Reason: "This is a credit note; nothing is to be paid on it."}
	case balance == nil || balance.Sign() <= 0:
		return conflict("This invoice is paid already.", "status", seenStatus(p.a), bill.Status)
	case bill.Currency != p.currency:
		return conflict(fmt.Sprintf("This invoice is in %s.", bill.Currency), "currency", p.currency, bill.Currency)
	case exact(p.amount).Cmp(balance) > 0:
		return remote.Outcome{Verdict: remote.Rejected, Records: records,
			Reason: fmt.Sprintf("%s %s is more than what is still open: %s %s.", p.amount, p.currency, bill.Balance, bill.Currency)}
	default:
		return remote.Outcome{Verdict: remote.Done}
	}
}

// seenStatus is the status that the person saw.
func seenStatus(a action.Action) string {
	status, _, _ := strings.Cut(a.Base, "@")
	return status
}

func invoiceOf(records []record.Record) (record.Invoice, bool) {
	for _, r := range records {
		if bill, ok := r.Body.(record.Invoice); ok {
			return bill, true
		}
	}
	return record.Invoice{}, false
}

// method finds the payment method: the one that the person named when Tryton has
// it, else the connection's, else the only one.
func (p *paying) method(ctx context.Context) (int64, error) {
	raw, err := p.get(ctx, "model.account.invoice.payment.method.search_read",
		[]any{[]any{"company", "=", p.who.company}}, 0, 1000, []any{[]any{"id", "ASC"}}, []string{"name"}, p.context(nil))
	if err != nil {
		return 0, err
	}
	var rows []json.RawMessage
	if json.Unmarshal(raw, &rows) != nil {
		return 0, broken("read payment methods", fmt.Errorf("they are no list"))
	}
	ids, names := map[string]int64{}, []string{}
	for _, one := range rows {
		r := read(one)
		name := r.text("name")
		names, ids[strings.ToLower(name)] = append(names, name), r.id("id")
		if *r.err != nil {
			return 0, broken("read payment methods", *r.err)
		}
	}
	for _, name := range []string{p.a.Input.Fields[action.FieldMethod], p.settings[fieldMethod]} {
		if id := ids[strings.ToLower(name)]; id != 0 {
			return id, nil
		}
	}
	if len(rows) == 1 && p.settings[fieldMethod] == "" {
		return ids[strings.ToLower(names[0])], nil
	}
	return 0, fault.New(fault.Setup, "The connection does not say which of Tryton's payment methods to use; there is "+strings.Join(names, ", ")+".").
		Field(fieldMethod, "One of: "+strings.Join(names, ", ")+".")
}

// description is what the move says: the reference, then the client's own words.
func (p *paying) description() string {
	words := strings.Join(strings.Fields(clean(p.a.Input.Fields[action.FieldReference])), " ")
	return strings.TrimSpace(p.a.Ref + " " + clip(words, 200))
}

// Act implements remote.Connector.
func (c *Connector) Act(ctx context.Context, conn remote.Conn, a action.Action) remote.Outcome {
	p, err := c.paying(ctx, conn, a)
	if err != nil {
		return rest.Unsent(err)
	}
	w, err := p.wizard(ctx)
	if err != nil {
		return rest.Unsent(err)
	}
	if out := w.pay(ctx); out.Verdict != remote.Done {
		return out
	}
	w.close(ctx)
	out := remote.Outcome{Verdict: remote.Done}
	if found, err := p.find(ctx); err == nil && found != nil {
		out.Reference = found.External
	}
	return out
}
