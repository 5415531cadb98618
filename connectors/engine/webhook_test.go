package engine_test

import (
	"crypto"
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/connectors/engine"
	"portico/sync/fault"
	"portico/sync/remote"
)

const sends = `portico: 1
id: desk
name: Desk
config:
  url: {type: url, label: Address, required: true}
  token: {type: secret, label: Token, required: true}
http: {base: config.url, auth: {kind: bearer, token: "{token}"}}
check: {steps: [{name: sign in, request: {path: /me}}]}
streams:
  tickets: &stream
    every: 1m
    fresh_for: 5m
    request: {path: /tickets}
    items: body
    by_id: {request: {path: "/tickets/{id}"}, items: body}
    emit: [{kind: ticket, key: item.id, company: item.company, map: {number: item.id, status: item.status}}]
  assets:
    <<: *stream
    emit: [{kind: asset, key: item.id, company: item.company, map: {name: item.name}}]
webhooks:
  steps: [Enter the address at the desk.]
  secrets:
    signing: {label: Signing secret, made: there}
    word: {label: Word, made: here}
`

// at is when the messages of these tests are sent.
var at = time.Unix(1_770_000_000, 0)

// hearing is a connector that takes webhooks as the section says, and its connection.
func hearing(t *testing.T, section string, secrets map[string]string) (*engine.Connector, remote.Conn) {
	t.Helper()
	if !strings.Contains(section, "secret: word") {
		section += "    - {kind: secret, secret: word, header: X-Word, optional: true}\n"
	}
	if !strings.Contains(section, "secret: signing") {
		section += "    - {kind: secret, secret: signing, header: X-Signing, optional: true}\n"
	}
	c := load(t, sends+section+"  hints: [{stream: tickets, id: item.id}]\n")
	conn := testConn(nil)
	conn.Now = func() time.Time { return at }
	conn.Secret = func(name string) (string, error) {
		if text := secrets[name]; text != "" {
			return text, nil
		}
		return "", fault.New(fault.Setup, "Never entered.").Because("read", remote.ErrNoSecret)
	}
	return c, conn
}

func mac(h crypto.Hash, key, text string) []byte {
	m := hmac.New(h.New, []byte(key))
	_, _ = m.Write([]byte(text))
	return m.Sum(nil)
}

func hexMAC(key, text string) string { return hex.EncodeToString(mac(crypto.SHA256, key, text)) }
func b64MAC(key, text string) string {
	return base64.StdEncoding.EncodeToString(mac(crypto.SHA256, key, text))
}

func message(body string, headers ...string) *remote.RawRequest {
	raw := &remote.RawRequest{Method: http.MethodPost, URL: "https://portal.example/hooks/1?a=b", Body: []byte(body), Header: http.Header{}}
	for i := 0; i < len(headers); i += 2 {
		raw.Header.Add(headers[i], headers[i+1])
	}
	return raw
}

