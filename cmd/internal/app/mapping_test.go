package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portico/cmd/internal/demo"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
)

// A file takes no credential along, leads none elsewhere, and its settings are tried
// before they are saved.
func TestAFileTakesNoCredentialAlong(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := b.connected()
	files, err := b.app.Files(t.Context())
	must(t, err)
	data, err := files.Export(t.Context(), b.amara, d.ID)
	must(t, err)
	if text := string(data); strings.Contains(text, rightToken) || !strings.Contains(text, `"queue": "Support"`) {
		t.Fatalf("the file is %s", text)
	}
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the thief was sent %s", r.Header.Get("Authorization"))
	}))
	t.Cleanup(thief.Close)
	elsewhere := strings.Replace(string(data), "http://"+b.address, thief.URL, 1)
	if plan, err := files.Look(t.Context(), b.amara, d.ID, elsewhere); err != nil || plan.Changes() != 0 || len(plan.Settings) == 0 {
		t.Errorf("another address: %+v, %v", plan, err)
	}
	usual := strings.Replace(string(data), `"Support"`, `"Billing"`, 1)
	plan, err := files.Look(t.Context(), b.amara, d.ID, usual)
	must(t, err)
	if plan.Changes() != 1 {
		t.Fatalf("the plan is %+v", plan)
	}
	if _, err := files.Adopt(t.Context(), b.amara, d.ID, usual, "another plan"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a plan that nobody has seen: %v", err)
	}
	b.desk.SetToken(rightToken, "")
	if _, err := files.Adopt(t.Context(), b.amara, d.ID, usual, plan.Mark()); !fault.Is(err, fault.Setup) {
		t.Errorf("settings that do not work: %v", err)
	}
	if now, err := b.Current(t.Context(), d.ID); err != nil || now.Settings["queue"] != "Support" {
		t.Errorf("they were saved: %v, %v", now.Settings, err)
	}
	b.desk.SetToken(rightToken, demo.ServiceUser)
	_, err = files.Adopt(t.Context(), b.amara, d.ID, usual, plan.Mark())
	must(t, err)
	if now, err := b.Current(t.Context(), d.ID); err != nil || now.Settings["queue"] != "Billing" {
		t.Errorf("afterwards: %v, %v", now.Settings, err)
	}
	agent := grant.Staff(grant.User{ID: access.NewUserID(), Name: "Ben"}, access.Agent, nil)
	if _, err := files.Export(t.Context(), agent, d.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("somebody who is no administrator: %v", err)
	}
}
