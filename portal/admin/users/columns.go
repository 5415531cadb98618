package users

import (
	"portico/portal/ui"
	"portico/sync/access"
)

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("people.column.name")}, {Label: c.T("people.column.role")}, {Label: c.T("users.column.accounts")}, {Label: c.T("people.column.seen")}, {Label: c.T("people.column.state")}}
}

func placeColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("users.column.account")}, {Label: c.T("users.column.sees")}, {Label: c.T("people.column.act"), End: true}}
}

// accounts says in words where somebody has a place.
func accounts(c *ui.Chrome, row access.PersonRow, of access.Preset) string {
	switch {
	case of.All:
		return c.T("users.accounts.all")
	case row.Accounts == 0:
		return c.T("users.accounts.none")
	case row.Accounts == 1 && row.Account != "":
		return row.Account
	default:
		return c.N("users.accounts", row.Accounts)
	}
}

func roles(c *ui.Chrome) []ui.Option {
	out := make([]ui.Option, len(access.MemberRoles))
	for i, r := range access.MemberRoles {
		out[i] = ui.Option{Value: string(r), Label: c.RoleName(r)}
	}
	return out
}
