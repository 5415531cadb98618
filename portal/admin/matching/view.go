package matching

import (
	"net/url"
	"strconv"

	"portico/portal/ui"
	"portico/sync/authority"
	"portico/sync/record"
)

// kindWords are a kind in the plural.
func kindWords(c *ui.Chrome, k record.Kind) string { return c.T("matching.kind." + string(k)) }

func heading(v pairView) string {
	if v.Named {
		return v.Chrome.T("matching.pair.title", kindWords(v.Chrome, v.Standing.Kind), v.Standing.AuthorityName)
	}
	return v.Chrome.T("matching.preview.title", v.Standing.AuthorityName, kindWords(v.Chrome, v.Standing.Kind))
}

func listColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("matching.column.kind")}, {Label: c.T("matching.column.systems")},
		{Label: c.T("matching.column.accounts"), End: true}, {Label: c.T("matching.column.authority")}}
}

// forward is the rule that makes the first of an overlap the authority, backward the other.
func forward(o authority.Overlap) authority.Rule {
	return authority.Rule{Kind: o.Kind, Authority: o.One, Other: o.Other}
}

func backward(o authority.Overlap) authority.Rule {
	return authority.Rule{Kind: o.Kind, Authority: o.Other, Other: o.One}
}

func turned(r authority.Rule) authority.Rule {
	return authority.Rule{Kind: r.Kind, Authority: r.Other, Other: r.Authority}
}

func pairTabs(v pairView) []ui.Tab {
	out := make([]ui.Tab, 0, 3)
	for _, t := range []struct {
		state authority.State
		count int
	}{{authority.Waiting, v.Standing.Waiting}, {authority.Linked, v.Standing.Linked}, {authority.Single, v.Standing.Single}} {
		out = append(out, ui.Tab{Label: v.Chrome.T("matching.tab."+string(t.state), v.Standing.OtherName), Count: v.Chrome.Number(t.count),
			Href: pairPath(v.Standing.Rule) + "?show=" + string(t.state), Current: v.State == t.state})
	}
	return out
}

func pagePath(v pairView, from int) string {
	q := url.Values{"show": {string(v.State)}}
	if v.Search != "" {
		q.Set("q", v.Search)
	}
	if from > 0 {
		q.Set("from", strconv.Itoa(from))
	}
	return pairPath(v.Standing.Rule) + "?" + q.Encode()
}

func pager(v pairView) ui.Pager {
	p := ui.Pager{Text: v.Chrome.T("matching.shown", v.Chrome.Number(v.From+1), v.Chrome.Number(v.From+len(v.Standing.List)))}
	if v.From > 0 {
		p.First = pagePath(v, 0)
	}
	if v.Standing.More {
		p.Next = pagePath(v, v.From+rowsShown)
	}
	return p
}

func pairColumns(v pairView) []ui.Column {
	out := []ui.Column{{Label: v.Standing.OtherName}}
	if v.State != authority.Single {
		out = append(out, ui.Column{Label: v.Standing.AuthorityName})
	}
	out = append(out, ui.Column{Label: v.Chrome.T("matching.column.account")})
	if v.State == authority.Single && v.Named {
		out = append(out, ui.Column{Label: v.Chrome.T("matching.column.attach")})
	}
	return out
}

// called is a thing as people speak of it.
func called(t authority.Thing) string {
	switch {
	case t.Number != "" && t.Title != "":
		return t.Number + " · " + t.Title
	case t.Number != "":
		return t.Number
	case t.Title != "":
		return t.Title
	default:
		return t.External
	}
}

// byHand is where a thing is attached by hand.
func byHand(v pairView, t authority.Verdict) string {
	q := url.Values{"show": {string(authority.Single)}, "attach": {t.External}, "account": {t.Account.String()}, "number": {t.Number}, "title": {t.Title}}
	return pairPath(v.Standing.Rule) + "?" + q.Encode() + "#by-hand"
}

// keyWords say by what two things of a kind are found to be the same.
func keyWords(c *ui.Chrome, k record.Kind) string { return c.T("matching.key." + string(k)) }

// empty is what a list without rows says.
func empty(v pairView) (title, text string) {
	c := v.Chrome
	if v.Search != "" {
		return c.T("matching.none.found"), c.T("connections.gallery.none.text")
	}
	key := "matching.none." + string(v.State)
	return c.T(key), c.T(key + ".text")
}

func aloneOptions(v pairView) []ui.Option {
	return []ui.Option{
		{Value: string(authority.Held), Label: v.Chrome.T("matching.alone.held")},
		{Value: string(authority.Shown), Label: v.Chrome.T("matching.alone.shown")},
	}
}
