package people

import (
	"portico/portal/ui"
	"portico/sync/access"
)

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("people.column.name")}, {Label: c.T("people.column.role")}, {Label: c.T("people.column.seen")}}
}

func invitationColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("people.column.name")}, {Label: c.T("people.column.role")}, {Label: c.T("people.column.state")}, {Label: c.T("people.column.act"), End: true}}
}

func calledOf(i access.Invitation) string {
	if i.Name == "" {
		return i.Email
	}
	return i.Name
}
