package invoices

import (
	"net/http"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// payInput is what the form of a payment posts. The currency is never asked for.
type payInput struct {
	Key    string `form:"key" validate:"required,uuid"`
	Base   string `form:"base" validate:"required,max=500"`
	Amount string `form:"amount" validate:"required,max=40"`
	Date   string `form:"date" validate:"required,datetime=2006-01-02"`
	Method string `form:"method" validate:"max=120"`
	Remark string `form:"reference" validate:"max=250"`
	// What the reader had before them.
	SawBalance string `form:"saw_balance" validate:"max=60"`
	SawStatus  string `form:"saw_status" validate:"max=200"`
}

// Pay records that an invoice was paid: POST /a/{account}/invoices/{id}/pay. When
// the invoice has changed since it was seen, nothing is done: what differs is shown,
// and asked again.
func (p *Pages) Pay(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	d, body, err := p.invoiceOf(r, s)
	if err != nil {
		return err
	}
	var in payInput
	if err = form.Decode(w, r, &in); err == nil {
		err = payable(in, record.NewBill(d.Row, body), d.Base)
	}
	var a action.Action
	if err == nil {
		a, err = p.o.Actions.Submit(r.Context(), s, action.Draft{
			Account: s.Account(), Kind: action.PaymentRecord, Target: d.ID, Base: in.Base, Key: in.Key,
			Input: action.Input{Fields: fields(in, body.Currency)},
		})
	}
	if err != nil {
		return p.again(w, r, s, in, err)
	}
	http.Redirect(w, r, invoicePath(d.Row)+ui.ProgressAnchor(a.ID), http.StatusSeeOther)
	return nil
}

// fields are the answers under the names that connectors know; what was left empty
// is left out.
func fields(in payInput, currency string) map[string]string {
	out := map[string]string{action.FieldAmount: exact(in.Amount), action.FieldCurrency: currency, action.FieldDate: in.Date}
	for name, value := range map[string]string{action.FieldMethod: in.Method, action.FieldReference: in.Remark} {
		if value != "" {
			out[name] = value
		}
	}
	return out
}

// exact takes a comma before the cents for a point, as it is typed in much of Europe.
// Anything less plain is left to be refused.
func exact(amount string) string {
	if strings.Count(amount, ",") == 1 && !strings.Contains(amount, ".") && len(amount)-strings.IndexByte(amount, ',') <= 3 {
		return strings.Replace(amount, ",", ".", 1)
	}
	return amount
}

// payable refuses more than is open. Whoever saw another version is told what has
// changed first.
func payable(in payInput, b record.Bill, base string) error {
	if in.Base == base && action.CheckInput(action.PaymentRecord, action.Input{Fields: fields(in, b.Currency)}) == nil && record.Decimal(exact(in.Amount)).Cmp(b.Left) > 0 {
		return fault.New(fault.Invalid, "Please correct what is marked.").Field("amount", "That is more than is open.")
	}
	return nil
}

// again shows the invoice as it is now with what was typed and what is wrong with it.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, s access.Scope, in payInput, problem error) error {
	status := http.StatusUnprocessableEntity
	switch fault.KindOf(problem) {
	case fault.Conflict:
		status = http.StatusConflict
	case fault.Invalid:
	default:
		return problem
	}
	v, err := p.detail(r, s)
	if err != nil {
		return err
	}
	v.Pay.Date, v.Pay.Method, v.Pay.Remark, v.Pay.Open = in.Date, in.Method, in.Remark, true
	if status == http.StatusConflict {
		v.Stale = &staleView{Text: fault.Public(problem), Diffs: v.diffs(in)}
	} else {
		v.Pay.Amount, v.Pay.Problem, v.Pay.Problems = in.Amount, fault.Public(problem), fault.Fields(problem)
	}
	return ui.Show(w, r, status, detailPage(v))
}

// diffs says what a reader who pays late has not seen.
func (v detailView) diffs(in payInput) []ui.Diff {
	c := v.Chrome
	label, _ := status(c, v.Bill)
	return []ui.Diff{
		{What: c.T("invoices.column.open"), Was: in.SawBalance, Now: money(c, v.Bill.Left, v.Bill.Currency)},
		{What: c.T("invoices.column.status"), Was: in.SawStatus, Now: label},
	}
}