// TestEveryWayToSignIsVerified sends what each vendor's documentation describes, then
// spoils one thing at a time.
func TestEveryWayToSignIsVerified(t *testing.T) {
	t.Parallel()
	body := `{"id":"7"}`
	now, millis := strconv.FormatInt(at.Unix(), 10), strconv.FormatInt(at.UnixMilli(), 10)
	for name, c := range map[string]struct {
		verify  string
		secrets map[string]string
		good    *remote.RawRequest
	}{
		"t and v1, the second fits (Stripe)": {
			`{kind: hmac, secret: signing, encoding: hex, signature: 'pairs(headers["stripe-signature"], "v1")', message: 'timestamp + "." + raw', timestamp: {value: 'single(pairs(headers["stripe-signature"], "t"))', format: unix}}`,
			map[string]string{"signing": "whsec_1"}, message(body, "Stripe-Signature", "t="+now+",v1="+hexMAC("old", now+"."+body)+",v1="+hexMAC("whsec_1", now+"."+body)),
		},
		"body, base64 (Xero, QuickBooks)": {
			`{kind: hmac, secret: signing, encoding: base64, header: X-Xero-Signature}`,
			map[string]string{"signing": "key"}, message(body, "x-xero-signature", b64MAC("key", body)),
		},
		"timestamp and body (Zendesk)": {
			`{kind: hmac, secret: signing, encoding: base64, header: X-Zendesk-Webhook-Signature, message: timestamp + raw, timestamp: {value: 'headers["x-zendesk-webhook-signature-timestamp"]', format: rfc3339}}`,
			map[string]string{"signing": "key"}, message(body, "X-Zendesk-Webhook-Signature", b64MAC("key", at.UTC().Format(time.RFC3339)+body), "X-Zendesk-Webhook-Signature-Timestamp", at.UTC().Format(time.RFC3339)),
		},
		"method, address, body, milliseconds (HubSpot)": {
			`{kind: hmac, secret: token, encoding: base64, header: X-HubSpot-Signature-v3, message: method + url + raw + timestamp, timestamp: {value: 'headers["x-hubspot-request-timestamp"]', format: unix_ms}}`,
			map[string]string{"token": "app"}, message(body, "X-HubSpot-Signature-V3", b64MAC("app", "POSThttps://portal.example/hooks/1?a=b"+body+millis), "X-HubSpot-Request-Timestamp", millis),
		},
		"prefix and sha1 in base64 (Autotask)": {
			`{kind: hmac, secret: word, algorithm: sha1, encoding: base64, header: X-Hook-Signature, prefix: "sha1="}`,
			map[string]string{"word": "key"}, message(body, "X-Hook-Signature", "sha1="+base64.StdEncoding.EncodeToString(mac(crypto.SHA1, "key", body))),
		},
		"digest of the secret as key (ConnectWise)": {
			`{kind: hmac, secret: signing, secret_is: sha256, encoding: base64, header: X-Content-Signature}`,
			map[string]string{"signing": "key"}, message(body, "X-Content-Signature", b64MAC(digestOf("key"), body)),
		},
		"hex (Clio), two secrets while one replaces the other": {
			`{kind: hmac, secret: signing, encoding: hex, header: X-Hook-Signature}`,
			map[string]string{"signing": "newer older"}, message(body, "X-Hook-Signature", hexMAC("older", body)),
		},
		"sha512, secret in base64": {
			`{kind: hmac, secret: signing, algorithm: sha512, secret_is: base64, encoding: hex, header: X-Signature}`,
			map[string]string{"signing": base64.StdEncoding.EncodeToString([]byte("key"))}, message(body, "X-Signature", hex.EncodeToString(mac(crypto.SHA512, "key", body))),
		},
		"one of several headers (DocuSign)": {
			`{kind: hmac, secret: signing, encoding: base64, signature: 'filter([headers["x-docusign-signature-1"], headers["x-docusign-signature-2"]], # != "")'}`,
			map[string]string{"signing": "key"}, message(body, "X-DocuSign-Signature-2", b64MAC("key", body)),
		},
		"a word in a header": {
			`{kind: secret, secret: word, header: X-Portico, prefix: "Bearer "}`,
			map[string]string{"word": "hush"}, message(body, "X-Portico", "Bearer hush"),
		},
		"a word in the address": {
			`{kind: secret, secret: word, query: a}`, map[string]string{"word": "b"}, message(body),
		},
		"a word in every notification (Microsoft Graph)": {
			`{kind: secret, secret: word, value: 'map(body.value, .clientState)'}`,
			map[string]string{"word": "hush"}, message(`{"id":"7","value":[{"clientState":"hush"},{"clientState":"hush"}]}`),
		},
		"user and password (HaloPSA)": {
			`{kind: basic, secret: word, user: portico}`,
			map[string]string{"word": "hush"}, message(body, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("portico:hush"))),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connector, conn := hearing(t, "  verify:\n    - "+c.verify+"\n", c.secrets)
			hints, err := connector.Hints(t.Context(), conn, c.good)
			if err != nil || len(hints) != 1 || hints[0].Ref.External != "7" {
				t.Fatalf("%v, %v", hints, err)
			}
			for what, spoil := range spoiled() {
				bad := *c.good
				bad.Header = c.good.Header.Clone()
				if !spoil(&bad) || same(&bad, c.good) {
					continue
				}
				if hints, err := connector.Hints(t.Context(), conn, &bad); !fault.Is(err, fault.Unauthenticated) || len(hints) > 0 {
					t.Errorf("%s: %v, %v", what, hints, err)
				}
			}
			silent := conn
			silent.Secret = func(string) (string, error) { return "", fmt.Errorf("x: %w", remote.ErrNoSecret) }
			if hints, err := connector.Hints(t.Context(), silent, c.good); err == nil || len(hints) > 0 {
				t.Errorf("without a secret: %v", hints)
			}
			broken := conn
			broken.Secret = func(string) (string, error) { return "", errors.New("the key does not open it") }
			if hints, err := connector.Hints(t.Context(), broken, c.good); err == nil || len(hints) > 0 {
				t.Errorf("with a secret that cannot be read: %v", hints)
			}
		})
	}
}

func digestOf(text string) string {
	h := crypto.SHA256.New()
	_, _ = h.Write([]byte(text))
	return string(h.Sum(nil))
}

