package engine_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/connectors/engine"
	"portico/connectors/manifest"
	"portico/connectors/rest"
	"portico/connectors/vendorfake/oauth"
	"portico/sync/fault"
	"portico/sync/remote"
)

// Ways to sign in to the fake, as a manifest says them.
const (
	ofItsOwn = `{kind: oauth2, grant: client_credentials, token_url: "{url}/token", client_id: "{app}", client_secret: "{secret}", scope: all}`
	agreed   = `{kind: oauth2, grant: authorization_code, authorize_url: "{url}/authorize", token_url: "{url}/token", client_id: "{app}", client_secret: "{secret}"}`
	stated   = `{kind: jwt_bearer, token_url: "{url}/token", algorithm: %s, key: "{secret}", issuer: "{app}", audience: "the vendor"}`
	entered  = `{kind: login, request: {path: /login, body: '{"user": app, "password": secret}'}, access: body.session, expires: body.lasts, header: X-Session, value: "{access}"}`
	typed    = `{kind: login, request: {path: /login}, form: {user: "{app}", password: "{secret}"}, access: body.session, lasts: 5m}`
)

// vendor is a list behind an authorization server, on one clock.
type vendor struct {
	*oauth.Server

	conn remote.Conn
	list *system
	now  func() time.Time
	move func(time.Duration)
}

func behind(t *testing.T, o oauth.Options, secret string) *vendor {
	t.Helper()
	var mu sync.Mutex
	at := noon
	v := &vendor{list: &system{rows: rows(7)},
		now:  func() time.Time { mu.Lock(); defer mu.Unlock(); return at },
		move: func(d time.Duration) { mu.Lock(); defer mu.Unlock(); at = at.Add(d) }}
	o.Clock, o.ClientID, o.User = v.now, "our app", "our app"
	v.Server = oauth.New(o)
	mux := http.NewServeMux()
	mux.Handle("/", v.Server)
	mux.Handle("/tickets", v.Guard(v.list))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	v.conn = testConn(server.Client().Transport)
	v.conn.Settings = map[string]string{"url": server.URL, "app": "our app"}
	v.conn.Secret = func(string) (string, error) { return secret, nil }
	v.conn.Now, v.conn.Tokens = v.now, remote.Hold(remote.Token{})
	return v
}

func signedInBy(auth string) string {
	text := strings.Replace(deskWith(untold), "auth: {kind: none}", "auth: "+auth, 1)
	return strings.Replace(text, "http:\n", "  app: {type: text, label: App}\n  secret: {type: secret, label: Secret}\nhttp:\n", 1)
}

func keys(t *testing.T) map[string]any {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"RS256": r, "ES256": e}
}

// written is a key as a form hands it over: without its line breaks.
func written(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "\n", " ")
}

// ways are the kinds that exchange a credential by themselves, with a vendor for each.
func ways(t *testing.T) map[string]func(t *testing.T) *vendor {
	t.Helper()
	made := keys(t)
	out := map[string]func(t *testing.T) *vendor{
		ofItsOwn: func(t *testing.T) *vendor { return behind(t, oauth.Options{ClientSecret: "s:e c/r+et"}, "s:e c/r+et") },
		entered:  func(t *testing.T) *vendor { return behind(t, oauth.Options{Password: "s:e c/r+et"}, "s:e c/r+et") },
		typed:    func(t *testing.T) *vendor { return behind(t, oauth.Options{Password: "s:e c/r+et"}, "s:e c/r+et") },
	}
	rsaKey, ecKey := made["RS256"].(*rsa.PrivateKey), made["ES256"].(*ecdsa.PrivateKey)
	out[fmt.Sprintf(stated, "RS256")] = func(t *testing.T) *vendor {
		return behind(t, oauth.Options{Key: &rsaKey.PublicKey, Issuer: "our app", Audience: "the vendor"}, written(t, rsaKey))
	}
	out[fmt.Sprintf(stated, "ES256")] = func(t *testing.T) *vendor {
		return behind(t, oauth.Options{Key: &ecKey.PublicKey, Issuer: "our app", Audience: "the vendor"}, written(t, ecKey))
	}
	return out
}

