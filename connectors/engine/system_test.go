package engine_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"portico/sync/remote"
)

// desk is a manifest over one list; %s is its paging.
const desk = `portico: 1
id: desk
name: Desk
config:
  url: {type: url, label: Address, required: true}
http:
  base: config.url
  auth: {kind: none}
check: {steps: [{name: sign in, request: {path: /me}}]}
streams:
  tickets:
    every: 1m
    fresh_for: 5m
    request: {path: /tickets%s}
    items: body.items
    paging: {%s}
    incremental: {field: item.updated, format: "2006-01-02T15:04:05Z", overlap: 15m}
    census: {every: 1h, sweep: true}
    emit:
      - kind: ticket
        keep: item.private != true
        key: item.id
        version: item.updated
        company: item.company
        updated: item.updated
        map: {number: item.id, subject: item.subject, status: item.status, due: item.due}
`

const (
	numbered = "kind: page, parameter: page, size: 2, total: body.total, parallel: 3"
	untold   = "kind: next_url, next: body.next"
	keyed    = "kind: keyset, key: item.id, size: 2, total: body.total"

	fromZero = "kind: page, parameter: p, first: 0, size: 2, total: body.total, parallel: 3"
	skipping = "kind: offset, parameter: skip, size: 2, total: body.total, parallel: 3"
	tokens   = "kind: cursor, parameter: cursor, next: body.cursor, total: body.total"
	headed   = `kind: next_url, next: 'link(headers.link, "next")'`
	posted   = "kind: cursor, size: 2, next: body.cursor, total: body.total, more: body.total != 0 and body.cursor != nil"
)

// everyPaging are all the ways in which the list below can be read.
var everyPaging = []string{numbered, untold, keyed, fromZero, skipping, tokens, headed, posted}

func deskWith(paging string) string {
	asks := `, query: {since: "{since}"}`
	switch paging {
	case keyed:
		asks = `, query: {since: "{since}", after: "{after}"}`
	case posted:
		asks = `/search, method: POST, body: 'compact({"since": since, "cursor": cursor, "limit": size})'`
	}
	return fmt.Sprintf(desk, asks, paging)
}

type row struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Updated string `json:"updated"`
	Company string `json:"company"`
	Private bool   `json:"private,omitempty"`
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// rows makes n tickets, all changed in the same second.
func rows(n int) []row {
	out := make([]row, n)
	for i := range out {
		out[i] = row{ID: strconv.Itoa(i + 1), Status: "open", Company: "Nordwind", Updated: noon.Format(time.RFC3339)}
	}
	return out
}

// system is a list that tests change while it is read.
type system struct {
	mu     sync.Mutex
	rows   []row
	before func(n int, s *system) // runs before the n-th answer, from 1
	spoil  func(n int, body map[string]any) any
	asked  int
}

func (s *system) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.before != nil {
		s.before(s.asked, s)
	}
	q := asked(r)
	list := []row{}
	for _, one := range s.rows {
		id, _ := strconv.Atoi(one.ID)
		after, _ := strconv.Atoi(q.Get("after"))
		if one.Updated >= q.Get("since") && id > after {
			list = append(list, one)
		}
	}
	page := pageOf(url.Values{"page": q["page"], "p": q["p"], "skip": q["skip"], "cursor": q["cursor"]})
	first, last := min((page-1)*2, len(list)), min(page*2, len(list))
	body := map[string]any{"items": list[first:last], "total": len(list)}
	if last < len(list) {
		next := fmt.Sprintf("/tickets?since=%s&page=%d", q.Get("since"), page+1)
		body["next"], body["cursor"] = next, fmt.Sprintf("c%d", page+1)
		w.Header().Set("Link", fmt.Sprintf(`</tickets?page=1>; rel="first", <%s>; title="a, <b>"; rel="last next"`, next))
	}
	var answer any = body
	if s.spoil != nil {
		answer = s.spoil(s.asked, body)
	}
	w.Header().Set("Content-Type", "application/json")
	if text, ok := answer.(string); ok {
		_, _ = w.Write([]byte(text))
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// pageOf is which page is asked for, from 1.
func pageOf(q url.Values) int {
	return max(1, number(q.Get("page")), number(q.Get("after"))/2+1, number(q.Get("p"))+1, number(q.Get("skip"))/2+1,
		number(strings.TrimPrefix(q.Get("cursor"), "c")))
}

// asked is the question of a request, which may stand in its body.
func asked(r *http.Request) url.Values {
	if r.Method != http.MethodPost {
		return r.URL.Query()
	}
	body, q := map[string]any{}, url.Values{}
	_ = json.NewDecoder(r.Body).Decode(&body)
	for name, v := range body {
		q.Set(name, fmt.Sprint(v))
	}
	return q
}

func number(s string) int { n, _ := strconv.Atoi(s); return n }

func changes(from remote.Checkpoint) remote.PullRequest {
	return remote.PullRequest{Stream: "tickets", Mode: remote.Changes, Checkpoint: from}
}
