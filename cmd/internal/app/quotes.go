package app

import (
	"portico/portal"
	"portico/portal/quotes"
	"portico/portal/ui"
)

// quoted adds the pages of what clients are offered.
func (a *App) quoted(p *portal.Pages, d desk, frame ui.Framer) {
	q := quotes.New(quotes.Options{Records: d, Actions: d, Able: a.able(d.sys), Frame: frame})
	p.Quotes = portal.Quotes{Quotes: q.List, Quote: q.Show, QuoteDecide: q.Decide}
}
