package manifest_test

import (
	"strings"
	"testing"

	"portico/connectors/manifest"
)

// signedIn is the good manifest with another way to sign in.
func signedIn(auth string) string {
	return strings.NewReplacer(`  auth: {kind: bearer, token: "{token}"}`, "  auth:\n"+auth,
		"  token: {", "  realm: {type: text, label: Company, pattern: \"^[0-9]+$\"}\n  host: {type: url, label: Address}\n  token: {").Replace(good)
}

const (
	code = `    kind: oauth2
    grant: authorization_code
    authorize_url: https://vendor.example/authorize
    token_url: https://vendor.example/token
    client_id: "{url}"
    client_secret: "{token}"
    scope: offline read
    grace: 30m
    register: https://vendor.example/apps
    before: ["Make an application."]
    learn:
      - {setting: realm, parameter: realmId}
      - {setting: host, answer: body.instance_url}
`
	login = `    kind: login
    request: {path: /login, body: '{"key": token}'}
    access: body.session
    expires: body.expires_in
    header: X-Session
    value: "{access}"
`
	assertion = `    kind: jwt_bearer
    token_url: https://vendor.example/token
    algorithm: RS256
    key: "{token}"
    issuer: portico
    audience: https://vendor.example
`
)

func TestEveryKindOfSignInLoads(t *testing.T) {
	t.Parallel()
	for _, auth := range []string{code, login, assertion,
		"    {kind: query, parameter: api_key, value: \"{token}\"}\n",
		"    {kind: oauth2, grant: client_credentials, token_url: \"{url}/token?tenant={realm}\", client_id: x, client_secret: \"{token}\"}\n",
		strings.Replace(code, "- {setting: realm, parameter: realmId}", "- {url: https://vendor.example/tenants, items: body, keep: item.open, name: item.name, settings: {realm: item.id}}", 1),
	} {
		if problems := manifest.Lint("desk.yaml", []byte(signedIn(auth))); len(problems) > 0 {
			t.Errorf("%s\n%s", auth, problems.Error())
		}
	}
}

func TestMistakesInASignInAreNamedWithTheirPlace(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ auth, old, with, want string }{
		"no grant":                 {code, "    grant: authorization_code\n", "", `desk.yaml:11:3: missing "grant"`},
		"an unknown grant":         {code, "authorization_code", "password", `desk.yaml:13:12: password is not one of`},
		"no address to agree at":   {code, "    authorize_url: https://vendor.example/authorize\n", "", `desk.yaml:11:3: missing "authorize_url"`},
		"a key of another grant":   {code, "authorization_code", "client_credentials", `desk.yaml:14:5: this key is not allowed here`},
		"a key of another kind":    {login, "    access:", "    scope: x\n    access:", `desk.yaml:14:5: unknown key "scope"`},
		"an address in the clear":  {code, "https://vendor.example/token", "http://vendor.example/token", `desk.yaml:15:16: secrets go to this address`},
		"a setting nobody has":     {code, "setting: realm", "setting: reaml", `desk.yaml:23:19: there is no setting "reaml"`},
		"a secret that is learned": {code, "setting: host", "setting: token", `desk.yaml:24:19: "token" is a secret`},
		"learned twice":            {code, "setting: host", "setting: realm", `desk.yaml:24:19: "realm" is learned twice`},
		"learned from a browser":   {code, "setting: realm, parameter", "setting: host, parameter", `desk.yaml:23:19: "host" comes out of a browser's address`},
		"two ways to learn":        {code, "parameter: realmId", "parameter: realmId, answer: body.x", `desk.yaml:23:`},
		"a template":               {code, `client_secret: "{token}"`, `client_secret: "{tokn}"`, `desk.yaml:17:22: expression: unknown name tokn`},
		"the token of no token":    {code, `client_id: "{url}"`, `client_id: "{access}"`, `desk.yaml:16:18: expression: unknown name access`},
		"an expression":            {login, "body.session", "bdy.session", `desk.yaml:14:13: expression: unknown name bdy`},
		"two bodies":               {login, "    access:", "    form: {key: \"{token}\"}\n    access:", `desk.yaml:14:12: a request has a "form" or a "body", not both`},
		"an algorithm":             {assertion, "RS256", "none", `desk.yaml:14:16: none is not one of: RS256, ES256`},
		"a statement for ever":     {assertion, "    issuer", "    lifetime: 24h\n    issuer", `desk.yaml:16:15: a signed statement may count for 1h0m0s at most`},
		"never renewed":            {login, "", "", `desk.yaml:20:8: no rule says "auth" for 401`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(c.auth, c.old) {
				t.Fatalf("there is no %q", c.old)
			}
			text := signedIn(strings.Replace(c.auth, c.old, c.with, 1))
			if c.old == "" {
				text = strings.Replace(text, "status: 401, is: auth", "status: 401, is: reject", 1)
			}
			problems := manifest.Lint("desk.yaml", []byte(text))
			for _, p := range problems {
				if strings.HasPrefix(p.String(), c.want) {
					return
				}
			}
			t.Errorf("want %s\ngot  %s", c.want, problems.Error())
		})
	}
}
