package app_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/cmd/internal/app"
	"portico/connectors/engine"
	"portico/connectors/manifest"
	"portico/connectors/rest"
	"portico/connectors/vendorfake/oauth"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store"
	"portico/sync/store/storetest"
)

// agreedDesk is a system that a person lets us into.
const agreedDesk = `portico: 1
id: agreed
name: Agreed Desk
category: help desk
description: Tickets of a made-up desk.
config:
  url: {type: url, label: Address, required: true}
  client_id: {type: text, label: Client ID, required: true}
  client_secret: {type: secret, label: Client secret, required: true}
  realm: {type: text, label: Company file, required: true, pattern: "^[0-9]+$"}
  tenant: {type: text, label: Organisation, required: true}
http:
  base: config.url
  headers: {X-Tenant: "{config.tenant}", X-Realm: "{config.realm}"}
  auth:
    kind: oauth2
    grant: authorization_code
    authorize_url: "{url}/authorize"
    token_url: "{url}/token"
    client_id: "{client_id}"
    client_secret: "{client_secret}"
    scope: offline tickets.read
    grace: 30m
    register: https://vendor.example/apps
    before: ["Make an application of the type Web."]
    learn:
      - {setting: realm, parameter: realmId}
      - {url: "{config.url}/connections", items: body, name: item.tenantName, settings: {tenant: item.tenantId}}
identity: {request: {path: /me}, name: me.name}
check: {steps: [{name: read tickets, request: {path: /tickets}, found: Tickets can be read.}]}
streams:
  tickets:
    every: 1m
    fresh_for: 5m
    request: {path: /tickets}
    items: body.items
    emit:
      - kind: ticket
        key: item.id
        company: item.company
        map: {number: item.id, subject: item.subject, status: item.status}
`

// agreedVendor is its fake; redirect is where people are sent back to.
func agreedVendor(t *testing.T, o oauth.Options) (*oauth.Server, string) {
	t.Helper()
	o.ClientID, o.ClientSecret = "our-app", "application-secret"
	if o.Tenants == nil {
		o.Tenants = []oauth.Tenant{{ID: "t-1", Name: "Halden Works"}}
	}
	s := oauth.New(o)
	mux := http.NewServeMux()
	mux.Handle("/", s)
	mux.Handle("/me", s.Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"name":"Portal app"}`)) })))
	mux.Handle("/tickets", s.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Tenant") == "" || r.Header.Get("X-Realm") == "" {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = w.Write([]byte(`{"items":[{"id":"1","subject":"Printer","status":"open","company":"Nordwind"}]}`))
	})))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return s, server.URL
}

// TestTwentyInTwoProcessesRenewOnce has a vendor who ends everything when a refresh
// token is used twice: one request too many would end the sign-in.
func TestTwentyInTwoProcessesRenewOnce(t *testing.T) {
	t.Parallel()
	vendor, url := agreedVendor(t, oauth.Options{})
	folder, at := t.TempDir(), storetest.Migrated(t)
	a := firm(t, filepath.Join(folder, "data"), at)
	if _, err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !at.Server.Named() {
		at.Path = filepath.Join(folder, "data", "portico.db")
	}
	type process struct {
		connector *engine.Connector
		sys       *store.System
	}
	var all [2]process
	for i := range all {
		m, err := manifest.Parse("agreed.yaml", []byte(agreedDesk))
		must(t, err)
		s, err := store.Open(t.Context(), at, false)
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		all[i] = process{engine.New(m), s.System()}
	}
	c := remote.Connection{ID: record.NewConnectionID(), Connector: "agreed", Name: "Desk",
		Settings: map[string]string{"url": url, "client_id": "our-app", "realm": "9", "tenant": "t-1"}}
	must(t, all[0].sys.CreateConnection(t.Context(), c, nil))
	conn := func(p process) remote.Conn {
		return remote.Conn{ID: c.ID, Settings: c.Settings, Secret: func(string) (string, error) { return "application-secret", nil },
			Tokens: app.Tokens(a, p.sys, c.ID), Transport: http.DefaultTransport, Budget: rest.NewBudget(rest.Limit{}, time.Now),
			Log: slog.New(slog.DiscardHandler), Now: time.Now}
	}
	made, err := all[0].connector.Fingerprint(conn(all[0]))
	must(t, err)
	if ok, err := conn(all[0]).Tokens.Swap(t.Context(), 0, remote.Token{Refresh: vendor.Consented(), Made: made}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for round := 1; round <= 3; round++ {
		vendor.EndAccess()
		var wg sync.WaitGroup
		for i := range 20 {
			p := all[i%2]
			wg.Go(func() {
				if report := p.connector.Check(t.Context(), conn(p)); !report.OK {
					t.Errorf("round %d: %+v", round, report)
				}
			})
		}
		wg.Wait()
		if n := vendor.Asked("refresh_token"); n != round {
			t.Fatalf("%d refreshes after %d rounds", n, round)
		}
	}
	held, err := conn(all[1]).Tokens.Load(t.Context())
	must(t, err)
	raw, err := all[1].sys.Token(t.Context(), c.ID)
	must(t, err)
	if held.Refresh == "" || strings.Contains(string(raw.Sealed), held.Refresh) || strings.Contains(string(raw.Sealed), held.Access) {
		t.Error("a token is stored in the clear, or not at all")
	}
}
