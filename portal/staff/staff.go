// Package staff is the pages of the provider's people: what waits across the
// accounts that they may look into, and those accounts.
package staff

import (
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
	"portico/sync/record"
)

// Accounts is what the page reads: the accounts of a staff scope.
type Accounts interface {
	Accounts(ctx context.Context, s access.Scope) ([]record.AccountInfo, error)
}

// Options are what the pages work with; Zone and Held may be left out.
type Options struct {
	Accounts Accounts
	Queue    Queue
	Records  Records
	Members  Members
	Frame    ui.Framer
	Zone     *time.Location // the provider's, in which a day begins
	// Held says why nothing leaves the portal now, or ""; nil never does.
	Held func(ctx context.Context) string
}

// Pages serves the provider's people. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// filter is what the address of the list says.
type filter struct {
	Search string `form:"q" validate:"max=200"`
	Page   int    `form:"page" validate:"min=0,max=100000"` // the first is 0
}

// perPage is how many accounts one page shows.
const perPage = 50

// listView is everything that the list of accounts shows.
type listView struct {
	Chrome *ui.Chrome
	Held   string
	Search string
	Rows   []account
	All    int // before the search
	Found  int // by it
	First  int // number of the first row, from 0
}

// pager leads through what was found.
func (v listView) pager() ui.Pager {
	c, last := v.Chrome, v.First+len(v.Rows)
	p := ui.Pager{Text: c.T("staff.shown", c.Number(v.First+1), c.Number(last), c.Number(v.Found))}
	at := func(page int) string {
		q := url.Values{}
		if v.Search != "" {
			q.Set("q", v.Search)
		}
		if page > 0 {
			q.Set("page", strconv.Itoa(page))
		}
		return strings.TrimSuffix("/staff?"+q.Encode(), "?")
	}
	if v.First > 0 {
		p.First = at(0)
	}
	if last < v.Found {
		p.Next = at(v.First/perPage + 1)
	}
	return p
}

// account is one line of the list.
type account struct {
	record.AccountInfo
	Parent string // name of the company that it is a branch of, or ""
	Href   string
}

// List serves the accounts: GET /staff.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	all, err := p.o.Accounts.Accounts(r.Context(), s)
	if err != nil {
		return err
	}
	c.Title = c.T("staff.title")
	found := rows(all, f.Search)
	v := listView{Chrome: c, Search: f.Search, All: len(all), Found: len(found), First: min(f.Page*perPage, max(0, len(found)-1)/perPage*perPage)}
	v.Rows = found[v.First:min(v.First+perPage, len(found))]
	if p.o.Held != nil {
		v.Held = p.o.Held(r.Context())
	}
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

// rows sorts the accounts by name and keeps those that hold every word.
func rows(all []record.AccountInfo, search string) []account {
	names := make(map[record.AccountID]string, len(all))
	for _, a := range all {
		names[a.ID] = a.Name
	}
	var out []account
	for _, a := range all {
		row := account{AccountInfo: a, Parent: names[a.Parent], Href: accountPath(a.ID)}
		if holds(a.Name+" "+row.Parent, search) {
			out = append(out, row)
		}
	}
	slices.SortStableFunc(out, func(a, b account) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return out
}

func holds(text, search string) bool {
	text = strings.ToLower(text)
	for word := range strings.FieldsSeq(strings.ToLower(search)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// launch says how visible an account is, by a word and a shape.
func launch(c *ui.Chrome, l record.Launch) (string, ui.Tone) {
	switch l {
	case record.LaunchInvited:
		return c.T("staff.launch.invited"), ui.Good
	case record.LaunchPreview:
		return c.T("staff.launch.preview"), ui.Live
	default:
		return c.T("staff.launch.hidden"), ui.Neutral
	}
}
