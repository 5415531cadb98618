package run_test

import (
	"testing"
	"time"

	"portico/sync/run"
)

func TestQuietHoursFollowTheClocksOfTheirZone(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 20, 0, time.UTC).In(berlin)
	}
	night := run.Quiet{From: 22 * 60, Until: 2*60 + 30}
	for name, c := range map[string]struct {
		quiet     run.Quiet
		from      time.Time
		want      string // UTC
		untouched bool
	}{
		"over midnight":           {night, at(7, 1, 21, 0), "00:30", false}, // 23:00 to 02:30 in summer
		"winter":                  {night, at(1, 10, 22, 0), "01:30", false},
		"not quiet":               {night, at(7, 1, 12, 0), "", true},
		"by day":                  {run.Quiet{From: 9 * 60, Until: 10 * 60}, at(7, 1, 7, 59), "08:00", false},
		"the end is not quiet":    {run.Quiet{From: 9 * 60, Until: 10 * 60}, at(7, 1, 8, 0), "", true},
		"a minute that never was": {night, at(3, 28, 23, 0), "01:00", false}, // 02:30 is skipped: 03:00
		"none":                    {run.Quiet{From: 60, Until: 60}, at(7, 1, 23, 0), "", true},
	} {
		got := c.quiet.After(c.from)
		if c.untouched && !got.Equal(c.from) || !c.untouched && (got.UTC().Format("15:04") != c.want || c.quiet.At(got) || got.Second() != 0) {
			t.Errorf("%s: %v, want %s", name, got.UTC(), c.want)
		}
	}
	if (run.Quiet{}).String() != "" || night.String() != "22:00–02:30" {
		t.Errorf("%q", night.String())
	}
}
