// Package matching is where administrators say what is the same across systems:
// which connection is believed when two hold the same kind, and what of the other is
// attached to it. It promises that nothing changes before it was previewed, and that
// nothing is attached that a person has not confirmed. It hides how lists are cut
// into pages and how a standing becomes words.
package matching

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/record"
)

// Path is where the pages begin.
const Path = "/admin/matching"

// rowsShown is how many things one page shows.
const rowsShown = 50

// partnersShown is how many things of the authority are offered to attach to.
const partnersShown = 12

// Looking reads what two connections hold. fault.NotFound is a connection that does
// not exist.
type Looking interface {
	Overlaps(ctx context.Context) ([]authority.Overlap, error)
	// AuthorityStanding says what a rule does, or would do when there is none.
	AuthorityStanding(ctx context.Context, r authority.Rule, state authority.State, search string, from, most int) (authority.Standing, error)
	Authorities(ctx context.Context) ([]authority.Rule, error)
	Partners(ctx context.Context, r authority.Rule, account record.AccountID, search string, most int) ([]authority.Thing, error)
}

// Deciding changes which connection is believed, and what is the same. Every method
// is an administrator's change.
type Deciding interface {
	Name(ctx context.Context, s access.Scope, r authority.Rule) error
	End(ctx context.Context, s access.Scope, kind record.Kind, other record.ConnectionID) error
	Say(ctx context.Context, s access.Scope, r authority.Rule, said authority.Said, pairs []authority.Pair) error
	// AttachSure attaches whatever only two things have the key of, and counts them.
	AttachSure(ctx context.Context, s access.Scope, kind record.Kind, other record.ConnectionID) (int, error)
}

// Options are what the pages work with; all are needed.
type Options struct {
	Look   Looking
	Decide Deciding
	Frame  ui.Framer
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// listView is everything that the overview shows.
type listView struct {
	Chrome   *ui.Chrome
	Overlaps []authority.Overlap
}

// List serves GET /admin/matching.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("matching.title")
	said(c, r)
	list, err := p.o.Look.Overlaps(r.Context())
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, listPage(listView{c, list}))
}

// pairView is everything that the page of a kind and two connections shows.
type pairView struct {
	Chrome   *ui.Chrome
	Named    bool // the rule holds; else it is a preview
	Reverse  bool // the other one is named now
	Standing authority.Standing
	State    authority.State
	Search   string
	From     int
	Problem  string
	// Attach is the thing that is attached by hand; its External is "" for none.
	Attach   authority.Thing
	Find     string
	Partners []authority.Thing
}

// Show serves GET /admin/matching/{kind}/{authority}/{other}: a preview, or how the
// rule does.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.show(w, r, s, nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, s access.Scope, refused error) error {
	rule, err := ruleOf(r)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	v := pairView{Chrome: c, State: authority.Waiting, Search: strings.TrimSpace(r.URL.Query().Get("q"))}
	rules, err := p.o.Look.Authorities(r.Context())
	if err != nil {
		return err
	}
	for _, is := range rules {
		if is.Kind == rule.Kind && is.Authority == rule.Authority && is.Other == rule.Other {
			rule, v.Named = is, true
		}
		v.Reverse = v.Reverse || is.Kind == rule.Kind && is.Authority == rule.Other && is.Other == rule.Authority
	}
	if state := authority.State(r.URL.Query().Get("show")); slices.Contains([]authority.State{authority.Linked, authority.Single}, state) {
		v.State = state
	}
	v.From, _ = strconv.Atoi(r.URL.Query().Get("from"))
	v.From = max(0, v.From)
	if v.Standing, err = p.o.Look.AuthorityStanding(r.Context(), rule, v.State, v.Search, v.From, rowsShown); err != nil {
		return err
	}
	if err := p.partners(r, rule, &v); err != nil {
		return err
	}
	c.Title = heading(v)
	said(c, r)
	code := http.StatusOK
	if refused != nil {
		v.Problem, code = fault.Public(refused), http.StatusUnprocessableEntity
		if fault.Is(refused, fault.Conflict) {
			code = http.StatusConflict
		}
	}
	return ui.Show(w, r, code, pairPage(v))
}

