package caldav_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/connectors/native/caldav"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

// server is a real calendar server that may be written to.
type server struct {
	t              *testing.T
	user, password string
	home           string // address of a calendar of this test alone, ends in "/"
	settings       map[string]string
}

// live makes a calendar on the real server, or skips the test.
func live(t *testing.T) (*server, remote.Conn) {
	t.Helper()
	address, user, password := os.Getenv("PORTICO_TEST_CALDAV"), os.Getenv("PORTICO_TEST_CALDAV_USER"), os.Getenv("PORTICO_TEST_CALDAV_PASSWORD")
	if address == "" || user == "" {
		t.Skip("no CalDAV server: set PORTICO_TEST_CALDAV (address of the user's calendars), PORTICO_TEST_CALDAV_USER and PORTICO_TEST_CALDAV_PASSWORD")
	}
	name := "portico-" + strings.ToLower(action.NewRef()[4:])
	s := &server{t: t, user: user, password: password, home: strings.TrimRight(address, "/") + "/" + name + "/",
		settings: map[string]string{"url": address, "user": user, "calendars": name, "zone": "Europe/Berlin"}}
	s.do("MKCALENDAR", "", "", nil, 201)
	t.Cleanup(func() { s.do("DELETE", "", "", nil, 200, 204) })
	return s, connection(t, s.settings, password)
}

