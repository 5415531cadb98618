package api

import (
	"net/http"
	"slices"
	"time"

	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/record"
)

// Invoice is a bill or a credit note as a list shows it. Amounts are exact decimal
// text in its currency.
type Invoice struct {
	ID     string `json:"id" format:"uuid"`
	Number string `json:"number"`
	Credit bool   `json:"credit" doc:"A credit note; its amounts are positive."`
	Title  string `json:"title,omitempty"`
	Status
	Currency  string    `json:"currency" doc:"ISO 4217."`
	Net       string    `json:"net,omitempty"`
	Tax       string    `json:"tax,omitempty"`
	Total     string    `json:"total"`
	Owed      string    `json:"owed" doc:"What is still to be paid of it; of a credit note, what can still be used."`
	OwedTold  bool      `json:"owed_told" doc:"The source said so itself; otherwise it follows from the state and the total."`
	Reference string    `json:"reference,omitempty" doc:"The client's own: a purchase order."`
	Issued    string    `json:"issued,omitempty" format:"date"`
	Due       string    `json:"due,omitempty" format:"date"`
	PayURL    string    `json:"pay_url,omitempty" doc:"Where the client pays it, at the source."`
	Contract  string    `json:"contract_source_id,omitempty" doc:"The source's id of the contract that it bills."`
	Updated   time.Time `json:"updated_at,omitzero" doc:"By the source's clock."`
	Fact
}

// WholeInvoice is an invoice with its lines, files and payments.
type WholeInvoice struct {
	Invoice
	Customs
	Version  string        `json:"version" doc:"Send it as base with a payment, which is then refused when the invoice has changed."`
	Lines    []Line        `json:"lines"`
	Files    []File        `json:"files" doc:"Its PDF and whatever else the source keeps with it."`
	Payments []PaymentPart `json:"payments" doc:"What settles it, the newest first."`
}

// Line is one position of an invoice or a quote.
type Line struct {
	Text     string `json:"text,omitempty"`
	Quantity string `json:"quantity,omitempty"`
	Unit     string `json:"unit,omitempty"`
	Price    string `json:"price,omitempty" doc:"Of one unit, before tax."`
	Net      string `json:"net,omitempty"`
	Tax      string `json:"tax,omitempty"`
	TaxName  string `json:"tax_name,omitempty"`
	Ticket   string `json:"ticket_source_id,omitempty" doc:"The source's id of the request that it bills."`
	Contract string `json:"contract_source_id,omitempty"`
	Project  string `json:"project_source_id,omitempty"`
}

// Payment is money that a client paid.
type Payment struct {
	ID        string `json:"id" format:"uuid"`
	Reference string `json:"reference,omitempty"`
	Refund    bool   `json:"refund" doc:"The client got it back."`
	Status
	Method   string    `json:"method,omitempty"`
	Currency string    `json:"currency" doc:"ISO 4217."`
	Amount   string    `json:"amount"`
	Paid     string    `json:"paid,omitempty" format:"date"`
	Applied  []Applied `json:"applied,omitempty" doc:"Which invoices it settles; what is left over is money on account."`
	Action   string    `json:"action_ref,omitempty" doc:"The reference of the action that recorded it."`
	Updated  time.Time `json:"updated_at,omitzero"`
	Fact
}

// Applied is the part of a payment that settles an invoice.
type Applied struct {
	Invoice string `json:"invoice_source_id" doc:"The source's id of the invoice."`
	Amount  string `json:"amount,omitempty" doc:"Missing when the source does not tell."`
}

// PaymentPart is a payment with what it settles of one invoice.
type PaymentPart struct {
	Payment
	Part string `json:"part" doc:"Of the invoice; the whole payment when the source does not tell."`
}

