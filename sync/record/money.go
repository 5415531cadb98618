package record

import "time"

// Decimal is an exact number in text, with a point: "1190.00", "-3.5". It keeps
// the decimals of the source; "" means that the source does not say. It is never
// turned into a floating-point number.
type Decimal string

// Invoice is a bill, or with Credit a credit note, that the provider has sent.
// Drafts and voided ones are not records: a connector leaves the first out and
// deletes the second. All amounts are in Currency.
type Invoice struct {
	Number   string  `json:"number" validate:"required,max=60"`
	Credit   bool    `json:"credit,omitempty"` // a credit note; its amounts are positive
	Title    string  `json:"title,omitempty" validate:"max=1000"`
	Status   string  `json:"status,omitempty" validate:"max=120"` // raw
	Currency string  `json:"currency" validate:"required,iso4217"`
	Net      Decimal `json:"net,omitempty" validate:"omitempty,numeric,max=40"`
	Tax      Decimal `json:"tax,omitempty" validate:"omitempty,numeric,max=40"`
	Total    Decimal `json:"total" validate:"required,numeric,max=40"`
	// Balance is what is still owed of it, as the source has it.
	Balance   Decimal   `json:"balance,omitempty" validate:"omitempty,numeric,max=40"`
	Reference string    `json:"reference,omitempty" validate:"max=250"` // the client's own: a PO number
	Issued    time.Time `json:"issued,omitzero"`                        // a date, midnight UTC
	Due       time.Time `json:"due,omitzero"`                           // a date, midnight UTC
	PayURL    string    `json:"pay_url,omitempty" validate:"omitempty,http_url,max=2000"`
	// Contract is the external id of the contract that it bills, or "".
	Contract string `json:"contract,omitempty" validate:"max=250"`
	Lines    []Line `json:"lines,omitempty" validate:"max=2000,dive"`
}

// Line is one position of an invoice or of a quote.
type Line struct {
	Text     string  `json:"text,omitempty" validate:"max=4000"`
	Quantity Decimal `json:"quantity,omitempty" validate:"omitempty,numeric,max=40"`
	Unit     string  `json:"unit,omitempty" validate:"max=60"`
	Price    Decimal `json:"price,omitempty" validate:"omitempty,numeric,max=40"` // of one unit, before tax
	Net      Decimal `json:"net,omitempty" validate:"omitempty,numeric,max=40"`
	Tax      Decimal `json:"tax,omitempty" validate:"omitempty,numeric,max=40"`
	TaxName  string  `json:"tax_name,omitempty" validate:"max=120"` // the rate, in the source's words
	// Ticket, Contract and Project are external ids of what the line bills, or "".
	Ticket   string `json:"ticket,omitempty" validate:"max=250"`
	Contract string `json:"contract,omitempty" validate:"max=250"`
	Project  string `json:"project,omitempty" validate:"max=250"`
}

// Payment is money that a client paid, or with Refund got back.
type Payment struct {
	Reference string    `json:"reference,omitempty" validate:"max=250"`
	Refund    bool      `json:"refund,omitempty"`
	Status    string    `json:"status,omitempty" validate:"max=120"` // raw
	Method    string    `json:"method,omitempty" validate:"max=120"`
	Currency  string    `json:"currency" validate:"required,iso4217"`
	Amount    Decimal   `json:"amount" validate:"required,numeric,max=40"`
	Paid      time.Time `json:"paid,omitzero"` // a date, midnight UTC
	// Applied says which invoices it settles and by how much; what is left over is
	// money on account.
	Applied []Applied `json:"applied,omitempty" validate:"max=500,dive"`
	// ActionRef is the reference of the Portico action that recorded it, or "".
	ActionRef string `json:"action_ref,omitempty" validate:"max=40"`
}

// Applied is a part of a payment.
type Applied struct {
	Invoice string  `json:"invoice" validate:"required,max=250"` // external id
	Amount  Decimal `json:"amount,omitempty" validate:"omitempty,numeric,max=40"`
}

// Quote is an offer that a client may accept or decline.
type Quote struct {
	Number     string    `json:"number" validate:"required,max=60"`
	Title      string    `json:"title,omitempty" validate:"max=1000"`
	Status     string    `json:"status,omitempty" validate:"max=120"` // raw
	Currency   string    `json:"currency" validate:"required,iso4217"`
	Net        Decimal   `json:"net,omitempty" validate:"omitempty,numeric,max=40"`
	Tax        Decimal   `json:"tax,omitempty" validate:"omitempty,numeric,max=40"`
	Total      Decimal   `json:"total" validate:"required,numeric,max=40"`
	Issued     time.Time `json:"issued,omitzero"`      // a date, midnight UTC
	ValidUntil time.Time `json:"valid_until,omitzero"` // last day, midnight UTC
	Lines      []Line    `json:"lines,omitempty" validate:"max=2000,dive"`
}

// Kind implements Body.
func (Invoice) Kind() Kind { return KindInvoice }

// Kind implements Body.
func (Payment) Kind() Kind { return KindPayment }

// Kind implements Body.
func (Quote) Kind() Kind { return KindQuote }

// Facets implements Body.
func (i Invoice) Facets() Facets {
	return Facets{Number: i.Number, Title: i.Title, Status: i.Status, Due: i.Due, Sort: i.Issued}
}

// Facets implements Body.
func (p Payment) Facets() Facets {
	return Facets{Number: p.Reference, Title: p.Method, Status: p.Status, Sort: p.Paid}
}

// Facets implements Body.
func (q Quote) Facets() Facets {
	return Facets{Number: q.Number, Title: q.Title, Status: q.Status, Due: q.ValidUntil, Sort: q.Issued}
}
