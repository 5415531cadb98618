package tryton

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/remote"
)

const wizardName = "wizard.account.invoice.pay."

// wizard is Tryton's dialogue "Pay Invoice", filled in and not sent.
type wizard struct {
	*paying
	id    int64
	start map[string]any
}

// wizard opens the dialogue. That books nothing; Tryton drops what is left open.
func (p *paying) wizard(ctx context.Context) (*wizard, error) {
	method, err := p.method(ctx)
	if err != nil {
		return nil, err
	}
	raw, err := p.get(ctx, "model.account.invoice.search_read",
		append([]any{among([]int64{p.invoice})}, sold(p.session, "posted")...), 0, 1, nil,
		[]string{"currency.code", "currency.digits", "account"}, p.context(nil))
	if err != nil {
		return nil, err
	}
	var rows []json.RawMessage
	if json.Unmarshal(raw, &rows) != nil {
		return nil, broken("read the invoice", fmt.Errorf("it is no list"))
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.Conflict, "This invoice is paid or was cancelled meanwhile.")
	}
	bill := read(rows[0])
	currency := bill.sub("currency")
	w := &wizard{paying: p, start: map[string]any{
		"payment_method": method, "date": dateOf(p.date), "amount": decimalOf(p.amount), "currency": currency.id("id"),
		"currency_digits": currency.id("digits"), "company": p.who.company, "invoice_account": bill.id("account"),
		"description": p.description(),
	}}
	places := int(currency.id("digits"))
	if code := currency.text("code"); *bill.err != nil {
		return nil, broken("read the invoice", *bill.err)
	} else if code != p.currency {
		return nil, fault.Newf(fault.Conflict, "This invoice is in %s.", code)
	}
	if decimals(p.amount) > places {
		return nil, fault.Newf(fault.Invalid, "An amount in %s has at most %d decimals.", p.currency, places)
	}
	// It makes a row of a dialogue and no booking, so that it may be sent again.
	if raw, err = p.get(ctx, wizardName+"create", p.about()); err != nil {
		return nil, err
	}
	var made []json.RawMessage
	if json.Unmarshal(raw, &made) != nil || len(made) == 0 || json.Unmarshal(made[0], &w.id) != nil {
		return nil, broken("open the payment dialogue", fmt.Errorf("it has no number"))
	}
	return w, nil
}

// about is the context of a dialogue about the invoice.
func (p *paying) about() map[string]any {
	return p.context(map[string]any{"active_model": "account.invoice", "active_id": p.invoice, "active_ids": []int64{p.invoice}})
}

// pay confirms the dialogue. All that is owed is booked at once; for a part of it
// Tryton asks back what the rest is, and is told that it stays open.
func (w *wizard) pay(ctx context.Context) remote.Outcome {
	data := map[string]any{"start": w.start}
	view, err := w.execute(ctx, data, "choice")
	if err != nil || view == nil {
		return settled(err)
	}
	ask := maps.Clone(view)
	if ask["type"] != "partial" {
		w.close(ctx)
		return remote.Outcome{Verdict: remote.Retry, Reason: "The invoice was paid by somebody else at the same moment; we look again.",
			Cause: fmt.Errorf("the dialogue asks about a rest of type %v", ask["type"])}
	}
	data["ask"] = ask
	view, err = w.execute(ctx, data, "pay")
	if err == nil && view != nil {
		return remote.Outcome{Verdict: remote.Unknown, Cause: fmt.Errorf("the dialogue asks once more")}
	}
	return settled(err)
}

// execute sends one step, and returns what the next asks, with its answers
// preset; nil when nothing is asked any more.
func (w *wizard) execute(ctx context.Context, data map[string]any, step string) (map[string]any, error) {
	raw, err := w.do(ctx, wizardName+"execute", w.id, data, step, w.about())
	if err != nil {
		return nil, err
	}
	var got struct {
		View *struct {
			State    string
			Defaults map[string]any
		}
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return nil, broken("read the payment dialogue", err)
	}
	if got.View == nil {
		return nil, nil
	}
	if got.View.State != "ask" || got.View.Defaults == nil {
		return nil, broken("read the payment dialogue", fmt.Errorf("it went to %q", clip(got.View.State, 40)))
	}
	// What only describes an answer ("company.rec_name") is not one.
	maps.DeleteFunc(got.View.Defaults, func(name string, _ any) bool { return strings.Contains(name, ".") })
	return got.View.Defaults, nil
}

// close drops the dialogue. Tryton does so by itself, too, later.
func (w *wizard) close(ctx context.Context) {
	if _, err := w.do(ctx, wizardName+"delete", w.id, map[string]any{}); err != nil {
		w.conn.Log.InfoContext(ctx, "a payment dialogue stays open", "error", err)
	}
}

// settled is what the end of the dialogue means. What Tryton refuses it has undone;
// of a failure of its own nobody knows when it happened.
func settled(err error) remote.Outcome {
	if err == nil {
		return remote.Outcome{Verdict: remote.Done}
	}
	r, told := refused(err)
	switch {
	case !told:
		return rest.Sent(err)
	case r.kind == "UserError":
		out := rest.Unsent(err)
		out.Verdict, out.Reason = remote.Rejected, "The accounting system does not take this payment; the provider has to look at it there."
		return out
	case r.kind == "":
		out := rest.Sent(err)
		out.Verdict = remote.Unknown
		return out
	default:
		return rest.Unsent(err)
	}
}