// spoiled are ways to change a message; false means that this one cannot be changed so.
// Proofs that are a shared word say nothing of the rest of a message.
func spoiled() map[string]func(*remote.RawRequest) bool {
	signature := func(m *remote.RawRequest, change func(string) string) bool {
		for name := range m.Header {
			if strings.Contains(name, "Signature") && !strings.Contains(name, "Timestamp") || name == "Authorization" || name == "X-Portico" {
				m.Header.Set(name, change(m.Header.Get(name)))
				return true
			}
		}
		return false
	}
	return map[string]func(*remote.RawRequest) bool{
		"another body": func(m *remote.RawRequest) bool {
			m.Body = []byte(strings.Replace(string(m.Body), `"7"`, `"8"`, 1))
			return signature(m, func(s string) string { return s }) && m.Header.Get("Authorization")+m.Header.Get("X-Portico") == ""
		},
		"no proof": func(m *remote.RawRequest) bool {
			m.Header, m.URL = http.Header{}, "https://portal.example/"
			m.Body = []byte(`{"id":"7"}`)
			return true
		},
		"an empty proof": func(m *remote.RawRequest) bool { return signature(m, func(string) string { return "" }) },
		"cut":            func(m *remote.RawRequest) bool { return signature(m, func(s string) string { return s[:len(s)-4] }) },
		"garbage":        func(m *remote.RawRequest) bool { return signature(m, func(string) string { return "\x00=,%zz" }) },
		"one that differs": func(m *remote.RawRequest) bool {
			m.Body = []byte(strings.Replace(string(m.Body), `{"clientState":"hush"}`, `{"clientState":"other"}`, 1))
			return strings.Contains(string(m.Body), "other")
		},
	}
}

func same(a, b *remote.RawRequest) bool {
	return string(a.Body) == string(b.Body) && a.URL == b.URL && fmt.Sprint(a.Header) == fmt.Sprint(b.Header)
}

