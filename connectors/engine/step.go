package engine

import (
	"fmt"
	"strconv"

	"portico/connectors/manifest"
	"portico/connectors/rest"
)

// standing is what expressions see of where a list stands.
func (l *lister) standing(at *place) manifest.Env {
	paging := l.fetch.Paging
	if paging == nil {
		return l.env
	}
	env := with(l.env, manifest.Env{"size": paging.Size})
	switch paging.Kind {
	case manifest.PageNumber:
		env["page"] = l.number(*at)
	case manifest.Offset:
		env["offset"] = l.number(*at)
	case manifest.Cursor:
		env["cursor"] = at.Next
	case manifest.Keyset:
		if at.After == "" {
			at.After = "0"
		}
		env["after"] = at.After
	}
	return env
}

// number is how the system counts to a page: by pages or by the rows before it.
func (l *lister) number(at place) int {
	paging, before := l.fetch.Paging, max(at.Page, 1)-1
	if paging.Kind == manifest.Offset {
		return before * paging.Size
	}
	return before + paging.FirstPage()
}

// step writes into a request which page is asked for, where the manifest leaves
// that to the engine.
func (l *lister) step(req *rest.Request, at place) {
	paging := l.fetch.Paging
	if paging != nil && paging.Kind == manifest.NextURL && at.Next != "" {
		req.URL = at.Next
		return
	}
	for name, values := range l.also {
		req.Query[name] = values
	}
	if paging == nil {
		return
	}
	if paging.SizeName != "" {
		req.Query.Set(paging.SizeName, strconv.Itoa(paging.Size))
	}
	switch {
	case paging.Parameter == "":
	case paging.Numbered():
		req.Query.Set(paging.Parameter, strconv.Itoa(l.number(at)))
	case paging.Kind == manifest.Cursor && at.Next != "":
		req.Query.Set(paging.Parameter, at.Next)
	}
}

// linked settles how a list goes on whose answer names the next page.
func (p *page) linked(paging *manifest.Paging, f *manifest.Frame) error {
	next, err := f.Text(&paging.Next)
	if err != nil {
		return broken("find the next page", err)
	}
	if paging.More.Set() {
		more, err := f.Bool(&paging.More)
		switch {
		case err != nil:
			return broken("find whether a page follows", err)
		case !more:
			next = ""
		case next == "":
			return broken("find the next page", fmt.Errorf("a page follows, and %s does not say which", paging.Next.Source))
		}
	}
	p.next, p.last = place{Next: next, Row: p.at.Row + len(p.items)}, next == ""
	if p.total > 0 && len(p.items) == 0 && p.at.Next == "" {
		return short(0, p.total)
	}
	return nil
}

// more lets a numbered list say itself whether it goes on.
func (p *page) more(paging *manifest.Paging, f *manifest.Frame) error {
	if !paging.More.Set() {
		return nil
	}
	more, err := f.Bool(&paging.More)
	switch {
	case err != nil:
		return broken("find whether a page follows", err)
	case more && len(p.items) == 0:
		return broken("go through the list", fmt.Errorf("a page is empty and another is to follow"))
	case !more && p.total >= 0 && !p.last:
		return short(0, p.total)
	}
	p.last = !more
	return nil
}

// end looks at what only the end of a list has, and makes an end where the
// system would.
func (l *lister) end(p *page, f *manifest.Frame) error {
	if paging := l.fetch.Paging; paging != nil && paging.Window > 0 && !p.last {
		rows := p.next.Row
		if paging.Numbered() {
			rows = p.at.Page * paging.Size
		}
		if rows+max(paging.Size, len(p.items)) > paging.Window {
			p.last, p.cut = true, true
		}
	}
	if paging := l.fetch.Paging; paging != nil && paging.Window > 0 && p.last && !p.cut && p.at.Row+len(p.items) < p.total && !paging.Numbered() {
		return short(p.at.Row+len(p.items), p.total)
	}
	if l.delta == nil || !p.last {
		return nil
	}
	token, err := f.Text(l.delta)
	if err != nil || token == "" {
		return broken("end the list", fmt.Errorf("%s: there is no token for the next time", l.delta.Source))
	}
	p.token = token
	return nil
}
