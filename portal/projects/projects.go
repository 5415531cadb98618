// Package projects is the pages of work with an end: what is planned and under way,
// how far it is, and the documents that belong to it.
package projects

import (
	"context"
	"errors"
	"math/big"
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

// Pages serves the projects of an account. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

var errBody = errors.New("the record is of another kind than it says")

// mostPages is how many pages of documents are looked through for those of one
// project: two thousand documents.
const mostPages = 10

// filter is what the address of the list says.
type filter struct {
	Show   string `form:"show" validate:"omitempty,oneof=done"`
	Search string `form:"q" validate:"max=200"`
	After  string `form:"after" validate:"max=500"`
}

func (f filter) query() record.Query {
	open := f.Show == ""
	return record.Query{Kind: record.KindProject, Open: &open, Search: f.Search, Sort: record.SortDue, After: f.After}
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

// project is one as the pages say it.
type project struct {
	Detail record.Detail
	Body   record.Project
	Done   string // percent for the bar, "" when the source does not say
	Text   string // the same in words
}

func newProject(c *ui.Chrome, d record.Detail) (project, error) {
	b, ok := d.Body.(record.Project)
	if !ok {
		return project{}, fault.New(fault.Internal, "").Because("read project", errBody)
	}
	p := project{Detail: d, Body: b}
	if done, ok := new(big.Rat).SetString(string(b.Done)); ok && done.Sign() >= 0 && done.Cmp(big.NewRat(100, 1)) <= 0 {
		p.Done = done.FloatString(0)
		p.Text = c.T("projects.done", p.Done)
	}
	return p, nil
}

// listView is everything that the list shows.
type listView struct {
	Chrome   *ui.Chrome
	Filter   filter
	Projects []project
	Tabs     []ui.Tab
	Pager    ui.Pager
	Down     []ui.Down
	Stamp    record.Stamp
}

// List serves the projects: GET /a/{account}/projects.
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
	c.Title = c.T("projects.title")
	fresh, path := ui.Feeding(page.Fresh, record.KindProject), listPath(c.Account.ID)
	v := listView{Chrome: c, Filter: f, Down: ui.DownOf(fresh), Stamp: ui.StampOf(fresh)}
	for _, d := range page.Details {
		one, err := newProject(c, d)
		if err != nil {
			return err
		}
		v.Projects = append(v.Projects, one)
	}
	v.Pager.Text = c.N("projects.shown", len(v.Projects))
	for _, show := range []string{"", "done"} {
		name := show
		if show == "" {
			name = "open"
		}
		v.Tabs = append(v.Tabs, ui.Tab{Label: c.T("projects.show." + name), Href: filter{Show: show, Search: f.Search}.address(path), Current: f.Show == show})
	}
	if f.After != "" {
		v.Pager.First = filter{Show: f.Show, Search: f.Search}.address(path)
	}
	if page.Next != "" {
		v.Pager.Next = filter{Show: f.Show, Search: f.Search, After: page.Next}.address(path)
	}
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

func listPath(a record.AccountID) string { return ui.AccountPath(a) + "projects" }

func projectPath(d record.Detail) string { return listPath(d.Account) + "/" + d.ID.String() }

func documentPath(d record.Detail) string {
	return ui.AccountPath(d.Account) + "documents/" + d.ID.String()
}
