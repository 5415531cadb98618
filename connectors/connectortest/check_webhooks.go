package connectortest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/sync/record"
	"portico/sync/remote"
)

// Webhook is how a system tells by itself what changed.
type Webhook struct {
	// Message is what the system would send now about a record of Main, with the proof
	// that belongs to Secrets.
	Message func(external string) *remote.RawRequest
	// Unsigned says that a shared word proves a message, so that nothing holds its body
	// together; Undated that a message may be sent again later; Unnamed that it does not
	// say which record changed, so that all of Main is read anew.
	Unsigned, Undated, Unnamed bool
}

// webhooks sends messages out of order, which must come to what the system says now, and
// forged ones, of which nothing may come.
func webhooks(t testing.TB, b *bench) {
	if b.system.Webhook == nil {
		if b.connector.Spec().Webhooks != nil {
			t.Error("it takes webhooks, and the target shows none that it has to refuse")
		}
		return
	}
	b.settle(t, b.system.Main)
	hook, ids := b.system.Webhook, b.system.Records()
	id, other := ids[0], ids[1]
	early := hook.Message(id)
	b.clock.Advance(time.Second)
	b.system.Change(id, "marker-first")
	b.system.Change(id, "marker-second")
	late := hook.Message(id)
	b.clock.Advance(b.system.Lag)
	for what, raw := range map[string]*remote.RawRequest{"the later message": late, "the earlier message, afterwards": early} {
		hints, err := b.connector.Hints(t.Context(), b.conn, raw)
		meant := id
		if hook.Unnamed {
			meant = ""
		}
		at := slices.IndexFunc(hints, func(h remote.Hint) bool { return h.Ref.External == meant && h.Ref.Kind == b.kindOf(id) })
		if err != nil || at < 0 {
			t.Errorf("%s: %v, %v", what, hints, err)
			continue
		}
		if hook.Unnamed {
			continue
		}
		got, err := b.connector.Read(t.Context(), b.conn, []record.Ref{hints[at].Ref})
		if said := all(got); err != nil || !strings.Contains(said, "marker-second") {
			t.Errorf("%s: what was read is not what the system says now: %s, %v", what, said, err)
		}
	}
	b.forged(t, hook, id, other)
}

func all(records []record.Record) string {
	var out []string
	for _, r := range records {
		out = append(out, text(r))
	}
	return strings.Join(out, "\n")
}

// forged sends what only looks like a message of the system.
func (b *bench) forged(t testing.TB, hook *Webhook, id, other string) {
	t.Helper()
	sent := b.line.sent()
	refused := func(what string, conn remote.Conn, raw *remote.RawRequest) {
		t.Helper()
		if hints, err := b.connector.Hints(t.Context(), conn, raw); err == nil || len(hints) > 0 {
			t.Errorf("%s: taken for one of the system: %v, %v", what, hints, err)
		}
	}
	bare := changed(hook.Message(id), func(m *remote.RawRequest) {
		m.Header, m.URL, m.Body = http.Header{}, strings.SplitN(m.URL, "?", 2)[0], []byte("{}")
	})
	refused("without a proof", b.conn, bare)
	for name, secret := range map[string]func(string) (string, error){
		"with another secret": func(string) (string, error) { return "c29tZWJvZHlFbHNl", nil },
		"without a secret":    func(string) (string, error) { return "", remote.ErrNoSecret },
		"with an empty one":   func(string) (string, error) { return "", nil },
	} {
		conn := b.conn
		conn.Secret = secret
		refused(name, conn, hook.Message(id))
	}
	if !hook.Unsigned {
		for what, body := range map[string]func([]byte) []byte{
			"about another record": func(d []byte) []byte { return bytes.ReplaceAll(d, []byte(id), []byte(other)) },
			"longer":               func(d []byte) []byte { return append(slices.Clone(d), ' ') },
			"cut":                  func(d []byte) []byte { return d[:len(d)-1] },
			"empty":                func([]byte) []byte { return nil },
			"endless":              func([]byte) []byte { return bytes.Repeat([]byte("["), 1<<20) },
		} {
			refused(what, b.conn, changed(hook.Message(id), func(m *remote.RawRequest) { m.Body = body(m.Body) }))
		}
	}
	if !hook.Undated {
		old := hook.Message(id)
		b.clock.Advance(2 * time.Hour)
		refused("sent again two hours later", b.conn, old)
	}
	if n := b.line.sent() - sent; n > 0 {
		t.Errorf("%d requests left because of messages that nobody proved", n)
	}
}

func changed(raw *remote.RawRequest, how func(*remote.RawRequest)) *remote.RawRequest {
	out := *raw
	out.Header, out.Body = raw.Header.Clone(), slices.Clone(raw.Body)
	how(&out)
	return &out
}

// Sent returns a webhook as it arrives: a POST of JSON to this Portico.
func Sent(body []byte, query url.Values, headers http.Header) *remote.RawRequest {
	address := "https://portal.example/hooks/1"
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	if headers == nil {
		headers = http.Header{}
	}
	headers.Set("Content-Type", "application/json")
	return &remote.RawRequest{Method: http.MethodPost, URL: address, Header: headers, Body: body}
}

// MAC is the HMAC-SHA256 of a text, in hex, as most systems sign.
func MAC(key, text string) string { return hex.EncodeToString(mac(key, text)) }

// MAC64 is the same in base64.
func MAC64(key, text string) string { return base64.StdEncoding.EncodeToString(mac(key, text)) }

func mac(key, text string) []byte {
	m := hmac.New(sha256.New, []byte(key))
	_, _ = m.Write([]byte(text)) // never fails (hash.Hash)
	return m.Sum(nil)
}
