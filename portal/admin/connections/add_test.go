package connections_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/portal/admin/connections"
	"portico/portal/admin/connections/parts"
	"portico/sync/fault"
	"portico/sync/likeness"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

func typed() url.Values {
	return url.Values{"name": {"Our desk"}, "field-url": {"https://rt.example"}, "field-token": {"hunter2"}, "field-queue": {""}, "read_only": {"1"}}
}

func TestTheGalleryFindsASystem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(w.pages.Gallery, "", "").Want(".po-grid > li", 1).WantText(".po-grid h2", "Help Desk").Want(".po-tile", 1)
	w.get(w.pages.Gallery, "", "q=desk+tickets").Want(".po-grid > li", 1)
	w.get(w.pages.Gallery, "", "q=%3Cscript%3E").Want(".po-grid > li", 0).WantText("main", "No system is called that")
}

func TestTheFormIsWhatTheConnectorAsksFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	page := w.get(w.pages.Form, "desk", "")
	page.Want("input[type=url][name=field-url][required]", 1).Want("input[type=password][name=field-token][required]", 1).
		Want("input[name=field-queue][value=General]", 1).Want("input[name=read_only][checked]", 1).Want("input[name=allow_private]", 0)
	if _, err := w.do(w.pages.Form, get(), "nothing"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a system that is not there: %v", err)
	}
}

func TestACheckSavesNothingAndLeadsOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tried = connections.Tried{SignedIn: true, Carry: "sealed", Token: "whole", Report: remote.Report{OK: true, As: "Portal", Items: []remote.ReportItem{{Name: "sign in", OK: true, Detail: "Signed in as <b>Portal</b>."}}}}
	page, _ := w.post(w.pages.Check, "desk", http.StatusOK, typed())
	page.Want("form input[name=draft][value=whole]", 1).WantText("[data-part=report]", "Signed in as <b>Portal</b>.").Want("input[type=password]", 0)
	d := w.tries[0]
	if d.Name != "Our desk" || d.Settings["url"] != "https://rt.example" || d.Secrets["token"] != "hunter2" || !d.ReadOnly {
		t.Errorf("%+v", d)
	}
}

// What is missing is said right by right, and the form stands as it was typed; only
// the credential is held, sealed, and not shown.
func TestAFailedCheckSaysWhatToDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tried = connections.Tried{Carry: "sealed", Report: remote.Report{Items: []remote.ReportItem{{Name: "sign in", Detail: "The credential is not accepted; enter a new one."}}}}
	page, _ := w.post(w.pages.Check, "desk", http.StatusUnprocessableEntity, typed())
	page.WantText("[data-part=report][role=alert]", "enter a new one").Want("input[name=field-url][value='https://rt.example']", 1).
		Want("input[name=sealed][value=sealed]", 1).Want("input[type=password][value='']", 1).Want("input[type=password][required]", 0).Want("input[name=draft]", 0)
}

func TestASystemThatLacksRightsMayBeConnectedAnyway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tried = connections.Tried{SignedIn: true, Token: "whole", Report: remote.Report{As: "Portal", Items: []remote.ReportItem{{Name: "sign in", OK: true}, {Name: "reply", Detail: "The user may not reply; grant it the right."}}}}
	page, _ := w.post(w.pages.Check, "desk", http.StatusUnprocessableEntity, typed())
	page.WantText("[data-part=report]", "grant it the right").Want("form input[name=draft][value=whole]", 1).WantText("main", "Go on without what is missing?")
}

func TestAPrivateAddressIsAskedAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tried = connections.Tried{Confirm: "10.0.0.5:80", Carry: "sealed", Report: remote.Report{Items: []remote.ReportItem{{Name: "sign in", Detail: "10.0.0.5 is a private address"}}}}
	page, _ := w.post(w.pages.Check, "desk", http.StatusUnprocessableEntity, typed())
	page.Want("input[name=allow_private][value='10.0.0.5:80']:not([checked])", 1).WantText("[data-part=private]", "10.0.0.5:80 is inside a private network")
	form := typed()
	form.Set("allow_private", "10.0.0.5:80")
	w.post(w.pages.Check, "desk", http.StatusUnprocessableEntity, form)
	if got := w.tries[1].AllowPrivate; got != "10.0.0.5:80" {
		t.Errorf("confirmed %q", got)
	}
}

func TestMistakesStandByTheirFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.err = fault.New(fault.Invalid, "Please correct what is marked.").Field("field-token", "This holds a line break.").Field("name", "This name is taken.")
	w.tried = connections.Tried{Carry: "sealed"}
	page, _ := w.post(w.pages.Check, "desk", http.StatusUnprocessableEntity, typed())
	page.WantText("#field-token-error", "line break").WantText("#name-error", "taken").Want("[data-part=report]", 0)
	w.err = fault.New(fault.Limited, "That were 30 checks.")
	page, _ = w.post(w.pages.Check, "desk", http.StatusTooManyRequests, typed())
	page.WantText("[data-part=problems]", "30 checks")
}

