package app_test

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/cmd/internal/app"
	"portico/cmd/internal/demo"
	"portico/connectors/vendorfake/requesttracker"
	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/store/storetest"
)

const rightToken = "1-1-right"

// bench is a firm beside a fake Request Tracker.
type bench struct {
	app.Plant

	t       *testing.T
	app     *app.App
	folder  string
	address string // host:port of the fake
	desk    *requesttracker.Fake
	amara   access.Scope
}

func newBench(t *testing.T) *bench {
	t.Helper()
	fake, err := requesttracker.New(requesttracker.Options{Tokens: map[string]string{rightToken: demo.ServiceUser}, Organization: "halden.example"})
	must(t, err)
	demo.Fill(fake, time.Now())
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	b := &bench{t: t, desk: fake, folder: t.TempDir(), address: strings.TrimPrefix(server.URL, "http://"),
		amara: grant.Staff(grant.User{ID: access.NewUserID(), Name: "Amara", Email: "amara@halden.example"}, access.Admin, nil)}
	b.app = firm(t, filepath.Join(b.folder, "data"), storetest.Migrated(t))
	if _, err := b.app.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Plant, err = b.app.Plant(t.Context())
	must(t, err)
	return b
}

// draft is a form that is filled in right.
func (b *bench) draft() connections.Draft {
	return connections.Draft{Connector: "requesttracker", Name: "Help desk", AllowPrivate: b.address, ReadOnly: true,
		Settings: map[string]string{"url": "http://" + b.address, "user": demo.ServiceUser, "queue": "Support"}, Secrets: map[string]string{"token": rightToken}}
}

func (b *bench) try(d connections.Draft) connections.Tried {
	b.t.Helper()
	tried, err := b.Try(b.t.Context(), b.amara, d)
	must(b.t, err)
	return tried
}

// connected makes the connection of the draft.
func (b *bench) connected() connections.Detail {
	b.t.Helper()
	id, err := b.Connect(b.t.Context(), b.amara, b.try(b.draft()).Token, nil)
	must(b.t, err)
	d, err := b.Detail(b.t.Context(), id)
	must(b.t, err)
	return d
}

// holds reports whether anything that is stored holds a text.
func (b *bench) holds(text string) bool {
	b.t.Helper()
	found := false
	must(b.t, filepath.WalkDir(b.folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found = found || strings.Contains(string(data), text)
		return err
	}))
	return found
}

// A private address is asked about before anything is sent there, and an address of
// the network itself is refused whoever confirms it.
func TestADraftReachesOnlyWhatSomebodyConfirmed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := b.draft()
	d.AllowPrivate = ""
	if got := b.try(d); got.Confirm != b.address || got.SignedIn || got.Token != "" || got.Report.OK {
		t.Errorf("a private address: %+v", got)
	}
	for _, never := range []string{"169.254.169.254", "[fd00:ec2::254]", "100.100.100.200"} {
		d.Settings["url"], d.AllowPrivate = "http://"+never, strings.Trim(never, "")+":80"
		if got := b.try(d); got.Confirm != "" || got.SignedIn || !strings.Contains(got.Report.Items[0].Detail, "never connected to") {
			t.Errorf("%s: %+v", never, got)
		}
	}
}

