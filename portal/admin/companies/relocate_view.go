package companies

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"portico/portal/ui"
	"portico/sync/record"
	"portico/sync/run"
)

func tabs(c *ui.Chrome, accounts bool) []ui.Tab {
	return []ui.Tab{{Label: c.T("companies.tab"), Href: Path, Current: !accounts}, {Label: c.T("relocate.tab"), Href: Path + "/accounts", Current: accounts}}
}

func doubleColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("relocate.accounts")}, {Label: c.T("companies.column.why")}, {Label: c.T("relocate.column.do"), End: true}}
}

func accountColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("connections.column.account")}, {Label: c.T("ready.column.step")}, {Label: c.T("relocate.column.do"), End: true}}
}

// movePath is the page of a merge or a split.
func movePath(what string, from, into record.AccountID) templ.SafeURL {
	q := url.Values{"from": {from.String()}}
	if !into.IsZero() {
		q.Set("into", into.String())
	}
	return templ.SafeURL(Path + "/" + what + "?" + q.Encode())
}

func moveHref(v moveView) string {
	if v.Split {
		return Path + "/split"
	}
	return Path + "/merge"
}

func moveKey(v moveView, of string) string {
	if v.Split {
		return "relocate.split." + of
	}
	return "relocate.merge." + of
}

func companyValue(c run.RelocatedCompany) string { return c.Connection.String() + "/" + c.Key }

func personName(p run.RelocatedPerson) string { return cmp.Or(strings.TrimSpace(p.Name), p.Email) }

func intoName(v moveView) string { return cmp.Or(v.Preview.Into.Name, v.Into) }

// intoValue is what a form says of the account that stays: its id, or the name of one
// that is made.
func intoValue(v moveView) string {
	if v.Preview.Into.ID.IsZero() {
		return v.Into
	}
	return v.Preview.Into.ID.String()
}

func typedField(v moveView) ui.Field {
	f := ui.Field{ID: "typed", Name: "typed", Label: v.Chrome.T("relocate.typed", v.Preview.From.Name), Value: v.Typed, Max: 250, Required: true, Auto: "off"}
	if v.Mistyped {
		f.Error = v.Chrome.T("relocate.mistyped", v.Preview.From.Name)
	}
	return f
}

type line struct{ word, text string }

// previewLines count what moves; what there is nothing of is not named.
func previewLines(v moveView) []line {
	c, p := v.Chrome, v.Preview
	var out []line
	add := func(word, text string) {
		if text != "" {
			out = append(out, line{c.T(word), text})
		}
	}
	var companies, records, people []string
	for _, company := range p.Companies {
		if company.Leaves {
			companies = append(companies, company.Name+" ("+company.System+")")
		}
	}
	for _, k := range p.Records {
		records = append(records, c.Number(k.Count)+" "+strings.ToLower(kindWord(c, k.Kind)))
	}
	for _, m := range p.Members {
		if m.Leaves {
			people = append(people, personName(m))
		}
	}
	add("relocate.companies", strings.Join(companies, ", "))
	add("relocate.records", cmp.Or(strings.Join(records, ", "), c.T("relocate.nothing")))
	add("relocate.people", cmp.Or(strings.Join(people, ", "), c.T("relocate.nobody")))
	for _, n := range []struct {
		word  string
		count int
	}{{"relocate.requests", p.Requests}, {"relocate.open", p.Open}, {"relocate.decided", p.Decided}, {"relocate.invitations", p.Invitations},
		{"relocate.staff", p.Staff}, {"relocate.endpoints", p.Endpoints}, {"relocate.keys", p.Keys}, {"relocate.branches", p.Branches}} {
		if n.count > 0 {
			add(n.word, c.Number(n.count))
		}
	}
	return out
}

// kindWord is a kind in the plural.
func kindWord(c *ui.Chrome, k record.Kind) string {
	key := "relocate.kind." + string(k)
	if text := c.T(key); text != key {
		return text
	}
	return string(k)
}

// consequences say what somebody may not expect.
func consequences(v moveView) []string {
	c, p := v.Chrome, v.Preview
	var out []string
	if v.Split {
		out = append(out, c.T("relocate.split.people", p.From.Name))
		if p.Into.ID.IsZero() {
			out = append(out, c.T("relocate.split.hidden", v.Into))
		}
	} else {
		out = append(out, c.T("relocate.merge.all", p.Into.Name, p.From.Name))
		for _, m := range p.Members {
			if m.Already {
				out = append(out, c.T("relocate.merge.already", personName(m), p.Into.Name))
			}
		}
		if p.Into.Launch != record.LaunchInvited && p.From.Launch == record.LaunchInvited {
			out = append(out, c.T("relocate.merge.closed", p.Into.Name))
		}
		if p.Endpoints > 0 {
			out = append(out, c.T("relocate.merge.endpoints", p.Into.Name))
		}
	}
	return append(out, c.T("relocate.truth", p.From.Name), c.T("relocate.quiet"))
}