func grants(v *vendor) int {
	return v.Asked("client_credentials") + v.Asked("urn:ietf:params:oauth:grant-type:jwt-bearer") + v.Asked("login") + v.Asked("refresh_token")
}

func TestATokenIsAskedForOnceAndRenewedWhenItEnds(t *testing.T) {
	t.Parallel()
	for auth, start := range ways(t) {
		v, c := start(t), load(t, signedInBy(auth))
		pull := func() {
			t.Helper()
			out := &sink{}
			if err := c.Pull(t.Context(), v.conn, changes(nil), out); err != nil || len(out.ids()) != 7 {
				t.Fatalf("%s: %v, read %v", auth, err, out.ids())
			}
		}
		pull()
		pull()
		if n := grants(v); n != 1 {
			t.Errorf("%s: %d tokens for two pulls", auth, n)
		}
		v.move(29*time.Minute + 30*time.Second) // about to end
		pull()
		if n := grants(v); n != 2 {
			t.Errorf("%s: a token that is about to end was used (%d)", auth, n)
		}
		v.EndAccess() // before its time
		pull()
		if n := grants(v); n != 3 {
			t.Errorf("%s: %d tokens after one was refused, want 3", auth, n)
		}
	}
}

func TestATokenThatEndsInMidPullCostsOneRequestMore(t *testing.T) {
	t.Parallel()
	for auth, start := range ways(t) {
		v := start(t)
		v.list.before = func(n int, _ *system) {
			if n == 2 {
				v.EndAccess()
			}
		}
		out := &sink{}
		if err := load(t, signedInBy(auth)).Pull(t.Context(), v.conn, changes(nil), out); err != nil || len(out.ids()) != 7 || out.complete != 1 {
			t.Errorf("%s: %v, read %v", auth, err, out.ids())
		}
		if n := grants(v); n != 2 {
			t.Errorf("%s: %d tokens", auth, n)
		}
	}
}

func TestAnotherCredentialIsUsedAtOnceAndABadOneSaysSo(t *testing.T) {
	t.Parallel()
	for auth, start := range ways(t) {
		v, c := start(t), load(t, signedInBy(auth))
		if err := c.Pull(t.Context(), v.conn, changes(nil), &sink{}); err != nil {
			t.Fatal(err)
		}
		v.conn.Secret = func(string) (string, error) { return "hidden-other", nil }
		err := c.Pull(t.Context(), v.conn, changes(nil), &sink{})
		if k := fault.KindOf(err); k != fault.Unauthenticated && k != fault.Setup || fault.Public(err) == "" {
			t.Errorf("%s: the token of the credential before was used, or no words: %v", auth, err)
		}
		if err != nil && (strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "secret words")) {
			t.Errorf("%s: the error tells too much: %v", auth, err)
		}
	}
}

// signIn is what a person does in the browser.
func signIn(t *testing.T, v *vendor) {
	t.Helper()
	made := madeBy(t, v)
	newest, err := v.conn.Tokens.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	refresh := v.Consented()
	if ok, err := v.conn.Tokens.Swap(t.Context(), newest.Version, remote.Token{Refresh: refresh, Made: made}); !ok || err != nil {
		t.Fatal(ok, err)
	}
}

