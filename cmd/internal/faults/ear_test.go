//go:build faults

package faults_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// ear is a back-office system that is told what happens. It lives in the test's
// own process, as the source does, and refuses some messages at their first try.
type ear struct {
	t      *testing.T
	server *httptest.Server

	mu      sync.Mutex
	secret  []byte
	heard   map[string]told // by the id of the message
	times   int
	refused map[string]bool
}

// told is one message.
type told struct {
	Type    string
	Account string
	Data    struct {
		Action struct{ ID, Ref, State string }
	}
	text string
}

func newEar(t *testing.T) *ear {
	t.Helper()
	e := &ear{t: t, heard: map[string]told{}, refused: map[string]bool{}}
	e.server = httptest.NewServer(e)
	t.Cleanup(e.server.Close)
	return e
}

func (e *ear) address() string { return strings.TrimPrefix(e.server.URL, "http://") }

var secretPattern = regexp.MustCompile(`whsec_(\S+)`)

// subscribe has the portal tell it everything, of all accounts or of one.
func (e *ear) subscribe(w *world, account string) {
	w.Helper()
	args := []string{"webhook", "add", e.server.URL, "--type", "action.confirmed", "--type", "action.refused", "--type", "ticket.created", "--type", "record.changed", "--rate", "1000"}
	if account != "" {
		args = append(args, "--account", account)
	}
	m := secretPattern.FindStringSubmatch(w.must(nil, args...))
	if m == nil {
		w.Fatal("no secret was shown")
	}
	secret, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		w.Fatal(err)
	}
	e.secret = secret
}

// ServeHTTP takes a message that is signed, as Standard Webhooks 1.0 has it.
func (e *ear) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	id := r.Header.Get("Webhook-Id")
	mac := hmac.New(sha256.New, e.secret)
	fmt.Fprintf(mac, "%s.%s.%s", id, r.Header.Get("Webhook-Timestamp"), body)
	var m told
	m.text = string(body)
	switch said, known := e.heard[id]; {
	case err != nil: // the sender died in the middle; it comes again
		return
	case r.Header.Get("Webhook-Signature") != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)):
		e.t.Errorf("message %s is not signed by the secret that was shown", id)
	case json.Unmarshal(body, &m) != nil:
		e.t.Errorf("message %s is no JSON", id)
	case known && said.text != m.text:
		e.t.Errorf("message %s says two things", id)
	case !known && !e.refused[id] && e.times%7 == 3:
		e.times++
		e.refused[id] = true // once: the second try comes after seconds, the third after minutes
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	e.times++
	e.heard[id] = m
}

// all is what was heard so far, and how often in all.
func (e *ear) all() (map[string]told, int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := map[string]told{}
	for id, m := range e.heard {
		out[id] = m
	}
	return out, e.times
}

// toldOnce compares what an ear heard with what happened: every action of the
// account ("" is all) that came to its end by one id, and nothing of others.
func (w *world) toldOnce(e *ear, account string) (missing, foreign int) {
	w.Helper()
	l := w.ledger()
	if !eventually(w.Context(), 3*time.Minute, func() bool { return l.count("SELECT count(*) FROM webhook_deliveries WHERE state = 'due'") == 0 }) {
		w.Errorf("webhooks are still owed: %v", l.rows(3, "SELECT state, problem, count(*) FROM webhook_deliveries GROUP BY state, problem"))
	}
	names := map[string]string{}
	for _, r := range l.rows(2, "SELECT id, name FROM accounts") {
		names[r[0]] = r[1]
	}
	heard, _ := e.all()
	ids := map[string][]string{}
	for id, m := range heard {
		if m.Type == "action.confirmed" || m.Type == "action.refused" {
			ids[m.Data.Action.ID] = append(ids[m.Data.Action.ID], id)
		}
		foreign += w.foreignIn("message "+id, m, names[m.Account], account)
	}
	for _, r := range l.rows(3, "SELECT id, account_id, state FROM actions WHERE state IN ('confirmed', 'refused')") {
		if account != "" && names[r[1]] != account {
			continue
		}
		switch n := len(ids[r[0]]); {
		case n == 0:
			missing++
			w.Errorf("nobody was told that action %s is %s", r[0], r[2])
		case n > 1:
			w.Errorf("action %s was told by %d ids: %v", r[0], n, ids[r[0]])
		}
	}
	return missing, foreign
}

// foreignIn counts texts of a message that do not belong to its account, or that
// the listener has no business with.
func (w *world) foreignIn(what string, m told, of, listens string) (n int) {
	if listens != "" && of != listens {
		w.Errorf("%s about %q was told to the endpoint of %q", what, of, listens)
		n++
	}
	for _, c := range companies {
		if strings.Contains(m.text, c.secret()) || c.name != of && strings.Contains(m.text, c.mark) {
			w.Errorf("%s about %q holds a text of %q or an internal one", what, of, c.name)
			n++
		}
	}
	return n
}