// do sends a request as the user, wants one of the statuses and returns the answer.
func (s *server) do(method, name, body string, header http.Header, want ...int) string {
	s.t.Helper()
	req, err := http.NewRequest(method, s.home+name, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.SetBasicAuth(s.user, s.password)
	for k, v := range header {
		req.Header[k] = v
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || !slices.Contains(want, resp.StatusCode) {
		s.t.Fatalf("%s %s: %s (%v) %s", method, name, resp.Status, err, answer)
	}
	return string(answer)
}

func (s *server) put(name string, lines ...string) {
	s.t.Helper()
	s.do(http.MethodPut, name, object(lines...), http.Header{"Content-Type": {"text/calendar; charset=utf-8"}}, 200, 201, 204)
}

// object is a calendar object of one event.
func object(lines ...string) string {
	all := append([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Portico//Test//EN", "BEGIN:VEVENT", "DTSTAMP:20260101T000000Z"}, lines...)
	return strings.Join(append(all, "END:VEVENT", "END:VCALENDAR", ""), "\r\n")
}

// soon is a moment within the window, whenever the test runs.
func soon(days int) time.Time {
	return time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, days).Add(21 * time.Hour)
}

func basic(at time.Time) string { return at.Format("20060102T150405Z") }

func (s *server) window(name, title string, at time.Time) string {
	s.put(name+".ics", "UID:"+name, "DTSTART:"+basic(at), "DTEND:"+basic(at.Add(time.Hour)), "SUMMARY:"+title, "CATEGORIES:Nordwind,Brightleaf")
	return name + ".ics"
}

func TestLiveCheckSaysWhatIsThere(t *testing.T) {
	s, conn := live(t)
	s.window("one", "Firewall", soon(3))
	report := caldav.New().Check(t.Context(), conn)
	if !report.OK || len(report.Items) != 4 || report.Clock.IsZero() {
		t.Fatalf("report %+v", report)
	}
	catalog, err := caldav.New().Discover(t.Context(), conn)
	if err != nil || len(catalog.Companies) != 2 {
		t.Errorf("discovered %+v (%v)", catalog, err)
	}
	wrong := connection(t, s.settings, "wrong")
	if report = caldav.New().Check(t.Context(), wrong); report.OK || !strings.Contains(report.Items[0].Detail, "does not accept user") {
		t.Errorf("with a wrong password: %+v", report)
	}
	s.settings["calendars"] = "nowhere"
	if report = caldav.New().Check(t.Context(), conn); report.OK || !strings.Contains(report.Items[1].Detail, "no calendar called") {
		t.Errorf("with a wrong name: %+v", report)
	}
}

func TestLiveWhatIsCreatedChangedAndDeletedAppearsChangesAndDisappears(t *testing.T) {
	s, conn := live(t)
	first := pull(t, conn, remote.Changes, nil)
	at := first.checkpoint(nil)
	name := s.window("mw", "Firewall", soon(3))
	s.put("weekly.ics", "UID:weekly", "DTSTART;TZID=Europe/Berlin:20260104T210000", "DTEND;TZID=Europe/Berlin:20260104T220000",
		"RRULE:FREQ=WEEKLY;BYDAY=SU", "SUMMARY:Patches", "CATEGORIES:Nordwind")

	created := pull(t, conn, remote.Changes, at)
	at = created.checkpoint(at)
	ours := 0
	for id, r := range created.records() {
		e := r.Body.(record.Event)
		if e.Title == "Firewall" && e.Start.Equal(soon(3)) && (r.Company == "nordwind" || r.Company == "brightleaf") {
			ours++
		}
		if e.Title == "Patches" && (e.Zone != "Europe/Berlin" || e.End.Sub(e.Start) != time.Hour) {
			t.Errorf("%s: %+v", id, e)
		}
	}
	if ours != 2 || len(created.records()) < 60 || len(created.rejects()) > 0 {
		t.Fatalf("%d records of the window, %d in all, rejects %v", ours, len(created.records()), created.rejects())
	}
	if again := pull(t, conn, remote.Changes, at); len(again.pages) > 0 {
		t.Errorf("nothing changed and %d pages came", len(again.pages))
	}

	s.window("mw", "Firewall and core switch", soon(4))
	changed := pull(t, conn, remote.Changes, at)
	at = changed.checkpoint(at)
	for _, r := range changed.records() {
		if e := r.Body.(record.Event); e.Title != "Firewall and core switch" || !e.Start.Equal(soon(4)) {
			t.Errorf("after the change: %+v", r)
		}
	}
	if len(changed.records()) != 2 {
		t.Errorf("%d records changed", len(changed.records()))
	}

	s.do(http.MethodDelete, name, "", nil, 200, 204)
	gone := pull(t, conn, remote.Changes, at)
	at = gone.checkpoint(at)
	if ids := gone.deleted(); len(ids) != 2 || !strings.HasSuffix(ids[0], "/mw.ics#brightleaf") {
		t.Errorf("deleted %v", ids)
	}
	counted := pull(t, conn, remote.Census, at)
	if n := len(counted.pages[0].Seen[record.KindEvent]); n != len(created.records())-2 {
		t.Errorf("the census sees %d", n)
	}
}

// confirming is the action of somebody at Nordwind on a record.
func confirming(r record.Record) action.Action {
	e := r.Body.(record.Event)
	return action.Action{Ref: action.NewRef(), Kind: action.EventAcknowledge, External: r.External, Company: r.Company,
		Base: e.Status + "@" + r.Version, Recorded: time.Now(), Actor: action.Actor{Name: "Ines Vogt", Email: "ines.vogt@nordwind.example"}}
}

// theirs is the record of a company in what a pull gave.
func theirs(t *testing.T, s *sink, company string) record.Record {
	t.Helper()
	for _, r := range s.records() {
		if r.Company == company {
			return r
		}
	}
	t.Fatalf("nothing of %s in %v", company, s.records())
	return record.Record{}
}

func TestLiveAConfirmationIsSeenInTheCalendar(t *testing.T) {
	s, conn := live(t)
	name := s.window("mw", "Firewall", soon(3))
	c, first := caldav.New(), pull(t, conn, remote.Changes, nil)
	a := confirming(theirs(t, first, "nordwind"))
	mark, out := c.Prepare(t.Context(), conn, a)
	if out.Verdict != remote.Done || mark == "" {
		t.Fatalf("prepare %+v", out)
	}
	a.Mark = mark
	if out = c.Act(t.Context(), conn, a); out.Verdict != remote.Done {
		t.Fatalf("act %+v", out)
	}
	if out = c.Confirm(t.Context(), conn, a); out.Verdict != remote.Done || !out.Records[0].Body.(record.Event).Acknowledged {
		t.Fatalf("confirm %+v", out)
	}
	text := strings.ReplaceAll(strings.ReplaceAll(s.do(http.MethodGet, name, "", nil, 200), "\r\n", "\n"), "\n ", "")
	if !strings.Contains(text, "DESCRIPTION:Confirmed in the portal by Ines Vogt for nordwind") || strings.Count(text, "("+a.Ref+")") != 2 {
		t.Errorf("the calendar has\n%s", text)
	}
	after := pull(t, conn, remote.Changes, first.checkpoint(nil))
	for _, r := range after.records() {
		e := r.Body.(record.Event)
		if e.Acknowledged != (r.Company == "nordwind") || strings.Contains(fmt.Sprint(e), "Ines") {
			t.Errorf("%s sees %+v", r.Company, e)
		}
	}
}

func TestLiveAChangedEventIsNotConfirmed(t *testing.T) {
	s, conn := live(t)
	s.window("mw", "Firewall", soon(3))
	c := caldav.New()
	a := confirming(theirs(t, pull(t, conn, remote.Changes, nil), "nordwind"))
	a.Mark, _ = c.Prepare(t.Context(), conn, a)
	name := s.window("mw", "Firewall", soon(4))
	if out := c.Act(t.Context(), conn, a); out.Verdict != remote.Retry {
		t.Errorf("act on a changed event: %+v", out)
	}
	if _, out := c.Prepare(t.Context(), conn, a); out.Verdict != remote.Conflict || len(out.Diff) != 1 || out.Diff[0].Field != "time" {
		t.Errorf("prepare on a changed event: %+v", out)
	}
	if strings.Contains(s.do(http.MethodGet, name, "", nil, 200), a.Ref) {
		t.Error("it was written all the same")
	}
}

// losing forgets the answer of the first write after it took effect.
type losing struct {
	http.RoundTripper
	lost bool
}

func (l *losing) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	if err == nil && !l.lost && r.Method == http.MethodPut {
		l.lost = true
		resp.Body.Close()
		return nil, errors.New("connection reset by peer")
	}
	return resp, err
}

func TestLiveALostAnswerIsFoundAgain(t *testing.T) {
	s, conn := live(t)
	name := s.window("mw", "Firewall", soon(3))
	c := caldav.New()
	a := confirming(theirs(t, pull(t, conn, remote.Changes, nil), "nordwind"))
	if out := c.Probe(t.Context(), conn, a); out.Verdict != remote.Retry {
		t.Errorf("probe before it was sent: %+v", out)
	}
	a.Mark, _ = c.Prepare(t.Context(), conn, a)
	broken := conn
	broken.Transport = &losing{RoundTripper: conn.Transport}
	if out := c.Act(t.Context(), broken, a); out.Verdict != remote.Unknown {
		t.Fatalf("lost answer: %+v", out)
	}
	if out := c.Probe(t.Context(), conn, a); out.Verdict != remote.Done || out.Reference == "" {
		t.Fatalf("probe: %+v", out)
	}
	if out := c.Act(t.Context(), conn, a); out.Verdict != remote.Done {
		t.Errorf("a second attempt: %+v", out)
	}
	if n := strings.Count(s.do(http.MethodGet, name, "", nil, 200), "COMMENT"); n != 1 {
		t.Errorf("it is written %d times", n)
	}
}