// madeBy asks a connector what its tokens are made with, by letting it fail.
func madeBy(t *testing.T, v *vendor) string {
	t.Helper()
	made, err := load(t, signedInBy(agreed)).Fingerprint(v.conn)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestARefreshTokenThatRotatesIsNeverLost(t *testing.T) {
	t.Parallel()
	v := behind(t, oauth.Options{ClientSecret: "x", Grace: 30 * time.Minute}, "x")
	signIn(t, v)
	for range 5 {
		if err := load(t, signedInBy(agreed)).Pull(t.Context(), v.conn, changes(nil), &sink{}); err != nil {
			t.Fatal(err)
		}
		v.move(40 * time.Minute) // past the grace of the one before
	}
	if n := v.Asked("refresh_token"); n != 5 {
		t.Errorf("%d refreshes", n)
	}
	v.LoseAnswers(1)
	if err := load(t, signedInBy(agreed)).Pull(t.Context(), v.conn, changes(nil), &sink{}); err != nil || v.Asked("refresh_token") != 7 {
		t.Errorf("the vendor's grace was not used: %v", err)
	}
}

func TestASignInThatEndedSaysSoAndNothingIsAskedAnyMore(t *testing.T) {
	t.Parallel()
	v, c := behind(t, oauth.Options{ClientSecret: "x"}, "x"), load(t, signedInBy(agreed))
	err := c.Pull(t.Context(), v.conn, changes(nil), &sink{})
	if !fault.Is(err, fault.Unauthenticated) || !strings.Contains(fault.Public(err), "Sign in") || v.Asked("refresh_token") != 0 {
		t.Errorf("nobody has signed in: %v", err)
	}
	signIn(t, v)
	if err := c.Pull(t.Context(), v.conn, changes(nil), &sink{}); err != nil {
		t.Fatal(err)
	}
	v.Revoke()
	for range 3 {
		err := c.Pull(t.Context(), v.conn, changes(nil), &sink{})
		if !fault.Is(err, fault.Unauthenticated) || !strings.Contains(fault.Public(err), "Sign in again at Desk") {
			t.Errorf("revoked: %v", err)
		}
	}
	if n := v.Asked("refresh_token"); n != 2 {
		t.Errorf("%d refreshes, the last of them in vain", n)
	}
	signIn(t, v)
	if err := c.Pull(t.Context(), v.conn, changes(nil), &sink{}); err != nil {
		t.Errorf("after signing in again: %v", err)
	}
}

func TestAKeyInTheAddressIsSentAndShownNowhere(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	var told []rest.Exchange
	text := strings.Replace(signedInBy(`{kind: query, parameter: apikey, value: "{secret}"}`), "apikey", "k", 1)
	m, err := manifest.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	list := &system{rows: rows(3), spoil: func(_ int, body map[string]any) any {
		if next, _ := body["next"].(string); next != "" {
			body["next"] = next + "&k=hidden+1%2F" // as systems do that repeat the address
		}
		return body
	}}
	conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query()["k"]; len(got) != 1 || got[0] != "hidden 1/" {
			t.Errorf("sent %q", got)
		}
		list.ServeHTTP(w, r)
	})
	conn.Secret = func(string) (string, error) { return "hidden 1/", nil }
	conn.Log = slog.New(slog.NewTextHandler(&logged, nil))
	out := &sink{}
	c := engine.New(m, engine.Recorder(func(x rest.Exchange) { told = append(told, x) }))
	if err := c.Pull(t.Context(), conn, changes(nil), out); err != nil || len(out.ids()) != 3 {
		t.Fatal(err, out.ids())
	}
	pages, err := json.Marshal(out.pages)
	if err != nil {
		t.Fatal(err)
	}
	conn.Settings["url"] = "http://127.0.0.1:1"
	refused := c.Pull(withoutWaiting(t), conn, changes(nil), out)
	var recorded strings.Builder
	for _, x := range told {
		fmt.Fprintf(&recorded, "%s %v %v %s\n", x.URL, x.Header, x.Answer, x.Data)
	}
	checkpoints := ""
	for _, p := range out.pages {
		checkpoints += string(p.Next)
	}
	for place, text := range map[string]string{"recording": recorded.String(), "log": logged.String(), "error": fmt.Sprint(refused), "pages": string(pages), "checkpoint": checkpoints} {
		if strings.Contains(text, "hidden") {
			t.Errorf("the key stands in the %s: %s", place, text)
		}
	}
	if len(told) == 0 || refused == nil {
		t.Error("nothing was recorded, or nothing refused")
	}
}
