package app_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/cmd/internal/app"
	"portico/connectors/vendorfake/oauth"
	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/storetest"
)

// agreement is a firm beside a vendor who asks people whether it may.
type agreement struct {
	app.Plant

	t      *testing.T
	app    *app.App
	vendor *oauth.Server
	url    string
	amara  access.Scope
}

func newAgreement(t *testing.T, o oauth.Options) *agreement {
	t.Helper()
	folder := t.TempDir()
	b := &agreement{t: t, amara: grant.Staff(grant.User{ID: access.NewUserID(), Name: "Amara", Email: "amara@halden.example"}, access.Admin, nil)}
	must(t, os.MkdirAll(filepath.Join(folder, "connectors"), 0o700))
	// Its own id: the catalogue is the program's, and tests run side by side.
	own := "agreed" + strings.ToLower(strings.NewReplacer("/", "", "_", "").Replace(t.Name()))
	must(t, os.WriteFile(filepath.Join(folder, "connectors", own+".yaml"), []byte(strings.Replace(agreedDesk, "id: agreed", "id: "+own, 1)), 0o600))
	b.app = firm(t, filepath.Join(folder, "data"), storetest.Migrated(t))
	if _, err := b.app.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var err error
	b.Plant, err = b.app.Plant(t.Context())
	must(t, err)
	must(t, b.app.Adopt(t.Context()))
	o.Redirects = []string{b.Redirect()}
	if o.Callback == nil {
		o.Callback = url.Values{"realmId": {"9130"}}
	}
	b.vendor, b.url = agreedVendor(t, o)
	return b
}

func (b *agreement) draft() connections.Draft {
	spec := ""
	for _, s := range b.Systems() {
		if strings.HasPrefix(s.ID, "agreed") && strings.Contains(s.ID, strings.ToLower(strings.NewReplacer("/", "", "_", "").Replace(b.t.Name()))) {
			spec = s.ID
		}
	}
	return connections.Draft{Connector: spec, Name: "Desk", AllowPrivate: strings.TrimPrefix(b.url, "http://"), ReadOnly: true,
		Settings: map[string]string{"url": b.url, "client_id": "our-app"}, Secrets: map[string]string{"client_secret": "application-secret"}}
}

// leave begins a connection and returns what the person takes along.
func (b *agreement) leave(d connections.Draft) url.Values {
	b.t.Helper()
	tried, err := b.Try(b.t.Context(), b.amara, d)
	must(b.t, err)
	if tried.Leave == nil || tried.Token != "" {
		b.t.Fatalf("no way to the system: %+v", tried)
	}
	return asked(b.t, tried.Leave.Address)
}

func asked(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	return u.Query()
}

// back is what the person brings after a decision.
func (b *agreement) back(q url.Values, allow bool) connections.Returned {
	b.t.Helper()
	got, err := b.Return(b.t.Context(), b.amara, asked(b.t, b.vendor.Answer(q, allow)))
	must(b.t, err)
	return got
}

func (b *agreement) connected() connections.Detail {
	b.t.Helper()
	got := b.back(b.leave(b.draft()), true)
	if got.Failed != "" || !got.Tried.Report.OK {
		b.t.Fatalf("came back with %+v", got)
	}
	id, err := b.Connect(b.t.Context(), b.amara, got.Tried.Token, nil)
	must(b.t, err)
	d, err := b.Detail(b.t.Context(), id)
	must(b.t, err)
	return d
}

func TestAPersonLetsUsInAndTheTokenStays(t *testing.T) {
	t.Parallel()
	b := newAgreement(t, oauth.Options{})
	before := time.Now().Add(-time.Second)
	d := b.connected()
	if d.Settings["realm"] != "9130" || d.Settings["tenant"] != "t-1" || d.SignIn.At.Before(before) || d.SignIn.Ended != "" {
		t.Errorf("settings %v, sign-in %+v", d.Settings, d.SignIn)
	}
	b.vendor.EndAccess()
	if report, err := b.app.CheckConnection(t.Context(), "Desk"); err != nil || !report.OK {
		t.Errorf("renewed: %+v, %v", report, err)
	}
	b.vendor.Revoke()
	for range 2 {
		report, err := b.app.CheckConnection(t.Context(), "Desk")
		if err != nil || report.OK || !strings.Contains(report.Items[0].Detail, "Sign in again at Agreed Desk") {
			t.Errorf("revoked: %+v, %v", report, err)
		}
	}
	if n := b.vendor.Asked("refresh_token"); n != 2 {
		t.Errorf("%d refreshes, the last in vain", n)
	}
	d, err := b.Detail(t.Context(), d.ID)
	must(t, err)
	if !strings.Contains(d.SignIn.Ended, "Sign in again") {
		t.Errorf("the page does not know: %+v", d.SignIn)
	}
	leave, err := b.Again(t.Context(), b.amara, d.ID)
	must(t, err)
	if got := b.back(asked(t, leave.Address), true); got.Failed != "" || got.Connection != d.ID {
		t.Errorf("signed in again: %+v", got)
	}
	if report, err := b.app.CheckConnection(t.Context(), "Desk"); err != nil || !report.OK {
		t.Errorf("after signing in again: %+v, %v", report, err)
	}
}

