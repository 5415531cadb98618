package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"portico/sync/remote"
	"portico/sync/run"
)

func TestCommandsAskTheProgram(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		in   string
		call string
		out  string
	}{
		{args: []string{"serve", "--demo"}, call: "serve true", out: "Portico answers"},
		{args: []string{"serve", "--no-work"}, call: "serve pages"},
		{args: []string{"worker"}, call: "work"},
		{args: []string{"migrate"}, call: "migrate", out: "Nothing to do"},
		{args: []string{"migrate", "--check"}, call: "pending", out: "at this version"},
		{args: []string{"connector", "list"}, call: "connections", out: "Help desk  requesttracker  read-only"},
		{args: []string{"connector", "discover", "Help desk"}, call: "discover Help desk", out: "status   ticket  stalled   guess: Waiting for you"},
		{args: []string{"connector", "preview", "Help desk", "tickets"}, call: "preview Help desk tickets 20", out: "would be set aside: ticket 8: no title [2J"},
		{args: []string{"connector", "match", "Help desk"}, call: "companies Help desk", out: "1        Nordwind  not matched  12"},
		{args: []string{"connector", "match", "Help desk", "1", "--account", "Nordwind"}, call: "match Help desk 1 Nordwind", out: "1 is the account Nordwind (hidden)."},
		{args: []string{"account", "add", "Nordwind Bremen", "--parent", "Nordwind"}, call: "add account Nordwind Bremen Nordwind", out: "hidden"},
		{args: []string{"account", "list"}, call: "accounts", out: "Nordwind Bremen  hidden   Nordwind"},
		{args: []string{"account", "launch", "Nordwind", "invited"}, call: "launch Nordwind invited", out: "Nordwind is now invited."},
		{args: []string{"backup", "b.tar.gz", "--recipient", "age1x"}, call: "backup b.tar.gz [age1x]", out: "schema 7) and 2 uploads"},
		{args: []string{"restore", "b.tar.gz", "--into", "d"}, call: "restore b.tar.gz d ", out: "9 leaves, 8 of them under 2 signed heads"},
		{args: []string{"hold", "--why", "from Sunday"}, call: "hold from Sunday", out: "Nothing leaves"},
		{args: []string{"mail", "test", "a@b.example"}, call: "test mail a@b.example", out: "mail.example:587 took it."},
		{args: []string{"mail", "status"}, call: "mail status", out: "3 mails wait, the oldest since 2026-11-19 09:00:00Z. 2 of them failed before: mail.example:587 did not answer in time."},
		{args: []string{"mail", "status"}, call: "mail status", out: "m1  news  u1"},
		{args: []string{"connector", "mails", "Help desk", "source"}, call: "source mails Help desk true", out: "Help desk mails clients"},
		{args: []string{"connector", "mails", "Help desk", "portico"}, call: "source mails Help desk false", out: "Portico mails clients"},
		{args: []string{"release"}, call: "release", out: "Released."},
		{args: []string{"user", "list"}, call: "users", out: "ines@nordwind.example  Ines  member        disabled"},
		{args: []string{"user", "totp-reset", "a@b.example"}, call: "reset second step a@b.example", out: "without a second step now"},
		{args: []string{"user", "disable", "a@b.example"}, call: "disable a@b.example", out: "no longer sign in"},
		{args: []string{"user", "password", "a@b.example"}, in: "correct horse\n", call: "password a@b.example correct horse", out: "new password"},
		{args: []string{"user", "add", "a@b.example", "--staff", "admin"}, in: "pass word", call: "add user a@b.example staff=admin account= role= password=pass word", out: "Added a@b.example."},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			f := &fake{}
			code, out, errs := shell{fake: f, in: c.in}.run(t, c.args...)
			if code != exitOK || errs != "" || !strings.Contains(out, c.out) || !reflect.DeepEqual(f.calls, []string{c.call}) {
				t.Errorf("code %d, calls %q, output %q, errors %q", code, f.calls, out, errs)
			}
		})
	}
}

func TestListsAsJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, key, value string }{
		{"connector list --json", "name", "Help desk"},
		{"connector list --known --json", "connector", "requesttracker"},
		{"connector discover rt --json", "what", "status"},
		{"connector match rt --json", "waiting", "12"},
		{"account list --json", "launch", "invited"},
		{"user list --json", "email", "mara@halden.example"},
	} {
		code, out, _ := shell{fake: &fake{}}.run(t, strings.Fields(c.args)...)
		var rows []map[string]string
		if err := json.Unmarshal([]byte(out), &rows); code != exitOK || err != nil || rows[0][c.key] != c.value {
			t.Errorf("%s: code %d, %v, %v", c.args, code, err, rows)
		}
	}
	code, out, _ := shell{fake: &fake{}}.run(t, "connector", "preview", "rt", "tickets", "--json")
	var page struct {
		Records []map[string]any `json:"records"`
	}
	if err := json.Unmarshal([]byte(out), &page); code != exitOK || err != nil || page.Records[0]["external"] != "7" {
		t.Errorf("preview: code %d, %v, %q", code, err, out)
	}
}

