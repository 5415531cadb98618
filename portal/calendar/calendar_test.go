package calendar_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"portico/portal/calendar"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 19, 23, 30, 0, 0, time.UTC) // the 20th in Berlin

// account is one account's calendar in memory.
type account struct {
	id      record.AccountID
	zone    *time.Location
	details []record.Detail
	asked   []record.Window
	said    []action.Action
	drafts  []action.Draft
	base    string
	cannot  bool
}

func newAccount(t *testing.T, zone string) *account {
	t.Helper()
	at, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return &account{id: record.NewAccountID(), zone: at}
}

func (a *account) add(b record.Body, state record.State) record.ID {
	d := record.Detail{Body: b, Row: record.Row{Account: a.id, ID: record.NewID(), Kind: b.Kind(), Facets: b.Facets(), State: state, Label: "Planned",
		Stamp: record.Stamp{System: "Calendar server", External: "7", ReadAt: now, Limit: time.Hour}}}
	a.details = append(a.details, d)
	return d.ID
}

func (a *account) Standing(context.Context, access.Scope, record.AccountID, int) (record.Standing, error) {
	return record.Standing{Account: record.AccountInfo{ID: a.id, Name: "Nordwind", Launch: record.LaunchInvited}, Fed: []record.Kind{record.KindEvent}}, nil
}

func (a *account) Occasions(_ context.Context, _ access.Scope, _ record.AccountID, w record.Window) ([]record.Occasion, []record.Freshness, error) {
	a.asked = append(a.asked, w)
	var out []record.Occasion
	for _, d := range a.details {
		for _, o := range record.Occasions(d) {
			if w.Holds(o) {
				out = append(out, o)
			}
		}
	}
	record.SortOccasions(out, w.Zone)
	return out, []record.Freshness{{System: "Calendar server", Kinds: []record.Kind{record.KindEvent}, ReadAt: now, Limit: time.Hour}}, nil
}

func (a *account) Detail(_ context.Context, _ access.Scope, _ record.AccountID, kind record.Kind, id record.ID) (record.Detail, error) {
	for _, d := range a.details {
		if d.Kind == kind && d.ID == id {
			d.Base = a.base
			return d, nil
		}
	}
	return record.Detail{}, fault.New(fault.NotFound, "There is nothing here.")
}

func (a *account) pages() *calendar.Pages { return a.pagesWith(&feeds{a: a}) }

func (a *account) pagesWith(f *feeds) *calendar.Pages {
	frame := ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: a, Zone: a.zone, Now: func() time.Time { return now }}
	able := func(context.Context, record.ConnectionID, action.Kind) bool { return !a.cannot }
	return calendar.New(calendar.Options{Records: a, Actions: a, Able: able, Feeds: f, Readers: f, Frame: ui.NewFramer(frame), Plain: frame.Plain, Key: feedKey, Base: "https://portal.example"})
}

func (a *account) ActionsOn(context.Context, access.Scope, record.AccountID, record.ID) ([]action.Action, error) {
	return a.said, nil
}

func (a *account) Submit(_ context.Context, _ access.Scope, d action.Draft) (action.Action, error) {
	if len(a.said) > 0 {
		return action.Action{}, fault.New(fault.Conflict, "This is being decided already.")
	}
	a.drafts = append(a.drafts, d)
	return action.Action{ID: action.NewID()}, nil
}

func (a *account) owner() access.Scope {
	return grant.Member(grant.User{ID: "u1", Name: "Ines"}, a.id, access.Owner)
}

type handler func(http.ResponseWriter, *http.Request, access.Scope) error

func show(t *testing.T, h handler, s access.Scope, path, id string) htmlcheck.Page {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
	r.SetPathValue("id", id)
	if err := h(w, r, s); err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Read(t, w.Body.String())
}

func utc(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }

func TestTheAgendaIsByTheReadersDays(t *testing.T) {
	t.Parallel()
	a := newAccount(t, "Europe/Berlin")
	a.add(record.Event{Title: "Over midnight", Start: utc(20, 21), End: utc(21, 3)}, record.StateOpen)
	a.add(record.Event{Title: "Late in London", Start: utc(21, 23), End: utc(21, 23).Add(30 * time.Minute)}, record.StateOpen)
	a.add(record.Event{Title: "Holiday", Start: utc(23, 0), End: utc(25, 0), AllDay: true}, record.StateOpen)
	a.add(record.Event{Title: "Yesterday", Start: utc(18, 9), End: utc(18, 10)}, record.StateOpen)
	p := show(t, a.pages().List, a.owner(), "/a/x/calendar", "")
	if got := p.Text(".po-cal-day time"); got != "Friday 20 November 2026 Sunday 22 November 2026 Monday 23 November 2026" {
		t.Errorf("days: %s", got)
	}
	if got := p.Text(".po-agenda .po-keep"); got != "22:00 – tomorrow, 04:00 00:00 – 00:30 all day, until 24 Nov 2026" {
		t.Errorf("times: %s", got)
	}
	p.WantText(".po-cal-day small", "today").Want(".po-fresh", 1)
	if w := a.asked[0]; !w.From.Equal(utc(20, 0)) || w.Zone != a.zone {
		t.Errorf("asked for %+v", w)
	}
}

