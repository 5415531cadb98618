package health_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/health"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// patient is what the page looks at.
type patient struct {
	facts   health.Facts
	checked []health.Checked
}

func (p *patient) Facts(context.Context) (health.Facts, error) { return p.facts, nil }
func (p *patient) Check(context.Context, access.Scope) ([]health.Checked, error) {
	return p.checked, nil
}

// well is a Portico that lacks nothing.
func well() health.Facts {
	return health.Facts{Version: "1.0 abc", Processes: 1, Works: true, Serves: true, Database: "/data/portico.db", Schema: 14, Data: "/data",
		Free: 80 << 30, Size: 100 << 30, Mail: "smtp.example.com", Head: now.Add(-time.Minute), Backup: now.Add(-time.Hour),
		Connections: []health.Connection{{ID: record.NewConnectionID(), Name: "Our desk", Streams: []run.StreamState{{Stream: "tickets", Completed: now.Add(-time.Minute), FreshFor: time.Hour}}}}}
}

func show(t *testing.T, p *patient, ask bool) htmlcheck.Page {
	t.Helper()
	pages := health.New(p, ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC, Now: func() time.Time { return now }}))
	serve, method := pages.Show, http.MethodGet
	if ask {
		serve, method = pages.Check, http.MethodPost
	}
	rec := httptest.NewRecorder()
	if err := serve(rec, httptest.NewRequest(method, health.Path, nil), grant.Staff(grant.User{ID: "a", Name: "Amara Osei"}, access.Admin, nil)); err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Read(t, rec.Body.String())
}

func TestAWellPorticoHasNoProblems(t *testing.T) {
	t.Parallel()
	show(t, &patient{facts: well()}, false).Want("[data-part=problem]", 0).WantText(".po-head", "Everything is well").
		WantText("main", "86 GB free of 107 GB").WantText("main", "Version 1.0 abc; this process serves pages and pulls, sends and mails.").WantText("main", "every stream is up to date")
}

// Each problem is said once, with what to do.
func TestEveryProblemSaysWhatToDo(t *testing.T) {
	t.Parallel()
	stream := func(change func(*run.StreamState)) func(*health.Facts) {
		return func(f *health.Facts) { change(&f.Connections[0].Streams[0]) }
	}
	for name, c := range map[string]struct {
		spoil func(*health.Facts)
		says  string
		does  string
	}{
		"database": {func(f *health.Facts) { f.DatabaseProblem = "It does not answer." }, "It does not answer.", "Start the database"},
		"disk":     {func(f *health.Facts) { f.Free = 1 << 30 }, "free of", "Make room"},
		"folder":   {func(f *health.Facts) { f.DataProblem = "/data cannot be written" }, "cannot be written", "the right to write"},
		"redis":    {func(f *health.Facts) { f.RedisProblem = "Redis does not answer" }, "Redis does not answer", "Start Redis"},
		"mail":     {func(f *health.Facts) { f.Mail = "" }, "reach nobody", "Set the mail server"},
		"hold":     {func(f *health.Facts) { f.HeldSince, f.HeldWhy = now.Add(-time.Hour), "restored" }, "restored", "portico release"},
		"actions":  {func(f *health.Facts) { f.Actions = health.Queue{Count: 3, Oldest: now.Add(-time.Hour)} }, "3 wait", "may be written to"},
		"stuck":    {func(f *health.Facts) { f.Stuck.Count = 1 }, "could not be carried out", "try it again or give it up"},
		"relay":    {func(f *health.Facts) { f.Events = health.Queue{Count: 9, Oldest: now.Add(-2 * time.Minute)} }, "9 wait", "relay stands still"},
		"webhooks": {func(f *health.Facts) { f.Deliveries = health.Queue{Count: 1, Oldest: now.Add(-2 * time.Hour)} }, "1 waits", "endpoint does not answer"},
		"mails":    {func(f *health.Facts) { f.Mails = health.Queue{Count: 1, Oldest: now.Add(-2 * time.Hour)} }, "1 waits", "three days"},
		"audit":    {func(f *health.Facts) { f.Head, f.Unsigned = now.Add(-time.Hour), 4 }, "4 entries", "audit.key"},
		"backup":   {func(f *health.Facts) { f.Backup = now.Add(-72 * time.Hour) }, "last made 3 days ago", "portico backup"},
		"warning":  {func(f *health.Facts) { f.Warnings = []string{"base_url is http."} }, "base_url is http.", "configuration file"},
		"failing": {stream(func(s *run.StreamState) {
			s.Failures, s.FailingFor, s.Problem = 3, now.Add(-time.Hour), "The <system> refuses the connection."
		}), "not reachable since 08:00: The <system> refuses", "Look at the connection"},
		"held": {stream(func(s *run.StreamState) { s.Held = "7 of 8 records are missing" }), "7 of 8", "confirm"},
		"late": {stream(func(s *run.StreamState) { s.Completed = now.Add(-2 * time.Hour) }), "last read 2 h ago", "a process that works"},
	} {
		f := well()
		c.spoil(&f)
		page := show(t, &patient{facts: f}, false)
		page.Want("[data-part=problem]", 1).WantText(".po-head", "1 thing needs you").WantText("[data-part=problem]", c.says).WantText("[data-part=problem]", c.does)
		if t.Failed() {
			t.Fatalf("with %s", name)
		}
	}
}

