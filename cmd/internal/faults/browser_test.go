//go:build faults

package faults_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// browser is one signed-in person of a company. It keeps its cookie while the
// portal dies and comes back elsewhere, and counts every text that it should
// not have been shown.
type browser struct {
	w       *world
	company company
	client  *http.Client
	cookie  string
	account string   // path of the account, /a/{id}/
	tickets []string // paths of the tickets, when they were listed last

	mu      sync.Mutex
	door    int // which of the processes is asked
	foreign []string
}

// answer is one answer of the portal, read whole.
type answer struct {
	status   int
	location string
	body     string
}

// enter signs a person of every company in.
func (w *world) enter() []*browser {
	w.Helper()
	var out []*browser
	for n, c := range companies {
		b := &browser{w: w, company: c, door: n, client: &http.Client{
			Timeout: 2 * time.Minute,
			// A connection for each request: one that is kept open may be closed by the
			// server at the very moment of the next request, which says nothing.
			Transport:     &http.Transport{DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}}
		b.signIn()
		out = append(out, b)
	}
	return out
}

func (b *browser) signIn() {
	t := b.w.T
	t.Helper()
	if _, err := b.post("/signin", url.Values{"email": {b.company.email}, "password": {password}}); err != nil || b.cookie == "" {
		t.Fatalf("sign in as %s: %v", b.company.email, err)
	}
	a, err := b.get("/accounts")
	if err != nil || !strings.HasPrefix(a.location, "/a/") {
		t.Fatalf("signed in, but led to %q (%v)", a.location, err)
	}
	b.account = a.location
	if err := b.list(); err != nil || len(b.tickets) == 0 {
		t.Fatalf("%s sees %d tickets (%v)", b.company.name, len(b.tickets), err)
	}
}

// list remembers the tickets that the list shows on all of its pages.
func (b *browser) list() error {
	var found []string
	next := b.account + "tickets"
	for next != "" {
		a, err := b.get(next)
		if err != nil || a.status != http.StatusOK {
			return fmt.Errorf("list tickets: status %d, %w", a.status, err)
		}
		found = append(found, regexp.MustCompile(regexp.QuoteMeta(b.account)+`tickets/[0-9a-f-]{36}`).FindAllString(a.body, -1)...)
		next = ""
		if m := regexp.MustCompile(`rel="next"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*rel="next"`).FindStringSubmatch(a.body); m != nil {
			next = html.UnescapeString(m[1] + m[2])
		}
	}
	slices.Sort(found)
	b.tickets = slices.Compact(found)
	return nil
}

func (b *browser) get(path string) (answer, error) {
	return b.do(context.Background(), http.MethodGet, path, nil)
}

func (b *browser) post(path string, form url.Values) (answer, error) {
	return b.do(context.Background(), http.MethodPost, path, strings.NewReader(form.Encode()))
}

// do sends one request as a page of the portal would, and looks at every answer
// for what it must not hold.
func (b *browser) do(ctx context.Context, method, path string, body io.Reader) (answer, error) {
	b.mu.Lock()
	base, cookie := b.w.url(b.door), b.cookie
	b.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, method, base+path, body)
	if err != nil {
		return answer{}, err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", base)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	resp, err := b.client.Do(req)
	if err != nil {
		if ctx.Err() == nil { // or the person gave up, and the door is fine
			b.elsewhere()
		}
		return answer{}, err
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	a := answer{status: resp.StatusCode, location: resp.Header.Get("Location"), body: string(read)}
	b.mu.Lock()
	for _, c := range resp.Cookies() {
		if c.Name == "__Host-portico" && c.MaxAge >= 0 {
			b.cookie = c.Name + "=" + c.Value
		}
	}
	b.mu.Unlock()
	b.look(method+" "+path, a.body)
	if resp.StatusCode >= http.StatusInternalServerError {
		b.elsewhere()
	}
	if err != nil {
		return a, fmt.Errorf("the answer broke off after %d bytes: %w", len(read), err)
	}
	return a, nil
}

// elsewhere leads the next request to another process, as a load balancer would.
func (b *browser) elsewhere() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.door++
}

// look notes what the company must not see.
func (b *browser) look(asked, text string) {
	for _, c := range companies {
		for _, mark := range []string{c.secret(), c.mark} {
			if c != b.company && strings.Contains(text, mark) || strings.Contains(text, c.secret()) {
				b.mu.Lock()
				b.foreign = append(b.foreign, asked+" shows "+mark)
				b.mu.Unlock()
				break
			}
		}
	}
}

func (b *browser) seen() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.foreign)
}

// crawl opens everything that the person can reach, and the account of each of
// the others, which has to stay closed.
func (b *browser) crawl(others []*browser) {
	t := b.w.T
	t.Helper()
	if err := b.list(); err != nil {
		t.Error(err)
	}
	open := append([]string{b.account, b.account + "assets", b.account + "assets.csv", b.account + "tickets.csv"}, b.tickets...)
	found := regexp.MustCompile(regexp.QuoteMeta(b.account) + `(files|assets|actions)/[0-9a-f-]{36}`)
	done := map[string]bool{}
	for len(open) > 0 {
		path := open[0]
		open = open[1:]
		if done[path] {
			continue
		}
		done[path] = true
		var a answer
		var err error
		eventually(t.Context(), 3*time.Minute, func() bool { // exports have a pace, and a machine that does too much closes a connection
			a, err = b.get(path)
			return err == nil && a.status != http.StatusTooManyRequests
		})
		if err != nil || a.status != http.StatusOK {
			t.Errorf("%s: GET %s: status %d, %v", b.company.name, path, a.status, err)
		}
		open = append(open, found.FindAllString(a.body, -1)...)
	}
	for _, other := range others {
		if other.company == b.company {
			continue
		}
		for _, path := range []string{other.account, other.account + "tickets.csv", other.tickets[0], b.account + "tickets/" + other.tickets[0][len(other.tickets[0])-36:]} {
			if a, err := b.get(path); err != nil || a.status != http.StatusNotFound {
				t.Errorf("%s: GET %s of another company: status %d, %v", b.company.name, path, a.status, err)
			}
		}
	}
}
