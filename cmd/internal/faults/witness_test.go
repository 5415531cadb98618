//go:build faults

package faults_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// witness changes one ticket at the source again and again, reads it in the
// portal, and holds every page to what it says: a page that was read at a moment
// shows what the source held then, or something newer.
type witness struct {
	b      *browser
	number int
	path   string

	still sync.Mutex // held by whoever compares the whole portal with the source

	mu     sync.Mutex
	at     []time.Time // when the source had each change
	read   int         // pages
	last   int         // the newest change that a page showed
	missed map[int]bool
}

func (w *world) witness(b *browser, nth int) *witness {
	w.Helper()
	path := b.tickets[nth]
	a, err := b.get(path)
	m := crumb.FindStringSubmatch(a.body)
	if err != nil || m == nil {
		w.Fatalf("%s does not name its ticket (%v)", path, err)
	}
	number, err := strconv.Atoi(m[1])
	if err != nil {
		w.Fatal(err)
	}
	return &witness{b: b, number: number, path: path, missed: map[int]bool{}}
}

var (
	saidPattern = regexp.MustCompile(`Said (\d+) of`)
	readPattern = regexp.MustCompile(`(?s)class="po-fresh[^"]*".*?datetime="([^"]+)"`)
)

// change makes the next change at the source.
func (t *witness) change() {
	t.mu.Lock()
	n := len(t.at) + 1
	t.mu.Unlock()
	t.b.w.source.fake.SetSubject(t.number, agent, fmt.Sprintf("Said %d of %s", n, t.b.company.mark))
	t.mu.Lock()
	t.at = append(t.at, time.Now())
	t.mu.Unlock()
}

// look reads the ticket and the list and complains of every page that says it is
// newer than it is.
func (t *witness) look() {
	for _, path := range []string{t.path, t.b.account + "tickets?view=all"} {
		t.mu.Lock()
		known := append([]time.Time{}, t.at...)
		t.mu.Unlock()
		a, err := t.b.get(path)
		if err != nil || a.status != 200 {
			continue // the portal is away, which overstates nothing
		}
		m := readPattern.FindStringSubmatch(a.body)
		if m == nil {
			continue // it says that nothing was read
		}
		read, err := time.Parse(time.RFC3339, m[1])
		if err != nil {
			t.b.w.Errorf("%s: %v", path, err)
			continue
		}
		shown := 0
		if s := saidPattern.FindStringSubmatch(a.body); s != nil {
			shown, _ = strconv.Atoi(s[1])
		}
		for i, at := range known {
			if read.After(at) && shown < i+1 && t.complain(i) {
				t.b.w.Errorf("%s says it was read at %s and shows change %d; change %d was made at %s", path, read, shown, i+1, at.UTC())
				break
			}
		}
		if now := time.Now(); read.After(now) {
			t.b.w.Errorf("%s says it was read at %s; it is %s", path, read, now)
		}
		t.mu.Lock()
		t.read++
		t.last = max(t.last, shown)
		t.mu.Unlock()
	}
}

// complain is true once for each change: what was missed stays missed on every page.
func (t *witness) complain(change int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.missed[change] {
		return false
	}
	t.missed[change] = true
	return true
}

// testify changes and looks until it is told to stop.
func (t *witness) testify(ctx context.Context) {
	for n := 0; pause(ctx, 300*time.Millisecond); n++ {
		if n%5 == 0 {
			t.still.Lock()
			t.change()
			t.still.Unlock()
		}
		t.look()
	}
}

func (t *witness) pages() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.read
}

// shown reports whether the newest change has been shown.
func (t *witness) shown() bool {
	t.look()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last == len(t.at)
}

// staleWithin is how soon a page must say that its source cannot be read: two of
// the intervals in which tickets are pulled (F24), and what their requests may
// take until they are given up.
const staleWithin = 2*time.Minute + 4*time.Minute

// TestStaleIsSaid stops the source in every way that it can stop, and reads what
// pages say meanwhile (F24).
func TestStaleIsSaid(t *testing.T) { trials(t, "source stands still", staleIsSaid) }

