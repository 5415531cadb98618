package companies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/likeness"
	"portico/sync/record"
	"portico/sync/run"
)

// Looking reads accounts, and what would move between two of them.
type Looking interface {
	KnownAccounts(ctx context.Context) ([]likeness.Known, error)
	MergePreview(ctx context.Context, from, into record.AccountID) (run.Relocation, error)
	SplitPreview(ctx context.Context, s run.Split) (run.Relocation, error)
}

// Relocating makes one account of two, or two of one. fault.Conflict says what has to
// be settled before; nothing has changed then.
type Relocating interface {
	Merge(ctx context.Context, s access.Scope, from, into record.AccountID) error
	Split(ctx context.Context, s access.Scope, what run.Split) (record.AccountInfo, error)
}

// accountsShown is how many accounts the page lists before it asks to search.
const accountsShown = 100

type accountsView struct {
	Chrome  *ui.Chrome
	Doubles []likeness.Double
	Rows    []likeness.Known
	Found   int
	All     int
	Search  string
}

// Accounts serves GET /admin/companies/accounts: accounts that look like one client,
// and where accounts are merged and split.
func (p *Pages) Accounts(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("relocate.title")
	list, err := p.o.Look.KnownAccounts(r.Context())
	if err != nil {
		return err
	}
	q := r.URL.Query()
	for _, k := range list {
		switch k.ID.String() {
		case q.Get("merged"):
			c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("relocate.merged", k.Name)}
		case q.Get("split"):
			c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("relocate.parted", k.Name)}
		}
	}
	v := accountsView{Chrome: c, Search: strings.TrimSpace(q.Get("q")), All: len(list)}
	if v.Search == "" {
		v.Doubles = likeness.Doubles(list)
	}
	for _, k := range list {
		if strings.Contains(strings.ToLower(k.Name), strings.ToLower(v.Search)) {
			v.Found++
			if len(v.Rows) < accountsShown {
				v.Rows = append(v.Rows, k)
			}
		}
	}
	return ui.Show(w, r, http.StatusOK, accountsPage(v))
}

// moveView is the page of a merge or of a split.
type moveView struct {
	Chrome   *ui.Chrome
	Split    bool
	Preview  run.Relocation
	Shown    bool     // the preview is whole: it may be confirmed
	Accounts []string // names, to choose from
	Into     string   // as it was typed
	Typed    string
	Mistyped bool
	Problem  string
}

