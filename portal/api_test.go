package portal_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/portal"
	"portico/portal/api"
	"portico/sync/access"
	"portico/sync/record"
)

// programs is an API behind which there is nothing: its doors refuse before.
func programs(t *testing.T) *api.API {
	t.Helper()
	a, err := api.New(api.Options{Base: "https://portal.example"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestTheAPIAnswersProgramsAndNoBrowser tries every door of it with the session of
// an administrator and without a key, and what is no door at all.
func TestTheAPIAnswersProgramsAndNoBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *portal.Options) { o.API = programs(t) })
	a := w.people.AddAccount("Nordwind", record.LaunchInvited)
	u := w.people.AddUser("Amara", "amara@halden.example", access.Admin, "")
	b := w.site.As(w.people, u, time.Now())
	problem := func(method, path string, status int) http.Header {
		t.Helper()
		got := b.Do(method, path, nil, nil).Want(status)
		var p struct {
			Status      int
			Title, Code string
		}
		if err := json.Unmarshal([]byte(got.Body), &p); got.Header.Get("Content-Type") != "application/problem+json" || err != nil || p.Status != status || p.Title == "" {
			t.Errorf("%s %s: %s %s", method, path, got.Header.Get("Content-Type"), got.Body)
		}
		if got.Header.Get("Access-Control-Allow-Origin") != "" || got.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s %s: %v", method, path, got.Header)
		}
		return got.Header
	}
	tried := 0
	for _, route := range w.portal.Routes() {
		if !strings.HasPrefix(route.Policy, "API key") {
			continue
		}
		tried++
		if h := problem(route.Method, fill(route.Path, a.String()), http.StatusUnauthorized); h.Get("WWW-Authenticate") == "" {
			t.Errorf("%s %s does not say how", route.Method, route.Path)
		}
	}
	if tried < 20 {
		t.Errorf("only %d doors", tried)
	}
	problem("GET", "/api/v1/nothing", http.StatusNotFound)
	problem("GET", "/api/v2/accounts", http.StatusNotFound)
	problem("OPTIONS", "/api/v1/accounts", http.StatusMethodNotAllowed)
	if allow := problem("PUT", "/api/v1/webhooks/x", http.StatusMethodNotAllowed).Get("Allow"); allow != "GET, HEAD, PATCH, DELETE" {
		t.Errorf("Allow: %s", allow)
	}
	doc := w.site.Browser().Get("/api/v1/openapi.json").Want(http.StatusOK)
	if doc.Header.Get("Content-Type") != "application/json" || !strings.Contains(doc.Body, `"openapi": "3.1.1"`) {
		t.Errorf("%s %.200s", doc.Header.Get("Content-Type"), doc.Body)
	}
}
