package invoices

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
)

// perPage is how many invoices a page of the list shows.
const perPage = 50

// views of the list; the first is shown without being asked for.
var views = []string{"open", "overdue", "part", "paid", "credits"}

// filter is what the address of the list says.
type filter struct {
	View   string `form:"view" validate:"omitempty,oneof=open overdue part paid credits"`
	Search string `form:"q" validate:"max=200"`
	Page   int    `form:"page" validate:"gte=0,lte=1000"`
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
	if f.Page > 0 {
		v.Set("page", strconv.Itoa(f.Page))
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// bill is a bill as the list shows it.
type bill struct {
	record.Bill
	Payment action.Action // under way; zero for none
}

// shelf is all bills of the account.
type shelf struct {
	ledger
	bills []bill
	sums  []record.Sum
}

// listView is everything that the list shows.
type listView struct {
	Chrome *ui.Chrome
	Filter filter
	Sums   []record.Sum
	Bills  []bill
	Any    bool // there are bills at all
	More   bool // older ones were not read
	Tabs   []ui.Tab
	Pager  ui.Pager
	Down   []ui.Down
	Stamp  record.Stamp
	Export string
}

// shelf reads every bill and what is under way about it.
func (p *Pages) shelf(ctx context.Context, s access.Scope, today time.Time) (shelf, error) {
	l, err := p.read(ctx, s, record.KindInvoice)
	if err != nil {
		return shelf{}, err
	}
	asked, err := p.o.Actions.RecentActions(ctx, s, s.Account())
	if err != nil {
		return shelf{}, err
	}
	all := record.Bills(l.rows)
	read := make(map[record.ID]time.Time, len(all))
	for _, b := range all {
		read[b.ID] = b.Stamp.ReadAt
	}
	way := underWay(asked, func(id record.ID) time.Time { return read[id] })
	out := shelf{ledger: l, sums: record.Sums(all, today)}
	for _, b := range all {
		out.bills = append(out.bills, bill{b, way[b.ID]})
	}
	return out, nil
}

// List serves the invoices of the account: GET /a/{account}/invoices.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	all, err := p.shelf(r.Context(), s, c.Today())
	if err != nil {
		return err
	}
	c.Title = c.T("invoices.title")
	return ui.Show(w, r, http.StatusOK, listPage(newListView(c, s, f, all)))
}

func newListView(c *ui.Chrome, s access.Scope, f filter, all shelf) listView {
	path := listPath(s.Account())
	export := f
	export.Page = 0
	v := listView{Chrome: c, Filter: f, Sums: all.sums, Any: len(all.bills) > 0, More: all.more,
		Down: ui.DownOf(all.fresh), Stamp: ui.StampOf(all.fresh), Export: export.address(path + ".csv")}
	for _, view := range views {
		n := len(chosen(all.bills, filter{View: view}, c.Today()))
		if n == 0 && view != "open" && view != "paid" && f.View != view {
			continue
		}
		v.Tabs = append(v.Tabs, ui.Tab{Label: c.T("invoices.view." + view), Href: filter{View: view, Search: f.Search}.address(path),
			Count: c.Number(n), Current: view == cmp.Or(f.View, views[0])})
	}
	found := chosen(all.bills, f, c.Today())
	from := min(f.Page*perPage, len(found))
	v.Bills = found[from:min(from+perPage, len(found))]
	v.Pager.Text = c.N("invoices.shown", len(v.Bills))
	if len(found) > perPage {
		v.Pager.Text = c.T("invoices.shown.of", c.Number(from+1), c.Number(from+len(v.Bills)), c.Number(len(found)))
	}
	if f.Page > 0 {
		v.Pager.First = export.address(path)
	}
	if from+perPage < len(found) {
		next := f
		next.Page++
		v.Pager.Next = next.address(path)
	}
	return v
}

// chosen are the bills that a filter shows: what is to be paid by date, what is
// paid by when it was issued.
func chosen(all []bill, f filter, today time.Time) []bill {
	view := cmp.Or(f.View, views[0])
	var out []bill
	for _, b := range all {
		if b.in(view, today) && b.named(f.Search) {
			out = append(out, b)
		}
	}
	if view != "paid" && view != "credits" {
		slices.SortStableFunc(out, func(a, b bill) int { return due(a).Compare(due(b)) })
	}
	return out
}

// due puts what has no date after everything that has one.
func due(b bill) time.Time {
	if b.Invoice.Due.IsZero() {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return b.Invoice.Due
}

func (b bill) in(view string, today time.Time) bool {
	switch view {
	case "open":
		return b.Open()
	case "overdue":
		return b.Late(today) > 0
	case "part":
		return b.Part()
	case "paid":
		return !b.Credit && !b.Open()
	default:
		return b.Credit
	}
}

// named reports whether every word stands in what people call it.
func (b bill) named(words string) bool {
	text := strings.ToLower(b.Invoice.Number + " " + b.Invoice.Title + " " + b.Reference)
	for word := range strings.FieldsSeq(strings.ToLower(words)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
