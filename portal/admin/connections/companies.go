package connections

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// rowsShown is how many companies one page shows.
const rowsShown = 50

// companyRow is a company in a form.
type companyRow struct {
	Candidate

	Index   int
	Account string // as it stands in the form
	Ticked  bool
	Problem string
}

// matchInput is what a form with companies posts: lists of the same length, and the
// indexes of the rows that are ticked.
type matchInput struct {
	Keys     []string `form:"key,exact"`
	Names    []string `form:"called,exact"`
	Accounts []string `form:"account"`
	Ticks    []string `form:"tick"`
}

// refusal is a form with companies that could not be carried out, as it was typed.
type refusal struct {
	text     string
	in       matchInput
	problems map[string]string // by key
}

// rowsOf puts candidates, and what somebody typed about them, into rows.
func rowsOf(list []Candidate, refused *refusal) []companyRow {
	out := make([]companyRow, len(list))
	for i, c := range list {
		out[i] = companyRow{Candidate: c, Index: i, Account: c.Suggested.Name}
		if refused == nil {
			continue
		}
		at := slices.Index(refused.in.Keys, c.Key)
		if at < 0 || at >= len(refused.in.Accounts) {
			continue
		}
		out[i].Account = refused.in.Accounts[at]
		out[i].Ticked = slices.Contains(refused.in.Ticks, strconv.Itoa(at))
		out[i].Problem = refused.problems[c.Key]
	}
	return out
}

// picks reads what is ticked. An empty account is a new one with the company's name;
// a name that no account has, or several have, is asked about.
func (p *Pages) picks(ctx context.Context, in matchInput) ([]Pick, *refusal, error) {
	all, err := p.o.Account.AllAccounts(ctx)
	if err != nil {
		return nil, nil, err
	}
	var out []Pick
	problems := map[string]string{}
	for _, tick := range in.Ticks {
		i, err := strconv.Atoi(tick)
		if err != nil || i < 0 || i >= len(in.Keys) || i >= len(in.Accounts) {
			continue
		}
		pick := Pick{Key: in.Keys[i], Name: in.Keys[i]}
		if i < len(in.Names) && strings.TrimSpace(in.Names[i]) != "" {
			pick.Name = strings.TrimSpace(in.Names[i])
		}
		name := in.Accounts[i]
		same := named(all, name)
		if name == "" {
			same = named(all, pick.Name)
		}
		switch {
		case len(same) == 1 && name != "":
			pick.Account = same[0].ID
		case len(same) > 1:
			problems[pick.Key] = "connections.match.several"
		case name == "" && len(same) == 1:
			problems[pick.Key] = "connections.match.exists"
		case name != "":
			problems[pick.Key] = "connections.match.unknown"
		}
		out = append(out, pick)
	}
	if len(problems) > 0 {
		return nil, &refusal{text: "connections.match.look", in: in, problems: problems}, nil
	}
	return out, nil, nil
}

func named(all []record.AccountInfo, name string) []record.AccountInfo {
	var out []record.AccountInfo
	for _, a := range all {
		if strings.EqualFold(strings.TrimSpace(a.Name), name) {
			out = append(out, a)
		}
	}
	return out
}

func (p *Pages) accountNames(ctx context.Context) ([]string, error) {
	all, err := p.o.Account.AllAccounts(ctx)
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = a.Name
	}
	return slices.Compact(out), err
}

// companiesView is everything that the page of companies shows.
type companiesView struct {
	Chrome   *ui.Chrome
	Detail   Detail
	Show     string // "waiting", "matched"
	Search   string
	Page     int // from 0
	Found    int
	Waits    int // companies
	Matched  int
	Rows     []companyRow
	Accounts []string
	Problem  string
}

// Companies serves GET /admin/connections/{id}/companies.
func (p *Pages) Companies(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.companies(w, r, s, nil)
}

func (p *Pages) companies(w http.ResponseWriter, r *http.Request, s access.Scope, refused *refusal) error {
	d, err := p.one(r)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("connections.companies.of", d.Name)
	parts.Said(c, r)
	v := companiesView{Chrome: c, Detail: d, Show: "waiting", Search: strings.TrimSpace(r.URL.Query().Get("q"))}
	if r.URL.Query().Get("show") == "matched" {
		v.Show = "matched"
	}
	v.Page, _ = strconv.Atoi(r.URL.Query().Get("page"))
	if err := p.fillCompanies(r.Context(), &v, refused, r.URL.Query().Get("tick") == "suggested"); err != nil {
		return err
	}
	code := http.StatusOK
	if refused != nil {
		v.Problem, code = c.T(refused.text), http.StatusUnprocessableEntity
	}
	return ui.Show(w, r, code, companiesPage(v))
}

