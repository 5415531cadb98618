package portal

import (
	"net/http"

	"portico/portal/session"
	"portico/sync/record"
)

// Quotes is the pages of what clients are offered. Every one is needed.
type Quotes struct{ Quotes, Quote, QuoteDecide session.Page }

func (p Quotes) doors() []door {
	const get, post = http.MethodGet, http.MethodPost
	see, act := sees(record.KindQuote), acts(record.KindQuote)
	return []door{
		{get, "/a/{account}/quotes", see, p.Quotes},
		{get, "/a/{account}/quotes/{id}", see, p.Quote},
		// A form that comes back with what is wrong has the address that it was posted
		// to: reading that anew shows the quote.
		{get, "/a/{account}/quotes/{id}/decide", see, p.Quote},
		{post, "/a/{account}/quotes/{id}/decide", act, p.QuoteDecide},
	}
}
