package connectortest_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/connectors"
	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/caldav"
	"portico/connectors/vendorfake/faults"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

// The built-in connector for calendars keeps every promise, on a server that tells
// what changed, on one that cuts long answers, and on one that has to be compared.
func TestCalDAV(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]caldav.Options{"sync": {}, "cut answers": {Cut: 60}, "no sync": {NoSync: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connectortest.Run(t, connectortest.Target{
				Connector: func(t testing.TB) remote.Connector {
					c, ok := connectors.Find("caldav") // all it keeps is a breaker per connection, and each check has one of its own
					if !ok {
						t.Fatal("CalDAV is not in the catalogue")
					}
					return c
				},
				System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System { return calendars(t, clock, o) },
			})
		})
	}
}

// agenda is a calendar of maintenance windows with what the checks need to know.
type agenda struct {
	t     testing.TB
	clock *connectortest.Clock
	*caldav.Fake
	ids  []string
	gone map[string]string
}

const (
	folder  = "maintenance"
	planner = "planner"
)

// calendars is a server with 230 windows: more than a page.
func calendars(t testing.TB, clock *connectortest.Clock, o caldav.Options) *connectortest.System {
	t.Helper()
	o.User, o.Password, o.Clock = planner, "good", clock.Now
	a := &agenda{t: t, clock: clock, Fake: caldav.New(o), gone: map[string]string{}}
	a.AddCalendar(folder, "Maintenance windows")
	for i := range 230 {
		a.add(fmt.Sprintf("Window %d", i), "")
	}
	a.Put(folder, "private.ics", a.event("private", "Private "+canary, "CLASS:PRIVATE"))
	srv := httptest.NewServer(a.Fake)
	t.Cleanup(srv.Close)
	s := &connectortest.System{
		Settings: map[string]string{"url": srv.URL, "user": planner},
		Secrets:  map[string]string{"password": "good"}, BadSecrets: map[string]string{"password": "bad"},
		Faults: a.Faults, Main: "events",
		List: faults.Match{Method: "REPORT"}, Pages: faults.List{Rows: "response"}, Foreign: true,
		Records:  func() []string { return slices.Clone(a.ids) },
		Canaries: []string{canary},
		Change: func(external, marker string) {
			name := a.name(external)
			a.Put(folder, name, a.event(strings.TrimSuffix(name, ".ics"), marker))
		},
		Add: func(marker string) string { return a.add(marker, "") },
		Delete: func(external string) {
			a.gone[external] = a.Fake.Delete(folder, a.name(external))
			a.ids = slices.DeleteFunc(a.ids, func(id string) bool { return id == external })
		},
		Restore: func(external string) bool {
			a.Put(folder, a.name(external), a.gone[external])
			a.ids = append(a.ids, external)
			return true
		},
		Rotate: func() map[string]string {
			a.SetPassword("new")
			return map[string]string{"password": "new"}
		},
		Acts: []connectortest.Act{a.acknowledging()},
	}
	s.Begin = func(external, marker string) func() { return func() { s.Change(external, marker) } }
	return s
}

// event is a calendar object of one window.
func (a *agenda) event(uid, title string, more ...string) string {
	at := a.clock.Now().Add(48 * time.Hour).UTC()
	lines := append([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:" + uid, "DTSTAMP:20260101T000000Z", "SUMMARY:" + title,
		"DTSTART:" + at.Format("20060102T150405Z"), "DURATION:PT1H", "CATEGORIES:Nordwind", "COMMENT:Note " + canary}, more...)
	return strings.Join(append(lines, "END:VEVENT", "END:VCALENDAR", ""), "\r\n")
}

func (a *agenda) add(title, more string) string {
	uid := fmt.Sprintf("mw %03d", len(a.ids)+len(a.gone)) // a blank, which paths must encode
	if more != "" {
		more = "DESCRIPTION:" + more
	}
	a.Put(folder, uid+".ics", a.event(uid, title, slices.DeleteFunc([]string{more}, func(s string) bool { return s == "" })...))
	external := folder + "/" + strings.ReplaceAll(uid, " ", "%20") + ".ics#nordwind"
	a.ids = append(a.ids, external)
	return external
}

func (a *agenda) name(external string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(external, folder+"/"), "#")
	return strings.ReplaceAll(name, "%20", " ")
}

func (a *agenda) acknowledging() connectortest.Act {
	on := func(external, base string) action.Action {
		return action.Action{ID: action.NewID(), Ref: action.NewRef(), Kind: action.EventAcknowledge, External: external, Company: "nordwind",
			Target: record.NewID(), Base: base, Actor: action.Actor{Name: "Ines Vogt", Email: "ines.vogt@nordwind.example"}, Generation: 1, Recorded: a.clock.Now()}
	}
	return connectortest.Act{
		Write: faults.Match{Method: "PUT"},
		New:   func() action.Action { return on(a.add("To confirm", `Two lines\nof text`), "") },
		Effects: func(act action.Action) int {
			return strings.Count(a.Get(folder, a.name(act.External)), "COMMENT;X-PORTICO-REF="+act.Ref)
		},
		Stale: func() action.Action { // it was moved meanwhile
			return on(a.add("To confirm", ""), "CONFIRMED@20260101T000000Z/20260101T010000Z/0")
		},
	}
}
