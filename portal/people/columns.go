package people

import (
	"net/url"

	"portico/portal/ui"
	"portico/sync/access"
)

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("people.column.name")}, {Label: c.T("people.column.role")}, {Label: c.T("people.column.seen")}}
}

func reviewColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("people.column.name")}, {Label: c.T("people.column.role")}}
}

func roles(c *ui.Chrome) []ui.Option {
	out := make([]ui.Option, len(access.MemberRoles))
	for i, r := range access.MemberRoles {
		out[i] = ui.Option{Value: string(r), Label: c.RoleName(r)}
	}
	return out
}

func contactName(k access.Contact) string {
	if k.Name == "" {
		return k.Email
	}
	return k.Name
}

// asked is what is searched for, as a page's address has it.
func asked(search string) string {
	if search == "" {
		return ""
	}
	return "?" + url.Values{"q": {search}}.Encode()
}
