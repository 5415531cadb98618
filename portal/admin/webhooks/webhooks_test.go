package webhooks_test

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

	"portico/portal/admin/webhooks"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/record"
)

var (
	now      = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	nordwind = record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind"}
)

const secret = "whsec_CANARY"

// office is the endpoints, in memory; calls are what was asked of it.
type office struct {
	list    []delivery.Endpoint
	logs    []delivery.Log
	queries []delivery.Query
	made    []delivery.Endpoint
	headers []map[string]string
	calls   []string
	again   int
	err     error
}

func (o *office) note(format string, args ...any) error {
	o.calls = append(o.calls, fmt.Sprintf(format, args...))
	return o.err
}

func (o *office) Endpoints(context.Context) ([]delivery.Endpoint, error) { return o.list, nil }

func (o *office) Endpoint(_ context.Context, id delivery.EndpointID) (delivery.Endpoint, error) {
	i := slices.IndexFunc(o.list, func(e delivery.Endpoint) bool { return e.ID == id })
	if i < 0 {
		return delivery.Endpoint{}, fault.New(fault.NotFound, "There is no such endpoint.")
	}
	return o.list[i], nil
}

func (o *office) MakeEndpoint(_ context.Context, _ access.Scope, e delivery.Endpoint, headers map[string]string) (string, error) {
	if o.err == nil {
		o.made, o.headers = append(o.made, e), append(o.headers, headers)
	}
	return secret, o.err
}

func (o *office) ChangeEndpoint(_ context.Context, _ access.Scope, e delivery.Endpoint, headers map[string]string) error {
	if o.err == nil {
		o.made, o.headers = append(o.made, e), append(o.headers, headers)
	}
	return o.err
}

func (o *office) RemoveEndpoint(_ context.Context, _ access.Scope, id delivery.EndpointID) error {
	return o.note("remove %s", id)
}

func (o *office) SwitchEndpoint(_ context.Context, _ access.Scope, id delivery.EndpointID, on bool) error {
	return o.note("switch %s %v", id, on)
}

func (o *office) RotateEndpoint(_ context.Context, _ access.Scope, id delivery.EndpointID, seed string) (string, error) {
	return secret + seed, o.note("rotate %s", id)
}

func (o *office) TestEndpoint(_ context.Context, id delivery.EndpointID) (delivery.MessageID, error) {
	return "msg_1", o.note("test %s", id)
}

func (o *office) ResendOf(_ context.Context, e delivery.EndpointID, id delivery.ID) error {
	return o.note("resend %s %s", e, id)
}

func (o *office) ResendFailed(_ context.Context, e delivery.EndpointID, since time.Time) (int, error) {
	return o.again, o.note("resend failed %s %s", e, now.Sub(since))
}

func (o *office) DeliveryPage(_ context.Context, _ delivery.EndpointID, q delivery.Query) ([]delivery.Log, error) {
	o.queries = append(o.queries, q)
	return o.logs[:min(len(o.logs), q.Limit)], nil
}

func (o *office) Accounts(context.Context, access.Scope) ([]record.AccountInfo, error) {
	return []record.AccountInfo{nordwind}, nil
}

type page = func(http.ResponseWriter, *http.Request, access.Scope) error

func pages(o *office) *webhooks.Pages {
	clock := func() time.Time { return now }
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC, Now: clock})
	return webhooks.New(webhooks.Options{Endpoints: o, Care: o, Deliveries: o, Accounts: o, Frame: frame, Now: clock})
}

func scope() access.Scope {
	return grant.Staff(grant.User{ID: "a", Name: "Amara"}, access.Admin, nil)
}

func do(t *testing.T, h page, r *http.Request, status int) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	if err := h(rec, r, scope()); err != nil {
		t.Fatal(err)
	}
	if rec.Code != status {
		t.Fatalf("status %d, want %d\n%.2000s", rec.Code, status, rec.Body)
	}
	return rec
}

func get(path, id string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.SetPathValue("endpoint", id)
	return r
}

func post(id string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetPathValue("endpoint", id)
	return r
}

func read(t *testing.T, rec *httptest.ResponseRecorder) htmlcheck.Page {
	t.Helper()
	return htmlcheck.Read(t, rec.Body.String())
}

func endpoint(id delivery.EndpointID) delivery.Endpoint {
	return delivery.Endpoint{ID: id, URL: "https://books.example/hook", Types: []delivery.Type{delivery.ActionConfirmed}, Rate: 7, Enabled: true, Created: now.Add(-48 * time.Hour), Secret: secret, Headers: "sealed-CANARY"}
}

func filled() url.Values {
	return url.Values{"id": {"new"}, "url": {"https://shop.example/hook"}, "description": {"Shop"}, "types": {"action.confirmed", "ticket.created"}, "account": {nordwind.ID.String()},
		"rate": {"9"}, "headers": {"X-Shop: 1\r\nAuthorization: Bearer a:b\r\n"}}
}

