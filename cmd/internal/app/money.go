package app

import (
	"context"

	"portico/portal"
	"portico/portal/invoices"
	"portico/portal/ui"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/store"
)

// money adds the pages of what clients owe.
func (a *App) money(p *portal.Pages, d desk, frame ui.Framer) {
	i := invoices.New(invoices.Options{Records: d, Actions: d, Able: a.able(d.sys), Frame: frame})
	p.Money = portal.Money{Invoices: i.List, InvoicesCSV: i.Export, Statement: i.Statement, StatementCSV: i.StatementCSV, Invoice: i.Show, InvoicePay: i.Pay}
}

// able reports whether the connector of a connection carries out a kind of action.
func (a *App) able(sys *store.System) func(context.Context, record.ConnectionID, action.Kind) bool {
	return func(ctx context.Context, id record.ConnectionID, k action.Kind) bool {
		c, err := sys.Connection(ctx, id)
		if err != nil { // the page shows no form then, and everything else
			return false
		}
		connector, ok := a.connector(c.Connector)
		if !ok {
			return false
		}
		_, ok = connector.Spec().Action(k)
		return ok
	}
}
