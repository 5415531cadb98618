package connectortest_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/faults"
	"portico/sync/remote"
)

// A system that shares nothing with Request Tracker: its list is asked for by
// POST and goes on by tokens, deleted tickets stay in it as tombstones, and
// nobody says who is signed in. It is the example for authors of a target.
func TestDesk(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, deskTarget())
}

func deskTarget() connectortest.Target {
	return connectortest.Target{
		Connector: connectortest.Manifest(fstest.MapFS{"manifest.yaml": {Data: []byte(deskManifest)}}, "manifest.yaml"),
		System:    desks,
	}
}

const deskManifest = `portico: 1
id: desk
name: Desk
config:
  url: {type: url, label: Address, required: true}
  token: {type: secret, label: Token, required: true}
http:
  base: config.url
  auth: {kind: bearer, token: "{token}"}
check:
  steps: [{name: read tickets, request: {path: /ping}, found: "The token may read tickets."}]
streams:
  tickets:
    every: 1m
    fresh_for: 10m
    request:
      method: POST
      path: /search
      body: 'compact({"since": since, "cursor": cursor, "limit": size})'
    items: body.result.rows
    paging: {kind: cursor, size: 20, next: body.result.next, total: body.result.found}
    incremental: {field: item.changed, format: "2006-01-02T15:04:05Z", overlap: 15m}
    by_id: {request: {path: "/tickets/{id}"}, items: body.ticket}
    emit:
      - kind: ticket
        deleted: item.gone == true
        key: item.id
        version: item.changed
        company: item.client
        updated: item.changed
        map: {number: item.id, subject: item.subject, status: item.state}
webhooks:
  steps: [Enter the address at the desk.]
  secrets: {signing: {label: Signing secret, made: there}}
  verify:
    - kind: hmac
      secret: signing
      encoding: hex
      header: X-Desk-Signature
      message: timestamp + "." + raw
      timestamp: {value: 'headers["x-desk-time"]', format: unix}
  hints: [{when: 'item.event startsWith "ticket."', stream: tickets, id: item.ticket}]
`

// ticket is one of the fake's.
type ticket struct {
	ID      string    `json:"id"`
	Subject string    `json:"subject"`
	State   string    `json:"state"`
	Client  string    `json:"client"`
	Changed time.Time `json:"changed"`
	Gone    bool      `json:"gone,omitempty"`
}

type deskFake struct {
	clock *connectortest.Clock

	mu      sync.Mutex
	token   string
	tickets []*ticket
}

// desks starts a fake with 55 tickets: three pages.
func desks(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	f := &deskFake{clock: clock, token: "good"}
	for i := range 55 {
		f.add(fmt.Sprintf("Request %d", i), clock.Now().Add(-time.Duration(60-i/3)*time.Hour))
	}
	address, knobs := connectortest.Serve(t, clock, f)
	return &connectortest.System{
		Settings: map[string]string{"url": address},
		Secrets:  map[string]string{"token": "good", "signing": "hush"}, BadSecrets: map[string]string{"token": "bad"},
		Webhook: &connectortest.Webhook{Message: func(id string) *remote.RawRequest {
			body, at := fmt.Appendf(nil, `{"event":"ticket.changed","ticket":%q}`, id), strconv.FormatInt(clock.Now().Unix(), 10)
			return connectortest.Sent(body, nil, http.Header{"X-Desk-Time": {at}, "X-Desk-Signature": {connectortest.MAC("hush", at+"."+string(body))}})
		}},
		Faults: knobs, Main: "tickets", Nameless: true,
		List:    faults.Match{Method: http.MethodPost, Path: "=/search", Body: "since"},
		Pages:   faults.List{Rows: "result.rows", Totals: []string{"result.found"}, Next: []string{"result.next"}},
		Records: f.records,
		Change:  func(id, marker string) { f.begin(id, marker, clock.Now())() },
		Add:     func(marker string) string { return f.add(marker, clock.Now()) },
		Begin:   func(id, marker string) func() { return f.begin(id, marker, clock.Now()) },
		Delete:  func(id string) { f.mark(id, true) },
		Restore: func(id string) bool { f.mark(id, false); return true },
		Rotate: func() map[string]string {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.token = "new"
			return map[string]string{"token": "new"}
		},
	}
}

func (f *deskFake) add(subject string, at time.Time) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := strconv.Itoa(len(f.tickets) + 1)
	f.tickets = append(f.tickets, &ticket{ID: id, Subject: subject, State: "open", Client: "Nordwind", Changed: at})
	return id
}

// begin prepares a change that only the function returned makes visible.
func (f *deskFake) begin(id, subject string, at time.Time) func() {
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.find(id).Subject, f.find(id).Changed = subject, at
	}
}

func (f *deskFake) mark(id string, gone bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.find(id).Gone, f.find(id).Changed = gone, f.clock.Now()
}

func (f *deskFake) find(id string) *ticket {
	i := slices.IndexFunc(f.tickets, func(t *ticket) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return f.tickets[i]
}

func (f *deskFake) records() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, t := range f.tickets {
		if !t.Gone {
			out = append(out, t.ID)
		}
	}
	return out
}

func (f *deskFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer "+f.token {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	var answer any = map[string]any{}
	if id, single := strings.CutPrefix(r.URL.Path, "/tickets/"); single {
		one := f.find(id)
		if one == nil || one.Gone {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		answer = map[string]any{"ticket": one}
	} else if r.URL.Path == "/search" {
		answer = map[string]any{"result": f.search(r)}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// search lists by time of change and number. A token is where the page before ended.
func (f *deskFake) search(r *http.Request) any {
	var ask struct {
		Since  time.Time
		Cursor string
		Limit  int
	}
	_ = json.NewDecoder(r.Body).Decode(&ask)
	place := func(t *ticket) string { return t.Changed.Format(time.RFC3339) + "#" + fmt.Sprintf("%06s", t.ID) }
	list := slices.SortedFunc(slices.Values(f.tickets), func(a, b *ticket) int { return cmp.Compare(place(a), place(b)) })
	list = slices.DeleteFunc(list, func(t *ticket) bool { return t.Changed.Before(ask.Since) })
	found := len(list)
	list = slices.DeleteFunc(list, func(t *ticket) bool { return ask.Cursor != "" && place(t) <= ask.Cursor })
	result := map[string]any{"rows": list[:min(len(list), ask.Limit)], "found": found}
	if len(list) > ask.Limit {
		result["next"] = place(list[ask.Limit-1])
	}
	return result
}
