package staff

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/work"
)

// Queue is what waits across accounts. Every method is safe for concurrent use.
type Queue interface {
	// Work returns a page of what the scope reaches.
	Work(ctx context.Context, s access.Scope, q work.Query) (work.Page, error)
	// PreviewNudges says what Nudge would do on a day (2006-01-02).
	PreviewNudges(ctx context.Context, s access.Scope, refs []work.Ref, day string) ([]work.Nudge, error)
	// Nudge sends the reminders of questions again, each once a day.
	Nudge(ctx context.Context, s access.Scope, refs []work.Ref, day string) ([]work.Nudge, error)
}

const queuePath = "/staff/queue"

// ages are what the filter offers, in days.
var ages = []int{1, 3, 7, 30}

// search is what the address of the queue says; the zero value is everything,
// oldest first.
type search struct {
	View    string `form:"view" validate:"omitempty,oneof=mine late approvals"`
	Company string `form:"q" validate:"max=200"`
	Account string `form:"account" validate:"omitempty,uuid"`
	Kind    string `form:"kind" validate:"omitempty,oneof=ticket approval action"`
	Turn    string `form:"turn" validate:"omitempty,oneof=client provider third nobody"`
	Age     int    `form:"age" validate:"min=0,max=3650"` // days at least
	Sort    string `form:"sort" validate:"omitempty,oneof=newest"`
	After   string `form:"after" validate:"max=500"`
	Nudged  int    `form:"nudged" validate:"min=0,max=1000"` // what has just been done
	Skipped int    `form:"skipped" validate:"min=0,max=1000"`
}

func (f search) query(now time.Time) (work.Query, error) {
	q := work.Query{Company: f.Company, Kind: work.Kind(f.Kind), Turn: record.Turn(f.Turn), Mine: f.View == "mine",
		Late: f.View == "late", Newest: f.Sort == "newest", After: f.After}
	if f.View == "approvals" {
		q.Kind = work.Approval
	}
	if f.Age > 0 {
		q.Before = now.Add(-time.Duration(f.Age) * 24 * time.Hour)
	}
	if f.Account != "" {
		id, err := record.ParseAccountID(f.Account)
		if err != nil {
			return q, notHere()
		}
		q.Account = id
	}
	return q, nil
}

// address is the search as an address; what is usual is left out.
func (f search) address() string {
	v := url.Values{}
	for key, value := range map[string]string{"view": f.View, "q": f.Company, "account": f.Account, "kind": f.Kind, "turn": f.Turn, "sort": f.Sort, "after": f.After} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if f.Age > 0 {
		v.Set("age", strconv.Itoa(f.Age))
	}
	if len(v) == 0 {
		return queuePath
	}
	return queuePath + "?" + v.Encode()
}

// narrowed reports whether something besides the view was chosen.
func (f search) narrowed() bool {
	return f.Company != "" || f.Account != "" || f.Kind != "" || f.Turn != "" || f.Age > 0
}

// queueView is everything that the queue shows.
type queueView struct {
	Chrome   *ui.Chrome
	Search   search
	Page     work.Page
	Groups   []group
	Tabs     []ui.Tab
	Pager    ui.Pager
	Down     []ui.Down
	Stamp    record.Stamp
	Company  string // the one account that the search names
	Clear    string // address without that
	None     bool   // no account is assigned to the reader
	Choosing bool   // there is an approval to choose
	Held     string
}

// group is the part of a page that has one turn.
type group struct {
	Turn  record.Turn
	Count string // of everything, when the page shows everything
	Items []work.Item
}

// Work serves the queue: GET /staff/queue.
func (p *Pages) Work(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f search
	if err := form.Query(r, &f); err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	q, err := f.query(c.Now)
	if err != nil {
		return err
	}
	page, err := p.o.Queue.Work(r.Context(), s, q)
	if err != nil {
		return err
	}
	c.Title = c.T("queue.title")
	return ui.Show(w, r, http.StatusOK, queuePage(p.queueView(r, c, s, f, page)))
}

func (p *Pages) queueView(r *http.Request, c *ui.Chrome, s access.Scope, f search, page work.Page) queueView {
	v := queueView{Chrome: c, Search: f, Page: page, None: !s.All() && len(s.Accounts()) == 0, Held: p.held(r)}
	v.Groups = groups(c, f, page)
	v.Choosing = slices.ContainsFunc(page.Items, func(i work.Item) bool { return i.Kind == work.Approval })
	fresh := ui.Feeding(page.Fresh, record.KindTicket)
	v.Down, v.Stamp = ui.DownOf(fresh), ui.StampOf(fresh)
	for _, t := range []struct {
		view  string
		count int
	}{{"", page.Counts.All}, {"mine", page.Counts.Mine}, {"late", page.Counts.Late}, {"approvals", page.Counts.Asks}} {
		v.Tabs = append(v.Tabs, ui.Tab{Label: c.T("queue.view." + t.view), Count: counted(c, t.count), Current: f.View == t.view, Href: search{View: t.view}.address()})
	}
	if f.Account != "" {
		rest := f
		rest.Account, rest.After = "", ""
		v.Clear = rest.address()
		if len(page.Items) > 0 {
			v.Company = page.Items[0].Company
		}
	}
	v.Pager.Text = c.N("queue.shown", len(page.Items))
	if f.After != "" {
		first := f
		first.After = ""
		v.Pager.First = first.address()
	}
	if page.Next != "" {
		next := f
		next.After = page.Next
		v.Pager.Next = next.address()
	}
	switch {
	case f.Nudged > 0 && f.Skipped > 0:
		c.Flash = ui.Flash{Tone: ui.Attn, Text: c.N("nudge.done", f.Nudged) + " " + c.N("nudge.skipped", f.Skipped)}
	case f.Nudged > 0:
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.N("nudge.done", f.Nudged)}
	case f.Skipped > 0:
		c.Flash = ui.Flash{Tone: ui.Attn, Text: c.T("nudge.none")}
	}
	return v
}

// groups parts a page by turn. How many there are is said where the page is not narrowed.
func groups(c *ui.Chrome, f search, page work.Page) []group {
	var out []group
	for _, i := range page.Items {
		if n := len(out); n == 0 || out[n-1].Turn != i.Turn {
			g := group{Turn: i.Turn}
			if !f.narrowed() && f.View == "" {
				g.Count = counted(c, page.Counts.Turns[i.Turn])
			}
			out = append(out, g)
		}
		g := &out[len(out)-1]
		g.Items = append(g.Items, i)
	}
	return out
}

// counted writes a count that ends somewhere: "23", "999+".
func counted(c *ui.Chrome, n int) string {
	if n >= work.MostCounted {
		return c.Number(work.MostCounted-1) + "+"
	}
	return c.Number(n)
}

func (p *Pages) held(r *http.Request) string {
	if p.o.Held == nil {
		return ""
	}
	return p.o.Held(r.Context())
}
