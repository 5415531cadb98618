package manifest_test

import (
	"testing"
	"time"
)

func TestTimesOfAllKindsAreRead(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 5, 0, time.UTC)
	item := map[string]any{"s": 1772366405, "f": 1772366405.0, "ms": 1772366405000, "text": "1772366405", "net": "/Date(1772366405000+0100)/",
		"plain": "2026-03-01 13:00:05", "day": "2026-03-01", "none": nil, "empty": ""}
	for source, want := range map[string]any{
		`moment(item.s, "unix")`:                                     at,
		`moment(item.f, "unix")`:                                     at,
		`moment(item.text, "unix")`:                                  at,
		`moment(item.ms, "unix_ms")`:                                 at,
		`moment(item.net, "dotnet")`:                                 at,
		`moment(item.plain, "2006-01-02 15:04:05", "Europe/Berlin")`: at,
		`moment(item.plain, "2006-01-02 15:04:05")`:                  at.Add(time.Hour),
		`moment(item.day, "date")`:                                   at.Truncate(24 * time.Hour),
		`moment(item.none, "unix")`:                                  nil,
		`moment(item.empty, "unix")`:                                 nil,
	} {
		got, err := eval(t, source, item)
		when, isTime := got.(time.Time)
		if wanted, ok := want.(time.Time); err != nil || ok && (!isTime || !when.Equal(wanted)) || !ok && got != nil {
			t.Errorf("%s is %v (%v), want %v", source, got, err, want)
		}
	}
	for _, source := range []string{`moment("soon", "unix")`, `moment(1e300, "unix")`, `moment("9999999999999999999", "unix_ms")`, `moment("1", "date")`,
		`moment(item.day, "date", "Mars/Olympus")`, `moment(item, "unix")`} {
		if got, err := eval(t, source, item); err == nil {
			t.Errorf("%s is %v", source, got)
		}
	}
}
