package caldav_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/connectors/vendorfake/caldav"
	"portico/sync/record"
	"portico/sync/remote"
)

var update = flag.Bool("update", false, "write the golden records")

// today is the time of these tests.
var today = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// fake is a calendar server with one calendar, and a connection to it.
func fake(t *testing.T, o caldav.Options, settings map[string]string) (*caldav.Fake, remote.Conn) {
	t.Helper()
	o.User, o.Password = "planner", "good"
	f := caldav.New(o)
	f.AddCalendar("maintenance", "Maintenance windows")
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	all := map[string]string{"url": srv.URL, "user": "planner"}
	for k, v := range settings {
		all[k] = v
	}
	conn := connection(t, all, "good")
	conn.Now = func() time.Time { return today }
	return f, conn
}

func put(f *caldav.Fake, name string, lines ...string) {
	f.Put("maintenance", name+".ics", object(append([]string{"UID:" + name, "SUMMARY:" + name}, lines...)...))
}

func ids(s *sink) []string {
	out := []string{}
	for id := range s.records() {
		out = append(out, strings.TrimPrefix(id, "maintenance/"))
	}
	slices.Sort(out)
	return out
}

func TestAnEventBelongsToWhoItNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings map[string]string
		want     []string
	}{
		"category": {nil, []string{"a.ics#brightleaf", "a.ics#nordwind ag", "b.ics"}},
		"prefix":   {map[string]string{"prefix": "nord"}, []string{"a.ics#wind ag", "b.ics"}},
		"calendar": {map[string]string{"clients": "calendar"}, []string{"a.ics#maintenance", "b.ics#maintenance"}},
		"attendee": {map[string]string{"clients": "mail domain of the people invited", "own_domains": "@MSP.example"}, []string{"a.ics", "b.ics#nordwind.example"}},
	} {
		f, conn := fake(t, caldav.Options{}, c.settings)
		put(f, "a", "DTSTART:20260303T100000Z", "CATEGORIES:Nordwind AG,Brightleaf", "CATEGORIES:brightleaf")
		put(f, "b", "DTSTART:20260303T100000Z", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:Ines@Nordwind.example", "ATTENDEE:mailto:mara@msp.example", "ATTENDEE;CUTYPE=ROOM:mailto:room@other.example")
		got := pull(t, conn, remote.Changes, nil)
		if !slices.Equal(ids(got), c.want) {
			t.Errorf("%s: %q, want %q", name, ids(got), c.want)
		}
		for _, r := range got.records() {
			if e := r.Body.(record.Event); e.Acknowledged != (r.Company == "nordwind.example") {
				t.Errorf("%s: %s acknowledged %v", name, r.External, e.Acknowledged)
			}
		}
	}
}

func TestTombstonesAndLostClientsTakeRecordsAway(t *testing.T) {
	t.Parallel()
	f, conn := fake(t, caldav.Options{}, nil)
	put(f, "a", "DTSTART:20260303T100000Z", "CATEGORIES:x,y")
	put(f, "b", "DTSTART:20260303T100000Z", "CATEGORIES:x", "RRULE:FREQ=DAILY;COUNT=3")
	first := pull(t, conn, remote.Changes, nil)
	put(f, "a", "DTSTART:20260303T100000Z", "CATEGORIES:y")
	f.Delete("maintenance", "b.ics")
	second := pull(t, conn, remote.Changes, first.checkpoint(nil))
	want := []string{"maintenance/a.ics#x", "maintenance/b.ics;20260303T100000Z#x", "maintenance/b.ics;20260304T100000Z#x", "maintenance/b.ics;20260305T100000Z#x"}
	got := second.deleted()
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("deleted %q", got)
	}
}

func TestAnExpiredTokenReadsAllAndDeletesNothing(t *testing.T) {
	t.Parallel()
	f, conn := fake(t, caldav.Options{}, nil)
	put(f, "a", "DTSTART:20260303T100000Z", "CATEGORIES:x")
	put(f, "b", "DTSTART:20260303T100000Z", "CATEGORIES:x")
	first := pull(t, conn, remote.Changes, nil)
	f.Expire()
	f.Delete("maintenance", "b.ics")
	second := pull(t, conn, remote.Changes, first.checkpoint(nil))
	if len(second.deleted()) > 0 || !slices.Equal(ids(second), []string{"a.ics#x"}) {
		t.Errorf("read %v, deleted %v", ids(second), second.deleted())
	}
	counted := pull(t, conn, remote.Census, second.checkpoint(nil))
	if seen := counted.pages[0].Seen[record.KindEvent]; !slices.Equal(seen, []string{"maintenance/a.ics#x"}) {
		t.Errorf("the census sees %v", seen)
	}
}