func TestAMessageOutOfTimeIsRefused(t *testing.T) {
	t.Parallel()
	connector, conn := hearing(t, `  verify:
    - {kind: hmac, secret: signing, encoding: hex, header: X-Signature, message: 'timestamp + raw', timestamp: {value: 'headers["x-time"]', format: unix, tolerance: 5m}}
`, map[string]string{"signing": "key"})
	for text, good := range map[string]bool{
		"1770000000": true, "1769999700": true, "1770000300": true, "1769999699": false, "1770000301": false,
		"": false, "now": false, "-1": false, "99999999999999999999": false, "NaN": false,
	} {
		_, err := connector.Hints(t.Context(), conn, message(`{"id":1}`, "X-Time", text, "X-Signature", hexMAC("key", text+`{"id":1}`)))
		if (err == nil) != good || !good && !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestVectorsOfTheStandards holds the digests to RFC 2202 and RFC 4231, case 2. The
// text is no JSON, so that a good signature shows in another refusal.
func TestVectorsOfTheStandards(t *testing.T) {
	t.Parallel()
	for algorithm, sum := range map[string]string{
		"sha1":   "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
		"sha256": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		"sha512": "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
	} {
		connector, conn := hearing(t, "  verify:\n    - {kind: hmac, secret: signing, algorithm: "+algorithm+", encoding: hex, header: X-Sum}\n", map[string]string{"signing": "Jefe"})
		_, err := connector.Hints(t.Context(), conn, message("what do ya want for nothing?", "X-Sum", sum))
		if !fault.Is(err, fault.Broken) {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
}

func TestEveryProofIsAskedFor(t *testing.T) {
	t.Parallel()
	verify := "  verify:\n    - {kind: secret, secret: word, query: a}\n    - {kind: hmac, secret: signing, encoding: hex, header: X-Sum, optional: true}\n"
	good := message(`{"id":1}`, "X-Sum", hexMAC("key", `{"id":1}`))
	for name, c := range map[string]struct {
		secrets map[string]string
		raw     *remote.RawRequest
		taken   bool
	}{
		"both":                         {map[string]string{"word": "b", "signing": "key"}, good, true},
		"the optional one not entered": {map[string]string{"word": "b"}, message(`{"id":1}`), true},
		"the optional one forged":      {map[string]string{"word": "b", "signing": "other"}, good, false},
		"only the optional one":        {map[string]string{"signing": "key"}, good, false},
	} {
		connector, conn := hearing(t, verify, c.secrets)
		if _, err := connector.Hints(t.Context(), conn, c.raw); (err == nil) != c.taken {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOneMessageMayHintAtManyRecords(t *testing.T) {
	t.Parallel()
	c := load(t, sends+`  verify: [{kind: secret, secret: word, header: X-Word}, {kind: secret, secret: signing, header: X-S, optional: true}]
  events: body.events
  key: item.event
  hints:
    - {when: 'item.type startsWith "ticket"', stream: tickets, id: item.id}
    - {when: 'item.type == "ticket.moved"', stream: assets}
`)
	_, conn := hearing(t, "  verify: [{kind: secret, secret: word, header: X-Word}, {kind: secret, secret: signing, header: X-S, optional: true}]\n", map[string]string{"word": "hush"})
	for body, want := range map[string]string{
		`{"events":[{"event":"a","type":"ticket.new","id":12},{"event":"b","type":"ticket.moved","id":["3","4"]},{"type":"user.new","id":5}]}`: "ticket 12 a, ticket 3 b, ticket 4 b, asset  b",
		`{"events":[]}`: "",
		`{}`:            "",
		// What cannot be understood hastens: it must not be lost.
		`{"events":[{"type":"ticket.new"}]}`:               "ticket  ",
		`{"events":[{"type":"ticket.new","id":{"a":1}}]}`:  "ticket  ",
		`{"events":[{"type":"ticket.new","id":["1",{}]}]}`: "ticket  ",
		`{"events":[{"type":7,"id":"1"}]}`:                 "ticket 1 ",
	} {
		hints, err := c.Hints(t.Context(), conn, message(body, "X-Word", "hush"))
		var got []string
		for _, h := range hints {
			got = append(got, fmt.Sprintf("%s %s %s", h.Ref.Kind, h.Ref.External, h.Key))
		}
		if err != nil || strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, %v", body, got, err)
		}
	}
	for _, body := range []string{`{"events":{}}`, `{"events":"x"}`, `[`, `{"events":[` + strings.Repeat("1,", 3000) + `1]}`, strings.Repeat(`[`, 5000), "\x00"} {
		if hints, err := c.Hints(t.Context(), conn, message(body, "X-Word", "hush")); !fault.Is(err, fault.Broken) || len(hints) > 0 {
			t.Errorf("%.20q: %v, %v", body, hints, err)
		}
	}
	form := message("id=7&type=ticket", "X-Word", "hush", "Content-Type", "application/x-www-form-urlencoded")
	whole, conn := hearing(t, "  verify: [{kind: secret, secret: word, header: X-Word}, {kind: secret, secret: signing, header: X-S, optional: true}]\n", map[string]string{"word": "hush"})
	if hints, err := whole.Hints(t.Context(), conn, form); err != nil || len(hints) != 1 || hints[0].Ref.External != "7" {
		t.Errorf("a form: %v, %v", hints, err)
	}
}

func TestAQuestionAboutTheAddressIsAnswered(t *testing.T) {
	t.Parallel()
	c := load(t, sends+`  accepted: 200
  verify: [{kind: secret, secret: word, header: X-Word}, {kind: hmac, secret: signing, encoding: hex, header: X-Hook-Signature, optional: true}]
  challenges:
    - {when: 'query.validationToken != ""', body: "{query.validationToken}"}
    - when: 'headers["x-hook-secret"] != ""'
      headers: {X-Hook-Secret: '{headers["x-hook-secret"]}'}
      learn: {signing: 'headers["x-hook-secret"]'}
    - {when: body.challenge != nil, verified: true, body: "{body.challenge}"}
  hints: [{stream: tickets, id: item.id}]
`)
	_, conn := hearing(t, "  verify: [{kind: secret, secret: word, header: X-Word}, {kind: secret, secret: signing, header: X-S, optional: true}]\n", map[string]string{"word": "hush"})
	graph := message("")
	graph.URL = "https://portal.example/hooks/1?validationToken=a%20b%3Cc%3E"
	if r, err := c.Greet(t.Context(), conn, graph); err != nil || r == nil || r.Body != "a b<c>" || r.Type != "" {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := c.Greet(t.Context(), conn, message("", "X-Hook-Secret", "made there")); err != nil || r == nil || r.Header.Get("X-Hook-Secret") != "made there" || r.Learn["signing"] != "made there" {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := c.Greet(t.Context(), conn, message(`{"challenge":"x"}`)); err == nil || r != nil {
		t.Errorf("unproven: %+v, %v", r, err)
	}
	if r, err := c.Greet(t.Context(), conn, message(`{"challenge":"x"}`, "X-Word", "hush")); err != nil || r == nil || r.Body != "x" {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := c.Greet(t.Context(), conn, message(`{"id":"7"}`, "X-Word", "hush")); err != nil || r != nil {
		t.Errorf("an event: %+v, %v", r, err)
	}
	w := c.Spec().Webhooks
	if w == nil || w.Accepted != 200 || len(w.Secrets) != 2 || !slices.Equal(w.Steps, []string{"Enter the address at the desk."}) || !w.Secrets[0].Learned || !w.Secrets[0].Optional || !w.Secrets[1].Made || w.Secrets[1].Optional {
		t.Errorf("%+v", w)
	}
}
