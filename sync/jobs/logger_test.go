package jobs_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"portico/sync/jobs"
)

func TestTheSameComplaintIsSaidOnceAMinute(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	log := jobs.Complaints(slog.New(slog.NewTextHandler(&out, nil)), func() time.Time { return now })

	for range 300 {
		log.Error("Failed to dequeue: connection refused")
	}
	log.Warn("Could not extend a lease: connection refused")
	if n := strings.Count(out.String(), "\n"); n != 2 {
		t.Fatalf("%d lines, want one per complaint:\n%s", n, out.String())
	}
	out.Reset()
	now = now.Add(time.Minute)
	log.Error("Failed to dequeue: connection reset")
	if got := out.String(); !strings.Contains(got, "connection reset") || !strings.Contains(got, "times_more=299") {
		t.Errorf("a minute later: %s", got)
	}
}
