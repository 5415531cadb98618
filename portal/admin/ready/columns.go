package ready

import "portico/portal/ui"

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("ready.column.what")}, {Label: c.T("people.column.state")}, {Label: c.T("ready.column.found")}, {Label: c.T("ready.column.where"), End: true}}
}

func accountColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("users.column.account")}, {Label: c.T("ready.column.missing")}, {Label: c.T("ready.column.step")}, {Label: c.T("people.column.act"), End: true}}
}
