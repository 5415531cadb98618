package portal_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/portal"
	"portico/portal/live"
	"portico/portal/portaltest"
	"portico/sync/access"
	"portico/sync/change"
	"portico/sync/record"
)

// tap is a bus whose subscriber is handed every event.
type tap chan change.Event

func (c tap) Subscribe(context.Context, ...change.Topic) (<-chan change.Event, error) { return c, nil }

// office is a portal with open pages: two members and one of another company.
type office struct {
	*world
	hub                       *live.Hub
	tap                       tap
	own, foreign              record.AccountID
	ines                      access.User
	owner, contributor, other *portaltest.Browser
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{tap: make(tap)}
	o.hub = live.New(live.Options{Events: o.tap, Check: 10 * time.Millisecond})
	o.world = newWorld(t, func(p *portal.Options) { p.Pages.Events = o.hub.Serve })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := o.hub.Run(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { // before the server waits for its connections
		o.hub.Close()
		close(o.tap)
		<-ended
	})
	o.own, o.foreign = o.people.AddAccount("Nordwind", record.LaunchInvited), o.people.AddAccount("Ostsee", record.LaunchInvited)
	o.ines = o.people.AddUser("Ines", "ines@nordwind.example", "", "")
	jonas := o.people.AddUser("Jonas", "jonas@nordwind.example", "", "")
	carla := o.people.AddUser("Carla", "carla@ostsee.example", "", "")
	o.people.Join(o.ines.ID, o.own, access.Owner)
	o.people.Join(jonas.ID, o.own, access.Contributor)
	o.people.Join(carla.ID, o.foreign, access.Owner)
	now := time.Now()
	o.owner, o.contributor, o.other = o.site.As(o.people, o.ines, now), o.site.As(o.people, jonas, now), o.site.As(o.people, carla, now)
	return o
}

// listening is one open stream.
type listening struct {
	t     *testing.T
	lines *bufio.Reader
	body  io.Closer
}

func (o *office) listen(t *testing.T, b *portaltest.Browser, a record.AccountID) *listening {
	t.Helper()
	resp := b.Open("/a/" + a.String() + "/events")
	t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Content-Encoding") != "" {
		t.Fatalf("status %d, headers %v", resp.StatusCode, resp.Header)
	}
	l := &listening{t: t, lines: bufio.NewReader(resp.Body), body: resp.Body}
	if name, _ := l.next(); name != "hello" {
		t.Fatalf("greeted with %q", name)
	}
	return l
}

// next returns the next event that is more than a sign of life; "" at the end.
func (l *listening) next() (name, data string) {
	for {
		line, err := l.lines.ReadString('\n')
		if err != nil {
			return "", ""
		}
		line = strings.TrimSuffix(line, "\n")
		switch field, value, _ := strings.Cut(line, ": "); {
		case field == "event":
			name = value
		case field == "data":
			data = value
		case line == "" && name != "" && name != "beat":
			return name, data
		}
	}
}

func (l *listening) want(name, data string) {
	l.t.Helper()
	if gotName, gotData := l.next(); gotName != name || gotData != data {
		l.t.Fatalf("told %q %s, want %q %s", gotName, gotData, name, data)
	}
}

func (o *office) send(a record.AccountID, k record.Kind, ids ...string) {
	o.tap <- change.New(change.RecordsChanged, time.Now(), a, k, ids...)
}

func TestOpenPagesHearOfTheirOwnAccount(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	owner, contributor, other := o.listen(t, o.owner, o.own), o.listen(t, o.contributor, o.own), o.listen(t, o.other, o.foreign)
	o.send(o.own, record.KindTicket, "canary")
	owner.want("change", `{"kind":"ticket","ids":["canary"]}`)
	contributor.want("change", "{}")
	o.send(o.foreign, record.KindTicket, "theirs")
	other.want("change", `{"kind":"ticket","ids":["theirs"]}`) // and nothing before it
}

func TestNobodyListensToAnotherAccount(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := "/a/" + o.own.String() + "/events"
	o.other.Get(path).Want(http.StatusNotFound)
	o.site.Browser().Get(path).Want(http.StatusSeeOther)
	if body := o.owner.Do(http.MethodHead, path, nil, nil).Want(http.StatusOK).Body; body != "" {
		t.Errorf("HEAD streams %q", body)
	}
}

func TestAStreamEndsWhenTheReaderMayNotListenAnyMore(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(o *office){
		"signed out":     func(o *office) { o.owner.Post("/signout", nil).Want(http.StatusSeeOther) },
		"no member":      func(o *office) { o.people.Join(o.ines.ID, o.own, "") },
		"switched off":   func(o *office) { o.people.Disable(o.ines.ID) },
		"account hidden": func(o *office) { o.people.Launch(o.own, record.LaunchHidden) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			owner := o.listen(t, o.owner, o.own)
			end(o)
			owner.want("end", "{}")
			owner.want("", "")
		})
	}
}

func TestDrainingDoesNotWaitForOpenPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	owner := o.listen(t, o.owner, o.own)
	o.hub.Close()
	owner.want("", "")
	o.site.Close() // hangs when an answer goes on
}

// An open page asks by itself; that keeps nobody signed in.
func TestWhatAPageDoesByItselfIsNoUse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	begun := o.people.LastSeen(o.ines.ID)
	o.listen(t, o.owner, o.own)
	home := "/a/" + o.own.String() + "/"
	o.owner.Do(http.MethodGet, home, nil, http.Header{"Portico-Background": {"1"}}).Want(http.StatusOK)
	if seen := o.people.LastSeen(o.ines.ID); !seen.Equal(begun) {
		t.Errorf("the session was last used at %s, not %s", seen, begun)
	}
	o.owner.Get(home).Want(http.StatusOK)
	if seen := o.people.LastSeen(o.ines.ID); !seen.After(begun) {
		t.Error("a click does not count as use")
	}
}
