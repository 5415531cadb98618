// Package companies is where administrators say which companies of all connected
// systems are which account. It promises that nothing is matched by itself, that only
// what was looked at is confirmed, and that every suggestion says why it is made; that
// accounts are merged and split only as the preview showed, by somebody who typed their
// name. It hides how suggestions travel through a form and are cut into pages.
package companies

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/likeness"
)

// Path is where the pages begin.
const Path = "/admin/companies"

// rowsShown is how many suggestions one page shows.
const rowsShown = 50

// Standing is every company that waits, and what some of them may be.
type Standing struct {
	Suggestions []likeness.Suggestion
	Waiting     []Waits // companies by connection, those of no suggestion among them
}

// Waits counts the companies of a connection that nobody has matched.
type Waits struct {
	Name, Href string
	Companies  int
}

// Suggesting compares companies with accounts and with each other.
type Suggesting interface {
	Standing(ctx context.Context) (Standing, error)
	// Confirm matches the companies of suggestions, by their ids. It returns how many
	// companies that were, and how many suggestions are no longer what was looked at:
	// these are left as they are.
	Confirm(ctx context.Context, s access.Scope, ids []string) (matched, changed int, err error)
}

// Options are what the pages work with; all are needed.
type Options struct {
	Suggest  Suggesting
	Look     Looking
	Relocate Relocating
	Frame    ui.Framer
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

type listView struct {
	Chrome  *ui.Chrome
	Waiting []Waits
	Rows    []likeness.Suggestion
	Found   int
	Page    int // from 0
	Search  string
	Ticked  bool // all of the page
	Problem string
}

// List serves GET /admin/companies: what companies may be.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.list(w, r, s, "")
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request, s access.Scope, problem string) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("companies.title")
	q := r.URL.Query()
	if n, err := strconv.Atoi(q.Get("matched")); err == nil && n > 0 {
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.N("companies.done", n)}
	}
	standing, err := p.o.Suggest.Standing(r.Context())
	if err != nil {
		return err
	}
	v := listView{Chrome: c, Waiting: standing.Waiting, Search: strings.TrimSpace(q.Get("q")), Ticked: q.Get("tick") == "all"}
	if n, err := strconv.Atoi(q.Get("changed")); err == nil && n > 0 {
		v.Problem = c.N("companies.changed", n)
	}
	var list []likeness.Suggestion
	for _, one := range standing.Suggestions {
		if fits(v.Search, one) {
			list = append(list, one)
		}
	}
	v.Found = len(list)
	v.Page, _ = strconv.Atoi(q.Get("page"))
	v.Page = max(0, min(v.Page, (len(list)-1)/rowsShown))
	v.Rows = list[v.Page*rowsShown : min(len(list), (v.Page+1)*rowsShown)]
	code := http.StatusOK
	if problem != "" {
		v.Problem, code = c.T(problem), http.StatusUnprocessableEntity
	}
	return ui.Show(w, r, code, listPage(v))
}

// Confirm matches what is ticked: POST /admin/companies.
func (p *Pages) Confirm(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in struct {
		Ticks []string `form:"tick"`
	}
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	if len(in.Ticks) == 0 {
		return p.list(w, r, s, "companies.none.ticked")
	}
	matched, changed, err := p.o.Suggest.Confirm(r.Context(), s, in.Ticks)
	if err != nil {
		return err
	}
	q := url.Values{"matched": {strconv.Itoa(matched)}}
	if changed > 0 {
		q.Set("changed", strconv.Itoa(changed))
	}
	http.Redirect(w, r, Path+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}

func fits(search string, s likeness.Suggestion) bool {
	texts := []string{s.Account.Name, s.Detail}
	for _, w := range s.Companies {
		texts = append(texts, w.Name, w.System, w.Key)
	}
	return strings.Contains(strings.ToLower(strings.Join(texts, "\n")), strings.ToLower(search))
}
