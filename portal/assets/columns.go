package assets

import "portico/portal/ui"

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{
		{Label: c.T("assets.column.name")}, {Label: c.T("assets.column.status")},
		{Label: c.T("assets.column.person")}, {Label: c.T("assets.column.warranty")},
	}
}
