// Package contracts is the pages of agreements: what runs, what it costs, how much
// of what is included is used, and until when something has to be decided.
package contracts

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// Records is what the pages read.
type Records interface {
	Whole(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Whole, error)
	Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error)
}

// Options are what the pages work with; every field is needed.
type Options struct {
	Records Records
	Frame   ui.Framer
}

// Pages serves the contracts of an account. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

var errBody = errors.New("the record is of another kind than it says")

// filter is what the address of the list says.
type filter struct {
	Show   string `form:"show" validate:"omitempty,oneof=ended"`
	Search string `form:"q" validate:"max=200"`
	After  string `form:"after" validate:"max=500"`
}

func (f filter) query() record.Query {
	open := f.Show == ""
	return record.Query{Kind: record.KindContract, Open: &open, Search: f.Search, Sort: record.SortDue, After: f.After}
}

// address is the filter as an address; what is usual is left out.
func (f filter) address(path string) string {
	v := url.Values{}
	for key, value := range map[string]string{"show": f.Show, "q": f.Search, "after": f.After} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// listView is everything that the list shows.
type listView struct {
	Chrome    *ui.Chrome
	Filter    filter
	Contracts []contract
	Tabs      []ui.Tab
	Pager     ui.Pager
	Down      []ui.Down
	Stamp     record.Stamp
}

// List serves the contracts: GET /a/{account}/contracts.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	page, err := p.o.Records.Whole(r.Context(), s, s.Account(), f.query())
	if err != nil {
		return err
	}
	c.Title = c.T("contracts.title")
	fresh := ui.Feeding(page.Fresh, record.KindContract)
	path := listPath(c.Account.ID)
	v := listView{Chrome: c, Filter: f, Down: ui.DownOf(fresh), Stamp: ui.StampOf(fresh)}
	for _, d := range page.Details {
		one, err := newContract(c, d)
		if err != nil {
			return err
		}
		v.Contracts = append(v.Contracts, one)
	}
	v.Pager.Text = c.N("contracts.shown", len(v.Contracts))
	for _, show := range []string{"", "ended"} {
		name := show
		if show == "" {
			name = "running"
		}
		v.Tabs = append(v.Tabs, ui.Tab{Label: c.T("contracts.show." + name), Href: filter{Show: show, Search: f.Search}.address(path), Current: f.Show == show})
	}
	if f.After != "" {
		v.Pager.First = filter{Show: f.Show, Search: f.Search}.address(path)
	}
	if page.Next != "" {
		v.Pager.Next = filter{Show: f.Show, Search: f.Search, After: page.Next}.address(path)
	}
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

// detailView is everything that the page of a contract shows.
type detailView struct {
	Chrome *ui.Chrome
	contract
	Down []ui.Down
}

// Show serves one contract: GET /a/{account}/contracts/{id}.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := record.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
	}
	d, err := p.o.Records.Detail(r.Context(), s, s.Account(), record.KindContract, id)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = d.Title
	v := detailView{Chrome: c}
	if v.contract, err = newContract(c, d); err != nil {
		return err
	}
	if d.Stamp.Down != "" {
		v.Down = []ui.Down{{System: d.Stamp.System, Since: d.Stamp.DownSince, ReadAt: d.Stamp.ReadAt}}
	}
	return ui.Show(w, r, http.StatusOK, detailPage(v))
}

func listPath(a record.AccountID) string { return ui.AccountPath(a) + "contracts" }

func path(d record.Detail) string { return listPath(d.Account) + "/" + d.ID.String() }
