package companies_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/companies"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/likeness"
	"portico/sync/record"
	"portico/sync/run"
)

// bench is suggestions, and what was confirmed of them.
type bench struct {
	standing  companies.Standing
	confirmed []string
	changed   int

	known   []likeness.Known
	preview run.Relocation
	moved   []string
	refused error
}

func (b *bench) KnownAccounts(context.Context) ([]likeness.Known, error) { return b.known, nil }

func (b *bench) MergePreview(_ context.Context, _, into record.AccountID) (run.Relocation, error) {
	p := b.preview
	for _, k := range b.known {
		if k.ID == into {
			p.Into = k.AccountInfo
		}
	}
	return p, nil
}

func (b *bench) SplitPreview(_ context.Context, s run.Split) (run.Relocation, error) {
	p := b.preview
	p.Companies = slices.Clone(p.Companies)
	for i, c := range p.Companies {
		p.Companies[i].Leaves = slices.ContainsFunc(s.Companies, func(l run.RelocatedCompany) bool { return l.Key == c.Key })
	}
	p.Into = s.Into
	return p, nil
}

func (b *bench) Merge(_ context.Context, _ access.Scope, from, into record.AccountID) error {
	b.moved = append(b.moved, from.String()+" "+into.String())
	return b.refused
}

func (b *bench) Split(_ context.Context, _ access.Scope, s run.Split) (record.AccountInfo, error) {
	b.moved = append(b.moved, s.Into.Name+" "+s.Companies[0].Key+" "+strings.Join(s.People, ","))
	return record.AccountInfo{ID: record.NewAccountID(), Name: s.Into.Name}, b.refused
}

func (b *bench) Standing(context.Context) (companies.Standing, error) { return b.standing, nil }

func (b *bench) Confirm(_ context.Context, _ access.Scope, ids []string) (int, int, error) {
	b.confirmed = append(b.confirmed, ids...)
	return len(ids), b.changed, nil
}

func (b *bench) pages() *companies.Pages {
	return companies.New(companies.Options{Suggest: b, Look: b, Relocate: b, Frame: ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC})})
}

var admin = grant.Staff(grant.User{ID: "s", Name: "Amara"}, access.Admin, nil)

func do(t *testing.T, page session.Page, status int, query string, form url.Values) (htmlcheck.Page, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/?"+query, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	if err := page(w, r, admin); err != nil {
		t.Fatal(err)
	}
	if w.Code != status {
		t.Fatalf("%d, want %d", w.Code, status)
	}
	if status == http.StatusSeeOther {
		return htmlcheck.Page{}, w.Header().Get("Location")
	}
	return htmlcheck.Read(t, w.Body.String()), ""
}