func (p *Pages) fillCompanies(ctx context.Context, v *companiesView, refused *refusal, tick bool) error {
	all, err := p.o.Match.Companies(ctx, v.Detail.ID)
	if err != nil {
		return err
	}
	var list []run.Company
	for _, company := range all {
		matched := !company.Account.ID.IsZero()
		if matched {
			v.Matched++
		} else {
			v.Waits++
		}
		if matched == (v.Show == "matched") && fits(v.Search, company.Name, company.Key, company.Account.Name) {
			list = append(list, company)
		}
	}
	if v.Show == "waiting" { // what most records wait for comes first
		slices.SortStableFunc(list, func(a, b run.Company) int { return b.Waiting - a.Waiting })
	}
	v.Found = len(list)
	v.Page = max(0, min(v.Page, (len(list)-1)/rowsShown))
	list = list[v.Page*rowsShown : min(len(list), (v.Page+1)*rowsShown)]
	if v.Show == "matched" {
		v.Rows = make([]companyRow, len(list))
		for i, company := range list {
			v.Rows[i] = companyRow{Candidate: Candidate{Company: company}, Index: i}
		}
		return nil
	}
	candidates, err := p.o.Match.Suggest(ctx, v.Detail.ID, list)
	if err != nil {
		return err
	}
	v.Rows = rowsOf(candidates, refused)
	for i := range v.Rows {
		v.Rows[i].Ticked = v.Rows[i].Ticked || tick && !v.Rows[i].Suggested.ID.IsZero()
	}
	v.Accounts, err = p.accountNames(ctx)
	return err
}

// MatchCompanies ties what is ticked to accounts: POST /admin/connections/{id}/companies.
func (p *Pages) MatchCompanies(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := parts.ID(r)
	if err != nil {
		return err
	}
	var in matchInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	picks, refused, err := p.picks(r.Context(), in)
	if err != nil {
		return err
	}
	if refused == nil && len(picks) == 0 {
		refused = &refusal{text: "connections.match.none", in: in}
	}
	if refused != nil {
		return p.companies(w, r, s, refused)
	}
	err = p.o.Match.Match(r.Context(), s, id, picks)
	if fault.Is(err, fault.Conflict) {
		return p.companies(w, r, s, &refusal{text: "connections.match.raced", in: in})
	}
	if err != nil {
		return err
	}
	return parts.Leads(w, r, parts.Of(id)+"/companies", "matched")
}

// Unmatch takes a company out of the account that it is not:
// POST /admin/connections/{id}/companies/unmatch.
func (p *Pages) Unmatch(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := parts.ID(r)
	if err != nil {
		return err
	}
	var in struct {
		Key string `form:"key,exact" validate:"required,max=250"`
	}
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	if err := p.o.Match.Unmatch(r.Context(), s, id, in.Key); err != nil {
		return err
	}
	http.Redirect(w, r, repairPath(id, in.Key), http.StatusSeeOther) //nolint:gosec // a path of ours; what was posted is a value of its query
	return nil
}

func repairPath(id record.ConnectionID, key string) string {
	return parts.Of(id) + "/companies/repair?" + url.Values{"key": {key}}.Encode()
}

// repairView is everything that the page of a repaired match shows.
type repairView struct {
	Chrome *ui.Chrome
	Detail Detail
	Name   string
	Repair run.Repair
}

// Repair tells what a wrong match has shown and what was stopped:
// GET /admin/connections/{id}/companies/repair.
func (p *Pages) Repair(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	d, err := p.one(r)
	if err != nil {
		return err
	}
	key := r.URL.Query().Get("key")
	repair, err := p.o.Match.Repair(r.Context(), d.ID, key)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	v := repairView{Chrome: c, Detail: d, Name: key, Repair: repair}
	all, err := p.o.Match.Companies(r.Context(), d.ID)
	if err != nil {
		return err
	}
	for _, company := range all {
		if company.Key == key {
			v.Name = called(remote.Company{Key: company.Key, Name: company.Name})
		}
	}
	c.Title = c.T("connections.repair.title", v.Name)
	return ui.Show(w, r, http.StatusOK, repairPage(v))
}
