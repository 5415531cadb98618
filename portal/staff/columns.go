package staff

import "portico/portal/ui"

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("staff.column.name")}, {Label: c.T("staff.column.launch")}}
}
