package ticketsql

import (
	"regexp"
	"strings"
	"time"
)

var (
	stamp  = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)?(.*)$`)
	offset = regexp.MustCompile(`^[+-]\d\d:?\d\d$`)
)

// ReadDate reads a date of a query as Request Tracker 5 does, traps included
// (each seen live):
//
//   - "2026-11-21 17:19:57" is in the zone of the token's owner;
//   - a trailing Z cuts the time of day off: midnight in the owner's zone;
//   - a trailing offset or UTC is understood, and then the owner's own offset
//     is subtracted once more, so it is right only for an owner in UTC;
//   - anything else, also a Unix time, is 1970: "newer than" matches everything.
func ReadDate(value string, zone *time.Location) time.Time {
	epoch := time.Unix(0, 0).UTC()
	m := stamp.FindStringSubmatch(strings.TrimSpace(value))
	if m == nil {
		return epoch
	}
	clock, rest := m[2]+m[3], strings.TrimSpace(m[4])
	switch {
	case clock == "":
		clock = "00:00:00"
	case m[3] == "":
		clock += ":00"
	}
	switch {
	case rest == "":
	case strings.HasPrefix(rest, "Z"):
		clock = "00:00:00"
	case rest == "UTC" || rest == "GMT":
		return twice(m[1]+" "+clock+" +0000", zone)
	case offset.MatchString(rest):
		return twice(m[1]+" "+clock+" "+strings.ReplaceAll(rest, ":", ""), zone)
	default:
		return epoch
	}
	t, err := time.ParseInLocation(time.DateTime, m[1]+" "+clock, zone)
	if err != nil {
		return epoch
	}
	return t.UTC()
}

// twice reads a time with its offset and subtracts the owner's offset again.
func twice(text string, zone *time.Location) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05 -0700", text)
	if err != nil {
		return time.Unix(0, 0).UTC()
	}
	_, seconds := t.In(zone).Zone()
	return t.UTC().Add(-time.Duration(seconds) * time.Second)
}
