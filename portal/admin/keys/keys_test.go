package keys_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/keys"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/record"
)

var (
	now      = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	nordwind = record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind"}
)

const token = "portico_SECRET"

// ring is the keys, in memory.
type ring struct {
	list []apikey.Key
	made []apikey.Key
	gone []apikey.ID
	err  error
}

func (r *ring) Keys(context.Context) ([]apikey.Key, error) { return r.list, nil }

func (r *ring) Key(_ context.Context, id apikey.ID) (apikey.Key, error) {
	for _, k := range r.list {
		if k.ID == id {
			return k, nil
		}
	}
	return apikey.Key{}, fault.New(fault.NotFound, "There is no such API key.")
}

func (r *ring) AddKey(_ context.Context, _ access.Scope, k apikey.Key) (string, error) {
	if r.err == nil {
		r.made = append(r.made, k)
	}
	return token, r.err
}

func (r *ring) RevokeKey(_ context.Context, _ access.Scope, id apikey.ID) error {
	r.gone = append(r.gone, id)
	return r.err
}

func (r *ring) Accounts(context.Context, access.Scope) ([]record.AccountInfo, error) {
	return []record.AccountInfo{nordwind}, nil
}

type page = func(http.ResponseWriter, *http.Request, access.Scope) error

func pages(r *ring) *keys.Pages {
	clock := func() time.Time { return now }
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC, Now: clock})
	return keys.New(keys.Options{Keys: r, Accounts: r, Frame: frame, Base: "https://portal.example/", Now: clock})
}

func do(t *testing.T, h page, r *http.Request, status int) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	if err := h(rec, r, grant.Staff(grant.User{ID: "a", Name: "Amara"}, access.Admin, nil)); err != nil {
		t.Fatal(err)
	}
	if rec.Code != status {
		t.Fatalf("status %d, want %d\n%.2000s", rec.Code, status, rec.Body)
	}
	return rec
}

func post(form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func filled(id string) url.Values {
	return url.Values{"id": {id}, "name": {"Books"}, "scopes": {"tickets:read", "actions:write"}, "reach": {"some"}, "accounts": {nordwind.ID.String()}, "expires": {"2027-01-31"}}
}

func TestTheListSaysHowEachKeyIs(t *testing.T) {
	t.Parallel()
	r := &ring{}
	p := pages(r)
	htmlcheck.Read(t, do(t, p.List, httptest.NewRequest(http.MethodGet, keys.Path, nil), 200).Body.String()).WantText(".po-empty", "No program uses the API").Want("a.btn-primary", 1)
	r.list = []apikey.Key{
		{ID: "key-1", Name: "Books", Start: "portico_abcdef", Scopes: []apikey.Scope{apikey.TicketsRead}, Created: now, By: "Amara", Used: now.Add(-time.Hour)},
		{ID: "key-2", Name: "Shop", Accounts: []record.AccountID{nordwind.ID}, Created: now, Expires: now.Add(-time.Hour)},
		{ID: "key-3", Name: "Old", Created: now, Revoked: now},
	}
	got := htmlcheck.Read(t, do(t, p.List, httptest.NewRequest(http.MethodGet, keys.Path, nil), 200).Body.String())
	got.WantText("[data-key=key-1]", "All accounts").WantText("[data-key=key-1]", "1 h ago").WantText("[data-key=key-2] [data-tone=attn]", "Expired").WantText("[data-key=key-2]", "Nordwind")
	got.WantText("[data-key=key-3]", "Revoked 22 Nov 2026").Want("[data-key=key-3] a", 0).Want("[data-key=key-2] a", 1)
}

func TestAKeyIsMadeAndShownOnce(t *testing.T) {
	t.Parallel()
	r := &ring{}
	p := pages(r)
	form := htmlcheck.Read(t, do(t, p.Form, httptest.NewRequest(http.MethodGet, keys.Path+"/new", nil), 200).Body.String())
	form.Want("input[name=scopes]", len(apikey.Scopes)).Want(`input[name=expires][value="2027-11-22"]`, 1).Want("input[name=id]", 1)
	id := string(apikey.NewID())
	rec := do(t, p.Create, post(filled(id)), 201)
	htmlcheck.Read(t, rec.Body.String()).Want(`#token[value="`+token+`"][readonly]`, 1).WantText("h1", "Your new API key")
	k := r.made[0]
	if string(k.ID) != id || k.Name != "Books" || !k.May(apikey.ActionsWrite) || k.Whole() || !k.Reaches(nordwind.ID) || !k.Expires.Equal(time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", k)
	}
	all := filled(id)
	all.Set("reach", "all")
	all.Set("expires", "")
	do(t, p.Create, post(all), 201)
	if k := r.made[1]; !k.Whole() || !k.Expires.IsZero() {
		t.Errorf("%+v", k)
	}
	r.err = fault.New(fault.Conflict, "This form has made a key.")
	if err := p.Create(httptest.NewRecorder(), post(filled(id)), grant.Staff(grant.User{ID: "a"}, access.Admin, nil)); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same form again: %v", err)
	}
}

