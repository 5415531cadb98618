package requesttracker_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/requesttracker"
)

const client = "ines.vogt@nordwind.example"

// practice is a fake with a service user, a client and an agent, and its address.
func practice(t *testing.T, opts requesttracker.Options) (*requesttracker.Fake, string) {
	t.Helper()
	opts.Tokens = map[string]string{"svc": "hub", "cli": client, "adm": "root", "none": "guest"}
	f, err := requesttracker.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	if f.Empty() {
		people(f)
	}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	return f, srv.URL + requesttracker.Base
}

func people(f *requesttracker.Fake) {
	f.AddUser(requesttracker.User{Name: "hub", Access: requesttracker.Service})
	f.AddUser(requesttracker.User{Name: "guest", Access: requesttracker.NoRights})
	f.AddUser(requesttracker.User{Name: "mara", Email: "mara@msp.example", Access: requesttracker.Service})
	f.AddUser(requesttracker.User{Name: client, Email: client, Organization: "Nordwind", Timezone: "Europe/Berlin"})
}

// call makes a request and decodes the answer.
func call(t *testing.T, token, method, url, body string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "token "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.Header.Get(requesttracker.Header) != requesttracker.FakeName {
		t.Errorf("%s does not say that it is a fake", url)
	}
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	_ = json.Unmarshal(data, &out) // the answer of a write is a list: the status is what counts then
	return res.StatusCode, out
}

func TestHistoryShowsWhatTheCallerMaySee(t *testing.T) {
	t.Parallel()
	f, url := practice(t, requesttracker.Options{})
	id := f.AddTicket(requesttracker.Ticket{Subject: "VPN", Requestor: client, Text: "It drops", History: []requesttracker.Entry{
		{By: "mara", Text: "Which version?"}, {By: "mara", Text: "canary", Private: true}, {By: client, Text: "5.2"}}})
	history := fmt.Sprintf("%s/ticket/%d/history?fields=Type&per_page=100", url, id)
	if _, all := call(t, "svc", "GET", history, ""); !strings.Contains(fmt.Sprint(all), "Comment") {
		t.Error("the service user does not see comments")
	}
	if _, own := call(t, "cli", "GET", history, ""); strings.Contains(fmt.Sprint(own), "Comment") || !strings.Contains(fmt.Sprint(own), "Correspond") {
		t.Errorf("the client sees %v", own)
	}
	if status, none := call(t, "none", "GET", url+"/tickets?query=id%3E0", ""); status != 200 || none["total"] != 0.0 {
		t.Errorf("without rights: %d %v", status, none)
	}
	if status, _ := call(t, "wrong", "GET", url+"/rt", ""); status != 401 {
		t.Errorf("a wrong token got %d", status)
	}
}

func TestClientMayReplyToWhatItCannotRead(t *testing.T) {
	t.Parallel()
	f, url := practice(t, requesttracker.Options{})
	id := f.AddTicket(requesttracker.Ticket{Subject: "Foreign", Requestor: "other@example.com"})
	if status, _ := call(t, "cli", "GET", fmt.Sprintf("%s/ticket/%d", url, id), ""); status != 403 {
		t.Errorf("reading got %d", status)
	}
	if status, _ := call(t, "cli", "POST", fmt.Sprintf("%s/ticket/%d/correspond", url, id), `{"Content":"hi","ContentType":"text/plain"}`); status != 201 {
		t.Errorf("replying got %d", status)
	}
}

func TestQueryDatesAreInTheZoneOfTheTokensOwner(t *testing.T) {
	t.Parallel()
	f, url := practice(t, requesttracker.Options{})
	f.AddTicket(requesttracker.Ticket{Subject: "x", Requestor: client, Created: time.Date(2026, 11, 21, 17, 30, 0, 0, time.UTC)})
	query := url + "/tickets?query=LastUpdated%20%3E%20'2026-11-21%2018:00:00'"
	if _, utc := call(t, "svc", "GET", query, ""); utc["total"] != 0.0 {
		t.Errorf("in UTC: %v", utc)
	}
	if _, berlin := call(t, "cli", "GET", query, ""); berlin["total"] != 1.0 {
		t.Errorf("in Berlin: %v", berlin)
	}
}

