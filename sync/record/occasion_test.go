package record_test

import (
	"testing"
	"time"

	"portico/sync/record"
)

func TestAWholeDayIsTheSameDayEverywhere(t *testing.T) {
	t.Parallel()
	first := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for _, name := range []string{"Pacific/Auckland", "UTC", "America/Los_Angeles"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		w := record.Window{From: first, Until: first.Add(24 * time.Hour), Zone: zone}
		at := func(start time.Time, length time.Duration, allDay bool) bool {
			o := record.Occasion{Start: start, AllDay: allDay}
			if length > 0 {
				o.End = start.Add(length)
			}
			return w.Holds(o)
		}
		midnight := time.Date(2026, 12, 1, 0, 0, 0, 0, zone)
		for what, c := range map[string]struct{ got, want bool }{
			"the day itself":        {at(first, 24*time.Hour, true), true},
			"the day before":        {at(first.Add(-24*time.Hour), 24*time.Hour, true), false},
			"the day after":         {at(first.Add(24*time.Hour), 24*time.Hour, true), false},
			"around it":             {at(first.Add(-72*time.Hour), 200*time.Hour, true), true},
			"its first moment":      {at(midnight, 0, false), true},
			"just before":           {at(midnight.Add(-time.Second), 0, false), false},
			"over midnight":         {at(midnight.Add(-time.Hour), 2*time.Hour, false), true},
			"until midnight":        {at(midnight.Add(-time.Hour), time.Hour, false), false},
			"the first of the next": {at(midnight.Add(24*time.Hour), time.Hour, false), false},
		} {
			if c.got != c.want {
				t.Errorf("%s, %s: %v", name, what, c.got)
			}
		}
	}
}

func TestWhatIsOverNamesNoDays(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	count := func(state record.State, b record.Body) int {
		return len(record.Occasions(record.Detail{Row: record.Row{State: state}, Body: b}))
	}
	contract := record.Contract{Notice: at, Renewal: at, End: at}
	if n := count(record.StateOpen, contract); n != 3 {
		t.Errorf("a running contract names %d days", n)
	}
	if n := count(record.StateCancelled, contract) + count(record.StateResolved, record.Invoice{Due: at}) + count(record.StateClosed, record.Project{Due: at}); n != 0 {
		t.Errorf("what is over names %d days", n)
	}
	if n := count(record.StateCancelled, record.Event{Start: at}); n != 1 {
		t.Errorf("an event that was called off is shown %d times", n)
	}
	if n := count(record.StateOpen, record.Contract{}) + count(record.StateOpen, record.Ticket{}); n != 0 {
		t.Errorf("what has no date names %d days", n)
	}
}