type invoiceList struct {
	Invoices []Invoice `json:"invoices"`
	Next     string    `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

type paymentList struct {
	Payments []Payment `json:"payments"`
	Next     string    `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

func (a *API) invoiceDoors() []Door {
	const one = inAccount + "/invoices/{invoice}"
	return []Door{
		{Method: http.MethodGet, Path: inAccount + "/invoices", Scope: apikey.InvoicesRead, Name: "listInvoices", Summary: "List invoices and credit notes",
			Text: "The newest first. Drafts and voided ones are not there.", Query: stateQuery{}, Status: http.StatusOK, Out: invoiceList{}, handle: a.listInvoices},
		{Method: http.MethodGet, Path: one, Scope: apikey.InvoicesRead, Name: "readInvoice", Summary: "Read an invoice",
			Text: "With its lines, its files and the payments that settle it.", Status: http.StatusOK, Out: WholeInvoice{}, handle: a.readInvoice},
		{Method: http.MethodGet, Path: one + "/files/{file}", Scope: apikey.InvoicesRead, Name: "downloadInvoiceFile", Summary: "Download a file of an invoice",
			Text: "Its PDF, for example.", Status: http.StatusOK, Out: Bytes{}, handle: func(r *http.Request, c Caller) (any, error) {
				return a.fileOf(r, c, record.KindInvoice, "invoice")
			}},
		{Method: http.MethodGet, Path: inAccount + "/payments", Scope: apikey.InvoicesRead, Name: "listPayments", Summary: "List payments",
			Text: "The newest first.", Query: stateQuery{}, Status: http.StatusOK, Out: paymentList{}, handle: a.listPayments},
		{Method: http.MethodGet, Path: inAccount + "/payments/{payment}", Scope: apikey.InvoicesRead, Name: "readPayment", Summary: "Read a payment",
			Status: http.StatusOK, Out: Payment{}, handle: a.readPayment},
	}
}

func (a *API) invoiceOf(d record.Detail) (Invoice, error) {
	b, err := bodyAs[record.Invoice](d)
	owed, told := b.Owed(d.State)
	return Invoice{ID: d.ID.String(), Number: b.Number, Credit: b.Credit, Title: b.Title, Status: statusOf(d.Row), Currency: b.Currency,
		Net: string(b.Net), Tax: string(b.Tax), Total: string(b.Total), Owed: string(owed), OwedTold: told, Reference: b.Reference,
		Issued: dayOf(b.Issued), Due: dayOf(b.Due), PayURL: b.PayURL, Contract: b.Contract, Updated: d.Updated.UTC(), Fact: a.fact(d.Stamp)}, err
}

func linesOf(list []record.Line) []Line {
	out := make([]Line, len(list))
	for i, l := range list {
		out[i] = Line{l.Text, string(l.Quantity), l.Unit, string(l.Price), string(l.Net), string(l.Tax), l.TaxName, l.Ticket, l.Contract, l.Project}
	}
	return out
}

func (a *API) listInvoices(r *http.Request, c Caller) (any, error) {
	var q stateQuery
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	list, next, err := listWhole(a, r, c, q.paging, q.of(record.KindInvoice), a.invoiceOf)
	return invoiceList{list, next}, err
}

func (a *API) readInvoice(r *http.Request, c Caller) (any, error) {
	d, body, err := readOne[record.Invoice](a, r, c, "invoice")
	if err != nil {
		return nil, err
	}
	out := WholeInvoice{Customs: customsOf(d), Version: d.Base, Lines: linesOf(body.Lines), Payments: []PaymentPart{}}
	if out.Invoice, err = a.invoiceOf(d); err != nil {
		return nil, err
	}
	if out.Files, err = a.filesOf(r, c, d.ID); err != nil {
		return nil, err
	}
	out.Payments, err = a.paymentsOf(r, c, d)
	return out, err
}

func (a *API) paymentOf(d record.Detail) (Payment, error) {
	b, err := bodyAs[record.Payment](d)
	out := Payment{ID: d.ID.String(), Reference: b.Reference, Refund: b.Refund, Status: statusOf(d.Row), Method: b.Method, Currency: b.Currency,
		Amount: string(b.Amount), Paid: dayOf(b.Paid), Action: b.ActionRef, Updated: d.Updated.UTC(), Fact: a.fact(d.Stamp)}
	for _, x := range b.Applied {
		out.Applied = append(out.Applied, Applied{x.Invoice, string(x.Amount)})
	}
	return out, err
}

// mostPayments is how many payments of an account are looked through for those of
// one invoice, the newest first.
const mostPayments = 5000

// paymentsOf are the payments that settle an invoice.
func (a *API) paymentsOf(r *http.Request, c Caller, of record.Detail) ([]PaymentPart, error) {
	out := []PaymentPart{}
	q := record.Query{Kind: record.KindPayment, Limit: most}
	for range mostPayments / most {
		page, err := a.o.Papers.Whole(r.Context(), c.Scope, c.Account, q)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Details {
			body, err := bodyAs[record.Payment](d)
			if err != nil {
				return nil, err
			}
			at := slices.IndexFunc(body.Applied, func(x record.Applied) bool { return x.Invoice == of.Stamp.External })
			if at < 0 || d.Stamp.Connection != of.Stamp.Connection {
				continue
			}
			one := PaymentPart{Part: string(body.Applied[at].Amount)}
			if one.Payment, err = a.paymentOf(d); err != nil {
				return nil, err
			}
			if one.Part == "" {
				one.Part = one.Amount
			}
			out = append(out, one)
		}
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
	}
	return nil, fault.New(fault.TooLarge, "This account has more payments than can be looked through here. Read the list of payments.")
}

func (a *API) listPayments(r *http.Request, c Caller) (any, error) {
	var q stateQuery
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	list, next, err := listWhole(a, r, c, q.paging, q.of(record.KindPayment), a.paymentOf)
	return paymentList{list, next}, err
}

func (a *API) readPayment(r *http.Request, c Caller) (any, error) {
	d, _, err := readOne[record.Payment](a, r, c, "payment")
	if err != nil {
		return nil, err
	}
	return a.paymentOf(d)
}
