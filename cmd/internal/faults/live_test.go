//go:build faults

package faults_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// confirmedWithin is how soon a reply must read "confirmed" when nothing is in the way.
const confirmedWithin = 5 * time.Second

// tracker is a real Request Tracker, asked by the tests' own small client.
type tracker struct {
	t     *testing.T
	base  string // ends in /REST/2.0
	token string
}

// realTracker is the one that PORTICO_TEST_RT names; it is written to.
func realTracker(t *testing.T) *tracker {
	t.Helper()
	base, token := os.Getenv("PORTICO_TEST_RT"), os.Getenv("PORTICO_TEST_RT_TOKEN")
	if base == "" || token == "" {
		t.Skip("PORTICO_TEST_RT and PORTICO_TEST_RT_TOKEN name no real Request Tracker")
	}
	return &tracker{t, strings.TrimSuffix(base, "/"), token}
}

// items reads every page of a list.
func (r *tracker) items(path string, query url.Values) []map[string]any {
	r.t.Helper()
	var out []map[string]any
	query.Set("per_page", "100")
	for page := 1; ; page++ {
		query.Set("page", fmt.Sprint(page))
		req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.base+path+"?"+query.Encode(), nil)
		if err != nil {
			r.t.Fatal(err)
		}
		req.Header.Set("Authorization", "token "+r.token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			r.t.Fatal(err)
		}
		var list struct {
			Items []map[string]any `json:"items"`
		}
		err = json.NewDecoder(resp.Body).Decode(&list)
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			r.t.Fatalf("GET %s: status %d, %v", path, resp.StatusCode, err)
		}
		out = append(out, list.Items...)
		if len(list.Items) < 100 {
			return out
		}
	}
}

// subjects lists the tickets of a client, by the source's own word.
func (r *tracker) subjects(client string) []string {
	r.t.Helper()
	var out []string
	for _, item := range r.items("/tickets", url.Values{"query": {"'CF.{Client}' = '" + client + "'"}, "fields": {"Subject"}}) {
		out = append(out, fmt.Sprint(item["id"]))
	}
	slices.Sort(out)
	return out
}

// said counts the public replies of the whole system that hold the words.
func (r *tracker) said(ticket, words string) int {
	r.t.Helper()
	n := 0
	for _, tx := range r.items("/ticket/"+ticket+"/history", url.Values{"fields": {"Type"}}) {
		if tx["Type"] != "Correspond" {
			continue
		}
		for _, part := range r.items(fmt.Sprintf("/transaction/%v/attachments", tx["id"]), url.Values{"fields": {"Content"}}) {
			if strings.Contains(fmt.Sprint(part["Content"]), words) {
				n++
			}
		}
	}
	return n
}

// hushed lists what staff wrote to each other.
func (r *tracker) hushed() []string {
	r.t.Helper()
	var out []string
	for _, tx := range r.items("/transactions", url.Values{"query": {"ObjectType = 'RT::Ticket' AND Type = 'Comment'"}, "fields": {"Type"}}) {
		for _, part := range r.items(fmt.Sprintf("/transaction/%v/attachments", tx["id"]), url.Values{"fields": {"Content"}}) {
			if text := strings.TrimSpace(fmt.Sprint(part["Content"])); len(text) > 12 {
				out = append(out, text)
			}
		}
	}
	return out
}

var clients = []company{
	{"Nordwind Logistik GmbH", "ines.vogt@nordwind.example", "nordwind"},
	{"Brightleaf Dental Group", "carla.ruiz@brightleaf.example", "brightleaf"},
	{"Harbor & Vale Architects", "owen.vale@harborvale.example", "harborvale"},
}

// connected is a portal over the real system, with its three companies matched.
func connected(x *trial, r *tracker) *world {
	x.Helper()
	p := &portal{t: x.T, dir: x.TempDir()}
	p.processes = []*process{{p: p, args: []string{"serve"}}}
	w := &world{trial: x, portal: p}
	at, err := url.Parse(r.base)
	if err != nil {
		x.Fatal(err)
	}
	w.must(nil, "migrate")
	w.must([]string{"PORTICO_SECRET_TOKEN=" + r.token}, "connector", "add", "requesttracker", "--name", system,
		"--set", "url="+r.base, "--set", "user=hub", "--allow-private", at.Host)
	w.must(nil, "connector", "check", system)
	w.must(nil, "connector", "discover", system)
	w.must(nil, "connector", "pull", system)
	for _, c := range clients {
		w.must(nil, "account", "add", c.name)
		w.must(nil, "connector", "match", system, c.name, "--account", c.name)
		w.must([]string{"PORTICO_PASSWORD=" + password}, "user", "add", c.email, "--name", "Person of "+c.mark, "--account", c.name, "--role", "owner")
		w.must(nil, "account", "launch", c.name, "invited")
	}
	return w
}

