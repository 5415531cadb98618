package tickets

import (
	"net/http"
	"net/url"
	"slices"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
)

// filter is what the address of a list says; the zero value is what is open,
// newest first.
type filter struct {
	View   string `form:"view" validate:"omitempty,oneof=open finished all"`
	Turn   string `form:"turn" validate:"omitempty,oneof=client provider third"`
	Search string `form:"q" validate:"max=200"`
	Mine   bool   `form:"mine"`
	Sort   string `form:"sort" validate:"omitempty,oneof=due title"`
	After  string `form:"after" validate:"max=500"`
}

// query is the filter as the read model takes it.
func (f filter) query() record.Query {
	q := record.Query{
		Kind: record.KindTicket, Turn: record.Turn(f.Turn), Search: f.Search, Mine: f.Mine,
		Sort: record.Sort(f.Sort), After: f.After,
	}
	if f.View != "all" {
		open := f.View != "finished"
		q.Open = &open
	}
	return q
}

// address is the filter as an address; what is usual is left out.
func (f filter) address(path string) string {
	v := url.Values{}
	set := func(key, value string) {
		if value != "" {
			v.Set(key, value)
		}
	}
	if f.View != "open" {
		set("view", f.View)
	}
	set("turn", f.Turn)
	set("q", f.Search)
	set("sort", f.Sort)
	set("after", f.After)
	if f.Mine {
		v.Set("mine", "1")
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// narrowed reports whether something besides the view was chosen.
func (f filter) narrowed() bool { return f.Turn != "" || f.Search != "" || f.Mine }

// listView is everything that the list shows.
type listView struct {
	Chrome *ui.Chrome
	Filter filter
	Page   record.Page
	Tabs   []ui.Tab
	Pager  ui.Pager
	Down   []ui.Down
	Stamp  record.Stamp // of the list as a whole
	Own    bool         // narrowed to the reader's own
	Export string
	New    string // "" when the reader may not ask for anything
}

// List serves the requests of the account: GET /a/{account}/tickets.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	q := f.query()
	q.Brief, q.Standing = true, ui.Waiting
	page, err := p.o.Records.List(r.Context(), s, s.Account(), q)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(ui.Known(r, page.Standing), s)
	if err != nil {
		return err
	}
	c.Title = c.T("tickets.title")
	v := newListView(c, s, f, page, page.Fresh)
	if p.silent(r, page.Fresh) {
		v.New = ""
	}
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

// silent reports whether every system that brings the account's requests takes none.
func (p *Pages) silent(r *http.Request, fresh []record.Freshness) bool {
	fed := ui.Feeding(fresh, record.KindTicket)
	return len(fed) > 0 && !slices.ContainsFunc(fed, func(f record.Freshness) bool {
		return p.o.Takes(r.Context(), f.Connection, action.TicketCreate)
	})
}

func newListView(c *ui.Chrome, s access.Scope, f filter, page record.Page, fresh []record.Freshness) listView {
	a := s.Account()
	v := listView{Chrome: c, Filter: f, Page: page, Own: s.OwnOnly(), Export: f.first().address(exportPath(a))}
	fresh = ui.Feeding(fresh, record.KindTicket)
	v.Down, v.Stamp = ui.DownOf(fresh), ui.StampOf(fresh)
	if s.Acts(record.KindTicket) {
		v.New = newPath(a)
	}
	for _, view := range []string{"open", "finished", "all"} {
		tab := f.first()
		tab.View = view
		v.Tabs = append(v.Tabs, ui.Tab{
			Label: c.T("tickets.view." + view), Href: tab.address(listPath(a)),
			Current: view == f.View || view == "open" && f.View == "",
		})
	}
	v.Pager.Text = c.N("tickets.shown", len(page.Rows))
	if page.Total >= 0 {
		v.Pager.Text = c.T("tickets.shown.of", c.Number(len(page.Rows)), c.Number(page.Total))
	}
	if f.After != "" {
		v.Pager.First = f.first().address(listPath(a))
	}
	if page.Next != "" {
		next := f
		next.After = page.Next
		v.Pager.Next = next.address(listPath(a))
	}
	return v
}

// first is the same list from its beginning.
func (f filter) first() filter {
	f.After = ""
	return f
}