func TestWhatWaitsAMomentIsNoProblem(t *testing.T) {
	t.Parallel()
	f := well()
	moment := health.Queue{Count: 2, Oldest: now.Add(-10 * time.Second)}
	f.Actions, f.Events, f.Deliveries, f.Mails, f.Unsigned = moment, moment, moment, moment, 3
	f.Connections[0].Paused = true
	f.Connections[0].Streams[0].Failures = 9
	f.Size, f.Free = 0, 0
	show(t, &patient{facts: f}, false).Want("[data-part=problem]", 0).WantText("main", "2 wait").WantText("main", "paused").WantText("main", "not known")
}

func TestSystemsAreAskedWhenSomebodyWantsIt(t *testing.T) {
	t.Parallel()
	p := &patient{facts: well()}
	show(t, p, false).Want("[data-part=checked]", 0)
	show(t, p, true).WantText("[data-part=checked]", "Nothing is connected")
	fine := remote.Report{OK: true, As: "Portal", Clock: now, Asked: now}
	fast := fine
	fast.Clock = now.Add(5 * time.Minute)
	p.checked = []health.Checked{{Name: "A", Report: fine}, {Name: "B", Report: fast}, {Name: "C", Problem: "There is no computer with the name rt."},
		{Name: "D", Report: remote.Report{Items: []remote.ReportItem{{Name: "reply", Detail: "grant it the right"}}}}}
	page := show(t, p, true)
	for _, part := range []string{"Signed in as Portal", "Its clock is 5 min ahead. Set both clocks by NTP", "no computer with the name", "grant it the right"} {
		if text := page.Text("[data-part=checked]"); !strings.Contains(text, part) {
			t.Errorf("%q is not in %q", part, text)
		}
	}
}

func TestAManifestOfOnesOwnIsToldWithItsHash(t *testing.T) {
	t.Parallel()
	facts := well()
	facts.Manifests = []health.Manifest{{Name: "desk", Hash: "ab12cd34ef56"}}
	show(t, &patient{facts: facts}, false).Want("[data-part=problem]", 0).WantText("main", "version ab12cd34ef56 runs in this process")
	facts.Manifests = []health.Manifest{
		{Name: "desk.yaml", Hash: "ab12cd34ef56", Problem: "desk.yaml:12:3: evry: unknown key", More: 2},
		{Name: "new.yaml", Problem: "new.yaml:1:1: the file is empty"},
		{Name: "stock", Hash: "cd34", Gone: true},
	}
	show(t, &patient{facts: facts}, false).Want("[data-part=problem]", 3).
		WantText("[data-part=problem]", "desk.yaml:12:3: evry: unknown key And 2 more mistakes. Correct the file; it is read again within seconds. Version ab12cd34ef56 goes on meanwhile.").
		WantText("[data-part=problem]", "Nothing of it is used").WantText("[data-part=problem]", "Its file is gone; what is connected goes on with version cd34.")
}