func suggested(n int) likeness.Suggestion {
	return likeness.Suggestion{ID: fmt.Sprint("id-", n), Match: likeness.Match{Account: record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind"}, Why: likeness.SameTax, Detail: "DE811907980"},
		Companies: []likeness.Waiting{{System: "Books", Key: fmt.Sprint(n), Company: likeness.Company{Name: fmt.Sprint("Company <b>", n)}, Records: n}}}
}

func TestEverySuggestionSaysWhatIsTheSame(t *testing.T) {
	t.Parallel()
	b := &bench{}
	page, _ := do(t, b.pages().List, http.StatusOK, "", nil)
	page.WantText(".po-empty", "Every company is matched").Want("button[type=submit].btn-primary", 0)

	b.standing.Waiting = []companies.Waits{{Name: "Books", Href: "/admin/connections/x/companies", Companies: 3}}
	page, _ = do(t, b.pages().List, http.StatusOK, "", nil)
	page.WantText(".po-empty", "No company looks like an account").WantText("main", "3 companies")

	twin := likeness.Suggestion{ID: "twin", Match: likeness.Match{Why: likeness.SameDomain, Detail: "vale.example"}, Companies: []likeness.Waiting{
		{System: "Books", Company: likeness.Company{Name: "Vale"}}, {System: "Desk", Company: likeness.Company{Name: "Harbour"}}}}
	b.standing.Suggestions = []likeness.Suggestion{suggested(7), twin}
	page, _ = do(t, b.pages().List, http.StatusOK, "", nil)
	page.WantText("main tbody tr:first-child", "The same tax number, DE811907980").WantText("main tbody tr:last-child", "People of both are at vale.example").
		WantText("main tbody tr:last-child", "A new account, Vale").Want("input[name=tick]", 2).Want("input[checked]", 0)
	page, _ = do(t, b.pages().List, http.StatusOK, "tick=all", nil)
	page.Want("input[checked]", 2)
	page, _ = do(t, b.pages().List, http.StatusOK, "q=harbour", nil)
	page.Want("input[name=tick]", 1)
	page, _ = do(t, b.pages().List, http.StatusOK, "q=nothing", nil)
	page.Want("input[name=tick]", 0).WantText(".po-empty", "No company")

	b.standing.Suggestions = nil
	for n := range 120 {
		b.standing.Suggestions = append(b.standing.Suggestions, suggested(n))
	}
	page, _ = do(t, b.pages().List, http.StatusOK, "page=9", nil)
	page.Want("input[name=tick]", 20).WantText(".po-pager", "101–120 of 120")
}

func TestOnlyWhatIsTickedIsConfirmed(t *testing.T) {
	t.Parallel()
	b := &bench{standing: companies.Standing{Suggestions: []likeness.Suggestion{suggested(1), suggested(2)}}, changed: 1}
	page, _ := do(t, b.pages().Confirm, http.StatusUnprocessableEntity, "", url.Values{})
	page.WantText("[data-part=problems]", "Tick at least one")
	if len(b.confirmed) != 0 {
		t.Fatalf("confirmed %v", b.confirmed)
	}
	_, to := do(t, b.pages().Confirm, http.StatusSeeOther, "", url.Values{"tick": {"id-2"}})
	if to != companies.Path+"?changed=1&matched=1" || !slices.Equal(b.confirmed, []string{"id-2"}) {
		t.Errorf("%s, confirmed %v", to, b.confirmed)
	}
	page, _ = do(t, b.pages().List, http.StatusOK, "changed=1&matched=1", nil)
	page.WantText("[data-part=problems]", "1 suggestion was left out").WantText("body", "1 company is matched")
}

func twice() *bench {
	one := likeness.Known{AccountInfo: record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind", Launch: record.LaunchHidden}, Marks: likeness.Marks{TaxIDs: []string{"DE811907980"}}}
	two := likeness.Known{AccountInfo: record.AccountInfo{ID: record.NewAccountID(), Name: "NWL <b>", Launch: record.LaunchInvited}, Marks: one.Marks}
	conn := record.NewConnectionID()
	return &bench{known: []likeness.Known{one, two}, preview: run.Relocation{From: two.AccountInfo, Records: []run.KindCount{{Kind: record.KindTicket, Count: 3}}, Requests: 2, Endpoints: 1,
		Companies: []run.RelocatedCompany{{Connection: conn, System: "Desk", Key: "a/b", Name: "NWL"}, {Connection: conn, System: "Desk", Key: "other", Name: "Other"}},
		Members:   []run.RelocatedPerson{{ID: "u1", Name: "Jonas", Email: "jonas@nordwind.example", Already: true, Suggested: true}}}}
}

var seen = regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`)

// shown is the page that a query leads to, and what its form says was seen.
func (b *bench) shown(t *testing.T, page session.Page, query string) (htmlcheck.Page, string) {
	t.Helper()
	w := httptest.NewRecorder()
	if err := page(w, httptest.NewRequest(http.MethodGet, "/?"+query, nil), admin); err != nil {
		t.Fatal(err)
	}
	got := seen.FindStringSubmatch(w.Body.String())
	if got == nil {
		return htmlcheck.Read(t, w.Body.String()), ""
	}
	return htmlcheck.Read(t, w.Body.String()), got[1]
}

func TestAMergeIsPreviewedAndConfirmedByName(t *testing.T) {
	t.Parallel()
	b := twice()
	from, into := b.preview.From.ID.String(), b.known[0].ID.String()
	page, _ := do(t, b.pages().Accounts, http.StatusOK, "", nil)
	page.WantText("main", "The same tax number, DE811907980").Want("main a[href*='/merge?from="+from+"&into="+into+"']", 1)

	page, mark := b.shown(t, b.pages().Merge, "from="+from)
	page.Want("#preview", 0)
	if mark != "" {
		t.Error("nothing is chosen, and it can be confirmed")
	}
	page, mark = b.shown(t, b.pages().Merge, "from="+from+"&into="+into)
	page.WantText("#preview", "3 requests").WantText("#preview", "Jonas is in both").WantText("#preview", "not open to clients").
		WantText("#preview", "webhook endpoints will be told").WantText("#preview", "done as NWL <b>")

	form := url.Values{"from": {from}, "into": {into}, "seen": {mark}, "typed": {"Nordwind"}}
	page, _ = do(t, b.pages().MergeNow, http.StatusUnprocessableEntity, "", form)
	page.WantText(".po-error", "Type the name as it stands here")
	form.Set("typed", "nwl <B> ")
	b.preview.Requests++
	page, _ = do(t, b.pages().MergeNow, http.StatusConflict, "", form)
	page.WantText("[data-part=problems]", "changed since you looked")
	b.preview.Requests--
	if len(b.moved) != 0 {
		t.Fatalf("moved %v", b.moved)
	}
	b.refused = fault.New(fault.Conflict, "One request is not settled.")
	page, _ = do(t, b.pages().MergeNow, http.StatusConflict, "", form)
	page.WantText("[data-part=problems]", "One request is not settled")
	b.refused = nil
	_, to := do(t, b.pages().MergeNow, http.StatusSeeOther, "", form)
	if to != companies.Path+"/accounts?merged="+into || b.moved[1] != from+" "+into {
		t.Errorf("%s, moved %v", to, b.moved)
	}

	b.preview.Unsettled = 1
	page, mark = b.shown(t, b.pages().Merge, "from="+from+"&into="+into)
	page.WantText("[data-part=problems]", "1 request is not settled").Want("#preview form", 0)
	if mark != "" {
		t.Error("it can be confirmed while something is on its way")
	}
}

func TestASplitSaysWhoGoesWithIt(t *testing.T) {
	t.Parallel()
	b := twice()
	from, leaves := b.preview.From.ID.String(), b.preview.Companies[0].Connection.String()+"/a/b"
	page, _ := b.shown(t, b.pages().Split, "from="+from)
	page.Want("input[name=company]", 2).Want("input[name=person]", 1).WantText("[data-part=suggested]", "is a contact there").Want("#preview", 0)
	page, mark := b.shown(t, b.pages().Split, url.Values{"from": {from}, "into": {"A new one"}, "company": {leaves}, "person": {"u1"}}.Encode())
	page.WantText("#preview", "A new one is a new account").Want("#preview input[name=company]", 1)
	form := url.Values{"from": {from}, "into": {"A new one"}, "company": {leaves}, "person": {"u1"}, "seen": {mark}, "typed": {"NWL <b>"}}
	_, to := do(t, b.pages().SplitNow, http.StatusSeeOther, "", form)
	if !strings.HasPrefix(to, companies.Path+"/accounts?split=") || !slices.Equal(b.moved, []string{"A new one a/b u1"}) {
		t.Errorf("%s, moved %v", to, b.moved)
	}
}
