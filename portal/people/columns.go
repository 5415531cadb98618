package people

import "portico/portal/ui"

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("people.column.name")}, {Label: c.T("people.column.role")}, {Label: c.T("people.column.seen")}}
}