func TestDeletedAndMergedLeaveTheLists(t *testing.T) {
	t.Parallel()
	f, url := practice(t, requesttracker.Options{})
	ids := []int{}
	for range 3 {
		ids = append(ids, f.AddTicket(requesttracker.Ticket{Subject: "x", Requestor: client}))
	}
	f.Delete(ids[0])
	f.Merge(ids[1], ids[2], "mara")
	if _, list := call(t, "svc", "GET", url+"/tickets?query=id%3E0", ""); list["total"] != 1.0 {
		t.Errorf("listed: %v", list["total"])
	}
	_, merged := call(t, "svc", "GET", fmt.Sprintf("%s/ticket/%d", url, ids[1]), "")
	if merged["id"] != float64(ids[2]) {
		t.Errorf("ticket %d reads as %v", ids[1], merged["id"])
	}
	if _, gone := call(t, "svc", "GET", fmt.Sprintf("%s/ticket/%d", url, ids[0]), ""); gone["Status"] != "deleted" {
		t.Errorf("a deleted ticket reads as %v", gone["Status"])
	}
}

func TestALateCommitHasAnEarlierId(t *testing.T) {
	t.Parallel()
	f, url := practice(t, requesttracker.Options{})
	id := f.AddTicket(requesttracker.Ticket{Subject: "x", Requestor: client})
	commit := f.Begin(id, "mara", "slow")
	quick := f.Reply(id, "mara", "quick")
	commit()
	_, list := call(t, "svc", "GET", fmt.Sprintf("%s/transactions?query=ObjectType='RT::Ticket'%%20AND%%20id%%20%%3C%%20%d%%20AND%%20Type='Correspond'", url, quick), "")
	if list["count"] != 1.0 {
		t.Errorf("before the quick one: %v", list)
	}
}

func TestStateSurvivesARestart(t *testing.T) {
	t.Parallel()
	opts := requesttracker.Options{Path: filepath.Join(t.TempDir(), "rt.json")}
	f, url := practice(t, opts)
	if err := f.Seed(func(f *requesttracker.Fake) { f.AddTicket(requesttracker.Ticket{Subject: "seeded", Requestor: client}) }); err != nil {
		t.Fatal(err)
	}
	id := f.AddTicket(requesttracker.Ticket{Subject: "x", Requestor: client})
	call(t, "svc", "POST", fmt.Sprintf("%s/ticket/%d/correspond", url, id), `{"Content":"kept","ContentType":"text/plain"}`)
	again, url := practice(t, opts)
	if err := again.Seed(func(*requesttracker.Fake) { t.Error("seeded twice") }); err != nil {
		t.Fatal(err)
	}
	if n := again.Correspondences(id, "kept"); n != 1 {
		t.Errorf("%d replies after the restart", n)
	}
	call(t, "svc", "POST", fmt.Sprintf("%s/ticket/%d/correspond", url, id), `{"Content":"kept","ContentType":"text/plain"}`)
	if n := again.Correspondences(id, "kept"); n != 2 {
		t.Errorf("%d replies after another", n)
	}
}

func TestServeLeavesItsAddressWhileDown(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var f *requesttracker.Fake
	listening, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- requesttracker.Serve(ctx, "127.0.0.1:0", requesttracker.Options{Tokens: map[string]string{"adm": "root"}},
			func(made *requesttracker.Fake) { f = made }, func(a net.Addr) { listening <- a })
	}()
	url := "http://" + (<-listening).String() + requesttracker.Base + "/rt"
	if status, _ := call(t, "adm", "GET", url, ""); status != 200 {
		t.Errorf("up: %d", status)
	}
	f.Faults.Down(true)
	if res, err := http.Get(url); err == nil {
		_ = res.Body.Close()
		t.Error("down: somebody answers")
	}
	f.Faults.Down(false)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestControlAddressWorksWhileDown(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	control := "http://" + free.Addr().String() + requesttracker.ControlPath
	opts := requesttracker.Options{Tokens: map[string]string{"adm": "root"}, ControlAddr: free.Addr().String()}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	listening, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- requesttracker.Serve(ctx, "127.0.0.1:0", opts, nil, func(a net.Addr) { listening <- a })
	}()
	url := "http://" + (<-listening).String() + requesttracker.Base + "/rt"
	turn := func(body string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, control, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	turn(`{"down":true}`)
	if res, err := http.Get(url); err == nil {
		_ = res.Body.Close()
		t.Error("down: somebody answers")
	}
	turn(`{"down":false}`)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestControlTurnsTheKnobs(t *testing.T) {
	t.Parallel()
	f, url := practice(t, requesttracker.Options{Control: true})
	control := strings.TrimSuffix(url, requesttracker.Base) + requesttracker.ControlPath
	call(t, "", "POST", control, `{"kind":"fail","path":"/rt","times":1}`)
	if status, _ := call(t, "svc", "GET", url+"/rt", ""); status != 500 {
		t.Errorf("an armed fault gave %d", status)
	}
	if status, _ := call(t, "svc", "GET", url+"/rt", ""); status != 200 {
		t.Errorf("afterwards: %d", status)
	}
	if n := f.Faults.Fired(faults.Fail); n != 1 {
		t.Errorf("fired %d times", n)
	}
}
