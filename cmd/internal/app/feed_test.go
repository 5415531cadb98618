package app_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/connectors/native/caldav/ical"
	"portico/portal/calendar"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// TestACalendarProgramReadsWhatItsPersonSees reads a member's feed with the parser
// by which we read other people's calendars.
func TestACalendarProgramReadsWhatItsPersonSees(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	s := grant.Member(grant.User{ID: w.own.owner.ID, Name: w.own.owner.Name, Email: w.own.owner.Email}, w.own.account, access.Owner)
	long := "CANARY-A " + strings.Repeat("Wörter, die lang sind; ", 12) + `\ende`
	start := time.Now().UTC().AddDate(0, 0, 7).Truncate(time.Hour)
	w.pull(w.conns["caldav"], "events", record.Record{Kind: record.KindEvent, External: "e2", Company: "CANARY-A", Updated: start.AddDate(0, 0, -7),
		Body: record.Event{Title: long, Text: "one\ntwo", Start: start, End: start.Add(90 * time.Minute), Zone: "America/New_York"}})
	must(t, w.acc.RenewFeed(t.Context(), s, w.own.account, record.ID{}, action.Origin{}))
	feed, err := w.acc.CalendarFeed(t.Context(), s, w.own.account)
	must(t, err)
	pages, key := w.calendar()
	read := func() (*httptest.ResponseRecorder, error) {
		rec, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/feeds/x.ics", nil)
		r.SetPathValue("token", calendar.Token(key, feed.ID))
		return rec, pages.Feed(rec, r)
	}
	summaries := func() []string {
		t.Helper()
		rec, err := read()
		must(t, err)
		if strings.Contains(rec.Body.String(), "CANARY-B") {
			t.Error("the other account's things are in it")
		}
		cal, err := ical.Parse(rec.Body.Bytes())
		must(t, err)
		list, problems := ical.Occurrences(cal, time.UTC, ical.Window{From: start.AddDate(-1, 0, 0), To: start.AddDate(2, 0, 0)})
		if len(problems) > 0 {
			t.Error(problems)
		}
		var out []string
		for _, o := range list {
			text := ical.Text(o.Part.Value("SUMMARY"))
			out = append(out, text)
			if text == long && (!o.Start.Equal(start) || !o.End.Equal(start.Add(90*time.Minute)) || o.AllDay) {
				t.Errorf("%+v", o)
			}
			if strings.HasPrefix(text, "Last day to give notice") && (!o.AllDay || o.Start.Format(time.DateOnly) != "2026-11-01") {
				t.Errorf("%+v", o)
			}
		}
		return out
	}
	all := summaries()
	for _, want := range []string{long, "CANARY-A window", "Last day to give notice: CANARY-A care", "Invoice RE-1 CANARY-A is due", "CANARY-A move is to be done"} {
		if !slices.Contains(all, want) {
			t.Errorf("%q is not in %q", want, all)
		}
	}
	// What the role shows counts at each request.
	must(t, w.sys.AddMember(t.Context(), w.own.account, w.own.owner.ID, access.Contributor))
	for _, text := range summaries() {
		if strings.Contains(text, "notice") || strings.Contains(text, "Invoice") {
			t.Errorf("a contributor reads %q", text)
		}
	}
	must(t, w.sys.AddMember(t.Context(), w.own.account, w.own.owner.ID, access.Approver))
	if _, err := read(); !fault.Is(err, fault.NotFound) {
		t.Errorf("who sees no calendar: %v", err)
	}
	must(t, w.sys.AddMember(t.Context(), w.own.account, w.own.owner.ID, access.Owner))
	summaries()
	must(t, w.sys.RemoveMember(t.Context(), w.own.account, w.own.owner.ID))
	if _, err := read(); !fault.Is(err, fault.NotFound) {
		t.Errorf("after the membership ended: %v", err)
	}
}
