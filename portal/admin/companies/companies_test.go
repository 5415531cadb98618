package companies_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
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
	"portico/sync/likeness"
	"portico/sync/record"
)

// bench is suggestions, and what was confirmed of them.
type bench struct {
	standing  companies.Standing
	confirmed []string
	changed   int
}

func (b *bench) Standing(context.Context) (companies.Standing, error) { return b.standing, nil }

func (b *bench) Confirm(_ context.Context, _ access.Scope, ids []string) (int, int, error) {
	b.confirmed = append(b.confirmed, ids...)
	return len(ids), b.changed, nil
}

func (b *bench) pages() *companies.Pages {
	return companies.New(companies.Options{Suggest: b, Frame: ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC})})
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
