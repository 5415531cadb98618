package invoices

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// paid is a payment that settles a part of an invoice.
type paid struct {
	record.Row
	record.Payment
	Part record.Decimal // of the invoice
}

// detailView is everything that the page of an invoice shows.
type detailView struct {
	Chrome   *ui.Chrome
	Bill     bill
	Custom   []record.Extra
	Base     string
	Hidden   bool // from clients, by a visibility rule
	Files    []record.File
	Payments []paid
	SeesPaid bool // payments may be seen
	Progress []ui.Progress
	Pay      payView
	Stale    *staleView
	Down     []ui.Down
}

// payView is the form that tells of a payment; May false shows none.
type payView struct {
	May      bool
	Key      string
	Amount   string
	Date     string
	Method   string
	Remark   string // what stands on the bank statement
	Open     bool   // the form is unfolded
	Problem  string
	Problems map[string]string
}

// staleView is what a payment that came too late is told.
type staleView struct {
	Text  string
	Diffs []ui.Diff
}

// Show serves one invoice: GET /a/{account}/invoices/{id}.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.detail(r, s)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, detailPage(v))
}

func notHere() error {
	return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
}

// invoiceOf reads the invoice that the address names.
func (p *Pages) invoiceOf(r *http.Request, s access.Scope) (record.Detail, record.Invoice, error) {
	id, err := record.ParseID(r.PathValue("id"))
	if err != nil {
		return record.Detail{}, record.Invoice{}, notHere()
	}
	d, err := p.o.Records.Detail(r.Context(), s, s.Account(), record.KindInvoice, id)
	if err != nil {
		return d, record.Invoice{}, err
	}
	body, ok := d.Body.(record.Invoice)
	if !ok {
		return d, body, fault.New(fault.Internal, "").Because("read invoice", errBody)
	}
	return d, body, nil
}

// detail reads everything that the page shows.
func (p *Pages) detail(r *http.Request, s access.Scope) (v detailView, err error) {
	ctx := r.Context()
	d, body, err := p.invoiceOf(r, s)
	if err != nil {
		return v, err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return v, err
	}
	asked, err := p.o.Actions.ActionsOn(ctx, s, s.Account(), d.ID)
	if err != nil {
		return v, err
	}
	c.Title = c.T(heading(body), body.Number)
	v = detailView{Chrome: c, Base: d.Base, Custom: d.Custom, Hidden: d.Hidden != "", SeesPaid: s.Sees(record.KindPayment), Progress: ui.OwnProgress(c, s, asked, d.Stamp.System)}
	way := underWay(asked, func(record.ID) time.Time { return d.Stamp.ReadAt })
	v.Bill = bill{record.NewBill(d.Row, body), way[d.ID]}
	if d.Stamp.Down != "" {
		v.Down = []ui.Down{{System: d.Stamp.System, Since: d.Stamp.DownSince, ReadAt: d.Stamp.ReadAt}}
	}
	if v.Files, err = p.o.Records.FilesOf(ctx, s, s.Account(), d.ID); err != nil {
		return v, err
	}
	if v.SeesPaid {
		if v.Payments, err = p.payments(r, s, d); err != nil {
			return v, err
		}
	}
	if s.Acts(record.KindInvoice) && v.Bill.Open() && v.Bill.Payment.ID.IsZero() && p.o.Able(ctx, d.Stamp.Connection, action.PaymentRecord) {
		v.Pay = payView{May: true, Key: uuid.NewString(), Amount: string(v.Bill.Left), Date: c.Today().Format(time.DateOnly)}
	}
	return v, nil
}

// payments are those that settle the invoice, the newest first.
func (p *Pages) payments(r *http.Request, s access.Scope, d record.Detail) ([]paid, error) {
	l, err := p.read(r.Context(), s, record.KindPayment)
	var out []paid
	for _, row := range l.rows {
		body, ok := row.Body.(record.Payment)
		if !ok || row.Stamp.Connection != d.Stamp.Connection {
			continue
		}
		at := slices.IndexFunc(body.Applied, func(a record.Applied) bool { return a.Invoice == d.Stamp.External })
		if at < 0 {
			continue
		}
		one := paid{Row: row.Row, Payment: body, Part: body.Applied[at].Amount}
		if one.Part == "" {
			one.Part = body.Amount
		}
		out = append(out, one)
	}
	return out, err
}

// heading is the key of the name of a bill.
func heading(i record.Invoice) string {
	if i.Credit {
		return "invoices.credit.number"
	}
	return "invoices.number"
}