func TestTheListSaysHowEachEndpointIs(t *testing.T) {
	t.Parallel()
	o := &office{}
	p := pages(o)
	read(t, do(t, p.List, get(webhooks.Path, ""), 200)).WantText(".po-empty", "Nobody is told").Want("a.btn-primary", 1)
	failing, off, own := endpoint("e2"), endpoint("e3"), endpoint("e4")
	failing.FailingSince = now.Add(-3 * time.Hour)
	off.Enabled, off.Why = false, "It answered 410 Gone."
	own.Account, own.Description = nordwind.ID, "Shop"
	o.list = []delivery.Endpoint{endpoint("e1"), failing, off, own}
	rec := do(t, p.List, get(webhooks.Path, ""), 200)
	got := read(t, rec).WantText("[data-endpoint=e1] [data-tone=good]", "On").WantText("[data-endpoint=e1]", "All accounts").WantText("[data-endpoint=e2] [data-tone=attn]", "3 h ago")
	got.WantText("[data-endpoint=e3]", "410 Gone").WantText("[data-endpoint=e4] a", "Shop").WantText("[data-endpoint=e4]", "Nordwind")
	if strings.Contains(rec.Body.String(), "CANARY") {
		t.Error("a secret is shown")
	}
}

func TestAnEndpointIsMadeAndItsSecretShownOnce(t *testing.T) {
	t.Parallel()
	o := &office{}
	p := pages(o)
	read(t, do(t, p.Form, get("/", ""), 200)).Want("input[name=types]", len(delivery.Types())).Want("input[name=id]", 1).Want("select[name=account] option", 2)
	read(t, do(t, p.Create, post("", filled()), 201)).Want(`#secret[value="`+secret+`"][readonly]`, 1)
	e, headers := o.made[0], o.headers[0]
	if e.ID != "new" || e.URL != "https://shop.example/hook" || e.Account != nordwind.ID || len(e.Types) != 2 || e.Rate != 9 || headers["Authorization"] != "Bearer a:b" || headers["X-Shop"] != "1" {
		t.Errorf("%+v %v", e, headers)
	}
	o.err = fault.New(fault.Invalid, "The endpoint cannot be set up like this.").Field("url", "10.0.0.1 is a private address").Field("header X-Shop", "Portico sets this header itself.")
	got := read(t, do(t, p.Create, post("", filled()), 422)).WantText("#url-error", "private").WantText("#headers-error", "X-Shop").Want(`input[name=url][value="https://shop.example/hook"]`, 1)
	got.Want("input[name=types][checked]", 2).WantText("textarea", "X-Shop: 1")
	o.err = nil
	for field, value := range map[string]string{"headers": "no colon", "account": record.NewAccountID().String(), "rate": "many"} {
		form := filled()
		form.Set(field, value)
		read(t, do(t, p.Create, post("", form), 422)).Want("[data-part=problems]", 1).Want(".po-error", 1)
	}
	if len(o.made) != 1 {
		t.Errorf("made %+v", o.made)
	}
	o.err = fault.New(fault.Conflict, "This form has made an endpoint.")
	if err := p.Create(httptest.NewRecorder(), post("", filled()), scope()); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same form again: %v", err)
	}
}

func TestChangingKeepsWhatIsNotTyped(t *testing.T) {
	t.Parallel()
	o := &office{list: []delivery.Endpoint{endpoint("e1")}}
	p := pages(o)
	rec := do(t, p.Edit, get("/", "e1"), 200)
	read(t, rec).Want(`input[name=url][value="https://books.example/hook"]`, 1).Want("select[name=account]", 0).Want("input[name=no_headers]", 1).WantText("#headers-hint", "Empty keeps them")
	if strings.Contains(rec.Body.String(), "CANARY") {
		t.Error("what is sealed is shown")
	}
	form := filled()
	form.Del("headers")
	if to := do(t, p.Change, post("e1", form), 303).Header().Get("Location"); to != "/admin/webhooks/e1?done=changed" {
		t.Error(to)
	}
	form.Set("no_headers", "1")
	do(t, p.Change, post("e1", form), 303)
	do(t, p.Change, post("e1", filled()), 303)
	if o.headers[0] != nil || o.headers[1] == nil || len(o.headers[1]) != 0 || len(o.headers[2]) != 2 || o.made[0].ID != "e1" || !o.made[0].Account.IsZero() || o.made[0].Rate != 9 {
		t.Errorf("%+v %v", o.made, o.headers)
	}
	if err := p.Edit(httptest.NewRecorder(), get("/", "nothing"), scope()); !fault.Is(err, fault.NotFound) {
		t.Errorf("nothing: %v", err)
	}
}

