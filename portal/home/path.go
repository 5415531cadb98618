package home

import (
	"portico/portal/ui"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/record"
)

func tickets(v homeView) string { return ui.AccountPath(v.Chrome.Account.ID) + "tickets" }

func ticket(row record.Row) string {
	return ui.AccountPath(row.Account) + "tickets/" + row.ID.String()
}

func progress(v homeView, a action.Action) string {
	return ui.AccountPath(v.Chrome.Account.ID) + "actions/" + a.ID.String()
}

func approvalPath(a approval.Approval) string {
	return ui.AccountPath(a.Account) + "approvals/" + a.ID.String()
}

// datePath leads to the one asset, or to the list when there are several.
func datePath(v homeView, d date) string {
	if d.Href != "" {
		return d.Href
	}
	base := ui.AccountPath(v.Chrome.Account.ID) + "assets"
	if len(d.Names) == 1 {
		return base + "/" + d.First.String()
	}
	return base + "?sort=due"
}

func title(c *ui.Chrome, row record.Row) string {
	if row.Title == "" {
		return c.T("tickets.untitled")
	}
	return row.Title
}
