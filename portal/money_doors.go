package portal

import (
	"net/http"

	"portico/portal/session"
	"portico/sync/record"
)

// Money is the pages of invoices. Every one is needed.
type Money struct{ Invoices, InvoicesCSV, Statement, StatementCSV, Invoice, InvoicePay session.Page }

func (p Money) doors() []door {
	const get, post = http.MethodGet, http.MethodPost
	see, act := sees(record.KindInvoice), acts(record.KindInvoice)
	var exports session.Pace // of all lists of money together
	return []door{
		{get, "/a/{account}/invoices", see, p.Invoices},
		{get, "/a/{account}/invoices.csv", see, exports.Hold(p.InvoicesCSV)},
		{get, "/a/{account}/invoices/statement", see, p.Statement},
		{get, "/a/{account}/invoices/statement.csv", see, exports.Hold(p.StatementCSV)},
		{get, "/a/{account}/invoices/{id}", see, p.Invoice},
		// A form that comes back with what is wrong has the address that it was posted
		// to: reading that anew shows the invoice.
		{get, "/a/{account}/invoices/{id}/pay", see, p.Invoice},
		{post, "/a/{account}/invoices/{id}/pay", act, p.InvoicePay},
	}
}