func TestTheLogShowsEveryAttemptAsText(t *testing.T) {
	t.Parallel()
	o := &office{list: []delivery.Endpoint{endpoint("e1")}}
	p := pages(o)
	read(t, do(t, p.Show, get("/", "e1"), 200)).Want(".po-empty", 1).Want("[action$=resend-failed]", 0)
	o.logs = []delivery.Log{
		{Delivery: delivery.Delivery{ID: "d1", State: delivery.Failed, Status: 500, Problem: "It answered 500.", Created: now, Message: delivery.Message{ID: "msg_1", Type: delivery.ActionConfirmed, Payload: []byte(`{"a":1}`)}},
			Attempts: []delivery.Attempt{{At: now, Took: 41 * time.Millisecond, Status: 500, Request: "POST /hook", Answer: "<script>alert(1)</script>"}}},
		{Delivery: delivery.Delivery{ID: "d2", State: delivery.Due, Due: now.Add(time.Hour), Created: now, Message: delivery.Message{Type: delivery.Test, Payload: []byte("not json")}}, Attempts: []delivery.Attempt{{Problem: "It did not answer."}}},
		{Delivery: delivery.Delivery{ID: "d3", State: delivery.Delivered, Created: now}},
	}
	got := read(t, do(t, p.Show, get("/?state=failed&done=test", "e1"), 200)).WantText("[data-delivery=d1]", "<script>alert(1)</script>").WantText("[data-delivery=d1]", "41 ms").WantText("[data-delivery=d1]", "msg_1")
	got.WantText("[data-delivery=d2] [data-tone=attn]", "Next attempt").WantText("[data-delivery=d2]", "not json").WantText("[data-delivery=d3] [data-tone=good]", "Delivered").WantText(".po-toast", "test message")
	got.Want("[data-delivery] form[action$=resend]", 3).Want("[action$=resend-failed]", 1).WantText(".po-tabs [aria-current]", "Failed")
	for range 30 {
		o.logs = append(o.logs, o.logs[0])
	}
	o.queries = nil
	read(t, do(t, p.Show, get("/?after=d9&state=nonsense", "e1"), 200)).Want("[data-delivery]", 25).Want("a[rel=next]", 1)
	if q := o.queries[0]; q.After != "d9" || q.State != "" || q.Limit != 26 {
		t.Errorf("%+v", q)
	}
	o.list[0].Enabled, o.list[0].Why = false, "It answered 410 Gone."
	read(t, do(t, p.Show, get("/", "e1"), 200)).WantText("[data-part=off]", "410 Gone").Want("form[action$=test]", 0).Want(`input[name=on][value="1"]`, 1)
}

func TestWhatIsDoneIsDoneToThisEndpoint(t *testing.T) {
	t.Parallel()
	o := &office{list: []delivery.Endpoint{endpoint("e1")}, again: 2}
	p := pages(o)
	seed := "01a1ffd1-3ac4-7c5e-96ac-5e5d05a0a7d3"
	for _, c := range []struct {
		h    page
		form url.Values
		call string
		to   string
	}{
		{p.Switch, url.Values{"on": {"1"}}, "switch e1 true", "/admin/webhooks/e1?done=on"},
		{p.Switch, url.Values{"on": {"0"}}, "switch e1 false", "/admin/webhooks/e1?done=off"},
		{p.Test, nil, "test e1", "/admin/webhooks/e1?done=test"},
		{p.Resend, url.Values{"delivery": {"d1"}}, "resend e1 d1", "/admin/webhooks/e1?done=again"},
		{p.ResendFailed, url.Values{"days": {"7"}}, "resend failed e1 168h0m0s", "/admin/webhooks/e1?done=again"},
		{p.Remove, nil, "remove e1", "/admin/webhooks?done=removed"},
	} {
		o.calls = nil
		if to := do(t, c.h, post("e1", c.form), 303).Header().Get("Location"); to != c.to || len(o.calls) != 1 || o.calls[0] != c.call {
			t.Errorf("%s: %s %q", c.call, to, o.calls)
		}
	}
	o.calls = nil
	read(t, do(t, p.AskRotate, get("/", "e1"), 200)).Want("input[name=seed]", 1)
	read(t, do(t, p.AskRemove, get("/", "e1"), 200)).WantText("h1", "Remove books.example?")
	if len(o.calls) > 0 {
		t.Errorf("asking did %q", o.calls)
	}
	one, two := do(t, p.Rotate, post("e1", url.Values{"seed": {seed}}), 200), do(t, p.Rotate, post("e1", url.Values{"seed": {seed}}), 200)
	if read(t, one).Text("#secret") != read(t, two).Text("#secret") || !strings.Contains(one.Body.String(), secret) {
		t.Error("a form that is sent twice makes two secrets")
	}
	for _, bad := range []struct {
		h    page
		form url.Values
	}{{p.Rotate, url.Values{"seed": {"mine"}}}, {p.Resend, nil}, {p.ResendFailed, url.Values{"days": {"900"}}}} {
		if err := bad.h(httptest.NewRecorder(), post("e1", bad.form), scope()); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", bad.form, err)
		}
	}
}