func TestEachWayToFailIsToldApartAndSavesNothing(t *testing.T) {
	t.Parallel()
	b := newAgreement(t, oauth.Options{})
	want := func(name string, got connections.Returned, failed connections.Failure) {
		t.Helper()
		if got.Failed != failed || got.Tried.Token != "" {
			t.Errorf("%s: %+v, want %s", name, got, failed)
		}
	}
	no := b.back(b.leave(b.draft()), false)
	want("no", no, connections.Denied)
	if no.Draft.Settings["url"] != b.url || no.Draft.Secrets != nil || no.Tried.Carry == "" {
		t.Errorf("what was typed is gone: %+v", no.Draft)
	}
	again := no.Draft
	again.Carried = no.Tried.Carry
	if tried, err := b.Try(t.Context(), b.amara, again); err != nil || tried.Leave == nil {
		t.Errorf("once more: %+v, %v", tried, err)
	}
	q := b.leave(b.draft())
	answer := asked(t, b.vendor.Answer(q, true))
	other := grant.Staff(grant.User{ID: access.NewUserID(), Name: "Eve", Email: "eve@halden.example"}, access.Admin, nil)
	got, err := b.Return(t.Context(), other, answer)
	must(t, err)
	want("another person", got, connections.Unknown)
	if got, err = b.Return(t.Context(), b.amara, answer); err != nil || got.Failed != "" {
		t.Errorf("the right person, afterwards: %+v, %v", got, err)
	}
	got, err = b.Return(t.Context(), b.amara, answer)
	must(t, err)
	want("twice", got, connections.Used)
	answer.Set("state", "guessed")
	got, err = b.Return(t.Context(), b.amara, answer)
	must(t, err)
	want("a guessed state", got, connections.Unknown)
	q = b.leave(b.draft())
	b.vendor.SetSecret("another")
	want("a bad client secret", b.back(q, true), connections.Refused)
	b.vendor.SetSecret("application-secret")
	q = b.leave(b.draft())
	b.vendor.Fail(503)
	want("a vendor that is down", b.back(q, true), connections.Away)
	b.vendor.Fail(0)
	q = b.leave(b.draft())
	b.vendor.SetCallback(url.Values{"realmId": {"../x"}})
	want("a parameter that is none", b.back(q, true), connections.Unusable)
	member := grant.Member(grant.User{ID: "u", Email: "ines@nordwind.example"}, record.NewAccountID(), access.Owner)
	if _, err := b.Return(t.Context(), member, answer); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
		t.Errorf("a client: %v", err)
	}
	if lines, err := b.Lines(t.Context()); err != nil || len(lines) != 0 {
		t.Errorf("saved %v, %v", lines, err)
	}
}

func TestAConnectionBelongsToTheCompanyThatItWasMadeFor(t *testing.T) {
	t.Parallel()
	b := newAgreement(t, oauth.Options{Tenants: []oauth.Tenant{{ID: "t-1", Name: "Halden Works"}, {ID: "t-2", Name: "Halden Homes"}}})
	got := b.back(b.leave(b.draft()), true)
	if len(got.Choices) != 2 || got.Tried.Token != "" {
		t.Fatalf("nothing to choose: %+v", got)
	}
	if _, err := b.Choose(t.Context(), b.amara, got.Token, 7); !fault.Is(err, fault.Invalid) {
		t.Errorf("a choice that is none: %v", err)
	}
	chosen, err := b.Choose(t.Context(), b.amara, got.Token, 1)
	must(t, err)
	id, err := b.Connect(t.Context(), b.amara, chosen.Tried.Token, nil)
	must(t, err)
	d, err := b.Detail(t.Context(), id)
	must(t, err)
	if d.Settings["tenant"] != "t-2" {
		t.Errorf("settings %v", d.Settings)
	}
	again := func() connections.Returned {
		t.Helper()
		leave, err := b.Again(t.Context(), b.amara, id)
		must(t, err)
		return b.back(asked(t, leave.Address), true)
	}
	if got := again(); got.Failed != "" || len(got.Choices) > 0 || got.Connection != id {
		t.Errorf("the same company: %+v", got)
	}
	b.vendor.SetCallback(url.Values{"realmId": {"1"}})
	if got := again(); got.Failed != connections.Wrong || got.Connection != id {
		t.Errorf("another company: %+v", got)
	}
	if d, err = b.Detail(t.Context(), id); err != nil || d.Settings["realm"] != "9130" {
		t.Errorf("another company was saved: %v, %v", d.Settings, err)
	}
}
