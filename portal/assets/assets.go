// Package assets is the pages of what the provider looks after: the inventory as
// cards or as a table, one asset with its warranty and its requests, and the
// inventory as CSV.
package assets

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
)

// Records is what the pages read.
type Records interface {
	List(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Page, error)
	Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error)
	Freshness(ctx context.Context, s access.Scope, account record.AccountID) ([]record.Freshness, error)
}

// Options are what the pages work with; every field is needed.
type Options struct {
	Records Records
	Frame   ui.Framer
}

// Pages serves the assets of an account. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

var errBody = errors.New("the record is of another kind than it says")

// filter is what the address of the list says.
type filter struct {
	As     string `form:"as" validate:"omitempty,oneof=list"`
	Search string `form:"q" validate:"max=200"`
	Sort   string `form:"sort" validate:"omitempty,oneof=due"`
	After  string `form:"after" validate:"max=500"`
}

func (f filter) query() record.Query {
	sort := record.SortTitle
	if f.Sort == "due" {
		sort = record.SortDue
	}
	return record.Query{Kind: record.KindAsset, Search: f.Search, Sort: sort, After: f.After}
}

// address is the filter as an address; what is usual is left out.
func (f filter) address(path string) string {
	v := url.Values{}
	for key, value := range map[string]string{"as": f.As, "q": f.Search, "sort": f.Sort, "after": f.After} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func (f filter) first() filter {
	f.After = ""
	return f
}

// listView is everything that the inventory shows.
type listView struct {
	Chrome *ui.Chrome
	Filter filter
	Rows   []record.Row
	Tabs   []ui.Tab
	Pager  ui.Pager
	Down   []ui.Down
	Stamp  record.Stamp
	Export string
}

// List serves the inventory: GET /a/{account}/assets.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	q := f.query()
	q.Brief = true
	page, err := p.o.Records.List(r.Context(), s, s.Account(), q)
	if err != nil {
		return err
	}
	fresh, err := p.o.Records.Freshness(r.Context(), s, s.Account())
	if err != nil {
		return err
	}
	c.Title = c.T("assets.title")
	return ui.Show(w, r, http.StatusOK, listPage(newListView(c, f, page, ui.Feeding(fresh, record.KindAsset))))
}

func newListView(c *ui.Chrome, f filter, page record.Page, fresh []record.Freshness) listView {
	path := listPath(c.Account.ID)
	v := listView{
		Chrome: c, Filter: f, Rows: page.Rows, Down: ui.DownOf(fresh), Stamp: ui.StampOf(fresh),
		Export: f.first().address(path + ".csv"), Pager: ui.Pager{Text: c.N("assets.shown", len(page.Rows))},
	}
	for _, as := range []string{"", "list"} {
		tab := f.first()
		tab.As = as
		v.Tabs = append(v.Tabs, ui.Tab{Label: c.T("assets.as." + name(as)), Href: tab.address(path), Current: f.As == as})
	}
	if f.After != "" {
		v.Pager.First = f.first().address(path)
	}
	if page.Next != "" {
		next := f
		next.After = page.Next
		v.Pager.Next = next.address(path)
	}
	return v
}

func name(as string) string {
	if as == "" {
		return "cards"
	}
	return as
}

func listPath(a record.AccountID) string { return ui.AccountPath(a) + "assets" }

func assetPath(row record.Row) string { return listPath(row.Account) + "/" + row.ID.String() }