func TestAMonthBeginsOnMonday(t *testing.T) {
	t.Parallel()
	a := newAccount(t, "America/New_York")
	for _, name := range []string{"One", "Two", "Three", "Four"} {
		a.add(record.Event{Title: name, Start: utc(23, 0), End: utc(25, 0), AllDay: true}, record.StateOpen)
	}
	a.add(record.Event{Title: "Off", Start: utc(3, 15)}, record.StateCancelled)
	p := show(t, a.pages().List, a.owner(), "/a/x/calendar?as=month", "")
	p.Want(".po-month tbody tr", 6).Want(".po-month td.is-other", 12).Want(".po-month td.is-today", 1).
		WantText(".po-month td.is-today time", "19"). // still the 19th there
		Want(".po-month .po-off", 1).Want(".po-month li", 7)
	p.WantText(".po-month li a[href*='from=2026-11-24']", "2 more")
	if w := a.asked[0]; w.From.Weekday() != time.Monday || w.From.After(utc(1, 0)) || w.Until.Before(utc(30, 24)) {
		t.Errorf("asked for %+v", w)
	}
}

func TestAnEventSaysWhenItIsHereAndThere(t *testing.T) {
	t.Parallel()
	a := newAccount(t, "Europe/Berlin")
	id := a.add(record.Event{Title: "Work <b>", Text: "Line one\nLine <two>", Start: utc(20, 21), End: utc(21, 3), Zone: "America/New_York", Location: "Rack 2"}, record.StateOpen)
	p := show(t, a.pages().Show, a.owner(), "/a/x/calendar/"+id.String(), id.String())
	p.WantText("h1", "Work <b>").WantText("#event b", "Friday 20 November 2026, 22:00 – Saturday 21 November 2026, 04:00").Want("#event b b", 0)
	if text := p.Text("#event .po-quiet"); !strings.Contains(text, "Europe/Berlin") || !strings.Contains(text, "16:00 America/New_York") {
		t.Errorf("%q", text)
	}
	p.Want("#event br", 1)
}

// acknowledge posts the form of an event as it was read.
func (a *account) acknowledge(t *testing.T, id record.ID, base string) *httptest.ResponseRecorder {
	t.Helper()
	v := url.Values{"key": {uuid.NewString()}, "base": {base}, "note": {"We are closed then."}, "saw_title": {"Work"}, "saw_when": {"earlier"}, "saw_status": {"Planned"}}
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetPathValue("id", id.String())
	if err := a.pages().Acknowledge(w, r, a.owner()); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAnEventIsAcknowledgedOnceAndShownUntilItIsRead(t *testing.T) {
	t.Parallel()
	a := newAccount(t, "Europe/Berlin")
	a.base = "confirmed@1"
	id := a.add(record.Event{Title: "Work", Start: utc(22, 21), End: utc(23, 3)}, record.StateOpen)
	show(t, a.pages().Show, a.owner(), "/", id.String()).Want("#confirm form", 1)
	if w := a.acknowledge(t, id, "confirmed@1"); w.Code != http.StatusSeeOther || len(a.drafts) != 1 || a.drafts[0].Kind != action.EventAcknowledge ||
		a.drafts[0].Input.Text != "We are closed then." || !strings.Contains(w.Header().Get("Location"), "/calendar/"+id.String()+"#progress-") {
		t.Fatalf("%d %+v %s", w.Code, a.drafts, w.Header().Get("Location"))
	}
	a.said = []action.Action{{ID: action.NewID(), Kind: action.EventAcknowledge, Target: id, State: action.Confirmed, Recorded: now, Ended: now.Add(time.Second), Actor: action.Actor{User: "u2", Name: "Jonas"}}}
	show(t, a.pages().Show, a.owner(), "/", id.String()).Want("#confirm form", 0).WantText("#confirm", "Jonas acknowledged it").WantText("#facts", "Acknowledged, on its way")
	if w := a.acknowledge(t, id, "confirmed@1"); w.Code != http.StatusConflict {
		t.Errorf("twice: %d", w.Code)
	} else {
		htmlcheck.Read(t, w.Body.String()).WantText("[data-part=late]", "being decided already")
	}
}

func TestOnlyWhatCanBeAcknowledgedIsOffered(t *testing.T) {
	t.Parallel()
	a := newAccount(t, "Europe/Berlin")
	for name, id := range map[string]record.ID{
		"over":       a.add(record.Event{Title: "Over", Start: utc(10, 9), End: utc(10, 10)}, record.StateOpen),
		"called off": a.add(record.Event{Title: "Off", Start: utc(22, 9)}, record.StateCancelled),
		"known":      a.add(record.Event{Title: "Known", Start: utc(22, 9), Acknowledged: true}, record.StateOpen),
	} {
		if n := strings.Count(show(t, a.pages().Show, a.owner(), "/", id.String()).Text("body"), "Have you seen this?"); n != 0 {
			t.Errorf("%s is offered", name)
		}
	}
	coming := a.add(record.Event{Title: "Work", Start: utc(22, 9)}, record.StateOpen)
	reader := grant.Look(grant.StaffIn(grant.User{ID: "s"}, access.Admin, a.id), grant.User{ID: "u1"}, access.Owner)
	show(t, a.pages().Show, reader, "/", coming.String()).Want("#confirm", 0)
	a.base = "confirmed@2"
	w := a.acknowledge(t, coming, "confirmed@1")
	if w.Code != http.StatusConflict || len(a.drafts) != 0 {
		t.Fatalf("of a moved event: %d", w.Code)
	}
	htmlcheck.Read(t, w.Body.String()).WantText("[data-part=stale] del", "earlier").WantText("textarea", "We are closed then.")
	a.cannot = true
	show(t, a.pages().Show, a.owner(), "/", coming.String()).Want("#confirm", 0)
}