func TestRepeatsGoOnAsTimeGoesBy(t *testing.T) {
	t.Parallel()
	for _, o := range []caldav.Options{{}, {NoSync: true}} {
		f, conn := fake(t, o, nil)
		put(f, "weekly", "DTSTART:20200106T100000Z", "CATEGORIES:x", "RRULE:FREQ=WEEKLY")
		first := pull(t, conn, remote.Changes, nil)
		conn.Now = func() time.Time { return today.AddDate(0, 0, 28) }
		second := pull(t, conn, remote.Changes, first.checkpoint(nil))
		added := 0
		for id := range second.records() {
			if _, had := first.records()[id]; !had {
				added++
			}
		}
		if added != 4 || len(second.deleted()) != 4 || len(first.records()) != len(second.records()) {
			t.Errorf("%+v: %d then %d, %d new, %d gone", o, len(first.records()), len(second.records()), added, len(second.deleted()))
		}
		counted := pull(t, conn, remote.Census, second.checkpoint(nil))
		if n := len(counted.pages[0].Seen[record.KindEvent]); n != len(first.records()) {
			t.Errorf("%+v: the census sees %d of %d", o, n, len(first.records()))
		}
		if third := pull(t, conn, remote.Changes, second.checkpoint(nil)); len(third.records()) > 0 {
			t.Errorf("%+v: unrolled once more", o)
		}
	}
}

func TestHostileObjectsAreSetAsideAndTouchNoOther(t *testing.T) {
	t.Parallel()
	whole := object("UID:x", "DTSTART:20260303T100000Z", "SUMMARY:x", "CATEGORIES:x")
	for name, data := range map[string]string{
		"cut": whole[:80], "empty": "", "html": "<html><body>Sign in</body></html>", "latin 1": strings.Replace(whole, "SUMMARY:x", "SUMMARY:M\xfcller", 1),
		"control characters": strings.Replace(whole, "SUMMARY:x", "SUMMARY:a\x00b", 1), "an entity": strings.Replace(whole, "SUMMARY:x", "SUMMARY:]]>&#0;&bogus;", 1),
		"huge": strings.Replace(whole, "SUMMARY:x", "SUMMARY:"+strings.Repeat("x", 3<<20), 1), "deep": strings.Repeat("BEGIN:VEVENT\r\n", 100),
		"every second": strings.Replace(whole, "SUMMARY:x", "RRULE:FREQ=SECONDLY", 1), "no time": strings.Replace(whole, "DTSTART:20260303T100000Z", "DTSTART:tomorrow", 1),
		"twice": strings.Replace(whole, "END:VCALENDAR", "BEGIN:VEVENT\r\nUID:x\r\nDTSTART:20260303T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR", 1),
	} {
		f, conn := fake(t, caldav.Options{}, nil)
		put(f, "good", "DTSTART:20260303T100000Z", "CATEGORIES:x")
		f.Put("maintenance", "bad.ics", data)
		got := pull(t, conn, remote.Changes, nil)
		if _, ok := got.records()["maintenance/good.ics#x"]; !ok {
			t.Errorf("%s: the other event is missing", name)
		}
		if name == "an entity" { // the fake escapes it, so that it is harmless text
			continue
		}
		if len(got.rejects()) != 1 || got.rejects()[0].Reason == "" || got.rejects()[0].External != "maintenance/bad.ics" {
			t.Errorf("%s: rejects %+v", name, got.rejects())
		}
		again := pull(t, conn, remote.Census, got.checkpoint(nil))
		if n := len(again.pages[0].Seen[record.KindEvent]); n != 1 {
			t.Errorf("%s: the census sees %d", name, n)
		}
	}
}

func TestWhatBecomesUnreadableIsNotTakenAway(t *testing.T) {
	t.Parallel()
	f, conn := fake(t, caldav.Options{}, nil)
	put(f, "a", "DTSTART:20260303T100000Z", "CATEGORIES:x")
	first := pull(t, conn, remote.Changes, nil)
	f.Put("maintenance", "a.ics", "BEGIN:VCALENDAR\r\nnonsense")
	second := pull(t, conn, remote.Changes, first.checkpoint(nil))
	counted := pull(t, conn, remote.Census, second.checkpoint(nil))
	if len(second.deleted()) > 0 || len(counted.pages[0].Seen[record.KindEvent]) != 1 {
		t.Errorf("deleted %v, counted %v", second.deleted(), counted.pages[0].Seen)
	}
	f.Delete("maintenance", "a.ics")
	if third := pull(t, conn, remote.Changes, second.checkpoint(nil)); len(third.deleted()) != 1 {
		t.Errorf("then it was deleted: %v", third.deleted())
	}
}

