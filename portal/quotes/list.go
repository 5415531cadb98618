package quotes

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
)

// most is how many quotes are read for one page; the newest count.
const most = 1000

// views of the list; the first is shown without being asked for.
var views = []string{"open", "accepted", "past"}

// filter is what the address of the list says.
type filter struct {
	View   string `form:"view" validate:"omitempty,oneof=open accepted past"`
	Search string `form:"q" validate:"max=200"`
}

// address is the filter as an address; what is usual is left out.
func (f filter) address(path string) string {
	v := url.Values{}
	if f.View != "" && f.View != views[0] {
		v.Set("view", f.View)
	}
	if f.Search != "" {
		v.Set("q", f.Search)
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func (f filter) view() string { return cmp.Or(f.View, views[0]) }

// listView is everything that the list shows.
type listView struct {
	Chrome *ui.Chrome
	Filter filter
	Quotes []quote
	Any    bool // there are quotes at all, of those that were searched
	More   bool // older ones were not read
	Tabs   []ui.Tab
	Down   []ui.Down
	Stamp  record.Stamp
}

// List serves the quotes of the account: GET /a/{account}/quotes.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("quotes.title")
	v := listView{Chrome: c, Filter: f}
	all, err := p.read(r.Context(), s, &v)
	if err != nil {
		return err
	}
	v.Any = len(all) > 0
	counts := map[string]int{}
	for _, q := range all {
		at := q.view(c)
		counts[at]++
		if at == f.view() {
			v.Quotes = append(v.Quotes, q)
		}
	}
	for _, view := range views {
		v.Tabs = append(v.Tabs, ui.Tab{Label: c.T("quotes.view." + view), Href: filter{View: view, Search: f.Search}.address(listPath(c.Account.ID)),
			Count: c.Number(counts[view]), Current: view == f.view()})
	}
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

// read collects the quotes that fit the search, with what is under way about them.
func (p *Pages) read(ctx context.Context, s access.Scope, v *listView) ([]quote, error) {
	var out []quote
	var rows []record.Row
	q := record.Query{Kind: record.KindQuote, Search: v.Filter.Search, Limit: 200}
	for {
		page, err := p.o.Records.Whole(ctx, s, s.Account(), q)
		if err != nil {
			return nil, err
		}
		if q.After == "" {
			fresh := ui.Feeding(page.Fresh, record.KindQuote)
			v.Down, v.Stamp = ui.DownOf(fresh), ui.StampOf(fresh)
		}
		for _, d := range page.Details {
			if body, ok := d.Body.(record.Quote); ok {
				out, rows = append(out, quote{Row: d.Row, Quote: body}), append(rows, d.Row)
			}
		}
		if v.More = page.Next != ""; !v.More || len(out) >= most {
			break
		}
		q.After = page.Next
	}
	asked, err := p.o.Actions.RecentActions(ctx, s, s.Account())
	if err != nil {
		return nil, err
	}
	way := deciding(asked, rows...)
	for i := range out {
		out[i].Decision = way[out[i].ID]
	}
	return out, nil
}

// view is the view in which a quote stands. What is on its way is still open.
func (q quote) view(c *ui.Chrome) string {
	switch {
	case q.State == record.StateResolved:
		return "accepted"
	case !q.State.Open(), q.Decision.ID.IsZero() && q.Expired(c.Now):
		return "past"
	default:
		return "open"
	}
}
