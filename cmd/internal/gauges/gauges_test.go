package gauges_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/cmd/internal/gauges"
	"portico/sync/action"
	"portico/sync/run"
	"portico/sync/store"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func options() gauges.Options {
	return gauges.Options{
		Vitals: func(context.Context) (store.Vitals, error) {
			return store.Vitals{
				Actions: map[action.State]int64{action.Unknown: 2}, Oldest: now.Add(-time.Minute), Events: 3, OldestEvent: now.Add(-2 * time.Second),
				Mails: 6, Deliveries: 4, OldestDelivery: now.Add(-time.Hour), Hold: store.Hold{Since: now, Why: "x"},
				Streams: []store.StreamVitals{{Connection: "Help \"desk\"\n", Stream: "tickets", Completed: now.Add(-90 * time.Second), Failures: 2, Held: true}, {Connection: "New", Stream: "assets"}},
				Runs:    []store.RunVitals{{Connection: "New", Stream: "assets", State: run.Failed, Count: 7}},
			}, nil
		},
		Pools: func() map[string]sql.DBStats {
			return map[string]sql.DBStats{"read": {InUse: 1, Idle: 3, WaitCount: 5, WaitDuration: time.Second}}
		},
		Queue:   func(context.Context) error { return errors.New("away") },
		Backup:  func() time.Time { return now },
		Version: "1.2.3 abc", Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
	}
}

func scrape(t *testing.T, m *gauges.Metrics, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(body)
}

func TestWhatPrometheusReads(t *testing.T) {
	t.Parallel()
	m := gauges.New(options())
	m.Served("/a/{account}/tickets", http.MethodGet, 200, 20*time.Millisecond)
	m.Served("/a/{account}/tickets", http.MethodGet, 204, 20*time.Millisecond)
	m.Served("", "BREW /secret", 405, time.Millisecond)
	m.Served("/signin", http.MethodPost, 0, time.Second)
	code, body := scrape(t, m, "/metrics")
	if code != http.StatusOK {
		t.Errorf("status %d", code)
	}
	for _, line := range []string{
		`portico_build_info{version="1.2.3 abc"} 1`,
		`portico_http_requests_total{class="2xx",method="GET",route="/a/{account}/tickets"} 2`,
		`portico_http_requests_total{class="4xx",method="other",route="none"} 1`,
		`portico_http_requests_total{class="gone",method="POST",route="/signin"} 1`,
		`portico_http_request_seconds_bucket{route="/a/{account}/tickets",le="0.025"} 2`,
		`portico_database_up 1`,
		`portico_actions{state="unknown"} 2`, `portico_actions{state="dead"} 0`, `portico_action_oldest_age_seconds 60`,
		`portico_outbox_events 3`, `portico_outbox_oldest_age_seconds 2`,
		`portico_webhook_deliveries_due 4`, `portico_webhook_oldest_age_seconds 3600`,
		`portico_stream_lag_seconds{connection="Help \"desk\"\n",stream="tickets"} 90`, `portico_stream_lag_seconds{connection="New",stream="assets"} +Inf`,
		`portico_stream_failures{connection="Help \"desk\"\n",stream="tickets"} 2`, `portico_stream_held{connection="New",stream="assets"} 0`,
		`portico_runs_last_hour{connection="New",state="failed",stream="assets"} 7`,
		`portico_held 1`, `portico_queue_up 0`, `portico_mails_waiting 6`, `portico_last_backup_timestamp_seconds 1.7952624e+09`,
		`portico_db_connections{pool="read",use="busy"} 1`, `portico_db_waits_total{pool="read"} 5`,
		`go_goroutines `,
	} {
		if !strings.Contains(body, strings.ReplaceAll(line, "\n", `\n`)) {
			t.Errorf("missing %s", line)
		}
	}
	if t.Failed() {
		t.Log(body)
	}
	if strings.Contains(body, "confirmed") || strings.Contains(body, "secret") {
		t.Error("it shows what it should not")
	}
}

func TestADatabaseThatIsAwayHidesNothingElse(t *testing.T) {
	t.Parallel()
	o := options()
	o.Vitals = func(context.Context) (store.Vitals, error) { return store.Vitals{}, errors.New("away") }
	o.Backup, o.Queue = nil, nil
	code, body := scrape(t, gauges.New(o), "/metrics")
	if code != http.StatusOK || !strings.Contains(body, "portico_database_up 0") || !strings.Contains(body, "portico_db_connections") {
		t.Errorf("status %d: %s", code, body)
	}
	for _, name := range []string{"portico_actions", "portico_held", "portico_queue_up", "portico_mails", "portico_last_backup"} {
		if strings.Contains(body, name) {
			t.Errorf("it makes %s up", name)
		}
	}
}

func TestNothingElseIsThere(t *testing.T) {
	t.Parallel()
	m := gauges.New(options())
	for path, want := range map[string]int{"/livez": 200, "/": 404, "/debug/pprof/": 404, "/metrics/x": 404} {
		if code, _ := scrape(t, m, path); code != want {
			t.Errorf("%s: %d, want %d", path, code, want)
		}
	}
}