func TestMistakesKeepWhatWasChosen(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(url.Values){
		"name":     func(f url.Values) { f.Set("name", "") },
		"scopes":   func(f url.Values) { f["scopes"] = []string{"all:write"} },
		"accounts": func(f url.Values) { f.Del("accounts") },
		"expires":  func(f url.Values) { f.Set("expires", "2026-11-01") },
		"date":     func(f url.Values) { f.Set("expires", "soon") },
		"id":       func(f url.Values) { f.Set("id", "mine") },
	} {
		r := &ring{}
		form := filled(string(apikey.NewID()))
		change(form)
		rec := do(t, pages(r).Create, post(form), 422)
		got := htmlcheck.Read(t, rec.Body.String()).Want("[data-part=problems]", 1)
		if field != "id" {
			got.Want(".po-error", 1)
		}
		if field != "scopes" {
			got.Want("input[name=scopes][checked]", 2)
		}
		if len(r.made) > 0 || strings.Contains(rec.Body.String(), token) {
			t.Errorf("%s: made %+v", field, r.made)
		}
	}
}

func TestRevokingIsAskedFirst(t *testing.T) {
	t.Parallel()
	r := &ring{list: []apikey.Key{{ID: "key-1", Name: "Books"}, {ID: "key-2", Name: "Old", Revoked: now}}}
	p := pages(r)
	get := func(id string) *http.Request {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.SetPathValue("key", id)
		return req
	}
	htmlcheck.Read(t, do(t, p.AskRevoke, get("key-1"), 200).Body.String()).WantText("h1", "Revoke Books?").Want("form[method=post] button.btn-primary", 1)
	htmlcheck.Read(t, do(t, p.AskRevoke, get("key-2"), 200).Body.String()).Want(".po-page button.btn-primary", 0)
	if len(r.gone) > 0 {
		t.Fatal("asking revoked it")
	}
	if got := do(t, p.Revoke, get("key-1"), 303).Header().Get("Location"); got != keys.Path+"?done=revoked" || len(r.gone) != 1 {
		t.Errorf("%s, %v", got, r.gone)
	}
	r.err = fault.New(fault.Conflict, "before")
	do(t, p.Revoke, get("key-1"), 303)
	htmlcheck.Read(t, do(t, p.List, httptest.NewRequest(http.MethodGet, keys.Path+"?done=revoked", nil), 200).Body.String()).WantText(".po-toast", "opens nothing")
}

func TestTheGuideNamesTheAddressAndEveryScope(t *testing.T) {
	t.Parallel()
	got := htmlcheck.Read(t, do(t, pages(&ring{}).Explain, httptest.NewRequest(http.MethodGet, keys.Guide, nil), 200).Body.String())
	got.Want(`#address[value="https://portal.example/api/v1"]`, 1).Want("dl dt", len(apikey.Scopes)).WantText(".po-command", "curl").Want(`a[href="/api/v1/openapi.json"]`, 1)
}