func glimpse() connections.Glimpse {
	r := record.Record{Kind: record.KindTicket, External: "7", Company: "Nordwind GmbH", Body: record.Ticket{Number: "7", Subject: "<script>alert(1)</script>", Status: "stalled"}}
	known := likeness.NewRegister([]likeness.Known{{AccountInfo: record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind"}}})
	return connections.Glimpse{Token: "whole", Draft: connections.Draft{Name: "Our desk", ReadOnly: true},
		Streams: []connections.Sampled{{Stream: "tickets", Samples: []remote.Sample{
			{Kind: record.KindTicket, Raw: map[string]any{"Subject": "<script>alert(1)</script>"}, Record: &r},
			{Kind: record.KindTicket, Raw: map[string]any{"id": 8}, Reject: &remote.Reject{Reason: "no subject"}},
			{Kind: record.KindTicket, Raw: map[string]any{"id": 9}},
		}}},
		Companies: []connections.Candidate{looked(run.Company{Key: "Nordwind GmbH", Name: "Nordwind GmbH"}, known), looked(run.Company{Key: "<b>Vale</b>", Name: "<b>Vale</b>"}, known)}}
}

func TestTheLookShowsRawBesideNormalized(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.glimpse = glimpse()
	page, _ := w.post(w.pages.Preview, "desk", http.StatusOK, url.Values{"draft": {"whole"}})
	page.Want(".po-beside", 3).WantText(".po-beside pre", `"Subject": "\u003cscript\u003ealert(1)`).WantText(".po-beside dl", "<script>alert(1)</script>").
		WantText("main", "no subject").WantText("main", "This would be left out").
		Want("input[name=account][value=Nordwind]", 1).Want("input[name=tick][checked]", 0).WantText("main", "It begins read-only")
}

// Nothing is matched that is not ticked; what is ticked is an account that exists, or
// with no name a new one.
func TestOnlyTickedCompaniesAreMatched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nord := record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind"}
	w.accounts = []record.AccountInfo{nord}
	form := url.Values{"draft": {"whole"}, "key": {"1", "2", "3"}, "called": {"Nordwind GmbH", "Vale", "Other"}, "account": {"nordwind", "", "Nordwind"}, "tick": {"0", "1"}}
	_, to := w.post(w.pages.Connect, "desk", http.StatusSeeOther, form)
	if to != parts.Path+"/"+w.made.String()+"?done=connected" {
		t.Errorf("leads to %s", to)
	}
	if len(w.picked) != 2 || w.picked[0].Account != nord.ID || w.picked[0].Key != "1" || !w.picked[1].Account.IsZero() || w.picked[1].Name != "Vale" {
		t.Errorf("picked %+v", w.picked)
	}
	w.picked = nil
	w.post(w.pages.Connect, "desk", http.StatusSeeOther, url.Values{"draft": {"whole"}, "key": {"1"}, "called": {"A"}, "account": {""}, "tick": {"99", "-1", "x"}})
	if len(w.picked) != 0 {
		t.Errorf("picked %+v", w.picked)
	}
}

func TestAnAccountThatIsNotThereIsAskedAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.glimpse = glimpse()
	w.accounts = []record.AccountInfo{{ID: record.NewAccountID(), Name: "Nordwind"}, {ID: record.NewAccountID(), Name: "Twin"}, {ID: record.NewAccountID(), Name: "twin"}}
	for account, want := range map[string]string{"Nordwnd": "No account is called that", "Twin": "Several accounts"} {
		page, _ := w.post(w.pages.Connect, "desk", http.StatusUnprocessableEntity, url.Values{"draft": {"whole"}, "key": {"Nordwind GmbH"}, "called": {"Nordwind GmbH"}, "account": {account}, "tick": {"0"}})
		page.WantText("#account-0-error", want).Want("input[name=account][value='"+account+"']", 1).Want("#tick-0[checked]", 1)
	}
}

func TestAnOldDraftLeadsBackToTheForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.err = fault.New(fault.Invalid, "This check is too old, or somebody else’s. Fill in the form again.")
	page, _ := w.post(w.pages.Preview, "desk", http.StatusUnprocessableEntity, url.Values{"draft": {"old"}})
	page.WantText("[data-part=problems]", "too old").Want("input[name=field-url]", 1)
	rec, err := w.do(w.pages.Again, get(), "desk")
	if err != nil || rec.Header().Get("Location") != parts.Path+"/new/desk" {
		t.Errorf("loaded anew: %v, %v", rec.Header(), err)
	}
}

func TestManyCompaniesAreOnePageEach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 5000 {
		w.companies = append(w.companies, run.Company{Key: record.NewID().String(), Name: "Company " + strings.Repeat("x", 20), Waiting: 1})
	}
	w.companies[4999] = run.Company{Key: "last", Name: "Zebra", Waiting: 99}
	page := w.get(w.pages.Companies, w.id, "")
	page.Want("input[name=tick]", 50).WantText("main tbody tr:first-child", "Zebra").WantText(".po-pager", "1–50 of 5,000")
	w.get(w.pages.Companies, w.id, "page=99").WantText(".po-pager", "4,951–5,000 of 5,000").Want("input[name=tick]", 50)
	w.get(w.pages.Companies, w.id, "page=x&q=zebra").Want("input[name=tick]", 1)
}
