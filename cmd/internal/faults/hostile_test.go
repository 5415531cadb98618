//go:build faults

package faults_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// An attempt takes no longer and reads no more than this (F28).
const (
	attemptWithin = 15 * time.Second
	attemptReads  = 1 << 20
)

// TestHostileEndpoints subscribes endpoints that never answer, stream for ever
// and lead elsewhere beside one that behaves (F28). Names that point somewhere
// else a moment later are tried in sync/webhook, where the resolver is a fake.
func TestHostileEndpoints(t *testing.T) { trials(t, "hostile webhook endpoints", hostileEndpoints) }

func hostileEndpoints(x *trial) {
	var inside, streamed atomic.Int64
	secret := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside.Add(1) }))
	x.Cleanup(secret.Close)
	hostile := map[string]http.HandlerFunc{
		"silent": func(http.ResponseWriter, *http.Request) { <-x.Context().Done() },
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for chunk := strings.Repeat("x", 64<<10); x.Context().Err() == nil; {
				n, err := io.WriteString(w, chunk)
				streamed.Add(int64(n))
				if err != nil {
					return
				}
			}
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, secret.URL, http.StatusTemporaryRedirect)
		},
	}
	good := newEar(x.T)
	allow := []string{good.address()}
	addresses := map[string]string{}
	for name, h := range hostile {
		server := httptest.NewServer(h)
		x.Cleanup(func() { server.CloseClientConnections(); server.Close() })
		addresses[name] = server.URL
		allow = append(allow, strings.TrimPrefix(server.URL, "http://"))
	}
	w := newWorld(x, 10, "PORTICO_WEBHOOKS_ALLOW="+strings.Join(allow, ","))
	for _, address := range addresses {
		w.must(nil, "webhook", "add", address, "--type", "action.confirmed", "--rate", "1000")
	}
	if out, code := w.run(nil, "webhook", "add", secret.URL, "--type", "action.confirmed"); code == 0 {
		x.Errorf("an address that nobody allowed was taken: %s", out)
	}
	good.subscribe(w, "")
	w.start()
	browsers := w.enter()
	asked := w.use(browsers, lasting(8*time.Second, 10*time.Minute))
	w.settle(2*time.Minute + time.Duration(len(asked))*time.Second)
	l := w.ledger()
	const owed = "SELECT count(*) FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id WHERE d.state = 'due' AND e.url = ?"
	since := time.Now()
	if !eventually(x.Context(), time.Minute, func() bool { return l.count(owed, good.server.URL) == 0 }) {
		x.Errorf("the one that behaves waits for %d messages", l.count(owed, good.server.URL))
	}
	behaved := time.Since(since)
	longest := w.attempts(addresses)
	if n := inside.Load(); n > 0 {
		x.Errorf("%d requests were led inside", n)
	}
	// What the kernel holds for both ends was written and never read.
	tries := l.count("SELECT coalesce(sum(attempt), 0) FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id WHERE e.url = ?", addresses["endless"])
	if each := streamed.Load() / int64(max(1, tries)); tries == 0 || each > 8*attemptReads {
		x.Errorf("%d attempts took %d bytes each of an endless answer", tries, each)
	}
	w.judge(outcome{rounds: len(hostile), note: fmt.Sprintf("longest attempt %s, 0 led inside, the other done after %s", longest.Round(time.Millisecond), behaved.Round(time.Second))}, asked, browsers)
}

// attempts reads the log of every endpoint and returns how long the longest
// attempt took.
func (w *world) attempts(addresses map[string]string) (longest time.Duration) {
	w.Helper()
	l := w.ledger()
	for name, address := range addresses {
		id := l.rows(1, "SELECT id FROM webhook_endpoints WHERE url = ?", address)[0][0]
		var logs []struct {
			State    string
			Attempts []struct{ Took, Answer, Problem string }
		}
		read := func() int {
			if err := json.Unmarshal([]byte(w.must(nil, "webhook", "deliveries", id, "--json", "--limit", "500")), &logs); err != nil {
				w.Error(err)
			}
			n := 0
			for _, d := range logs {
				n += len(d.Attempts)
			}
			return n
		}
		if !eventually(w.Context(), time.Minute, func() bool { return read() > 0 }) {
			w.Errorf("%s: no attempt was made", name)
		}
		fine := name == "endless" // it answers 200, and nobody has to read on
		for _, d := range logs {
			if d.State == "delivered" && !fine {
				w.Errorf("%s: a message counts as delivered", name)
			}
			for _, a := range d.Attempts {
				took, err := time.ParseDuration(a.Took)
				if err != nil || took > attemptWithin+time.Second || a.Problem == "" && !fine || len(a.Answer) > attemptReads {
					w.Errorf("%s: an attempt took %s (%v), problem %q, %d bytes kept", name, a.Took, err, a.Problem, len(a.Answer))
				}
				longest = max(longest, took)
			}
		}
	}
	return longest
}
