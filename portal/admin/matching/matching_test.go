package matching_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/matching"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/record"
)

// office answers with what it holds and remembers what it was asked.
type office struct {
	overlaps []authority.Overlap
	rules    []authority.Rule
	standing authority.Standing
	partners []authority.Thing
	named    authority.Rule
	said     authority.Said
	pairs    []authority.Pair
	calls    []string
	refused  error
}

func (o *office) Overlaps(context.Context) ([]authority.Overlap, error) { return o.overlaps, nil }
func (o *office) Authorities(context.Context) ([]authority.Rule, error) { return o.rules, nil }
func (o *office) AuthorityStanding(_ context.Context, r authority.Rule, _ authority.State, _ string, _, _ int) (authority.Standing, error) {
	s := o.standing
	s.Rule = r
	s.AuthorityName, s.OtherName = "Books", "Desk <b>"
	return s, nil
}

func (o *office) Partners(context.Context, authority.Rule, record.AccountID, string, int) ([]authority.Thing, error) {
	return o.partners, nil
}

func (o *office) Name(_ context.Context, _ access.Scope, r authority.Rule) error {
	o.named = r
	return o.refused
}

func (o *office) End(context.Context, access.Scope, record.Kind, record.ConnectionID) error {
	o.calls = append(o.calls, "end")
	return o.refused
}

func (o *office) Say(_ context.Context, _ access.Scope, _ authority.Rule, said authority.Said, pairs []authority.Pair) error {
	o.said, o.pairs = said, pairs
	return o.refused
}

func (o *office) AttachSure(context.Context, access.Scope, record.Kind, record.ConnectionID) (int, error) {
	o.calls = append(o.calls, "sure")
	return 2, o.refused
}

func (o *office) pages() *matching.Pages {
	return matching.New(matching.Options{Look: o, Decide: o, Frame: ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC})})
}

var (
	admin       = grant.Staff(grant.User{ID: "s", Name: "Amara"}, access.Admin, nil)
	books, desk = record.NewConnectionID(), record.NewConnectionID()
	account     = record.NewAccountID()
	rule        = authority.Rule{Kind: record.KindInvoice, Authority: books, Other: desk, AuthorityName: "Books", OtherName: "Desk <b>", Alone: authority.Held}
)

func (o *office) do(t *testing.T, page session.Page, status int, query string, form url.Values) (htmlcheck.Page, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/?"+query, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.SetPathValue("kind", "invoice")
	r.SetPathValue("authority", books.String())
	r.SetPathValue("other", desk.String())
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

func TestOverlapsSayWhoIsBelieved(t *testing.T) {
	t.Parallel()
	o := &office{}
	p, _ := o.do(t, o.pages().List, 200, "", nil)
	p.WantText("main", "No two systems hold the same")
	o.overlaps = []authority.Overlap{{Kind: record.KindInvoice, One: books, Other: desk, OneName: "Books", OtherName: "Desk", Accounts: 3, Rule: &rule},
		{Kind: record.KindAsset, One: books, Other: desk, OneName: "Books", OtherName: "Desk", Accounts: 3}}
	p, _ = o.do(t, o.pages().List, 200, "done=ended", nil)
	path := "/" + books.String() + "/" + desk.String()
	p.Want("a[href='/admin/matching/invoice"+path+"']", 1).Want("a[href='/admin/matching/asset"+path+"']", 1).
		Want("a[href='/admin/matching/asset/"+desk.String()+"/"+books.String()+"']", 1).WantText(".po-toast", "side by side")
}

func TestNamingIsPreviewedAndThenDone(t *testing.T) {
	t.Parallel()
	o := &office{standing: authority.Standing{Count: authority.Count{Waiting: 2, Sure: 1, Single: 4, Accounts: 3}}}
	p, _ := o.do(t, o.pages().Show, 200, "", nil)
	p.WantText("h1", "Believe Books for: Invoices?").WantText("form[method=post]", "2 are shown once").WantText("form[method=post]", "4 are only in Desk <b>").
		WantText("option[selected]", "Keep back").Want("input[type=checkbox]", 0)
	_, to := o.do(t, o.pages().Name, 303, "", url.Values{"alone": {"shown"}})
	if o.named.Authority != books || o.named.Other != desk || o.named.Kind != record.KindInvoice || o.named.Alone != authority.Shown || !strings.HasSuffix(to, desk.String()+"?done=named") {
		t.Errorf("%+v, %s", o.named, to)
	}
	o.refused = fault.New(fault.Conflict, "End that first.")
	p, _ = o.do(t, o.pages().Name, 409, "", url.Values{"alone": {"shown"}})
	p.WantText("[role=alert]", "End that first.")
}

func TestPairsAreConfirmedByHand(t *testing.T) {
	t.Parallel()
	of := authority.Thing{External: "b1", Number: "INV-1", Title: "Support"}
	o := &office{rules: []authority.Rule{rule}, partners: []authority.Thing{of}, standing: authority.Standing{Count: authority.Count{Waiting: 2, Sure: 1},
		Names: map[record.AccountID]string{account: "Nordwind"}, List: []authority.Verdict{
			{Thing: authority.Thing{Account: account, External: "d1", Number: "inv-1"}, State: authority.Waiting, Of: &of, Sure: true},
			{Thing: authority.Thing{Account: account, External: "d 2", Number: "inv-1"}, State: authority.Waiting, Of: &of}}}}
	p, _ := o.do(t, o.pages().Show, 200, "", nil)
	p.WantText("h1", "Invoices: Books is believed").Want("input[name=tick]", 2).WantText("tbody", "several have the same").WantText("tbody", "Nordwind").WantText("[data-part=sure]", "1 is surely the same")
	form := url.Values{"said": {"same"}, "other": {"d1", "d 2"}, "authority": {"b1", "b1"}, "tick": {"1"}}
	_, to := o.do(t, o.pages().Say, 303, "", form)
	if o.said != authority.Same || len(o.pairs) != 1 || o.pairs[0] != (authority.Pair{Other: "d 2", Authority: "b1"}) || !strings.HasSuffix(to, "?done=attached") {
		t.Errorf("%s %+v %s", o.said, o.pairs, to)
	}
	form.Del("tick")
	p, _ = o.do(t, o.pages().Say, 422, "", form)
	p.WantText("[role=alert]", "Tick what belongs together first.")
	o.do(t, o.pages().Sure, 303, "", url.Values{})
	o.do(t, o.pages().End, 303, "", url.Values{})
	if strings.Join(o.calls, " ") != "sure end" {
		t.Error(o.calls)
	}
	o.standing.List = []authority.Verdict{{Thing: authority.Thing{Account: account, External: "d9", Number: "X"}, State: authority.Single}}
	p, _ = o.do(t, o.pages().Show, 200, "show=single&attach=d9&number=X&account="+account.String(), nil)
	p.WantText("#by-hand", "What is X in Books?").Want("#by-hand form[method=post] input[name=authority][value=b1]", 1).Want("#by-hand form[method=post] input[name=other][value=d9]", 1)
}

func TestAddressesOfNothing(t *testing.T) {
	t.Parallel()
	o := &office{}
	for _, path := range [][3]string{{"comment", books.String(), desk.String()}, {"invoice", "x", desk.String()}, {"invoice", books.String(), "y"}} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		for i, name := range []string{"kind", "authority", "other"} {
			r.SetPathValue(name, path[i])
		}
		if err := o.pages().Show(httptest.NewRecorder(), r, admin); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v: %v", path, err)
		}
	}
}