// partners finds what a thing may be attached to by hand.
func (p *Pages) partners(r *http.Request, rule authority.Rule, v *pairView) error {
	q := r.URL.Query()
	account, err := record.ParseAccountID(q.Get("account"))
	if !v.Named || err != nil || q.Get("attach") == "" {
		return nil //nolint:nilerr // an address without a company attaches nothing
	}
	v.Attach = authority.Thing{Account: account, External: q.Get("attach"), Number: q.Get("number"), Title: q.Get("title")}
	v.Find = strings.TrimSpace(q.Get("find"))
	v.Partners, err = p.o.Look.Partners(r.Context(), rule, account, v.Find, partnersShown)
	return err
}

// Name makes the first connection of the address the authority:
// POST /admin/matching/{kind}/{authority}/{other}.
func (p *Pages) Name(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	rule, err := ruleOf(r)
	if err != nil {
		return err
	}
	var in struct {
		Alone string `form:"alone" validate:"oneof=shown held"`
	}
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	rule.Alone = authority.Alone(in.Alone)
	return p.done(w, r, s, "named", p.o.Decide.Name(r.Context(), s, rule))
}

// End lets both stand side by side again: POST …/end.
func (p *Pages) End(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	rule, err := ruleOf(r)
	if err != nil {
		return err
	}
	if err := p.o.Decide.End(r.Context(), s, rule.Kind, rule.Other); err != nil {
		return err
	}
	http.Redirect(w, r, Path+"?done=ended", http.StatusSeeOther)
	return nil
}

// Sure attaches everything that is beyond doubt: POST …/sure.
func (p *Pages) Sure(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	rule, err := ruleOf(r)
	if err != nil {
		return err
	}
	_, err = p.o.Decide.AttachSure(r.Context(), s, rule.Kind, rule.Other)
	return p.done(w, r, s, "attached", err)
}

// Say attaches what is ticked, or says that it is something else: POST …/decide.
func (p *Pages) Say(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	rule, err := ruleOf(r)
	if err != nil {
		return err
	}
	var in struct {
		Said      string   `form:"said" validate:"oneof=same different unsaid"`
		Others    []string `form:"other,exact"`
		Authority []string `form:"authority,exact"`
		Ticks     []string `form:"tick"`
		Show      string   `form:"show"`
	}
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	var pairs []authority.Pair
	for _, tick := range in.Ticks {
		if i, err := strconv.Atoi(tick); err == nil && i >= 0 && i < len(in.Others) && i < len(in.Authority) {
			pairs = append(pairs, authority.Pair{Other: in.Others[i], Authority: in.Authority[i]})
		}
	}
	if len(pairs) == 0 {
		return p.show(w, r, s, fault.New(fault.Invalid, "Tick what belongs together first."))
	}
	word := map[authority.Said]string{authority.Same: "attached", authority.Different: "apart", authority.Unsaid: "unsaid"}[authority.Said(in.Said)]
	return p.done(w, r, s, word, p.o.Decide.Say(r.Context(), s, rule, authority.Said(in.Said), pairs))
}

// done leads back to the page of the pair, or shows it with what is in the way.
func (p *Pages) done(w http.ResponseWriter, r *http.Request, s access.Scope, word string, err error) error {
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) {
		return p.show(w, r, s, err)
	}
	if err != nil {
		return err
	}
	rule, err := ruleOf(r)
	if err != nil {
		return err
	}
	http.Redirect(w, r, pairPath(rule)+"?done="+word, http.StatusSeeOther) //nolint:gosec // a path of ours, of two ids that were parsed
	return nil
}

// ruleOf is what the address names; what cannot be is not there.
func ruleOf(r *http.Request) (authority.Rule, error) {
	rule := authority.Rule{Kind: record.Kind(r.PathValue("kind"))}
	var err error
	if rule.Authority, err = record.ParseConnectionID(r.PathValue("authority")); err == nil {
		rule.Other, err = record.ParseConnectionID(r.PathValue("other"))
	}
	if err != nil || !slices.Contains(authority.Kinds, rule.Kind) {
		return rule, fault.New(fault.NotFound, "There is no such page.")
	}
	rule.Alone = authority.Usual(rule.Kind)
	return rule, nil
}

func pairPath(r authority.Rule) string {
	return Path + "/" + url.PathEscape(string(r.Kind)) + "/" + r.Authority.String() + "/" + r.Other.String()
}

// said puts what a form has just done on the page that it leads to. Words that are
// not in the catalogue are not ours, and are not shown.
func said(c *ui.Chrome, r *http.Request) {
	word := "matching.done." + r.URL.Query().Get("done")
	if text := c.T(word); text != word {
		c.Flash = ui.Flash{Tone: ui.Good, Text: text}
	}
}