// TestLiveThreeCompanies is the promise of the whole: a client of each company
// sees its own tickets and no other, no internal word anywhere, and what it
// answers is confirmed soon and stands in the source once, although the program
// is killed again and again.
func TestLiveThreeCompanies(t *testing.T) { trials(t, "real Request Tracker", liveThreeCompanies) }

func liveThreeCompanies(t *trial) {
	r := realTracker(t.T)
	w := connected(t, r)
	w.start()
	browsers := w.enterAs(clients)
	hush := r.hushed()
	for _, b := range browsers {
		var shown []string
		for _, page := range b.everything() {
			for _, text := range hush {
				if strings.Contains(page, text) {
					t.Errorf("%s is shown an internal comment: %q", b.company.name, text)
				}
			}
			if m := crumb.FindStringSubmatch(page); m != nil {
				shown = append(shown, m[1])
			}
		}
		slices.Sort(shown)
		if want := r.subjects(b.company.name); !slices.Equal(slices.Compact(shown), want) {
			t.Errorf("%s sees the tickets %v, and has %v", b.company.name, shown, want)
		}
	}
	for _, b := range browsers {
		b.crawl(browsers)
		b.answered(r, confirmedWithin)
	}
	w.killedWhileAnswering(r, browsers, rounds(5, 50))
}

// enterAs signs a person of each in.
func (w *world) enterAs(people []company) []*browser {
	w.Helper()
	had := companies
	companies = people
	w.Cleanup(func() { companies = had })
	return w.enter()
}

// everything is every page of the tickets, as text.
func (b *browser) everything() []string {
	b.w.Helper()
	a, err := b.get(b.account + "tickets?view=all")
	if err != nil {
		b.w.Fatal(err)
	}
	out := []string{a.body}
	all := regexp.MustCompile(regexp.QuoteMeta(b.account)+`tickets/[0-9a-f-]{36}`).FindAllString(a.body, -1)
	slices.Sort(all)
	b.tickets = slices.Compact(all)
	for _, path := range b.tickets {
		a, err := b.get(path)
		if err != nil || a.status != http.StatusOK {
			b.w.Errorf("GET %s: status %d, %v", path, a.status, err)
		}
		out = append(out, a.body)
	}
	return out
}

// crumb is where a page says which ticket of the source it is about.
var crumb = regexp.MustCompile(`/ #(\d+)`)

// number reads which ticket of the source a page is about.
func (b *browser) number(path string) string {
	b.w.Helper()
	a, err := b.get(path)
	if err != nil {
		b.w.Fatal(err)
	}
	m := crumb.FindStringSubmatch(a.body)
	if m == nil {
		b.w.Fatalf("%s does not name its ticket", path)
	}
	return m[1]
}

// answered replies on one ticket and waits until the page says "confirmed".
func (b *browser) answered(r *tracker, within time.Duration) {
	t := b.w.T
	t.Helper()
	path := b.tickets[0]
	words := "live words " + uuid.NewString()
	a, err := b.post(path+"/reply", url.Values{"key": {uuid.NewString()}, "text": {words}})
	if err != nil || a.status != http.StatusSeeOther {
		t.Fatalf("reply: status %d, %v", a.status, err)
	}
	began := time.Now()
	for !strings.Contains(a.body, "confirmed by "+system) {
		if time.Since(began) > within {
			t.Fatalf("%s: not confirmed within %s", b.company.name, within)
		}
		pause(t.Context(), 100*time.Millisecond)
		if a, err = b.get(path); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.said(b.number(path), words); n != 1 {
		t.Errorf("the reply of %s stands in the source %d times", b.company.name, n)
	}
	t.Logf("%s: confirmed after %s", b.company.name, time.Since(began).Round(10*time.Millisecond))
}

// killedWhileAnswering kills the program right after each reply was recorded, and
// counts them in the source at the end.
func (w *world) killedWhileAnswering(r *tracker, browsers []*browser, kills int) {
	type reply struct{ ticket, words string }
	var sent []reply
	for i := range kills {
		b := browsers[i%len(browsers)]
		path := b.tickets[rand.IntN(len(b.tickets))]
		words := "killed words " + uuid.NewString()
		ticket := b.number(path)
		a, err := b.post(path+"/reply", url.Values{"key": {uuid.NewString()}, "text": {words}})
		if err == nil && a.status == http.StatusSeeOther {
			sent = append(sent, reply{ticket, words})
		}
		pause(w.Context(), rand.N(250*time.Millisecond))
		w.kill()
		w.start()
	}
	w.settle(3*time.Minute + time.Duration(kills)*time.Second)
	lost, doubled := 0, 0
	for _, s := range sent {
		switch n := r.said(s.ticket, s.words); {
		case n == 0:
			lost++
		case n > 1:
			doubled++
		}
	}
	if lost+doubled > 0 {
		w.Errorf("of %d replies %d are lost and %d doubled", len(sent), lost, doubled)
	}
	w.report(outcome{rounds: kills, asked: len(sent), lost: lost, doubled: doubled,
		note: "killed right after the answer to the client"})
}
