package rules_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/rules"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/visibility"
)

// desk answers with what it holds and remembers what it was asked.
type desk struct {
	list    []visibility.Rule
	preview visibility.Preview
	asked   visibility.Change
	refused error
	answer  rules.Explained
	who     [2]string
	sources []rules.Source
}

func (d *desk) Rules(context.Context, access.Scope) ([]visibility.Rule, error) { return d.list, nil }
func (d *desk) PreviewRule(_ context.Context, _ access.Scope, c visibility.Change) (visibility.Preview, error) {
	d.asked = c
	return d.preview, nil
}
func (d *desk) ChangeRule(_ context.Context, _ access.Scope, c visibility.Change) (visibility.Preview, error) {
	d.asked = c
	return d.preview, d.refused
}
func (d *desk) Sources(context.Context, access.Scope) ([]rules.Source, error) { return d.sources, nil }
func (d *desk) Explain(_ context.Context, _ access.Scope, person, record string) (rules.Explained, error) {
	d.who = [2]string{person, record}
	return d.answer, d.refused
}

func (d *desk) pages() *rules.Pages {
	return rules.New(rules.Options{Rules: d, Frame: ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC})})
}

var admin = grant.Staff(grant.User{ID: "s", Name: "Amara"}, access.Admin, nil)

func answered(t *testing.T, page session.Page, r *http.Request, status int) htmlcheck.Page {
	t.Helper()
	w := httptest.NewRecorder()
	if err := page(w, r, admin); err != nil {
		t.Fatal(err)
	}
	if w.Code != status {
		t.Errorf("%s: %d, want %d", r.URL, w.Code, status)
	}
	return htmlcheck.Read(t, w.Body.String())
}

func get(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }

func post(form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/admin/visibility", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func TestRulesAreListedPreviewedAndMade(t *testing.T) {
	t.Parallel()
	c := record.NewConnectionID()
	rule := visibility.Rule{ID: "r1", Connection: c, System: "Help desk", Kind: record.KindTicket, Field: "queue", Value: "Internal <b>", Hidden: 412}
	d := &desk{list: []visibility.Rule{rule}, sources: []rules.Source{{ID: c, Name: "Help desk"}},
		preview: visibility.Preview{Rule: rule, Hides: 412, Accounts: 9, Left: 3, Samples: []visibility.Sample{{Company: "Nord", Number: "7", Title: "Secret"}}}}
	p := answered(t, d.pages().Show, get("/admin/visibility?done=made"), 200)
	p.WantText(".po-list", "Help desk: requests whose queue is “Internal <b>”").WantText(".po-list", "hides 412 records").WantText(".po-toast", "The rule holds").Want("form[action='/admin/visibility/preview'] option", 16)
	p = answered(t, d.pages().Preview, get("/admin/visibility/preview?connection="+c.String()+"&about=ticket.queue&value=Internal"), 200)
	p.WantText("h2", "Hides 412 records of 9 accounts.").WantText(".po-list", "Secret").Want("form[method=post] input[name=value][value=Internal]", 1).Want("input[name=confirm]", 0)
	if d.asked.Add.Connection != c || d.asked.Add.Kind != record.KindTicket || d.asked.Add.Field != "queue" || d.asked.Add.Value != "Internal" {
		t.Errorf("%+v", d.asked)
	}
	w := httptest.NewRecorder()
	if err := d.pages().Change(w, post(url.Values{"remove": {"r1"}}), admin); err != nil || w.Header().Get("Location") != "/admin/visibility?done=removed" || d.asked.Remove != "r1" {
		t.Errorf("%v, %s, %+v", err, w.Header().Get("Location"), d.asked)
	}
	d.preview.Left, d.refused = 0, fault.New(fault.Invalid, "This has to be confirmed.").Field("confirm", "Type it.")
	p = answered(t, d.pages().Change, post(url.Values{"connection": {c.String()}, "about": {"ticket.queue"}, "value": {"Internal"}, "confirm": {"x"}}), 422)
	p.WantText("[role=alert]", "This has to be confirmed.").Want("#confirm[aria-invalid=true][value=x]", 1).WantText("label[for=confirm]", "Help desk")
	d.list, d.sources = nil, nil
	answered(t, d.pages().Show, get("/admin/visibility"), 200).WantText(".po-empty", "Nothing is connected yet")
	for _, rubbish := range []string{"about=x", "about=ticket.queue&connection=x", "value=%00", "remove=" + strings.Repeat("x", 101)} {
		w := httptest.NewRecorder()
		if err := d.pages().Preview(w, get("/admin/visibility/preview?"+rubbish), admin); err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", rubbish, err)
		}
	}
}

func TestWhySomebodySeesSomething(t *testing.T) {
	t.Parallel()
	id := record.NewID()
	d := &desk{answer: rules.Explained{Found: visibility.Found{Title: "Payroll", Number: "9"}, Person: visibility.Person{User: access.User{Name: "Jonas"}},
		Steps: []visibility.Step{{What: "known", Passed: true, Detail: "Help desk"}, {What: "own", Detail: "ines@nordwind.example"}}}}
	answered(t, d.pages().Why, get("/admin/visibility/why"), 200).Want("form", 1)
	p := answered(t, d.pages().Why, get("/admin/visibility/why?person=jonas@x.example&record="+url.QueryEscape("https://p.example/a/x/tickets/"+id.String()+"?a=b")), 200)
	p.WantText("h2", "Jonas does not see it").Want("ol li", 2).WantText("ol", "asked for by ines@nordwind.example").Want("[data-tone=bad]", 1)
	if d.who != [2]string{"jonas@x.example", id.String()} {
		t.Errorf("%q", d.who)
	}
	answered(t, d.pages().Why, get("/admin/visibility/why?person=a&record=%2348121"), 200)
	if d.who[1] != "48121" {
		t.Errorf("%q", d.who)
	}
	d.refused = fault.New(fault.Invalid, "Please correct what is marked.").Field("person", "Nobody has this mail address.")
	answered(t, d.pages().Why, get("/admin/visibility/why?person=a&record=b"), 422).Want("#person[aria-invalid=true]", 1)
}
