package companies

import (
	"net/url"
	"strconv"

	"portico/portal/ui"
	"portico/sync/likeness"
)

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("companies.column.company")}, {Label: c.T("companies.column.account")},
		{Label: c.T("companies.column.why")}, {Label: c.T("companies.column.records"), End: true}}
}

// whyWords say what is the same.
func whyWords(c *ui.Chrome, s likeness.Suggestion) string {
	switch s.Why {
	case likeness.SameTax:
		return c.T("connections.why.tax", s.Detail)
	case likeness.SameRegistration:
		return c.T("connections.why.registration", s.Detail)
	case likeness.SameDomain:
		return c.T("connections.why.domain", s.Detail)
	case likeness.SameName:
		return c.T("connections.why.name")
	}
	if s.Account.ID.IsZero() {
		return c.T("companies.why.alike")
	}
	return c.T("connections.why.alike", s.Account.Name)
}

func listPath(v listView, page int) string {
	q := url.Values{}
	if v.Search != "" {
		q.Set("q", v.Search)
	}
	if page > 0 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return Path
	}
	return Path + "?" + q.Encode()
}

func tickPath(v listView) string {
	q := url.Values{"tick": {"all"}, "page": {strconv.Itoa(v.Page)}}
	if v.Search != "" {
		q.Set("q", v.Search)
	}
	return Path + "?" + q.Encode()
}

func pager(v listView) ui.Pager {
	first := v.Page*rowsShown + 1
	p := ui.Pager{Text: v.Chrome.T("connections.companies.shown", v.Chrome.Number(first), v.Chrome.Number(first+len(v.Rows)-1), v.Chrome.Number(v.Found))}
	if v.Page > 0 {
		p.First = listPath(v, 0)
	}
	if (v.Page+1)*rowsShown < v.Found {
		p.Next = listPath(v, v.Page+1)
	}
	return p
}
