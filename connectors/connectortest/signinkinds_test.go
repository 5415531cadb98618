package connectortest_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/engine"
	"portico/connectors/manifest"
	"portico/connectors/vendorfake/oauth"
	"portico/sync/remote"
)

const endsMeanwhile = "a token that ends in mid-pull"

// kind is Request Tracker behind another way to sign in.
type kind struct{ auth, grant string }

var (
	ofItsOwn = kind{`{kind: oauth2, grant: client_credentials, token_url: "{url}/oauth/token", client_id: portal, client_secret: "{token}"}`, "client_credentials"}
	agreed   = kind{`{kind: oauth2, grant: authorization_code, authorize_url: "{url}/oauth/authorize", token_url: "{url}/oauth/token", client_id: portal, client_secret: "{token}"}`, "refresh_token"}
	session  = kind{`{kind: login, request: {path: /login}, form: {user: portal, password: "{token}"}, access: body.session, header: X-Session, value: "{access}"}`, "login"}
)

// The kinds that renew a token keep the promises about signing in.
func TestKindsThatRenewATokenKeepTheirPromises(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]kind{"client credentials": ofItsOwn, "authorization code": agreed, "login": session} {
		for _, check := range []string{"sign-in that works", "sign-in that does not", "a full pull finds everything", endsMeanwhile,
			"half of the requests fail", "an action takes effect once and is confirmed"} {
			t.Run(name+"/"+check, func(t *testing.T) {
				t.Parallel()
				connectortest.RunCheck(t, check, renewing(k))
			})
		}
	}
}

func renewing(k kind) connectortest.Target {
	return connectortest.Target{
		Connector: func(t testing.TB) remote.Connector { return signedInBy(t, k) },
		System:    func(t testing.TB, clock *connectortest.Clock) *connectortest.System { return behind(t, clock, k) },
	}
}

// signedInBy is the built-in manifest with another way to sign in.
func signedInBy(t testing.TB, k kind) *engine.Connector {
	t.Helper()
	data, err := os.ReadFile("../catalog/requesttracker/manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const before = `auth: {kind: header, header: Authorization, value: "token {token}"}`
	if !strings.Contains(string(data), before) {
		t.Fatal("the manifest signs in by other means")
	}
	m, err := manifest.Parse("manifest.yaml", []byte(strings.Replace(string(data), before, "auth: "+k.auth, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return engine.New(m)
}

// behind puts an authorization server before the practice.
func behind(t testing.TB, clock *connectortest.Clock, k kind) *connectortest.System {
	t.Helper()
	inner := practice(t, clock)
	to, err := url.Parse(inner.Settings["url"])
	if err != nil {
		t.Fatal(err)
	}
	vendor := oauth.New(oauth.Options{Clock: clock.Now, ClientID: "portal", ClientSecret: "good", User: "portal", Password: "good", AccessLasts: 90 * 24 * time.Hour})
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host // links of the system lead back here
		r.Out.Header.Set("Authorization", "token good")
	}}
	mux := http.NewServeMux()
	mux.Handle("/oauth/", http.StripPrefix("/oauth", vendor))
	mux.Handle("POST /REST/2.0/login", http.StripPrefix("/REST/2.0", vendor))
	mux.Handle("/", vendor.Guard(proxy))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	inner.Settings["url"], inner.Rotate = server.URL, nil
	inner.Renewal = &connectortest.Renewal{End: vendor.EndAccess, Asked: func() int { return vendor.Asked(k.grant) }}
	if k == agreed {
		inner.BadSecrets = nil // a person's consent stands, whatever the application's secret
		inner.Renewal.Begin = func(_ remote.Connector, conn remote.Conn) remote.Token {
			made, err := signedInBy(t, k).Fingerprint(conn)
			if err != nil {
				t.Fatal(err)
			}
			return remote.Token{Refresh: vendor.Consented(), Made: made, SignedIn: clock.Now()}
		}
	}
	return inner
}