func TestTenThousandEvents(t *testing.T) {
	t.Parallel()
	f, conn := fake(t, caldav.Options{Cut: 3000}, nil)
	for i := range 10_000 {
		put(f, fmt.Sprint("e", i), "DTSTART:20260303T100000Z", "CATEGORIES:x")
	}
	first := pull(t, conn, remote.Changes, nil)
	at := first.checkpoint(nil)
	if len(first.records()) != 10_000 || len(at) > 1<<20 {
		t.Fatalf("%d records, a checkpoint of %d bytes", len(first.records()), len(at))
	}
	put(f, "e77", "DTSTART:20260304T100000Z", "CATEGORIES:x")
	if second := pull(t, conn, remote.Changes, at); len(second.records()) != 1 || len(second.pages) != 1 {
		t.Errorf("one changed, %d came on %d pages", len(second.records()), len(second.pages))
	}
}

func TestAnOccurrenceIsConfirmedAloneAndNoOtherByteChanges(t *testing.T) {
	t.Parallel()
	f, conn := fake(t, caldav.Options{}, nil)
	put(f, "weekly", "DTSTART:20260302T100000Z", "CATEGORIES:x,y", "RRULE:FREQ=WEEKLY;COUNT=3", "X-ODD;A=b:kept")
	before := f.Get("maintenance", "weekly.ics")
	r := pull(t, conn, remote.Changes, nil).records()["maintenance/weekly.ics;20260309T100000Z#x"]
	a := confirming(r)
	c := connector()
	var out remote.Outcome
	if a.Mark, out = c.Prepare(t.Context(), conn, a); out.Verdict != remote.Done {
		t.Fatalf("prepare %+v", out)
	}
	if out = c.Act(t.Context(), conn, a); out.Verdict != remote.Done {
		t.Fatalf("act %+v", out)
	}
	n := 0
	for id, r := range pull(t, conn, remote.Changes, nil).records() {
		if r.Body.(record.Event).Acknowledged {
			n++
			if id != a.External {
				t.Errorf("%s is confirmed too", id)
			}
		}
	}
	after := f.Get("maintenance", "weekly.ics")
	from := strings.Index(after, "COMMENT;X-PORTICO-REF=")
	to := strings.Index(after, "END:VEVENT")
	if n != 1 || from < 0 || after[:from]+after[to:] != before {
		t.Errorf("%d confirmed; before\n%s\nafter\n%s", n, before, after)
	}
}

func TestAReadOnlyCalendarIsSaidToBeOne(t *testing.T) {
	t.Parallel()
	f, conn := fake(t, caldav.Options{ReadOnly: true, NoSync: true}, nil)
	put(f, "a", "DTSTART:20260303T100000Z", "CATEGORIES:x")
	report := connector().Check(t.Context(), conn)
	text := fmt.Sprint(report)
	if !report.OK || !strings.Contains(text, "may only read") || !strings.Contains(text, "no sync-collection") {
		t.Errorf("report %+v", report)
	}
	a := confirming(theirs(t, pull(t, conn, remote.Changes, nil), "x"))
	a.Mark, _ = connector().Prepare(t.Context(), conn, a)
	if out := connector().Act(t.Context(), conn, a); out.Verdict != remote.Rejected || out.Reason == "" {
		t.Errorf("act %+v", out)
	}
}

// The recordings are shaped like what Outlook, Nextcloud and Apple write.
func TestRecordedObjectsBecomeTheGoldenRecords(t *testing.T) {
	t.Parallel()
	f, conn := fake(t, caldav.Options{}, map[string]string{"zone": "Europe/Berlin"})
	files, err := filepath.Glob("testdata/*.ics")
	if err != nil || len(files) < 4 {
		t.Fatalf("recordings %v (%v)", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f.Put("maintenance", filepath.Base(file), string(data))
	}
	out := pull(t, conn, remote.Changes, nil)
	list := []record.Record{}
	for _, p := range out.pages {
		list = append(list, p.Records...)
	}
	slices.SortFunc(list, func(a, b record.Record) int { return strings.Compare(a.External, b.External) })
	got, err := json.MarshalIndent(map[string]any{"records": list, "rejects": out.rejects()}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "golden.json")
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(append(got, '\n'), want) {
		t.Errorf("differs from %s; look at it, then run with -update\n%s", golden, got)
	}
}
