//go:build faults

package faults_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/connectors/vendorfake/requesttracker"
)

// The users of the source, and the tokens that open it.
const (
	hub, hubToken       = "hub", "1-14-hub"
	agent, agentToken   = "mira.agent", "1-14-mira"
	rootToken           = "1-14-root"
	rightless, noRights = "nobody.special", "1-14-nothing"
)

// source is the Request Tracker behind the portal. It lives in the test's own
// process, so that its state survives whatever happens to the portal.
type source struct {
	t      *testing.T
	fake   *requesttracker.Fake
	server *httptest.Server

	requests atomic.Int64
	skew     atomic.Int64 // how far its clock is ahead, in nanoseconds
	each     int          // tickets of every company that fill made
}

// now is the source's own clock.
func (s *source) now() time.Time { return time.Now().Add(time.Duration(s.skew.Load())) }

// first is the first ticket of a company.
func (s *source) first(c company) int { return 1 + s.each*slices.Index(companies, c) }

// asked is how many requests have arrived so far, whosever they were.
func (s *source) asked() int64 { return s.requests.Load() }

func newSource(t *testing.T, skew time.Duration) *source {
	t.Helper()
	s := &source{t: t}
	s.skew.Store(int64(skew))
	fake, err := requesttracker.New(requesttracker.Options{Clock: s.now, Tokens: map[string]string{hubToken: hub, agentToken: agent, rootToken: "root", noRights: rightless}})
	if err != nil {
		t.Fatal(err)
	}
	fake.AddUser(requesttracker.User{Name: hub, Email: "hub@provider.example", RealName: "Client portal", Organization: provider, Timezone: "UTC", Access: requesttracker.Service})
	fake.AddUser(requesttracker.User{Name: agent, Email: "mira@provider.example", RealName: "Mira Agent", Organization: provider, Access: requesttracker.Service})
	fake.AddUser(requesttracker.User{Name: rightless, Email: "nobody@provider.example", Organization: provider, Access: requesttracker.NoRights})
	for _, c := range companies {
		fake.AddUser(requesttracker.User{Name: c.email, Email: c.email, RealName: "Person " + c.mark, Organization: c.name})
	}
	s.fake = fake
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(s.server.Close)
	return s
}

func (s *source) address() string { return strings.TrimPrefix(s.server.URL, "http://") }

// fill adds tickets of every company, each with texts and files that only it
// may see and internal ones that nobody may.
func (s *source) fill(each int) {
	s.each = each
	for _, c := range companies {
		for n := range each {
			s.addTicket(c, n)
		}
		s.fake.AddAsset(requesttracker.Asset{Name: "Machine " + c.mark, HeldBy: c.email,
			Fields: map[string]string{"Asset Client": c.name, "Serial Number": "SN " + c.mark}})
	}
}

func (s *source) addTicket(c company, n int) int {
	own, secret := file("plan", c.mark), file("margins", c.secret())
	return s.fake.AddTicket(requesttracker.Ticket{
		Queue: "Support", Subject: fmt.Sprintf("Request %d of %s", n, c.mark), Status: "open", Requestor: c.email,
		Text: "First words of " + c.mark, Files: []requesttracker.File{own}, Fields: map[string]string{"Client": c.name},
		History: []requesttracker.Entry{
			{By: agent, Text: "Answer for " + c.mark},
			{By: agent, Text: "Between us: " + c.secret(), Private: true, Files: []requesttracker.File{secret}},
		},
	})
}

func file(name, text string) requesttracker.File {
	return requesttracker.File{Name: name + "-" + text + ".txt", Type: "text/plain", Content: []byte("content of " + text)}
}

// truth is what the source holds, read as its administrator.
type truth struct {
	tickets  map[string]ticket
	comments map[string]bool // transactions that clients may see
	files    map[string]bool // attachments that clients may see
	assets   map[string]bool
	texts    []string         // of public messages
	marks    map[string][]int // which of the texts hold a key or a reference of ours
	resolved map[string]int
}

type ticket struct{ subject, status string }

// truth reads the whole source. The knobs must be clear.
func (s *source) truth() truth {
	s.t.Helper()
	out := truth{tickets: map[string]ticket{}, comments: map[string]bool{}, files: map[string]bool{}, assets: map[string]bool{}, resolved: map[string]int{}, marks: map[string][]int{}}
	for _, row := range s.list(http.MethodGet, "/tickets", url.Values{"query": {"id > 0"}, "orderby": {"id"}, "fields": {"Subject,Status"}}) {
		out.tickets[row.text("id")] = ticket{row.text("Subject"), row.text("Status")}
	}
	for _, row := range s.list(http.MethodGet, "/assets", url.Values{"query": {"id > 0"}, "orderby": {"id"}}) {
		out.assets[row.text("id")] = true
	}
	said := map[string]bool{}
	for _, row := range s.list(http.MethodGet, "/transactions", url.Values{"query": {"ObjectType = 'RT::Ticket' AND id > 0"}, "orderby": {"id"},
		"fields": {"Type,ObjectId,NewValue"}}) {
		id, kind := row.text("id"), row.text("Type")
		said[id] = kind == "Create" || kind == "Correspond"
		if said[id] || kind == "Status" {
			out.comments[id] = true
		}
		if kind == "Status" && row.text("NewValue") == "resolved" {
			out.resolved[row.text("ObjectId")]++
		}
	}
	for _, row := range s.list(http.MethodPost, "/attachments", url.Values{"orderby": {"id"}, "fields": {"TransactionId,Filename,Content"}}) {
		switch {
		case !said[row.text("TransactionId")]:
		case row.text("Filename") != "":
			out.files[row.text("id")] = true
		default:
			out.say(row.text("Content"))
		}
	}
	return out
}

// markPattern finds what is in one message only: the key of a form, or the
// portal's reference.
var markPattern = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|PRT-[0-9A-Z]{12}`)

// say adds a public message.
func (t *truth) say(text string) {
	for _, mark := range markPattern.FindAllString(text, -1) {
		t.marks[mark] = append(t.marks[mark], len(t.texts))
	}
	t.texts = append(t.texts, text)
}

// holding counts the public messages that hold a text.
func (t truth) holding(text string) int {
	mark := markPattern.FindString(text)
	if mark == "" {
		return 0
	}
	found := map[int]bool{}
	for _, i := range t.marks[mark] {
		if strings.Contains(t.texts[i], text) {
			found[i] = true
		}
	}
	return len(found)
}

type row map[string]any

func (r row) text(name string) string {
	if v, ok := r[name]; ok && v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// list reads every page of a list of the source.
func (s *source) list(method, path string, query url.Values) []row {
	s.t.Helper()
	var out []row
	query.Set("per_page", "100")
	for page := 1; ; page++ {
		query.Set("page", fmt.Sprint(page))
		req, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL+requesttracker.Base+path+"?"+query.Encode(),
			strings.NewReader(`[{"field":"id","operator":">","value":0}]`))
		if err != nil {
			s.t.Fatal(err)
		}
		req.Header.Set("Authorization", "token "+rootToken)
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			s.t.Fatal(err)
		}
		var answer struct{ Items []row }
		err = json.NewDecoder(resp.Body).Decode(&answer)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			s.t.Fatalf("%s %s: status %d, %v", method, path, resp.StatusCode, err)
		}
		out = append(out, answer.Items...)
		if len(answer.Items) < 100 {
			return out
		}
	}
}