func TestACheckSavesNothingAndForgetsNothingTyped(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := b.draft()
	d.Secrets["token"] = "1-1-wrong"
	refused := b.try(d)
	if refused.SignedIn || refused.Token != "" || !strings.Contains(refused.Report.Items[0].Detail, "does not accept the token") || strings.Contains(refused.Carry, "1-1-wrong") {
		t.Fatalf("a wrong token: %+v", refused)
	}
	// What was typed goes along sealed, for this person and this address.
	right := b.try(b.draft())
	again := b.draft()
	again.Secrets, again.Carried = nil, right.Carry
	if got := b.try(again); !got.SignedIn || !got.Report.OK || got.Token == "" {
		t.Errorf("held: %+v", got.Report)
	}
	moved := again
	moved.Settings = map[string]string{"url": "http://127.0.0.1:1", "user": demo.ServiceUser}
	if _, err := b.Try(t.Context(), b.amara, moved); fault.Fields(err)["field-token"] == "" {
		t.Errorf("sent elsewhere: %v", err)
	}
	other := grant.Staff(grant.User{ID: access.NewUserID()}, access.Admin, nil)
	if _, err := b.Try(t.Context(), other, again); fault.Fields(err)["field-token"] == "" {
		t.Errorf("used by somebody else: %v", err)
	}
	if _, err := b.Glimpse(t.Context(), other, right.Token); !fault.Is(err, fault.Invalid) {
		t.Errorf("a draft of somebody else: %v", err)
	}
	agent := grant.Staff(grant.User{ID: "x"}, access.Agent, nil)
	if _, err := b.Try(t.Context(), agent, b.draft()); !fault.Is(err, fault.Forbidden) {
		t.Errorf("tried by an agent: %v", err)
	}
	lines, err := b.Lines(t.Context())
	must(t, err)
	if len(lines) != 0 || b.holds(rightToken) || b.holds(right.Token) || b.holds(right.Carry) {
		t.Errorf("an abandoned draft left something: %+v", lines)
	}
}

func TestMistakesAreSaidBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for field, change := range map[string]func(*connections.Draft){
		"name":          func(d *connections.Draft) { d.Name = "" },
		"field-url":     func(d *connections.Draft) { d.Settings["url"] = "rt.example" },
		"field-user":    func(d *connections.Draft) { d.Settings["user"] = "" },
		"field-token":   func(d *connections.Draft) { d.Secrets["token"] = "one\ntwo" },
		"allow_private": func(d *connections.Draft) { d.AllowPrivate = "everything" },
		"ca":            func(d *connections.Draft) { d.CA = "no certificate" },
	} {
		d := b.draft()
		change(&d)
		if _, err := b.Try(t.Context(), b.amara, d); !fault.Is(err, fault.Invalid) || fault.Fields(err)[field] == "" || strings.Contains(fault.Fields(err)[field], "one\ntwo") {
			t.Errorf("%s: %v, %v", field, err, fault.Fields(err))
		}
	}
}

