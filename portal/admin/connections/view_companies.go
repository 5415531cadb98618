package connections

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"portico/portal/admin/connections/parts"
	"portico/portal/ui"
	"portico/sync/likeness"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// title is what a company is called.
func title(c Candidate) string {
	return called(remote.Company{Key: c.Key, Name: c.Name})
}

func matchColumns(c *ui.Chrome, counted bool) []ui.Column {
	out := []ui.Column{{Label: c.T("connections.column.company")}}
	if counted {
		out = append(out, ui.Column{Label: c.T("connections.column.waiting"), End: true})
	}
	return append(out, ui.Column{Label: c.T("connections.column.account")}, ui.Column{Label: c.T("connections.column.why")})
}

func matchedColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("connections.column.company")}, {Label: c.T("connections.column.account")}, {Label: c.T("connections.column.repair")}}
}

func actionColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("connections.column.what")}, {Label: c.T("connections.column.by")}, {Label: c.T("connections.column.asked")}, {Label: c.T("connections.column.ref")}}
}

func peopleColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("connections.column.person")}, {Label: c.T("connections.column.mail")}, {Label: c.T("connections.column.signedin")}}
}

func whyWords(c *ui.Chrome, k Candidate) string {
	switch k.Why {
	case likeness.SameTax:
		return c.T("connections.why.tax", k.Detail)
	case likeness.SameRegistration:
		return c.T("connections.why.registration", k.Detail)
	case likeness.SameName:
		return c.T("connections.why.name")
	case likeness.SameDomain:
		return c.T("connections.why.domain", k.Detail)
	case likeness.AlikeName:
		return c.T("connections.why.alike", k.Suggested.Name)
	default:
		return c.T("connections.why.none")
	}
}

func rowDescribed(row companyRow) templ.Attributes {
	if row.Problem == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "account-" + strconv.Itoa(row.Index) + "-error"}
}

// companiesPath is a page of the list as it is looked at.
func companiesPath(v companiesView, page int) string {
	q := url.Values{"show": {v.Show}}
	if v.Search != "" {
		q.Set("q", v.Search)
	}
	if page > 0 {
		q.Set("page", strconv.Itoa(page))
	}
	return parts.Of(v.Detail.ID) + "/companies?" + q.Encode()
}

func companyTabs(v companiesView) []ui.Tab {
	base := parts.Of(v.Detail.ID) + "/companies"
	return []ui.Tab{
		{Label: v.Chrome.T("connections.companies.waiting", v.Chrome.Number(v.Waits)), Href: base, Current: v.Show == "waiting"},
		{Label: v.Chrome.T("connections.companies.matched", v.Chrome.Number(v.Matched)), Href: base + "?show=matched", Current: v.Show == "matched"},
	}
}

func companyPager(v companiesView) ui.Pager {
	first := v.Page*rowsShown + 1
	p := ui.Pager{Text: v.Chrome.T("connections.companies.shown", v.Chrome.Number(first), v.Chrome.Number(first+len(v.Rows)-1), v.Chrome.Number(v.Found))}
	if v.Page > 0 {
		p.First = companiesPath(v, 0)
	}
	if (v.Page+1)*rowsShown < v.Found {
		p.Next = companiesPath(v, v.Page+1)
	}
	return p
}

func actionWords(c *ui.Chrome, a run.RepairedAction) string {
	key := "connections.action." + a.Kind
	text := c.T(key)
	if text == key {
		text = a.Kind
	}
	if a.External == "" {
		return text
	}
	return text + " #" + a.External
}

func repairedBy(c *ui.Chrome, r run.Repair) string {
	if r.HiddenBy == "" {
		return c.T("connections.repair.lead.gone", c.Moment(r.Hidden))
	}
	return c.T("connections.repair.lead", r.HiddenBy, c.Moment(r.Hidden))
}

// repairSpan says between when the account could see the company.
func repairSpan(c *ui.Chrome, r run.Repair) string {
	if r.Matched.IsZero() {
		return c.T("connections.repair.span.unknown", r.Account.Name, c.Moment(r.Hidden))
	}
	return c.T("connections.repair.span", r.Account.Name, c.Moment(r.Matched), c.Moment(r.Hidden))
}

func statusColumns(c *ui.Chrome, d Detail) []ui.Column {
	return []ui.Column{{Label: c.T("connections.column.raw", d.Name)}, {Label: c.T("connections.column.meaning")}, {Label: c.T("connections.column.label")},
		{Label: c.T("connections.column.turn")}, {Label: c.T("connections.column.records"), End: true}, {Label: c.T("connections.column.change"), End: true}}
}

func usesWords(c *ui.Chrome, n int) string {
	if n < 0 {
		return c.T("connections.uncounted")
	}
	return c.Number(n)
}

func statusPath(id record.ConnectionID, m record.Meaning) string {
	return parts.Of(id) + "/statuses?" + url.Values{"kind": {string(m.Kind)}, "raw": {m.Raw}}.Encode() + "#edit"
}

// stateOptions are what a raw value may mean; one that nobody has mapped has to be
// chosen.
func stateOptions(c *ui.Chrome, m record.Meaning) []ui.Option {
	var out []ui.Option
	if m.State == record.StateUnmapped {
		out = append(out, ui.Option{Value: string(record.StateUnmapped), Label: c.T("connections.meaning.unmapped")})
	}
	for _, s := range []record.State{record.StateNew, record.StateOpen, record.StateWaiting, record.StateResolved, record.StateClosed, record.StateCancelled} {
		out = append(out, ui.Option{Value: string(s), Label: parts.State(c, s)})
	}
	return out
}

func turnOptions(c *ui.Chrome) []ui.Option {
	var out []ui.Option
	for _, t := range []record.Turn{record.TurnClient, record.TurnProvider, record.TurnThird, record.TurnNobody} {
		out = append(out, ui.Option{Value: string(t), Label: parts.Turn(c, t)})
	}
	return out
}