func staleIsSaid(x *trial) {
	w := newWorld(x, 10)
	w.start()
	browsers := w.enter()
	ways := []faults.Fault{
		{Kind: faults.Unavailable},
		{Kind: faults.Cut, Match: faults.Match{Path: "=/REST/2.0/tickets"}},
		{Kind: faults.HTML},
		{Kind: faults.Delay, Wait: 10 * time.Minute},
	}
	ways = ways[:min(len(ways), rounds(2, len(ways)))] // each request of the last is given up only after half a minute
	pages, slowest := 0, time.Duration(0)
	for n, way := range ways {
		b := browsers[n%len(browsers)]
		t := w.witness(b, 1)
		w.catchUp(2 * time.Minute)
		w.source.fake.Faults.Set(way)
		began := time.Now()
		t.change()
		w.ledger().hasten() // what is due within the interval is due now
		down := func() bool {
			t.look()
			a, err := b.get(t.path)
			return err == nil && regexp.MustCompile(`data-part="down"`).MatchString(a.body)
		}
		if !eventually(x.Context(), staleWithin, down) {
			x.Errorf("%s: no page says within %s that the source cannot be read", way.Kind, staleWithin)
		}
		slowest = max(slowest, time.Since(began))
		w.source.fake.Faults.Clear()
		w.source.server.CloseClientConnections()
		if !eventually(x.Context(), 2*time.Minute, func() bool { w.ledger().again(began); return t.shown() }) {
			x.Errorf("%s: the change is not shown after the source is back", way.Kind)
		}
		pages += t.pages()
	}
	w.judge(outcome{rounds: len(ways), note: fmt.Sprintf("said after %s at the latest; %d pages held to their word, 0 newer than true", slowest.Round(time.Second), pages)}, nil, browsers)
}

// TestClockFast has a source whose clock is a quarter of an hour ahead, and is
// set back by five minutes, and then by forty, while it is at work (F15). Nothing that happens there
// may be missed, no page may say that it is newer than it is, and an answer that
// is lost is found again under the source's own time.
func TestClockFast(t *testing.T) {
	trials(t, "source's clock 15 min fast", func(x *trial) { clocksApart(x, 15*time.Minute) })
}

// TestClockSlow is the same with a clock that is behind.
func TestClockSlow(t *testing.T) {
	trials(t, "source's clock 15 min slow", func(x *trial) { clocksApart(x, -15*time.Minute) })
}

func clocksApart(x *trial, apart time.Duration) {
	x.skew = apart
	w := newWorld(x, 20)
	w.start()
	browsers := w.enter()
	ctx, stop := context.WithCancel(x.Context())
	defer stop()
	var watching sync.WaitGroup
	var all []*errand
	t := w.witness(browsers[0], 0)
	watching.Go(func() { t.testify(ctx) })
	skews := []time.Duration{apart, apart - 5*time.Minute, apart - 45*time.Minute, apart}
	skews = skews[:min(len(skews), rounds(3, len(skews)))]
	for _, skew := range skews {
		w.source.skew.Store(int64(skew))
		w.source.fake.Faults.Set(faults.Fault{Kind: faults.LoseAnswer, Match: faults.Match{Method: "POST", Path: "/correspond"}, Times: 2})
		for n, c := range companies {
			w.source.addTicket(c, 3000+n)
			w.source.fake.Reply(w.source.first(c)+n, agent, "Words under another clock for "+c.mark)
		}
		all = append(all, w.use(browsers, 4*time.Second)...)
		w.settle(3 * time.Minute)
		w.source.fake.Faults.Clear()
		t.still.Lock()
		w.catchUp(2 * time.Minute)
		w.sameAsSource()
		t.still.Unlock()
	}
	stop()
	watching.Wait()
	if t.pages() == 0 {
		x.Error("no page was read: this proves nothing")
	}
	w.judge(outcome{rounds: len(skews), note: fmt.Sprintf("%d pages held to their word, nothing missed", t.pages())}, all, browsers)
}
