package tryton

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/big"
	"strconv"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// find returns the payment that carries the action's reference, or nil. Only a
// payment of this invoice that our own user made counts.
func (p *paying) find(ctx context.Context) (*record.Record, error) {
	q := payments.query(p.session, false)
	q.domain = append([]any{
		[]any{"move.description", "like", p.a.Ref + "%"},
		[]any{"move.origin", "=", fmt.Sprintf("account.invoice,%d", p.invoice)},
	}, q.domain...)
	var found *record.Record
	err := p.each(ctx, q, 0, func(page rowsPage) error {
		for i, raw := range page.rows {
			var out remote.Page
			r := read(raw)
			payments.into(p.session, r, page.ids[i], &out)
			if *r.err != nil {
				return broken("read the payment", *r.err)
			}
			for i := range out.Records {
				if body, ok := out.Records[i].Body.(record.Payment); ok && body.ActionRef == p.a.Ref {
					found = &out.Records[i]
				}
			}
		}
		return nil
	})
	return found, err
}

func unknown(err error) remote.Outcome {
	return remote.Outcome{Verdict: remote.Unknown, Reason: fault.Public(err), Cause: err, After: fault.RetryAfter(err)}
}

// Probe implements remote.Connector.
func (c *Connector) Probe(ctx context.Context, conn remote.Conn, a action.Action) remote.Outcome {
	p, err := c.paying(ctx, conn, a)
	if err != nil {
		return unknown(err)
	}
	found, err := p.find(ctx)
	switch {
	case err != nil:
		return unknown(err)
	case found == nil:
		return remote.Outcome{Verdict: remote.Retry}
	default:
		return remote.Outcome{Verdict: remote.Done, Reference: found.External}
	}
}

// Confirm implements remote.Connector: the payment is there, of the amount that was
// meant, and the invoice's balance has come down by it.
func (c *Connector) Confirm(ctx context.Context, conn remote.Conn, a action.Action) remote.Outcome {
	p, err := c.paying(ctx, conn, a)
	if err != nil {
		return unknown(err)
	}
	records, err := p.again(ctx, invoices, []int64{p.invoice})
	if err != nil {
		return unknown(err)
	}
	found, err := p.find(ctx)
	if err != nil {
		return unknown(err)
	}
	out := remote.Outcome{Verdict: remote.Retry, Records: records}
	if found == nil {
		return out
	}
	out.Records, out.Reference = append(out.Records, *found), found.External
	bill, there := invoiceOf(records)
	payment, _ := found.Body.(record.Payment)
	if !there || payment.Currency != p.currency || !equal(payment.Amount, p.amount) {
		out.Cause = fmt.Errorf("the payment in Tryton is of another amount, or its invoice is gone")
		return out
	}
	if was, now := exact(record.Decimal(a.Mark)), exact(bill.Balance); was != nil && now != nil && now.Cmp(new(big.Rat).Sub(was, exact(p.amount))) > 0 {
		out.Cause = fmt.Errorf("the balance is %s and was %s", bill.Balance, a.Mark)
		return out
	}
	out.Verdict = remote.Done
	return out
}

func equal(a, b record.Decimal) bool {
	x, y := exact(a), exact(b)
	return x != nil && y != nil && x.Cmp(y) == 0
}

// Open implements remote.Connector: the printed form of an invoice that clients
// may see, as Tryton keeps it.
func (c *Connector) Open(ctx context.Context, conn remote.Conn, ref record.Ref) (io.ReadCloser, error) {
	id, err := strconv.ParseInt(ref.External, 10, 64)
	if err != nil || ref.Kind != record.KindAttachment {
		return nil, fault.New(fault.NotFound, "Tryton has no such file.")
	}
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return nil, err
	}
	if s.who, err = s.door.enter(ctx, s); err != nil {
		return nil, err
	}
	q := query{model: invoices.model, domain: append([]any{among([]int64{id})}, sold(s, "posted", "paid")...), fields: []string{"invoice_report_cache"}}
	page, err := s.page(ctx, q, 0)
	if err != nil {
		return nil, fault.At("fetch file", err)
	}
	if len(page.rows) == 0 {
		return nil, fault.New(fault.NotFound, "Tryton has no such file.")
	}
	r := read(page.rows[0])
	data := r.bytes("invoice_report_cache")
	if *r.err != nil {
		return nil, broken("fetch file", *r.err)
	}
	if len(data) == 0 {
		return nil, fault.New(fault.NotFound, "Tryton has no such file.")
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}