func TestMissingMigrationsFailTheCheck(t *testing.T) {
	t.Parallel()
	code, out, errs := shell{fake: &fake{pending: []string{"0002_events"}}}.run(t, "migrate", "--check")
	if code != exitFailure || out != "missing 0002_events\n" || !strings.Contains(errs, "steps missing: 1") {
		t.Errorf("code %d, output %q, errors %q", code, out, errs)
	}
}

func TestAReportThatIsNotOKFails(t *testing.T) {
	t.Parallel()
	f := &fake{report: remote.Report{As: "hub", Items: []remote.ReportItem{{Name: "sign in", OK: true, Detail: "works"}, {Name: "read tickets", Detail: "give the user ShowTicket"}}}}
	code, out, errs := shell{fake: f}.run(t, "connector", "check", "rt")
	if code != exitFailure || !strings.Contains(out, "ok    sign in: works\nFAIL  read tickets: give the user ShowTicket") || !strings.Contains(errs, "see above") {
		t.Errorf("code %d, output %q, errors %q", code, out, errs)
	}
	f.report.OK = true
	if code, out, _ := (shell{fake: f}).run(t, "doctor", "--json"); code != exitOK || !strings.Contains(out, `"signed_in_as": "hub"`) {
		t.Errorf("code %d, output %q", code, out)
	}
}

func TestSecretsComeFromFileEnvironmentOrQuestion(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("from file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	add := []string{"connector", "add", "requesttracker", "--name", "Help desk", "--set", "url=https://rt.example.com"}
	for _, c := range []struct {
		name    string
		extra   []string
		environ []string
		in      string
		want    string
	}{
		{"file", []string{"--token-file", file}, []string{"PORTICO_SECRET_TOKEN=from env"}, "from input\n", "from file"},
		{"named file", []string{"--token-file", "token=" + file}, nil, "", "from file"},
		{"environment", nil, []string{"PORTICO_SECRET_TOKEN=from env"}, "from input\n", "from env"},
		{"question", nil, nil, "from input\r\n", "from input"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := &fake{}
			code, out, errs := shell{fake: f, in: c.in, environ: c.environ}.run(t, append(add, c.extra...)...)
			if code != exitOK || f.secrets["token"] != c.want || strings.Contains(out+errs, "from ") {
				t.Errorf("code %d, secrets %v, output %q, errors %q", code, f.secrets, out, errs)
			}
			if f.added.Settings["queue"] != "Support" || f.added.Settings["url"] == "" || f.added.Settings["token"] != "" {
				t.Errorf("settings %v", f.added.Settings)
			}
		})
	}
	for _, extra := range [][]string{nil, {"--token-file", "nope=" + file}, {"--token-file", file + ".not"}} {
		f := &fake{}
		if code, _, errs := (shell{fake: f}).run(t, append(add, extra...)...); code != exitFailure || len(f.calls) > 0 {
			t.Errorf("%v: code %d, calls %q, errors %q", extra, code, f.calls, errs)
		}
	}
}

func TestPullShowsProgressAndReports(t *testing.T) {
	t.Parallel()
	start := time.Now().Add(-10 * time.Second)
	f := &fake{runs: []run.Run{{Stream: "tickets", State: run.Done, Started: start, Ended: start.Add(2 * time.Second), Counts: run.Counts{Read: 40, Written: 30, Unchanged: 10}}}}
	code, out, errs := shell{fake: f}.run(t, "connector", "pull", "rt", "--stream", "tickets", "--everything")
	if code != exitOK || f.calls[0] != "pull rt [tickets] true" || !strings.Contains(out, "tickets  done   40    30       10") || !strings.Contains(errs, "tickets: 40 records") {
		t.Errorf("code %d, calls %q, output %q, errors %q", code, f.calls, out, errs)
	}
	f.runs[0].State, f.runs[0].Problem = run.Failed, "the token was refused"
	if code, _, errs := (shell{fake: f}).run(t, "connector", "pull", "rt"); code != exitFailure || !strings.Contains(errs, "ended as failed: the token was refused") {
		t.Errorf("code %d, errors %q", code, errs)
	}
}

func TestProgressLines(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	var out strings.Builder
	p := newProgress(&out, func() time.Time { return now })
	r := run.Run{Stream: "tickets", State: run.Running, Started: now.Add(-10 * time.Second), Done: 5, Total: 20, Counts: run.Counts{Read: 500}}
	p.show(r)
	p.show(r) // within the same second: not again
	now = now.Add(2 * time.Second)
	r.State, r.Done, r.Counts.Read = run.Done, 20, 2000
	p.show(r)
	want := "tickets: 500 records, 50/s, 5 of 20 requests, about 30s left\ntickets: 2000 records, 167/s, 20 of 20 requests, done\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