// Seen names all that the preview says, so that nothing else is done than what was
// looked at.
func (v moveView) Seen() string {
	text, _ := json.Marshal(v.Preview) // nothing in it can fail
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// named finds an account by its name, or by its id.
func namedAccount(list []likeness.Known, text string) (record.AccountInfo, bool) {
	var found []record.AccountInfo
	for _, k := range list {
		if k.ID.String() == text {
			return k.AccountInfo, true
		}
		if strings.EqualFold(strings.TrimSpace(k.Name), strings.TrimSpace(text)) {
			found = append(found, k.AccountInfo)
		}
	}
	if len(found) != 1 {
		return record.AccountInfo{}, false
	}
	return found[0], true
}

type moveInput struct {
	From      string   `form:"from" validate:"required,uuid"`
	Into      string   `form:"into" validate:"max=250"`
	Companies []string `form:"company,exact"` // connection/key
	People    []string `form:"person"`
	Seen      string   `form:"seen"`
	Typed     string   `form:"typed" validate:"max=250"`
}

// view reads what a form says, and what it would do.
func (p *Pages) view(r *http.Request, s access.Scope, in moveInput, split bool) (moveView, run.Split, error) {
	v := moveView{Split: split, Into: strings.TrimSpace(in.Into), Typed: in.Typed}
	var what run.Split
	c, err := p.o.Frame(r, s)
	if err != nil {
		return v, what, err
	}
	v.Chrome = c
	if what.From, err = record.ParseAccountID(in.From); err != nil {
		return v, what, fault.New(fault.NotFound, "There is no such account.").Because("read the form", err)
	}
	list, err := p.o.Look.KnownAccounts(r.Context())
	if err != nil {
		return v, what, err
	}
	for _, k := range list {
		if k.ID != what.From {
			v.Accounts = append(v.Accounts, k.Name)
		}
	}
	known := false
	if what.Into, known = namedAccount(list, v.Into); known {
		v.Into = what.Into.Name
	} else if split {
		what.Into = record.AccountInfo{Name: v.Into}
	}
	if what.Into.ID == what.From {
		what.Into, known, v.Into = record.AccountInfo{}, false, ""
	}
	if split {
		what.Companies, what.People = companiesOf(in.Companies), in.People
		v.Preview, err = p.o.Look.SplitPreview(r.Context(), what)
		v.Shown = v.Into != "" && len(what.Companies) > 0
		c.Title = c.T("relocate.split.title", v.Preview.From.Name)
		return v, what, err
	}
	v.Preview, err = p.o.Look.MergePreview(r.Context(), what.From, what.Into.ID)
	v.Shown = known
	if v.Into != "" && !known {
		v.Problem = c.T("relocate.unknown")
	}
	c.Title = c.T("relocate.merge.title", v.Preview.From.Name)
	return v, what, err
}

func companiesOf(list []string) []run.RelocatedCompany {
	var out []run.RelocatedCompany
	for _, one := range list {
		connection, key, _ := strings.Cut(one, "/")
		if id, err := record.ParseConnectionID(connection); err == nil {
			out = append(out, run.RelocatedCompany{Connection: id, Key: key})
		}
	}
	return out
}

// Merge serves GET /admin/companies/merge: what would move, before it does.
func (p *Pages) Merge(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.look(w, r, s, false)
}

// Split serves GET /admin/companies/split.
func (p *Pages) Split(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.look(w, r, s, true)
}

func (p *Pages) look(w http.ResponseWriter, r *http.Request, s access.Scope, split bool) error {
	var in moveInput
	if err := form.Query(r, &in); err != nil {
		return err
	}
	v, _, err := p.view(r, s, in, split)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, movePage(v))
}

// MergeNow makes one account of two: POST /admin/companies/merge.
func (p *Pages) MergeNow(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.carryOut(w, r, s, false, func(what run.Split) (string, error) {
		return "merged=" + what.Into.ID.String(), p.o.Relocate.Merge(r.Context(), s, what.From, what.Into.ID)
	})
}

// SplitNow makes two accounts of one: POST /admin/companies/split.
func (p *Pages) SplitNow(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.carryOut(w, r, s, true, func(what run.Split) (string, error) {
		into, err := p.o.Relocate.Split(r.Context(), s, what)
		return url.Values{"split": {into.ID.String()}}.Encode(), err
	})
}

// carryOut does what was previewed, once somebody has typed the name of the account
// that it is taken from, and only while the preview still holds.
func (p *Pages) carryOut(w http.ResponseWriter, r *http.Request, s access.Scope, split bool, do func(run.Split) (string, error)) error {
	var in moveInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	v, what, err := p.view(r, s, in, split)
	if err != nil {
		return err
	}
	switch {
	case !v.Shown:
		v.Problem = v.Chrome.T("relocate.choose")
	case in.Seen != v.Seen():
		v.Problem, v.Typed = v.Chrome.T("relocate.changed"), ""
		return ui.Show(w, r, http.StatusConflict, movePage(v))
	case !strings.EqualFold(strings.TrimSpace(in.Typed), strings.TrimSpace(v.Preview.From.Name)):
		v.Mistyped = true
	default:
		done, err := do(what)
		switch {
		case err == nil:
			http.Redirect(w, r, Path+"/accounts?"+done, http.StatusSeeOther)
			return nil
		case fault.Is(err, fault.Conflict), fault.Is(err, fault.Invalid):
			v.Problem = fault.Public(err)
			return ui.Show(w, r, http.StatusConflict, movePage(v))
		default:
			return err
		}
	}
	return ui.Show(w, r, http.StatusUnprocessableEntity, movePage(v))
}