// What is not a Request Tracker, or has trouble of its own, is said in plain words.
func TestTroubleIsSaidInPlainWords(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for say, answer := range map[string]http.HandlerFunc{
		"web page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<!doctype html><title>Welcome</title>")
		},
		"grant it the right":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"send fewer requests":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		"does not accept the to": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"not whole JSON":         func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"Name":`) },
	} {
		server := httptest.NewServer(answer)
		t.Cleanup(server.Close)
		d := b.draft()
		d.Settings["url"], d.AllowPrivate = server.URL, strings.TrimPrefix(server.URL, "http://")
		if got := b.try(d); got.SignedIn || !strings.Contains(got.Report.Items[0].Detail, say) {
			t.Errorf("%s: %+v", say, got.Report)
		}
	}
}

func TestAnAuthorityOfOnesOwnIsTrustedForThisConnectionOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	fake, err := requesttracker.New(requesttracker.Options{Tokens: map[string]string{rightToken: demo.ServiceUser}})
	must(t, err)
	demo.Fill(fake, time.Now())
	server := httptest.NewTLSServer(fake)
	t.Cleanup(server.Close)
	server.Config.ErrorLog = nil
	d := b.draft()
	d.Settings["url"], d.AllowPrivate = server.URL, strings.TrimPrefix(server.URL, "https://")
	if got := b.try(d); got.SignedIn || !strings.Contains(got.Report.Items[0].Detail, "add its CA") {
		t.Errorf("an unknown authority: %+v", got.Report)
	}
	d.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	if got := b.try(d); !got.SignedIn {
		t.Errorf("with its authority: %+v", got.Report)
	}
}

func TestTheSameDraftMakesOneConnection(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	g, err := b.Glimpse(t.Context(), b.amara, b.try(b.draft()).Token)
	must(t, err)
	if g.Problem != "" || len(g.Companies) < 3 || len(g.Streams) != 2 || len(g.Streams[0].Samples) != 3 || g.Draft.Secrets != nil {
		t.Fatalf("companies %+v, %d streams, %q", g.Companies, len(g.Streams), g.Problem)
	}
	picks := []connections.Pick{{Key: g.Companies[0].Key, Name: g.Companies[0].Name}}
	made := make(chan string, 4)
	for range cap(made) {
		go func() {
			id, err := b.Connect(t.Context(), b.amara, g.Token, picks)
			if err != nil {
				made <- err.Error()
				return
			}
			made <- id.String()
		}()
	}
	first := <-made
	for range cap(made) - 1 {
		if other := <-made; other != first {
			t.Errorf("%s and %s", first, other)
		}
	}
	lines, err := b.Lines(t.Context())
	must(t, err)
	accounts, err := b.app.Accounts(t.Context())
	must(t, err)
	if len(lines) != 1 || !lines[0].ReadOnly || len(accounts) != 1 || string(accounts[0].Launch) != "hidden" {
		t.Fatalf("%+v, accounts %+v", lines, accounts)
	}
	companies, err := b.Companies(t.Context(), lines[0].ID)
	must(t, err)
	if len(companies) != len(g.Companies) || !companies[0].Account.ID.IsZero() || companies[len(companies)-1].Account.ID != accounts[0].ID {
		t.Errorf("companies: %+v", companies)
	}
	// The credential is where a pull finds it, and what was pulled is seen by nobody else.
	runs, err := b.app.Pull(t.Context(), "Help desk", nil, false, nil)
	must(t, err)
	if len(runs) != 4 || runs[1].Counts.Read == 0 || runs[1].Counts.Unmatched == 0 {
		t.Errorf("pulled %+v", runs)
	}
}

// A stored credential goes only where it was entered for.
func TestSettingsAreCheckedFirstAndTakeNoCredentialAlong(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := b.connected()
	now, err := b.Current(t.Context(), d.ID)
	must(t, err)
	seen := connections.Mark(d.Connection)
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the thief was sent %s", r.Header.Get("Authorization"))
	}))
	t.Cleanup(thief.Close)
	elsewhere := now
	elsewhere.Settings = map[string]string{"url": thief.URL, "user": demo.ServiceUser}
	elsewhere.AllowPrivate = strings.TrimPrefix(thief.URL, "http://")
	if _, err := b.Revise(t.Context(), b.amara, connections.Revision{Seen: seen, Draft: elsewhere, Anyway: true}); fault.Fields(err)["field-token"] == "" {
		t.Errorf("sent elsewhere: %v", err)
	}
	broken := now
	broken.Secrets = map[string]string{"token": "1-1-wrong"}
	tried, err := b.Revise(t.Context(), b.amara, connections.Revision{Seen: seen, Draft: broken, Anyway: true})
	if err != nil || tried.Token != "" || tried.SignedIn {
		t.Errorf("a wrong token was saved: %+v, %v", tried, err)
	}
	renamed := now
	renamed.Name = "Desk"
	if tried, err = b.Revise(t.Context(), b.amara, connections.Revision{Seen: seen, Draft: renamed}); err != nil || tried.Token == "" {
		t.Fatalf("another name: %+v, %v", tried, err)
	}
	if _, err = b.Revise(t.Context(), b.amara, connections.Revision{Seen: seen, Draft: now}); !fault.Is(err, fault.Conflict) {
		t.Errorf("what somebody else has changed: %v", err)
	}
	report, err := b.app.CheckConnection(t.Context(), "Desk")
	if err != nil || !report.OK {
		t.Errorf("afterwards: %+v, %v", report, err)
	}
}

func TestChecksArePaced(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := b.draft()
	d.Settings["url"] = (&url.URL{Scheme: "http", Host: "169.254.169.254"}).String()
	var err error
	for range 31 {
		_, err = b.Try(t.Context(), b.amara, d)
	}
	if !fault.Is(err, fault.Limited) {
		t.Errorf("the 31st: %v", err)
	}
}
