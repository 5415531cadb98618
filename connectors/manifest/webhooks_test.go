package manifest_test

import (
	"strings"
	"testing"

	"portico/connectors/manifest"
)

const hooks = `webhooks:
  steps: [Enter the address there.]
  secrets:
    signing: {label: Signing secret, made: there}
  verify:
    - kind: hmac
      secret: signing
      encoding: hex
      header: X-Signature
      message: timestamp + raw
      timestamp: {value: 'headers["x-time"]', format: unix}
  challenges:
    - {when: 'query.token != ""', body: "{query.token}"}
  events: body.events
  key: item.id
  hints:
    - {when: item.type == "ticket", stream: tickets}
`

func TestWebhooksLoad(t *testing.T) {
	t.Parallel()
	m, err := manifest.Parse("desk.yaml", []byte(good+hooks))
	if err != nil {
		t.Fatal(err)
	}
	if w := m.Webhooks; w == nil || len(w.Verify) != 1 || w.SecretOrder[0] != "signing" || w.Hints[0].Stream != "tickets" {
		t.Errorf("%+v", m.Webhooks)
	}
}

// TestMistakesInWebhooksAreNamedWithTheirPlace spoils one line at a time. The section
// begins in line 38.
func TestMistakesInWebhooksAreNamedWithTheirPlace(t *testing.T) {
	t.Parallel()
	first := strings.Count(good, "\n") + 1
	for name, c := range map[string]struct {
		old, with string
		line      int
		says      string
	}{
		"an unknown key":        {"  key: item.id", "  kei: item.id", 14, `unknown key "kei"`},
		"no steps":              {"  steps: [Enter the address there.]\n", "", 0, `missing "steps"`},
		"an unknown kind":       {"kind: hmac", "kind: rsa", 5, "not one of"},
		"no encoding":           {"      encoding: hex\n", "", 5, `missing "encoding"`},
		"a secret that is none": {"secret: signing", "secret: url", 6, "neither one of"},
		"an unused secret":      {"made: there}\n", "made: there}\n    other: {label: Other, made: here}\n", 4, "no proof uses"},
		"a secret twice":        {"    signing: {", "    token: {label: x, made: here}\n    signing: {", 3, "is a setting already"},
		"nothing is asked for":  {"secret: signing\n", "secret: signing\n      optional: true\n", 5, "every proof is optional"},
		"no signature":          {"      header: X-Signature\n", "", 5, "say where the signature stands"},
		"two signatures":        {"header: X-Signature", "header: X-Signature\n      signature: headers.x", 5, "say where the signature stands"},
		"the body unsigned":     {"message: timestamp + raw", "message: timestamp + item.raw", 9, "raw"},
		"the time unsigned":     {"message: timestamp + raw", "message: raw", 10, "no part of what is signed"},
		"too much time":         {"format: unix}", "format: unix, tolerance: 2h}", 10, "at most"},
		"a wrong expression":    {"events: body.events", "events: bodi.events", 13, "unknown name bodi"},
		"a member of nothing":   {`'query.token != ""'`, `query.token != nil`, 12, "never nil"},
		"an unknown stream":     {"stream: tickets", "stream: ticket", 16, "there is no stream"},
		"nobody reads it again": {"stream: tickets", "stream: tickets, id: item.id", 16, "cannot be read again"},
		"never":                 {`item.type == "ticket"`, `"false"`, 16, "can never be given"},
		"learns what is none":   {`body: "{query.token}"`, `learn: {token: query.token}`, 12, "is not one of"},
		"nowhere":               {"    - kind: hmac\n", "    - {kind: secret, secret: signing}\n    - kind: hmac\n", 5, "say where the secret stands"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(hooks, c.old) {
				t.Fatalf("%q is not there", c.old)
			}
			problems := manifest.Lint("desk.yaml", []byte(good+strings.Replace(hooks, c.old, c.with, 1)))
			for _, p := range problems {
				if strings.Contains(p.Message, c.says) && p.Line == first+c.line && p.Column > 0 {
					return
				}
			}
			t.Errorf("want %q in line %d, got\n%s", c.says, first+c.line, problems.Error())
		})
	}
}
